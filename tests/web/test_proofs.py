"""Proof of publication: a PDF/UA with times, digest and roles, without a name."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
import pytest

from desk_people import AT, People
from krisenfest.domain.approval import Verb
from krisenfest.domain.areas import LAENDER
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.promulgation import NORMS, default_profile
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.desk import proofs, publishing, work
from krisenfest.web.desk.models import Publication

RULE = {
    "kind": "measure",
    "id": "regel",
    "texts": [{"lang": "de", "title": "Regel am Fluss", "body": "Mit ![Bild](https://fremd.example/x.png) und <b>"}],
    "level": "gemeinde",
    "issued_by": "Musterstadt",
    "form": "general-order",
    "promulgated": "2026-07-01",
    "provided": "2026-06-30",
    "valid_from": "2026-07-01T22:00:00Z",
}


@pytest.fixture
def publication(municipality: Municipality, people: People) -> Publication:
    draft = work.begin(Verb.RULE, "measure", municipality=municipality, by=people.author, at=AT)
    record = KINDS["measure"].model_validate(RULE)
    draft = work.submit(draft, record, version=draft.version, by=people.author, at=AT)
    work.approve(draft, version=draft.version, by=people.approver, at=AT)
    assert publishing.publish_waiting(municipality) == 1
    return Publication.objects.get()


def test_the_proof_says_when_and_which_text_and_names_nobody(publication: Publication) -> None:
    values = proofs.facts(publication)
    assert values["digest"] == publication.digest and len(publication.digest) == 64
    assert values["dates"] == [
        ("Bereitgestellt", "30. Juni 2026"),
        ("Öffentlich bekannt gemacht", "1. Juli 2026"),
        ("Wirksam ab", "Donnerstag, 2. Juli 2026, 00:00 Uhr"),
    ]
    assert "@" not in str(values)


def test_the_pdf_is_tagged_in_german_and_the_same_every_time(publication: Publication) -> None:
    values = proofs.facts(publication)
    data = proofs.pdf(values)
    assert data == proofs.pdf(values)
    with pikepdf.open(BytesIO(data)) as pdf:
        root: Any = pdf.Root
        assert str(root.Lang) == "de"
        assert bool(root.MarkInfo.Marked) and bool(root.ViewerPreferences.DisplayDocTitle)
        assert "Nachweis der Veröffentlichung 1" in str(pdf.docinfo.Title)
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"


def test_the_task_writes_it_once(publication: Publication) -> None:
    place = proofs.proof_task.call(publication.pk)
    before = proofs.place_of(publication).read_bytes()
    assert proofs.proof_task.call(publication.pk) == place
    assert proofs.place_of(publication).read_bytes() == before


def test_a_town_may_write_its_own_profile(publication: Publication) -> None:
    assert "BekanntmVO" in proofs.facts(publication)["profile"]
    publication.municipality.notice_profile = "Im Amtsblatt."
    assert proofs.facts(publication)["profile"] == "Im Amtsblatt."


def test_every_land_has_a_default() -> None:
    assert sorted(NORMS) == sorted(LAENDER)
    assert all(NORMS[land] in default_profile(land) for land in NORMS)
