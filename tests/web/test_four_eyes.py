"""Nobody publishes alone: not without being asked once more who it is, and not by writing past the use cases."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from desk_people import AT, PASSWORD, People, alert, approved, handed_over, person, published
from krisenfest.domain.approval import Role, State, Verb
from krisenfest.errors import RefusedError
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit.models import Entry
from krisenfest.web.desk import publishing, work
from krisenfest.web.desk.models import Approval, Draft, Publication, Revision

AGAIN = "/desk/konto/bestaetigen/"


def in_front_of(client: Client, who: Any) -> None:
    assert client.post("/desk/konto/login/", {"login": who.email, "password": PASSWORD}).status_code == 302


def test_nothing_is_approved_before_the_person_has_shown_once_more_who_it_is(
    municipality: Municipality, people: People, client: Client
) -> None:
    draft = handed_over(municipality, people.author)
    in_front_of(client, people.approver)
    address = f"/desk/musterstadt/entwurf/{draft.pk}/freigeben/"
    for more in ({"approve": "1"}, {}, {"Approve": "1"}):
        assert client.post(address, {"version": draft.version, **more})["Location"].startswith(AGAIN)
    assert not Approval.objects.exists()
    assert client.post(AGAIN, {"password": PASSWORD}).status_code == 302
    answer = client.post(address, {"version": draft.version})
    assert (answer.status_code, "weder freigegeben noch" in answer.content.decode()) == (400, True)
    assert not Approval.objects.exists()
    assert client.post(address, {"version": draft.version, "approve": "1"}).status_code == 302
    assert Approval.objects.get().approved_by == people.approver


def test_returning_asks_for_nothing_and_approves_nothing(
    municipality: Municipality, people: People, client: Client
) -> None:
    draft = handed_over(municipality, people.author)
    in_front_of(client, people.approver)
    said = {"version": draft.version, "return": "1", "approve": "1", "reason": "Wo?"}
    client.post(f"/desk/musterstadt/entwurf/{draft.pk}/freigeben/", said)
    assert (Draft.objects.get().state, Approval.objects.count()) == (State.RETURNED, 0)


def test_publishing_alone_and_confirming_ask_once_more_too(
    municipality: Municipality, people: People, client: Client
) -> None:
    municipality.emergency_alone = True
    municipality.save()
    draft = handed_over(municipality, people.emergency)
    in_front_of(client, people.emergency)
    step = f"/desk/musterstadt/entwurf/{draft.pk}/schritt/"
    assert client.post(step, {"act": "alone"})["Location"].startswith(AGAIN)
    assert not Approval.objects.exists()
    done = client.post(f"{AGAIN}?next={step}", {"password": PASSWORD})  # goes on with what was sent
    assert done["Location"] == "/desk/musterstadt/veroeffentlichungen/1/"
    second = Client()
    in_front_of(second, people.approver)
    confirm = "/desk/musterstadt/veroeffentlichungen/1/bestaetigen/"
    assert second.post(confirm)["Location"].startswith(AGAIN)
    assert Approval.objects.get().confirmed is None
    assert second.post(f"{AGAIN}?next={confirm}", {"password": PASSWORD}).status_code == 302
    assert Approval.objects.get().confirmed_by == people.approver


def test_whoever_last_edited_a_text_does_not_approve_it_even_when_somebody_else_submits(
    municipality: Municipality, people: People, client: Client
) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    draft = work.save(draft, {"title": "neu"}, title="neu", version=1, by=people.approver, at=AT)
    draft = work.save(draft, {"title": "neu"}, title="neu", version=2, by=people.author, at=AT)  # changes nothing
    draft = work.submit(draft, alert(), version=draft.version, by=people.author, at=AT)
    with pytest.raises(RefusedError, match="last edited"):
        work.approve(draft, version=draft.version, by=people.approver, at=AT)
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        Approval.objects.create(draft=draft, submitted_by=people.author, approved_by=people.approver, at=AT)
    client.force_login(people.approver)
    page = client.get(f"/desk/musterstadt/entwurf/{draft.pk}/freigeben/").content.decode()
    assert ["Zuletzt bearbeitet von" in page, people.approver.email in page, 'name="approve"' in page] == [
        True,
        True,
        False,
    ]
    third = person(municipality, Role.APPROVER, name="third")
    assert work.approve(draft, version=draft.version, by=third, at=AT).number == 1


def test_in_an_exercise_an_author_alone_may_approve_their_own(
    municipality: Municipality, people: People, client: Client
) -> None:
    draft = handed_over(municipality, people.author, exercise=True)
    client.force_login(people.author)
    page = client.get(f"/desk/musterstadt/uebung/entwurf/{draft.pk}/freigeben/").content.decode()
    assert 'name="approve"' in page
    with pytest.raises(RefusedError):
        work.approve(draft, version=draft.version, by=people.reader, at=AT)
    assert work.approve(draft, version=draft.version, by=people.author, at=AT).exercise


def refused(statement: str, *values: Any) -> None:
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_database_takes_no_approval_that_is_not_one_of_its_draft(
    municipality: Municipality, people: People
) -> None:
    draft = handed_over(municipality, people.author)
    by = {"submitted_by": people.author, "approved_by": people.approver}
    wrong: list[dict[str, Any]] = [
        {**by, "exercise": True},
        {**by, "exercise": True, "approved_by": people.author},
        {"submitted_by": people.approver, "approved_by": people.author},
    ]
    for each in wrong:
        with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
            Approval.objects.create(draft=draft, at=AT, **each)
    unsubmitted = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        Approval.objects.create(draft=unsubmitted, at=AT, **by)
    assert not Approval.objects.exists()


def test_the_database_lets_nothing_become_public_without_an_approval(
    municipality: Municipality, people: People
) -> None:
    draft = handed_over(municipality, people.author)
    for state in (State.APPROVED, State.PUBLISHED):
        refused("UPDATE desk_draft SET state = %s WHERE id = %s", state, draft.pk)
        with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
            Draft.objects.filter(pk=draft.pk).update(state=state)
    publication = work.approve(draft, version=draft.version, by=people.approver, at=AT)
    refused("UPDATE desk_draft SET state = 'published' WHERE id = %s", draft.pk)
    refused("UPDATE desk_draft SET submitted_by_id = %s WHERE id = %s", people.approver.pk, draft.pk)
    refused("UPDATE desk_draft SET payload = '{}' WHERE id = %s", draft.pk)
    refused("UPDATE desk_approval SET exercise = true WHERE id = %s", publication.approval_id)
    refused("UPDATE desk_approval SET submitted_by_id = %s", people.reader.pk)
    assert publishing.publish_waiting(municipality) == 1
    assert Draft.objects.get().state == State.PUBLISHED


def test_an_exercise_leads_to_no_real_publication(municipality: Municipality, people: People) -> None:
    drill = approved(municipality, people, exercise=True)
    real = Revision.objects.create(
        municipality=municipality, kind="alert", record_id="stromausfall", number=1, payload={}, recorded=AT
    )
    other = handed_over(municipality, people.author)
    approval = Approval.objects.create(draft=other, submitted_by=people.author, approved_by=people.approver, at=AT)
    for each in (drill.approval, approval):
        fits = each == approval
        revision = drill.revision if fits else real
        with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
            Publication.objects.create(municipality=municipality, number=9, approval=each, revision=revision)
    refused("UPDATE desk_publication SET exercise = false WHERE id = %s", drill.pk)


def test_looking_at_an_address_begins_no_draft(municipality: Municipality, people: People, client: Client) -> None:
    published(municipality, people)
    client.force_login(people.author)
    address = "/desk/musterstadt/neu/warn/?kind=alert&id=stromausfall"
    assert client.get(address)["Location"] == "/desk/musterstadt/eintrag/alert/stromausfall/"
    assert Draft.objects.count() == 1
    assert client.post(address).status_code == 302
    assert Draft.objects.count() == 2


def test_only_who_may_write_a_draft_opens_it(municipality: Municipality, people: People, client: Client) -> None:
    draft = work.begin(Verb.RULE, "measure", municipality=municipality, by=people.author, at=AT)
    for who in (people.reader, people.emergency, people.administrator):
        client.force_login(who)
        assert client.get(f"/desk/musterstadt/entwurf/{draft.pk}/bearbeiten/").status_code == 403
    assert Draft.objects.get().opened_by is None


def test_a_preview_is_for_those_who_work_on_it_and_is_logged_without_its_secret(
    municipality: Municipality, people: People, client: Client
) -> None:
    draft = handed_over(municipality, people.author)
    address = f"/desk/musterstadt/entwurf/{draft.pk}/vorschau/"
    for who in (people.reader, people.administrator):
        client.force_login(who)
        assert client.post(address, {"share": "1"}).status_code == 403
        assert "vorschau/" not in client.get(f"/desk/musterstadt/entwurf/{draft.pk}/").content.decode()
    client.force_login(people.approver)
    place = client.post(address)["Location"]
    entry = Entry.objects.of(municipality).last()
    assert entry is not None
    assert (entry.act, entry.by, entry.details) == ("draft.preview", people.approver, {"shared": False})
    assert place.split("/")[3] not in str(entry.subject)
    assert client.post(address, {"share": "1"}).status_code == 200
    assert Entry.objects.of(municipality).latest("number").details == {"shared": True}


@pytest.mark.parametrize("wrong", ["²", "9" * 40, "-1", "", "x"])
def test_a_number_that_is_none_is_no_fault_of_ours(
    municipality: Municipality, people: People, client: Client, wrong: str
) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    client.force_login(people.author)
    edit = client.post(f"/desk/musterstadt/entwurf/{draft.pk}/bearbeiten/", {"version": wrong, "title": "x"})
    assert edit.status_code == 409
    client.force_login(people.administrator)
    assert client.post("/desk/musterstadt/menschen/", {"do": "remove", "membership": wrong}).status_code == 404


def test_a_nul_is_refused_wherever_it_stands(municipality: Municipality, people: People, client: Client) -> None:
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
    client.force_login(people.author)
    room = "/desk/musterstadt/"
    assert client.post(f"{room}entwurf/{draft.pk}/bearbeiten/", {"version": "1", "title": "a\0b"}).status_code == 400
    said = {"act": "comment", "text": "a\0b"}
    assert client.post(f"{room}entwurf/{draft.pk}/schritt/", said).status_code == 400
    for path in ("neu/warn/?kind=%00&id=%00", "eintraege/?verb=%00", "eintrag/alert/%00/"):
        assert client.get(room + path).status_code == 400


def test_two_new_warnings_of_the_same_title_both_become_public(
    municipality: Municipality, people: People, client: Client
) -> None:
    said = {"title": "Stromausfall", "instructions": "Kerzen", "hazard": "power-outage", "submit": "1"}
    said |= {"valid_from": "2026-07-01T10:00", "valid_until": "2026-07-02T10:00"}
    client.force_login(people.author)
    for number in (1, 2):
        draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=people.author, at=AT)
        client.post(f"/desk/musterstadt/entwurf/{draft.pk}/bearbeiten/", {**said, "version": "1"})
        assert Draft.objects.filter(state=State.IN_REVIEW).count() == number
    for draft in Draft.objects.all():
        work.approve(draft, version=draft.version, by=people.approver, at=AT)
    assert publishing.publish_waiting(municipality) == 2
    ids = Revision.objects.of(municipality).filter(kind="alert").values_list("record_id", flat=True)
    assert sorted(ids) == ["stromausfall", "stromausfall-2"]
