"""The use cases: who may do what, and that nobody approves what they submitted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from browser import serving
from desk_people import AT, PASSWORD, People, alert, handed_over, person, published
from krisenfest import clock
from krisenfest.domain.approval import PERMITS, STEPS, Act, Role, State, Verb, may, step
from krisenfest.errors import RefusedError, StaleError, StepError
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit import log
from krisenfest.web.audit.models import Entry
from krisenfest.web.desk import publishing, seen, work
from krisenfest.web.desk.models import Approval, Draft, Publication, Revision


def test_every_step_of_the_table_leads_somewhere_and_every_other_is_refused() -> None:
    for state in State:
        for act in Act:
            if (state, act) in STEPS:
                assert step(state, act) is STEPS[state, act]
            else:
                with pytest.raises(StepError, match=f"that is {state} cannot {act}"):
                    step(state, act)


def test_the_emergency_publisher_may_warn_and_give_the_all_clear_and_nothing_else() -> None:
    allowed = {(act, verb) for act in Act for verb in Verb if may([Role.EMERGENCY], act, verb)}
    assert {verb for _, verb in allowed} == {Verb.WARN, Verb.ALL_CLEAR}
    assert not any(may([Role.READER, Role.ADMINISTRATOR], act, verb) for act in Act for verb in Verb)
    assert set(PERMITS) == set(Role)


def test_what_is_approved_by_a_second_person_is_public(municipality: Municipality, people: People, data: Path) -> None:
    publication = published(municipality, people)
    assert (publication.status, publication.release) == (Publication.DONE, 2)
    page = data / "towns/musterstadt/site/warnungen/stromausfall.html"
    assert "Kerzen sparen." in page.read_text(encoding="utf-8")
    assert (data / "towns/musterstadt/content/alerts/stromausfall.md").is_file()
    assert Draft.objects.get().state == State.PUBLISHED
    assert log.verify(municipality).problems == ()


def test_what_was_built_is_looked_for_until_it_is_seen(
    municipality: Municipality, people: People, client: Client, data: Path, settings: Any
) -> None:
    settings.CONFIG = replace(settings.CONFIG, site_url="http://127.0.0.1:1")  # nobody answers there
    publication = published(municipality, people)
    assert (publication.looked is None, publication.visible) == (False, None)
    client.force_login(people.reader)
    page = f"/desk/musterstadt/veroeffentlichungen/{publication.number}/"
    assert "nicht zu erreichen" in client.get(page).content.decode()
    Publication.objects.update(looked=None)
    assert "nicht zu erreichen" not in client.get(page).content.decode()  # nobody has looked yet: no alarm
    Approval.objects.update(at=clock.now())
    with serving(data / "towns/musterstadt/site") as url:
        settings.CONFIG = replace(settings.CONFIG, site_url=url.rstrip("/"))
        seen.look_again()
    assert Publication.objects.get().visible is not None
    assert "Alle sehen es" in client.get(page).content.decode()


def test_whoever_submitted_cannot_approve_by_any_path(municipality: Municipality, client: Client) -> None:
    both = person(municipality, Role.AUTHOR, Role.APPROVER, name="both")
    draft = handed_over(municipality, both)
    with pytest.raises(RefusedError, match="ask a second person"):
        work.approve(draft, version=draft.version, by=both, at=AT)
    assert client.post("/desk/konto/login/", {"login": both.email, "password": PASSWORD}).status_code == 302
    assert client.post("/desk/konto/bestaetigen/", {"password": PASSWORD}).status_code == 302
    address = f"/desk/musterstadt/entwurf/{draft.pk}/freigeben/"
    assert client.post(address, {"approve": "1", "version": draft.version}).status_code == 403
    for by in (both, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.create(draft=draft, submitted_by=both, approved_by=by, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO desk_approval (draft_id, exercise, submitted_by_id, approved_by_id, at, alone)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [draft.pk, False, both.pk, both.pk, AT, False],
        )
    assert client.get("/admin/").status_code == 404
    assert Draft.objects.get().state == State.IN_REVIEW
    assert not Publication.objects.exists()


def test_an_exercise_allows_what_the_real_thing_refuses(musterstadt: Municipality, data: Path) -> None:
    both = person(musterstadt, Role.AUTHOR, Role.APPROVER, name="both")
    draft = handed_over(musterstadt, both, exercise=True)
    work.approve(draft, version=draft.version, by=both, at=AT)
    assert publishing.publish_waiting(musterstadt, exercise=True) == 1
    site = data / "towns/musterstadt/exercise/site"
    unmarked = [
        str(place.relative_to(site))
        for place in sorted(site.rglob("*.*"))
        if place.suffix in (".html", ".atom", ".ics", ".csv", ".json")
        and "ÜBUNG" not in place.read_text(encoding="utf-8")
    ]
    quiet = ("schema", "banner.html", "offline.json", "timetable", "areas")  # say nothing, or nothing of the town's
    assert [each for each in unmarked if not any(name in each for name in quiet)] == []
    assert "ÜBUNG: Stromausfall" in (site / "warnungen/stromausfall.html").read_text(encoding="utf-8")
    assert not (data / "towns/musterstadt/site/warnungen/stromausfall.html").exists()


def test_one_person_may_warn_alone_only_where_the_town_permits_it_and_a_second_confirms(
    municipality: Municipality, people: People
) -> None:
    draft = handed_over(municipality, people.emergency)
    with pytest.raises(RefusedError, match="switched that on"):
        work.publish_alone(draft, by=people.emergency, at=AT)
    municipality.emergency_alone = True
    municipality.save()
    draft.refresh_from_db()
    draft.municipality.refresh_from_db()
    publication = work.publish_alone(draft, by=people.emergency, at=AT)
    assert publication.approval.confirm_by == AT + timedelta(minutes=60)
    with pytest.raises(RefusedError):
        work.confirm(publication.approval, by=people.emergency, at=AT)
    work.confirm(publication.approval, by=people.approver, at=AT)
    with pytest.raises(StepError, match="nothing to confirm"):
        work.confirm(publication.approval, by=people.approver, at=AT)
    acts = list(Entry.objects.of(municipality).values_list("act", flat=True))
    assert acts[-2:] == ["draft.approved-alone", "alert.confirmed"]


def test_a_stale_save_overwrites_nothing(municipality: Municipality, people: People) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    work.save(draft, {"title": "zuerst"}, title="zuerst", version=1, by=people.author, at=AT)
    with pytest.raises(StaleError):
        work.save(draft, {"title": "danach"}, title="danach", version=1, by=people.approver, at=AT)
    assert Draft.objects.get().fields == {"title": "zuerst"}


def test_the_same_save_once_more_is_no_conflict(municipality: Municipality, people: People) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    for _ in range(2):  # the answer to the first was lost on the line
        saved = work.save(draft, {"title": "zuerst"}, title="zuerst", version=1, by=people.author, at=AT)
    assert (saved.version, Draft.objects.get().version) == (2, 2)


def test_the_second_person_at_a_draft_is_told_who_edits(municipality: Municipality, people: People) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    assert work.look_in(draft, by=people.author, at=AT) is None
    assert work.look_in(draft, by=people.approver, at=AT + timedelta(seconds=44)) == people.author
    assert work.look_in(draft, by=people.approver, at=AT + timedelta(seconds=45)) is None


def test_a_draft_that_changed_after_it_was_looked_at_is_not_approved(
    municipality: Municipality, people: People
) -> None:
    draft = handed_over(municipality, people.author)
    seen = draft.version
    work.take_back(draft, by=people.author, at=AT)
    draft.refresh_from_db()
    work.submit(draft, alert(texts=[{"lang": "de", "title": "Anders"}]), version=draft.version, by=people.author, at=AT)
    with pytest.raises(StaleError, match="look once more"):
        work.approve(draft, version=seen, by=people.approver, at=AT)


def test_a_returned_draft_comes_back_with_its_reason(municipality: Municipality, people: People) -> None:
    draft = handed_over(municipality, people.author)
    with pytest.raises(StepError, match="reason"):
        work.give_back(draft, " ", by=people.approver, at=AT)
    draft = work.give_back(draft, "Bitte die Straße nennen.", by=people.approver, at=AT)
    assert draft.state == State.RETURNED
    assert draft.steps.last().note == "Bitte die Straße nennen."
    draft = work.submit(draft, alert(), version=draft.version, by=people.author, at=AT)
    assert draft.state == State.IN_REVIEW


def test_what_is_withdrawn_is_really_gone(municipality: Municipality, people: People, data: Path) -> None:
    published(municipality, people)
    base = Revision.objects.of(municipality).newest("alert", "stromausfall")
    draft = work.begin(Verb.REMOVE, "alert", municipality=municipality, by=people.author, at=AT, base=base)
    draft = work.submit(draft, None, version=draft.version, by=people.author, at=AT)
    work.approve(draft, version=draft.version, by=people.approver, at=AT)
    assert publishing.publish_waiting(municipality) == 1
    site = data / "towns/musterstadt/site"
    assert "Kerzen sparen." not in (site / "warnungen/stromausfall.html").read_text(encoding="utf-8")
    assert not (data / "towns/musterstadt/content/alerts/stromausfall.md").exists()
    assert [each.state for each in Draft.objects.order_by("pk")] == [State.WITHDRAWN, State.PUBLISHED]


def test_two_approvals_give_two_releases_in_order(municipality: Municipality, people: People) -> None:
    for name in ("eins", "zwei"):
        draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
        draft = work.submit(draft, alert(id=name), version=draft.version, by=people.author, at=AT)
        work.approve(draft, version=draft.version, by=people.approver, at=AT)
    assert publishing.publish_waiting(municipality) == 2
    assert list(Publication.objects.values_list("number", "release")) == [(1, 2), (2, 3)]


def test_a_failed_build_keeps_the_old_site_says_why_and_is_tried_again(
    municipality: Municipality, people: People, data: Path
) -> None:
    draft = handed_over(municipality, people.author)
    work.approve(draft, version=draft.version, by=people.approver, at=AT)
    broken = data / "towns/musterstadt/content/pages/kaputt.md"
    broken.write_text("---\ntitle: [\n---\n", encoding="utf-8")
    assert publishing.publish_waiting(municipality) == 0
    publication = Publication.objects.get()
    assert (publication.status, publication.attempts) == (Publication.FAILED, 1)
    assert "pages/kaputt.md" in publication.problem
    assert not (data / "towns/musterstadt/site/warnungen/stromausfall.html").exists()
    broken.unlink()
    publishing.retry(publication, by=people.approver, at=AT)
    assert publishing.publish_waiting(municipality) == 1
    publication.refresh_from_db()
    assert (publication.status, publication.problem) == (Publication.DONE, "")


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET act = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_the_audit_log(
    municipality: Municipality, people: People, statement: str
) -> None:
    handed_over(municipality, people.author)
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert log.verify(municipality).problems == ()


def test_a_changed_or_missing_entry_of_the_audit_log_is_told(municipality: Municipality, people: People) -> None:
    handed_over(municipality, people.author)
    entries = list(Entry.objects.of(municipality))
    entries[0].act = "something else"
    assert log.digest_of(entries[0]) != entries[0].digest
    log.Chain.objects.filter(municipality=municipality).update(number=len(entries) + 1)
    assert log.verify(municipality).problems == (
        f"the log ends with entry {len(entries)}, but {len(entries) + 1} were written",
    )


def test_the_audit_log_holds_no_words_of_drafts_and_no_addresses(municipality: Municipality, people: People) -> None:
    published(municipality, people)
    exported = b"".join(log.export(municipality)).decode()
    assert "Kerzen" not in exported and "@" not in exported and "Stromausfall" not in exported


def test_a_drill_ends_with_a_timeline_and_a_new_one_begins_with_what_is_public(
    municipality: Municipality, people: People, client: Client
) -> None:
    draft = handed_over(municipality, people.author, exercise=True)
    work.approve(draft, version=draft.version, by=people.approver, at=AT + timedelta(minutes=7))
    publishing.publish_waiting(municipality, exercise=True)
    client.force_login(people.author)
    page = client.get("/desk/musterstadt/uebung/ablauf/").content.decode()
    assert [each in page for each in ("Übung begonnen", "freigegeben", "0:07:00", "öffentlich")] == [True] * 4
    assert client.get("/desk/musterstadt/ablauf/").status_code == 404
    assert client.post("/desk/musterstadt/uebung/ablauf/").status_code == 302
    assert not Draft.objects.filter(exercise=True).exists()
    real, drill = (
        set(Revision.objects.of(municipality, exercise=each).current().values_list("kind", "record_id"))
        for each in (False, True)
    )
    assert real == drill


def test_a_town_keeps_prepared_texts_of_its_own(municipality: Municipality, people: People, client: Client) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    said = {"title": "Deich undicht", "hazard": "flood", "valid_from": "2026-07-01T12:00"}
    draft = work.save(draft, said, title="Deich undicht", version=1, by=people.author, at=AT)
    with pytest.raises(StepError, match="name"):
        work.keep_as_template(draft, " ", by=people.author, at=AT)
    template = work.keep_as_template(draft, "Deich", by=people.author, at=AT)
    assert template.fields == {"title": "Deich undicht", "hazard": "flood"}
    client.force_login(people.approver)
    assert 'value="Deich"' in client.get("/desk/musterstadt/neu/warn/").content.decode()
    client.post("/desk/musterstadt/neu/warn/", {"preset": "Deich"})
    assert Draft.objects.latest("pk").fields["title"] == "Deich undicht"
