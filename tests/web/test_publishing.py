"""What goes wrong between an approval and the public: nothing older follows, nothing stops the others, all is told."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from desk_people import AT, People, alert, approved, handed_over, published
from krisenfest import clock
from krisenfest.domain.approval import State, Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.releases import canonical
from krisenfest.errors import RefusedError, SourceError
from krisenfest.standards import release_json
from krisenfest.web import worker
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit.models import Entry
from krisenfest.web.desk import proofs, publishing, towns, work
from krisenfest.web.desk.models import Approval, Draft, Publication, Revision
from krisenfest.web.rooms import files_for, site_address


def newest(town: Municipality) -> Revision | None:
    return Revision.objects.of(town).newest("alert", "stromausfall")


@pytest.fixture
def page(data: Path) -> Path:
    return data / "towns/musterstadt/site/warnungen/stromausfall.html"


def break_content(data: Path) -> Path:
    broken = data / "towns/musterstadt/content/pages/kaputt.md"
    broken.write_text("---\ntitle: [\n---\n", encoding="utf-8")
    return broken


def test_an_older_text_that_failed_never_follows_the_newer_one(
    municipality: Municipality, people: People, data: Path, page: Path, client: Client
) -> None:
    first = approved(municipality, people, alert("ALTER TEXT."))
    broken = break_content(data)
    assert publishing.publish_waiting(municipality) == 0
    broken.unlink()
    Publication.objects.filter(pk=first.pk).update(again_at=clock.now() + timedelta(minutes=5))
    second = published(municipality, people, alert("NEUER TEXT."), base=newest(municipality))
    first.refresh_from_db()
    assert (first.status, second.status) == (Publication.SUPERSEDED, Publication.DONE)
    publishing.retry(first, by=people.approver, at=AT)
    assert (publishing.publish_waiting(municipality), publishing.sweep()) == (0, 0)
    assert ["NEUER" in page.read_text(), "ALTER" in page.read_text()] == [True, False]
    client.force_login(people.reader)
    assert "Überholt" in client.get("/desk/musterstadt/veroeffentlichungen/1/").content.decode()
    assert Draft.objects.get(approval=first.approval).state == State.WITHDRAWN
    assert Entry.objects.of(municipality).filter(act="superseded").count() == 1


def test_what_failed_twice_is_not_put_back_to_a_text_that_never_was_public(
    municipality: Municipality, people: People, data: Path, page: Path
) -> None:
    published(municipality, people, alert("ÖFFENTLICH."))
    broken = break_content(data)
    for words in ("ZWEI.", "DREI."):
        approved(municipality, people, alert(words), base=newest(municipality))
        assert publishing.publish_waiting(municipality) == 0
    content = data / "towns/musterstadt/content/alerts/stromausfall.md"
    assert "ÖFFENTLICH." in content.read_text(encoding="utf-8")
    broken.unlink()
    Publication.objects.update(again_at=None)
    assert publishing.publish_waiting(municipality) == 1
    assert "DREI." in page.read_text(encoding="utf-8")


def test_a_fault_of_ours_is_told_at_the_desk_and_stops_no_other(
    municipality: Municipality, people: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = approved(municipality, people)
    approved(municipality, people, alert(id="zwei"))
    build = publishing.Files.build

    def fail_once(*given: Any) -> Any:
        monkeypatch.setattr(publishing.Files, "build", build)
        raise ZeroDivisionError("a template")

    monkeypatch.setattr(publishing.Files, "build", fail_once)
    assert publishing.publish_waiting(municipality) == 1
    first.refresh_from_db()
    assert (first.status, first.attempts, first.problem) == (Publication.FAILED, 1, "ZeroDivisionError: a template")
    assert first.again_at is not None
    client.force_login(people.author)
    assert "ZeroDivisionError" in client.get("/desk/musterstadt/veroeffentlichungen/1/").content.decode()
    assert "Nicht veröffentlicht" in client.get("/desk/musterstadt/").content.decode()


def test_what_cannot_be_noted_after_the_build_stays_on_the_site_and_is_noted_later(
    municipality: Municipality, people: People, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(municipality, people)
    send = publishing.published.send
    monkeypatch.setattr(publishing.published, "send", lambda *_, **__: 1 / 0)
    assert publishing.publish_waiting(municipality) == 0
    assert Publication.objects.get().status == Publication.FAILED
    assert page.is_file()
    monkeypatch.setattr(publishing.published, "send", send)
    Publication.objects.update(again_at=None)
    assert publishing.publish_waiting(municipality) == 1
    assert Draft.objects.get().state == State.PUBLISHED


def test_one_town_that_cannot_be_built_does_not_stop_the_others(
    municipality: Municipality, people: People, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns.add("zweitstadt", town, at=AT)
    build, built = publishing.Files.build, []

    def broken_in_the_first(files: Any, *given: Any, **named: Any) -> Any:
        if "musterstadt" in files.place.parts:
            raise ZeroDivisionError("a template")
        built.append(files.place.parts[-1])
        return build(files, *given, **named)

    monkeypatch.setattr(publishing.Files, "build", broken_in_the_first)
    publishing.renew()
    assert built == ["zweitstadt", "exercise"]


def test_the_desk_stays_open_when_the_municipality_cannot_be_read(
    municipality: Municipality, people: People, data: Path, client: Client
) -> None:
    publication = published(municipality, people)
    approved(municipality, people, alert(id="zwei"))
    (data / "towns/musterstadt/content/municipality.yaml").write_text("name: [", encoding="utf-8")
    assert publishing.publish_waiting(municipality) == 0
    draft = handed = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    client.force_login(people.author)
    room = "/desk/musterstadt/"
    paths = ["", "veroeffentlichungen/1/", "veroeffentlichungen/2/", "eintraege/", f"entwurf/{handed.pk}/"]
    paths += [f"entwurf/{draft.pk}/bearbeiten/", "neu/warn/"]
    assert {path: client.get(room + path).status_code for path in paths} == dict.fromkeys(paths, 200)
    assert "municipality.yaml" in client.get(f"{room}veroeffentlichungen/2/").content.decode()
    assert client.post(f"{room}veroeffentlichungen/2/nochmal/").status_code == 302
    assert proofs.facts(publication)["town"] == "Kleinstadt"
    client.force_login(people.administrator)
    assert client.get(f"{room}menschen/").status_code == 200


def test_a_retry_is_for_those_who_write_and_is_logged(municipality: Municipality, people: People, data: Path) -> None:
    publication = approved(municipality, people)
    break_content(data)
    publishing.publish_waiting(municipality)
    with pytest.raises(RefusedError):
        publishing.retry(publication, by=people.reader, at=AT)
    publishing.retry(publication, by=people.author, at=AT)
    entry = Entry.objects.of(municipality).latest("number")
    assert (entry.act, entry.by, entry.details) == ("publication.retried", people.author, {"publication": 1})


def test_a_proof_that_was_lost_with_its_worker_is_made_all_the_same(municipality: Municipality, people: People) -> None:
    publication = published(municipality, people)
    DBTaskResult.objects.all().delete()  # killed before it could ask for the proof
    publishing.renew()
    task = DBTaskResult.objects.get(queue_name="later")
    assert task.args_kwargs["args"] == [publication.pk]
    proofs.proof_task.call(publication.pk)
    DBTaskResult.objects.all().delete()
    assert proofs.complete(clock.now()) == 0
    Approval.objects.update(at=clock.now())
    proofs.place_of(publication).unlink()
    assert proofs.complete(clock.now()) == 0  # it may be on its way yet


def test_a_task_whose_worker_was_killed_begins_anew_after_its_lease(municipality: Municipality) -> None:
    now = clock.now()
    proofs.proof_task.enqueue(1)
    proofs.proof_task.enqueue(2)
    DBTaskResult.objects.update(status=TaskResultStatus.RUNNING, started_at=now - worker.LEASE)
    assert worker.requeue(now) == 0
    DBTaskResult.objects.filter(args_kwargs__args=[1]).update(started_at=now - worker.LEASE - timedelta(seconds=1))
    assert worker.requeue(now) == 1
    assert DBTaskResult.objects.ready().count() == 1


def test_a_new_exercise_keeps_no_proof_of_the_last_one(municipality: Municipality, people: People) -> None:
    drill = published(municipality, people, exercise=True)
    proofs.proof_task.call(drill.pk)
    assert proofs.place_of(drill).is_file()
    towns.begin_exercise(municipality, by=people.author, at=AT)
    assert not proofs.place_of(drill).exists()
    assert proofs.proof_task.call(drill.pk) == ""  # was still in the queue


def test_the_proof_tells_of_a_confirmation_as_soon_as_there_is_one(municipality: Municipality, people: People) -> None:
    municipality.emergency_alone = True
    municipality.save()
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.emergency, at=AT)
    draft = work.submit(draft, alert(), version=1, by=people.emergency, at=AT)
    publication = work.publish_alone(draft, by=people.emergency, at=AT)
    publishing.publish_waiting(municipality)
    proofs.proof_task.call(publication.pk)
    before = proofs.place_of(publication).read_bytes()
    DBTaskResult.objects.all().delete()
    work.confirm(publication.approval, by=people.approver, at=AT)
    assert DBTaskResult.objects.get().args_kwargs["args"] == [publication.pk]
    proofs.proof_task.call(publication.pk)
    assert proofs.place_of(publication).read_bytes() != before


def test_the_proof_is_set_in_the_bundled_font_and_the_same_in_every_build(
    municipality: Municipality, people: People
) -> None:
    values = proofs.facts(published(municipality, people))
    data = proofs.pdf(values)
    with pikepdf.open(BytesIO(data)) as pdf:
        fonts = {str(font.BaseFont).partition("+")[2] for page in pdf.pages for font in page.Resources.Font.values()}
    assert fonts == {"Krisenfest-Sans", "Krisenfest-Sans-Bold"}
    assert proofs.pdf(values) == data


def test_an_alert_that_nobody_confirmed_in_time_is_noted_once_and_everybody_sees_it(
    municipality: Municipality, people: People, client: Client
) -> None:
    municipality.emergency_alone = True
    municipality.save()
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.emergency, at=AT)
    draft = work.submit(draft, alert(), version=1, by=people.emergency, at=AT)
    work.publish_alone(draft, by=people.emergency, at=AT)
    publishing.note_unconfirmed(AT + timedelta(minutes=60))
    assert not Entry.objects.of(municipality).filter(act="alert.unconfirmed").exists()
    for minutes in (61, 62):
        publishing.note_unconfirmed(AT + timedelta(minutes=minutes))
    assert Entry.objects.of(municipality).filter(act="alert.unconfirmed").count() == 1
    for who in (people.emergency, people.approver, people.reader):
        client.force_login(who)
        said = client.get("/desk/musterstadt/").content.decode()
        assert ["nicht rechtzeitig bestätigt" in said, "(überfällig)" in said] == [
            who != people.approver,
            who == people.approver,
        ]
    work.confirm(Approval.objects.get(), by=people.approver, at=AT + timedelta(minutes=70))
    assert "nicht rechtzeitig bestätigt" not in client.get("/desk/musterstadt/").content.decode()


def test_an_administrator_sets_how_long_a_confirmation_may_take_and_the_log_tells(
    municipality: Municipality, people: People, client: Client
) -> None:
    client.force_login(people.administrator)
    address = "/desk/musterstadt/menschen/"
    for wrong in ("4", "1441", "²", ""):
        assert client.post(address, {"do": "alone", "on": "on", "minutes": wrong}).status_code == 422
    assert client.post(address, {"do": "alone", "on": "on", "minutes": "30"}).status_code == 302
    municipality.refresh_from_db()
    assert (municipality.emergency_alone, municipality.confirm_within_min) == (True, 30)
    entry = Entry.objects.of(municipality).latest("number")
    assert (entry.act, entry.details) == ("town.emergency-alone", {"on": True, "minutes": 30})
    client.post(address, {"do": "profile", "profile": "Im Amtsblatt."})
    entry = Entry.objects.of(municipality).latest("number")
    assert (entry.act, entry.details) == ("town.notice-profile", {})
    municipality.refresh_from_db()
    assert municipality.notice_profile == "Im Amtsblatt."


RULE = {
    "kind": "measure",
    "id": "nachtruhe",
    "texts": [{"lang": "de", "title": "Nachtruhe", "summary": "Ruhe ab acht.", "body": "Wer Frau Beispiel kennt"}],
    "level": "gemeinde",
    "issued_by": "Kleinstadt",
    "form": "general-order",
    "valid_from": "2090-12-01T00:00:00+01:00",
}


def rule(town: Municipality, people: People, words: str, base: Revision | None = None) -> Publication:
    record = KINDS["measure"].model_validate(RULE | {"legal_basis": words})
    draft = work.begin(Verb.RULE, "measure", municipality=town, by=people.author, at=AT, base=base)
    draft = work.submit(draft, record, version=draft.version, by=people.author, at=AT)
    publication = work.approve(draft, version=draft.version, by=people.approver, at=AT)
    assert publishing.publish_waiting(town) == 1
    return publication


def take_out(town: Municipality, people: People, base: Revision | None, note: str = "") -> None:
    assert base is not None
    draft = work.begin(Verb.REMOVE, base.kind, municipality=town, by=people.author, at=AT, base=base)
    draft = work.save(draft, {"reason": "intern", "note": note}, title=draft.title, version=1, by=people.author, at=AT)
    draft = work.submit(draft, None, version=draft.version, by=people.author, at=AT)
    work.approve(draft, version=draft.version, by=people.approver, at=AT)
    assert publishing.publish_waiting(town) == 1


def test_what_is_taken_out_is_gone_from_every_file_and_yet_provable(
    municipality: Municipality, people: People, data: Path
) -> None:
    first = rule(municipality, people, "§ 1 alt")
    newest_rule = Revision.objects.of(municipality).newest
    second = rule(municipality, people, "§ 2 neu", newest_rule("measure", "nachtruhe"))
    site = data / "towns/musterstadt/site"
    holds = {
        str(each.relative_to(site))
        for each in site.rglob("*")
        if each.is_file() and b"Frau Beispiel" in each.read_bytes()
    }
    assert {"massnahmen/nachtruhe.html", "massnahmen/nachtruhe.v1.html", "data/release.json"} <= holds
    take_out(municipality, people, newest_rule("measure", "nachtruhe"))
    said = (b"Frau Beispiel", b"Ruhe ab acht", "§ 1 alt".encode(), "§ 2 neu".encode())
    left = [
        str(each.relative_to(site))
        for each in site.rglob("*")
        if each.is_file() and any(words in each.read_bytes() for words in said)
    ]
    assert left == []
    release = json.loads((site / "data/release.json").read_bytes())
    rows = [
        (each["number"], each["digest"], each["record"]) for each in release["versions"] if each["id"] == "nachtruhe"
    ]
    assert [(number, record) for number, _, record in rows] == [(1, None), (2, None), (3, None)]
    kept = [sha256(canonical(each.revision.record)).hexdigest() for each in (first, second)]
    assert [digest for _, digest, _ in rows] == [*kept, ""]
    assert b"Frau Beispiel" in (data / "towns/musterstadt/state/release.json").read_bytes()


def test_a_rule_that_never_began_reads_as_called_off(
    municipality: Municipality, people: People, data: Path, client: Client
) -> None:
    rule(municipality, people, "§ 1")
    client.force_login(people.author)
    assert "Nachtruhe" in client.get("/desk/musterstadt/").content.decode()  # sixty years ahead
    assert "Geplantes absagen" in client.get("/desk/musterstadt/eintrag/measure/nachtruhe/").content.decode()
    take_out(municipality, people, Revision.objects.of(municipality).newest("measure", "nachtruhe"))
    page = (data / "towns/musterstadt/site/massnahmen/nachtruhe.html").read_text(encoding="utf-8")
    assert "Abgesagt, bevor es begann" in page
    published(municipality, people)
    take_out(municipality, people, newest(municipality))
    page = (data / "towns/musterstadt/site/warnungen/stromausfall.html").read_text(encoding="utf-8")
    assert "Dieser Eintrag wurde entfernt" in page


def test_the_button_says_from_when_it_applies(municipality: Municipality, people: People, client: Client) -> None:
    client.force_login(people.approver)
    for begins, said in (
        ("2090-12-01T00:00:00Z", "gilt ab Fr, 1.12.2090"),
        ("2026-07-01T10:00:00Z", "sofort öffentlich"),
    ):
        draft = handed_over(municipality, people.author, alert(valid_from=begins, valid_until="2090-12-02T00:00:00Z"))
        page = client.get(f"/desk/musterstadt/entwurf/{draft.pk}/freigeben/").content.decode()
        assert f"Freigeben: {said}" in page


def test_a_page_that_is_gone_says_why_if_the_town_wants_to(
    municipality: Municipality, people: People, data: Path, page: Path
) -> None:
    for number, note in enumerate(('Die Warnung galt "nur" Köln: <b>hier</b> nie.', "")):
        published(municipality, people)
        take_out(municipality, people, newest(municipality), note)
        said = page.read_text(encoding="utf-8")
        assert ["galt" in said, "<b>" in said, "intern" in said] == [number == 0, False, False]
        assert files_for(municipality).build(clock.now(), site_address(municipality)).written == 0
    town = data / "towns/musterstadt"
    release = release_json.loads((town / "state/release.json").read_bytes())
    taken = [each.note for each in release.versions if each.id == "stromausfall" and each.removed]
    assert taken == ['Die Warnung galt "nur" Köln: <b>hier</b> nie.', ""]
    assert release_json.dumps(release) == (town / "state/release.json").read_bytes()
    assert not (town / "content/withdrawn.yaml").exists()
    (town / "content/withdrawn.yaml").write_text("nirgends: 3\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no note on an entry"):
        files_for(municipality).build(clock.now(), site_address(municipality))
