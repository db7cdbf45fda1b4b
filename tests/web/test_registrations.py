"""The use cases of registrations: places, the line, deadlines, organisers, deletion; and that nothing is told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from event_books import AT, QUESTIONS, START, link, mails, payload, person, publish, registration, states

from desk_people import People
from krisenfest import clock
from krisenfest.domain.registrations import Act, State
from krisenfest.errors import RefusedError, StepError
from krisenfest.web.accounts.models import Municipality, token_digest
from krisenfest.web.audit.models import Entry
from krisenfest.web.events import ledger, links, organising, registering, sweeping
from krisenfest.web.events.booking import Answer, Asked, register, register_all
from krisenfest.web.events.limits import Limits, limits, network_of
from krisenfest.web.events.models import Book, Mail, Registration

HOUR = timedelta(hours=1)


@pytest.fixture
def municipality(db: None, data: Path) -> Municipality:
    """A town without a site: registrations need none."""
    return Municipality.objects.create(slug="musterstadt", name="Kleinstadt")


@pytest.fixture(autouse=True)
def _the_first_of_july(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)
    limits._day = None


@pytest.fixture
def book(municipality: Municipality) -> Book:
    return publish(municipality, payload(capacity=2))


def confirmed(book: Book, *numbers: int, at: Any = AT) -> None:
    for number in numbers:
        register(book, person(number), at=at)
        registering.confirm(registration(number), at=at)


def test_a_form_holds_a_place_and_a_button_confirms_it(book: Book) -> None:
    assert register(book, person(), at=AT) is Answer.TOLD
    found = registration()
    assert (found.state, found.until, mails()) == ("held", AT + 24 * HOUR, ["confirm"])
    registering.confirm(found, at=AT + HOUR)
    found = registration()
    assert (found.state, found.until, found.confirmed, mails()) == (
        "registered",
        None,
        AT + HOUR,
        ["confirm", "registered"],
    )
    assert Book.objects.get().taken == 1


def test_the_database_holds_a_digest_and_each_mail_the_same_link(book: Book) -> None:
    confirmed(book, 1)
    secrets = set(Mail.objects.values_list("secret", flat=True))
    assert len(secrets) == 1
    secret = secrets.pop()
    assert registration().digest == token_digest(secret)
    assert links.find(secret) == registration()
    assert links.find(secret[:-1] + "_") is None


def test_a_mail_scanner_that_opens_the_link_confirms_nothing(book: Book, client: Client) -> None:
    register(book, person(), at=AT)
    answer = client.get(link())
    client.head(link())
    assert answer.status_code == 200
    assert (states(), mails()) == (["held"], ["confirm"])
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"


def test_a_second_registration_is_told_by_mail_only_and_at_most_once_an_hour(book: Book) -> None:
    confirmed(book, 1)
    answers = {register(book, person(), at=AT + minutes * HOUR / 60) for minutes in (1, 2, 61)}
    assert answers == {Answer.TOLD}
    assert mails() == ["confirm", "registered", "known", "known"]
    assert (states(), Book.objects.get().taken) == (["registered"], 1)


def test_who_sends_the_form_again_before_confirming_gets_the_same_link_and_keeps_one_place(book: Book) -> None:
    register(book, person(), at=AT)
    register(book, person(name="Anders"), at=AT + 2 * HOUR)
    assert (registration().name, mails(), Book.objects.get().taken) == ("Anders", ["confirm", "confirm"], 1)
    assert Mail.objects.values("secret").distinct().count() == 1


def test_when_all_places_are_taken_people_wait_in_their_order(book: Book) -> None:
    confirmed(book, 1, 2, 3, 4)
    assert states() == ["registered", "registered", "waiting", "waiting"]
    assert [registering.position(registration(number)) for number in (1, 3, 4)] == [None, 1, 2]
    assert mails(3) == ["confirm", "waiting"]


def test_a_cancelled_place_is_offered_to_the_first_and_after_the_deadline_to_the_next(book: Book) -> None:
    confirmed(book, 1, 2, 3, 4)
    registering.cancel(registration(1), at=AT)
    assert states() == ["cancelled", "registered", "offered", "waiting"]
    assert registration(3).until == AT + 24 * HOUR
    assert sweeping.expire(AT + 24 * HOUR - timedelta(seconds=1)) == 0
    assert sweeping.expire(AT + 24 * HOUR) == 1
    assert states() == ["cancelled", "registered", "expired", "offered"]
    registering.confirm(registration(4), at=AT + 25 * HOUR)
    assert states() == ["cancelled", "registered", "expired", "registered"]
    assert mails(4) == ["confirm", "waiting", "moved-up", "registered"]
    assert Book.objects.get().taken == 2


def test_who_never_confirms_loses_the_place_to_who_waits(book: Book) -> None:
    confirmed(book, 1)
    register(book, person(2), at=AT)
    confirmed(book, 3)
    assert states() == ["registered", "held", "waiting"]
    sweeping.sweep(AT + 24 * HOUR)
    assert states() == ["registered", "expired", "offered"]
    with pytest.raises(StepError):
        registering.confirm(registration(2), at=AT + 24 * HOUR)


def test_a_link_confirms_until_its_last_second_even_if_nobody_has_swept(book: Book) -> None:
    register(book, person(1), at=AT)
    register(book, person(2), at=AT)
    registering.confirm(registration(1), at=AT + 24 * HOUR - timedelta(seconds=1))
    with pytest.raises(StepError, match="the time of this link is over"):
        registering.confirm(registration(2), at=AT + 24 * HOUR)


def test_who_was_in_line_unconfirmed_gets_a_place_that_came_free_meanwhile(book: Book) -> None:
    confirmed(book, 1, 2)
    register(book, person(3), at=AT)
    registering.cancel(registration(1), at=AT)
    registering.confirm(registration(3), at=AT)
    assert states() == ["cancelled", "registered", "registered"]


def test_who_has_cancelled_may_come_back_at_the_end_of_the_line(book: Book) -> None:
    confirmed(book, 1, 2, 3)
    registering.cancel(registration(1), at=AT)
    old = link(1)
    register(book, person(1), at=AT)
    assert states() == ["registered", "offered", "queued"]
    assert link(1) != old
    registering.confirm(registration(1), at=AT)
    assert registration(1).state == "waiting"


def test_without_a_waiting_list_a_full_event_says_so_to_everybody(municipality: Municipality) -> None:
    book = publish(municipality, payload(capacity=1, waiting_list=False))
    confirmed(book, 1)
    assert register(book, person(1), at=AT) is Answer.FULL
    assert register(book, person(2), at=AT) is Answer.FULL
    assert states() == ["registered"]


def test_where_organisers_decide_a_confirmed_registration_is_proposed(
    municipality: Municipality, people: People
) -> None:
    book = publish(municipality, payload(capacity=1, moderated=True))
    confirmed(book, 1, 2)
    assert states() == ["proposed", "waiting"]
    organising.act(registration(1), Act.REFUSE, by=people.author, at=AT)
    assert states() == ["refused", "offered"]
    registering.confirm(registration(2), at=AT)
    organising.act(registration(2), Act.APPROVE, by=people.author, at=AT)
    assert (states(), mails(2)) == (
        ["refused", "registered"],
        ["confirm", "waiting", "moved-up", "proposed", "registered"],
    )
    register(book, person(1), at=AT)
    assert registration(1).state == "refused"


def test_many_in_one_transaction_are_counted_exactly_and_in_their_order(book: Book) -> None:
    asked = [Asked(book.pk, book.version, person(number)) for number in (1, 2, 1, 3, 4)]
    assert register_all(asked, at=AT) == [Answer.TOLD] * 5
    assert list(Registration.objects.order_by("number").values_list("email", "state")) == [
        ("p1@muster.example", "held"),
        ("p2@muster.example", "held"),
        ("p3@muster.example", "queued"),
        ("p4@muster.example", "queued"),
    ]
    assert (Book.objects.get().taken, Mail.objects.count()) == (2, 4)


def test_the_database_itself_refuses_one_place_too_many(book: Book) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Book.objects.update(taken=3)


def test_a_form_of_an_older_version_is_read_anew(book: Book) -> None:
    assert register_all([Asked(book.pk, book.version - 1, person())], at=AT) == [Answer.STALE]
    assert states() == []


def test_after_the_event_has_begun_or_is_withdrawn_nobody_registers(book: Book, municipality: Municipality) -> None:
    assert register(book, person(), at=START) is Answer.CLOSED
    from krisenfest.web.desk.models import Revision
    from krisenfest.web.published import published

    told = {"municipality": municipality, "exercise": False, "kind": "event", "record_id": "treffen"}
    published.send(Revision, **told, payload=None, at=AT)
    assert register(book, person(), at=AT) is Answer.CLOSED
    publish(municipality, payload(capacity=2))
    assert register(Book.objects.get(), person(), at=AT) is Answer.TOLD


def test_more_places_move_the_line_up_and_fewer_take_nobody_s(book: Book, municipality: Municipality) -> None:
    confirmed(book, 1, 2, 3, 4)
    publish(municipality, payload(capacity=3))
    assert states() == ["registered", "registered", "offered", "waiting"]
    publish(municipality, payload(capacity=1))
    found = Book.objects.get()
    assert (states()[:3], found.taken, found.capacity) == (["registered", "registered", "offered"], 3, 3)
    registering.cancel(registration(1), at=AT)
    found = Book.objects.get()
    assert (states(), found.taken, found.capacity) == (["cancelled", "registered", "offered", "waiting"], 2, 2)


def test_an_event_that_moves_or_is_cancelled_tells_who_comes_and_who_waits(
    book: Book, municipality: Municipality
) -> None:
    confirmed(book, 1, 2, 3)
    register(book, person(4), at=AT)
    moved = payload(capacity=2) | {"place": "Bürgerhaus"}
    publish(municipality, moved)
    publish(municipality, moved)
    publish(municipality, moved | {"cancelled": {"on": AT.isoformat()}})
    assert mails(1) == ["confirm", "registered", "changed", "cancelled"]
    assert mails(3) == ["confirm", "waiting", "changed", "cancelled"]
    assert mails(4) == ["confirm"]


def test_an_organiser_never_gives_more_places_than_there_are(book: Book, people: People) -> None:
    confirmed(book, 1, 2, 3)
    with pytest.raises(StepError, match="all places are taken"):
        organising.act(registration(3), Act.PLACE, by=people.author, at=AT)
    organising.act(registration(1), Act.SET_BACK, by=people.author, at=AT)
    assert states() == ["waiting", "registered", "offered"]  # who is set back stands at the end of the line
    assert registering.position(registration(1)) == 1
    registering.cancel(registration(3), at=AT)
    assert (registration(1).state, Book.objects.get().taken) == ("offered", 2)


def test_organisers_add_move_and_cancel_and_the_log_names_nobody(book: Book, people: People) -> None:
    organising.add(book, person(1), by=people.author, at=AT)
    organising.add(book, person(2), by=people.author, at=AT)
    organising.add(book, person(3), by=people.author, at=AT)
    with pytest.raises(StepError, match="registered already"):
        organising.add(book, person(3), by=people.author, at=AT)
    assert (states(), mails(1), mails(3)) == (["registered", "registered", "waiting"], ["registered"], ["waiting"])
    organising.act(registration(1), Act.CANCEL, by=people.author, at=AT)
    assert states() == ["cancelled", "registered", "offered"]
    logged = list(Entry.objects.filter(subject="event treffen").order_by("number").values_list("act", "details"))
    assert logged[-1] == ("registration.cancel", {"number": 1})
    assert "muster.example" not in json.dumps(logged)


def test_who_may_not_invite_sees_and_moves_nobody(book: Book, people: People, client: Client) -> None:
    confirmed(book, 1)
    for stranger in (people.reader, people.administrator, people.emergency):
        with pytest.raises(RefusedError):
            organising.act(registration(1), Act.CANCEL, by=stranger, at=AT)
        with pytest.raises(RefusedError):
            list(organising.export(book, by=stranger, at=AT))
        client.force_login(stranger)
        for path in ("", "treffen/"):
            assert client.get(f"/desk/musterstadt/veranstaltungen/{path}").status_code == 403


def test_an_export_defuses_formulas_and_is_logged_before_it_leaves(municipality: Municipality, people: People) -> None:
    book = publish(municipality, payload(questions=QUESTIONS))
    wild = person(1, name="=HYPERLINK(0)", organisation="＋49", answers={"essen": "ohne"})
    register(book, wild, at=AT)
    rows = b"".join(organising.export(book, by=people.author, at=AT)).decode("utf-8-sig").splitlines()
    assert rows[0] == "number,state,name,email,organisation,language,asked,confirmed,Essen"
    assert rows[1].startswith("1,held,'=HYPERLINK(0),p1@muster.example,'＋49,de,2026-07-01T10:00:00+00:00,,ohne")
    entry = Entry.objects.get(act="registrations.exported")
    assert (entry.by, entry.details) == (people.author, {"rows": 1})


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "\t=1", "＝1", "\r=1"])
def test_whatever_a_spreadsheet_would_calculate_gets_an_apostrophe(text: str) -> None:
    assert organising.defused(text) == f"'{text}"
    assert organising.defused("a=1") == "a=1"


def test_on_the_day_that_was_told_people_go_and_numbers_stay(book: Book) -> None:
    confirmed(book, 1, 2, 3)
    assert book.delete_on.isoformat() == "2026-08-08"
    sweeping.sweep(START.replace(month=8, day=7, hour=21))  # 23:00 on the town's clocks
    assert Registration.objects.count() == 3
    sweeping.sweep(START.replace(month=8, day=7, hour=22))
    found = Book.objects.get()
    assert (Registration.objects.count(), Mail.objects.count()) == (0, 0)
    assert found.counts == {"registered": 2, "waiting": 1}
    sweeping.sweep(START.replace(month=8, day=9))
    assert Entry.objects.filter(act="registrations.deleted").count() == 1


def test_nobody_who_was_told_a_shorter_time_is_kept_for_longer(municipality: Municipality) -> None:
    book = publish(municipality, payload(keep_days=10))
    register(book, person(), at=AT)
    assert publish(municipality, payload(keep_days=90)).delete_on.isoformat() == "2026-07-19"
    assert publish(municipality, payload(keep_days=5)).delete_on.isoformat() == "2026-07-14"
    later = payload(keep_days=90) | {"start": "2026-07-19T15:00:00Z", "end": "2026-07-19T17:00:00Z"}
    assert publish(municipality, later).delete_on.isoformat() == "2026-07-24"


def test_a_person_sees_takes_along_changes_and_deletes_what_is_kept(municipality: Municipality, client: Client) -> None:
    book = publish(municipality, payload(capacity=1, questions=QUESTIONS))
    register(book, person(1, answers={"essen": "ohne"}), at=AT)
    register(book, person(2, answers={"essen": "mit"}), at=AT)
    told = client.get(f"{link()}daten.json").json()
    assert (told["name"], told["answers"], told["delete_on"]) == ("Person 1", {"Essen": "ohne"}, "2026-08-08")
    wrong = client.post(f"{link()}aendern/", {"name": "", "q_essen": "mit"})
    assert (wrong.status_code, "Bitte ausfüllen." in wrong.content.decode()) == (422, True)
    changed = client.post(f"{link()}aendern/", {"name": "Neu", "q_essen": "mit", "email": "x@y.example"})
    assert (changed.status_code, changed["Location"]) == (302, link())
    assert (registration().name, registration().answers) == ("Neu", {"essen": "mit"})
    opened = link()
    assert "Wir haben nichts mehr über Sie" in client.post(opened, {"do": "delete"}).content.decode()
    assert (Registration.objects.count(), Book.objects.get().taken) == (1, 0)
    assert client.get(opened).status_code == 410
    assert client.post(opened, {"do": "confirm"}).status_code == 410


def test_who_has_cancelled_has_nothing_to_change_or_confirm_and_is_told_so(book: Book, client: Client) -> None:
    confirmed(book, 1)
    registering.cancel(registration(1), at=AT)
    for path, said in ((link(), {"do": "confirm"}), (f"{link()}aendern/", {"name": "Neu"})):
        answer = client.post(path, said)
        assert (answer.status_code, "Sie sind abgemeldet" in answer.content.decode()) == (409, True)
    assert registration().name == "Person 1"


def test_no_answer_of_the_counter_is_kept_or_tells_where_one_came_from(book: Book, client: Client) -> None:
    register(book, person(), at=AT)
    event = "/counter/musterstadt/veranstaltungen/treffen/"
    for path in (link(), f"{link()}aendern/", f"{link()}daten.json", event, f"{event}told/", "/counter/anmeldung/x/"):
        answer = client.get(path)
        policy = answer["Content-Security-Policy"]
        assert (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"]) == (
            "no-store",
            "no-referrer",
            "noindex",
        )
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "Set-Cookie" not in answer


def test_the_page_tells_the_same_of_known_and_unknown_addresses(book: Book, client: Client) -> None:
    confirmed(book, 1)
    answers = []
    for email in ("p1@muster.example", "neu@muster.example"):
        answer = client.post("/counter/musterstadt/veranstaltungen/treffen/", {"name": "E", "email": email})
        page = client.get(answer["Location"])
        answers.append((answer.status_code, answer["Location"], page.content))
    assert answers[0] == answers[1]


def test_a_robot_that_fills_in_the_hidden_field_is_answered_and_forgotten(book: Book, client: Client) -> None:
    said = {"name": "E", "email": "e@muster.example", "website": "x"}
    answer = client.post("/counter/musterstadt/veranstaltungen/treffen/", said)
    assert answer["Location"] == "/counter/musterstadt/veranstaltungen/treffen/told/?lang=de"
    assert states() == []


def test_a_form_with_something_wrong_comes_back_with_what_was_typed(municipality: Municipality, client: Client) -> None:
    publish(municipality, payload(questions=QUESTIONS))
    answer = client.post("/counter/musterstadt/veranstaltungen/treffen/", {"name": "Erika", "email": "erika"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Erika"' in text and "Schreiben Sie eine E-Mail-Adresse" in text and 'href="#an-q_essen"' in text


def test_one_address_and_one_network_ask_only_so_often(book: Book, client: Client, settings: Any) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, register_per_network=7)
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    path = "/counter/musterstadt/veranstaltungen/treffen/"
    for _ in range(6):
        assert "/told/" in client.post(path, {"name": "E", "email": "e@muster.example"})["Location"]
    assert "/told/" in client.post(path, {"name": "E", "email": "f@muster.example"})["Location"]
    limited = client.post(path, {"name": "E", "email": "g@muster.example"})["Location"]
    assert "/limited/" in limited
    assert client.get(limited).status_code == 429
    assert client.get(limited).content.decode().count("E-Mail") >= 1
    elsewhere = client.post(path, {"name": "E", "email": "g@muster.example"}, REMOTE_ADDR="192.0.2.1")
    assert "/told/" in elsewhere["Location"]
    inside = client.post(path, {"name": "E", "email": "h@muster.example"}, REMOTE_ADDR="127.0.0.1")
    assert "/told/" in inside["Location"]  # a web server in front that does not say who asks shuts nobody out


def test_limits_forget_with_the_hour_and_their_key_with_the_day() -> None:
    keys = iter((b"a" * 32, b"b" * 32))
    found = Limits(lambda _: next(keys))
    assert [found.network_may("192.0.2.9", 2, AT) for _ in range(3)] == [True, True, False]
    assert found.network_may("192.0.3.9", 2, AT)
    assert found.network_may("192.0.2.77", 2, AT + HOUR)
    assert b"192.0.2" not in b"".join(found._counts)
    assert found.network_may("192.0.2.9", 1, AT + 24 * HOUR)
    with pytest.raises(StopIteration):
        found.network_may("192.0.2.9", 1, AT + 48 * HOUR)


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.9", "192.0.2.0/24"),
        ("::ffff:192.0.2.9", "192.0.2.0/24"),
        ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
        ("unix", "unix"),
    ],
)
def test_a_network_is_a_street_and_not_a_house(client: str, network: str) -> None:
    assert network_of(client) == network


def test_the_book_s_count_of_places_is_always_that_of_its_rows(book: Book, people: People) -> None:
    confirmed(book, 1, 2, 3, 4, 5)
    registering.cancel(registration(2), at=AT)
    organising.act(registration(1), Act.SET_BACK, by=people.author, at=AT)
    sweeping.expire(AT + 24 * HOUR)
    registering.delete(registration(4), at=AT + 24 * HOUR)
    found = Book.objects.get()
    assert found.taken == ledger.held(found)


def test_an_exercise_has_a_book_of_its_own(book: Book, municipality: Municipality, client: Client) -> None:
    other = publish(municipality, exercise=True)
    client.post("/counter/musterstadt/uebung/veranstaltungen/treffen/", {"name": "E", "email": "e@muster.example"})
    assert Registration.objects.get().book == other
    assert State(Registration.objects.get().state) is State.HELD
