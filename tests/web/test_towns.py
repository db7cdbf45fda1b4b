"""Towns are strictly apart, come in from a folder and go out as one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conftest import MUSTERSTADT
from desk_people import AT, People, person
from krisenfest import rebuild
from krisenfest.config import Config
from krisenfest.domain.approval import Role, Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.releases import canonical
from krisenfest.errors import KrisenfestError, SourceError
from krisenfest.sources import folder as folders
from krisenfest.sources.files import scan
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.desk import towns, work
from krisenfest.web.desk.models import Revision
from strategies import records
from strategies import towns as all_towns


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, before + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield before + str(each.pattern)


GIVEN = {
    "<slug:slug>": "musterstadt",
    "<str:verb>": "warn",
    "<str:name>": "bild.png",
    "<str:kind>": "alert",
    "<str:record_id>": "hochwasser-muster",
}


def test_nobody_of_another_town_sees_or_does_anything(
    municipality: Municipality, people: People, client: Client
) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    given = {**GIVEN, "<int:number>": str(draft.pk)}
    other = Municipality.objects.create(slug="nachbarort", name="Nachbarort")
    stranger = person(other, *Role, name="stranger")
    client.force_login(stranger)
    tried = []
    for route in filter(
        lambda each: each.startswith("desk/") and "<slug:slug>" in each, routes(get_resolver().url_patterns)
    ):
        address = "/" + reduce(lambda text, pair: text.replace(*pair), given.items(), route)
        assert "<" not in address
        answers = {client.get(address).status_code, client.post(address).status_code}
        assert answers in ({404}, {404, 405}), address
        tried.append(address)
    assert len(tried) >= 40 and f"/desk/musterstadt/entwurf/{draft.pk}/freigeben/" in tried
    client.force_login(people.author)
    assert client.get(f"/desk/musterstadt/entwurf/{draft.pk}/").status_code == 200


def test_who_is_not_logged_in_is_asked_to(municipality: Municipality, client: Client) -> None:
    answer = client.get("/desk/musterstadt/")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/konto/login/?next=/desk/musterstadt/")


def test_a_town_goes_out_as_the_folder_that_came_in(musterstadt: Municipality, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert towns.export(musterstadt, out, at=AT) == Revision.objects.of(musterstadt).current().count()
    before = folders.read(MUSTERSTADT, scan(MUSTERSTADT, Config()), at=AT)
    after = folders.read(out, scan(out, Config()), at=AT)
    assert after.errors == []
    assert {key: each.digest for key, each in after.incoming.items()} == {
        key: each.digest for key, each in before.incoming.items()
    }
    assert sorted(after.media) == sorted(before.media)
    rebuild.build_folder(out, tmp_path / "site", state_folder=tmp_path / "state", config=Config(), at=AT)
    with pytest.raises(SourceError, match="is there already"):
        towns.export(musterstadt, out, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(draws=st.data())
def test_any_record_leaves_the_desk_as_it_came(kind: str, draws: st.DataObject) -> None:
    """Folder to record and back is shown in sources/test_round_trip.py; here the database stands between."""
    town = draws.draw(all_towns())
    record = draws.draw(records(kind, town))
    payload = orjson.loads(canonical(record))
    assume("\\u0000" not in json.dumps(payload))  # no form takes NUL, and PostgreSQL keeps none
    Revision.objects.all().delete()
    row, _ = Municipality.objects.get_or_create(slug="ort", name="Ort")
    Revision.objects.create(municipality=row, kind=kind, record_id=record.id, number=1, payload=payload, recorded=AT)
    (found,) = Revision.objects.of(row).current()
    assert found.record == KINDS[kind].model_validate(payload)
    assert canonical(found.record) == canonical(record)


def test_a_town_whose_folder_has_problems_leaves_nothing_behind(db: None, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kaputt"
    folder.mkdir()
    (folder / "municipality.yaml").write_text("name: Ort\n", encoding="utf-8")
    with pytest.raises(SourceError, match="ars"):
        towns.add("ort", folder, at=AT)
    assert not Municipality.objects.exists()
    assert not (data / "towns").exists()


def test_a_name_is_given_once(municipality: Municipality) -> None:
    with pytest.raises(KrisenfestError, match="there already"):
        towns.add("musterstadt", MUSTERSTADT, at=AT)


def test_the_database_is_the_one_that_was_asked_for() -> None:
    import os

    asked = "postgresql" if os.environ.get("KRISENFEST_DATABASE_URL") else "sqlite"
    assert connection.vendor == asked
