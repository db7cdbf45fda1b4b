"""Mails become registrations, notes at what came back, or letters for a person; from a real mailbox and a real hand-over."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as datetime_time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conftest import MUSTERSTADT, ROOT
from event_mails import AT, publish, put, registered
from krisenfest.errors import FieldError, StepError
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events import by_mail, fetching, inbox, marks, outbox
from krisenfest.web.events.models import Book, Letter, Mail, Outcome, Purpose, Registration
from mail_servers import Accepted, Dovecot, dovecot, find_dovecot, free_port, smtp_server

ADDRESS = "post@musterstadt.example"


def written(
    text: str = "Ich melde mich an.", *, to: str = "post+webinar@musterstadt.example", number: int = 1, **headers: str
) -> bytes:
    known = {
        "From": "Ayşe Öztürk <ayse@example.org>",
        "To": to,
        "Subject": "Webinar",
        "Message-ID": f"<{number}@example.org>",
    }
    known |= {name.replace("_", "-"): value for name, value in headers.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in known.items()) + f"\r\n{text}\r\n").encode()


@pytest.fixture(autouse=True)
def inbox_address(settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, inbox_address=ADDRESS)


@pytest.fixture
def book(municipality: Municipality) -> Book:
    return publish(municipality)


def receive(data: bytes, **more: Any) -> Letter:
    return inbox.receive(data, at=AT, register=by_mail.register, **more)


@pytest.mark.django_db
def test_a_mail_to_the_address_of_the_event_registers_and_waits_for_its_confirmation(book: Book) -> None:
    letter = receive(written())
    assert (letter.outcome, letter.book, letter.text, bytes(letter.raw)) == (Outcome.REGISTERED, book, "", b"")
    person = Registration.objects.get()
    assert (person.name, person.email, person.lang) == ("Ayşe Öztürk", "ayse@example.org", "de")
    assert person.confirmed is None
    assert [(each.purpose, each.registration) for each in Mail.objects.all()] == [(Purpose.CONFIRM, person)]


@pytest.mark.django_db
def test_the_same_mail_taken_over_twice_registers_once(book: Book) -> None:
    assert receive(written()).pk == receive(written()).pk
    assert (Registration.objects.count(), Mail.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("to", "found"),
    [
        ("post+webinar@musterstadt.example", True),
        ("Post+Webinar@Musterstadt.example", True),
        ("post+musterstadt.webinar@musterstadt.example", True),
        ("post+anderswo.webinar@musterstadt.example", False),
        ("post+unbekannt@musterstadt.example", False),
        ("post@musterstadt.example", False),
        ("webinar@musterstadt.example", True),  # the event's own
        ("stranger+webinar@musterstadt.example", False),
    ],
)
def test_the_address_routes_to_the_event(municipality: Municipality, to: str, found: bool) -> None:
    book = publish(municipality, registration={"mail": "webinar@musterstadt.example"})
    letter = receive(written(to=to))
    assert (letter.outcome, letter.book) == ((Outcome.REGISTERED, book) if found else (Outcome.PERSON, None))


@pytest.mark.django_db
def test_of_two_events_with_one_address_the_subject_tells(municipality: Municipality) -> None:
    one = {"mail": "anmeldung@example.org"}
    texts = [{"lang": "de", "title": "Sprechstunde"}]
    publish(municipality, registration=one)
    other = publish(municipality, registration=one, id="sprechstunde", texts=texts)
    assert receive(written(to=one["mail"])).reasons[0] == inbox.NO_EVENT
    assert receive(written(to=one["mail"], Subject="Anmeldung Sprechstunde", number=2)).book == other


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (written("Wie komme ich zum Rathaus?"), inbox.UNCLEAR),
        (written("Ich muss leider absagen."), inbox.UNCLEAR),
        (written("Wir melden uns zu dritt an, Kolleginnen und ich: wir sind drei Personen"), inbox.UNCLEAR),
        (written("Ich melde mich an. Ist das kostenlos?"), inbox.ASKS),
        (written(to="post@musterstadt.example"), inbox.NO_EVENT),
        (b"\xff\xfe\x00", inbox.UNREADABLE),
        (written(Content_Type="text/calendar; method=REPLY"), inbox.CALENDAR),
    ],
)
def test_what_a_program_does_not_understand_goes_to_a_person(book: Book, given: bytes, reason: str) -> None:
    letter = receive(given)
    assert (letter.outcome, letter.reasons[0], bytes(letter.raw)) == (Outcome.PERSON, reason, given)
    assert Registration.objects.exists() is (reason == inbox.ASKS)


@pytest.mark.django_db
def test_a_registration_that_is_not_possible_goes_to_a_person(book: Book) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise StepError("no place is left")

    assert inbox.receive(written(), at=AT, register=full).reasons[0] == inbox.REFUSED
    late = inbox.receive(written(number=2), at=book.start, register=by_mail.register)
    assert late.reasons[0] == inbox.OVER


@pytest.mark.django_db
def test_many_mails_of_one_address_go_to_a_person(book: Book) -> None:
    reasons = [receive(written(number=each)).reasons[0] for each in range(12)]
    assert reasons == [inbox.REGISTERED] * 10 + [inbox.TOO_MANY] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Subject": "Abwesenheitsnotiz: Anmeldung"},
        {"From": "krisenfest@localhost"},
        {"From": ADDRESS},
        {"List-Id": "<a.example>"},
    ],
)
def test_robots_and_loops_never_register(book: Book, headers: dict[str, str]) -> None:
    assert receive(written(**headers)).outcome == Outcome.AUTOMATIC
    assert not Registration.objects.exists()


@pytest.mark.django_db
def test_none_of_the_real_bounces_and_automatic_answers_registers_and_none_is_lost(
    book: Book, shared_data: Path
) -> None:
    paths = sorted((shared_data / "mail" / "sisimai").glob("*.eml"))[::4]
    if not paths:
        pytest.skip("the folder with real mails is not here (set KRISENFEST_SHARED_DATA)")
    outcomes = [receive(each.read_bytes(), recipients=["post+webinar@musterstadt.example"]).outcome for each in paths]
    assert len(outcomes) == 158
    assert set(outcomes) == {Outcome.PERSON, Outcome.AUTOMATIC}  # the bounces are not ours: a person sees them
    assert (Registration.objects.count(), Mail.objects.count()) == (0, 0)
    assert Letter.objects.exclude(raw=b"").count() == Letter.objects.count()


@pytest.fixture
def sent(book: Book, settings: Any) -> Iterator[tuple[Mail, Any]]:
    """A mail that went out through a real server, and how it left."""
    accepted = Accepted()
    with smtp_server(accepted) as port:
        settings.EMAIL_BACKEND = "krisenfest.web.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        mail = put(registered(book), Purpose.REGISTERED)
        outbox.send_due(AT)
        mail.refresh_from_db()
        yield mail, accepted.mails[0]


BOUNCE = """\
From: MAILER-DAEMON@mx.example\r
Subject: Undelivered Mail Returned to Sender\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Final-Recipient: rfc822; person1@example.org\r
Action: {action}\r
Status: {status}\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: {message_id}\r
\r
--b--\r
"""


@pytest.mark.django_db
def test_a_bounce_is_noted_at_the_mail_that_came_back(sent: tuple[Mail, Any]) -> None:
    mail, _ = sent
    data = BOUNCE.format(action="failed", status="5.1.1", message_id=mail.message_id).encode()
    assert receive(data).outcome == Outcome.BOUNCE
    mail.refresh_from_db()
    assert (mail.status, mail.problem) == (Mail.BOUNCED, inbox.RETURNED)


@pytest.mark.django_db
def test_a_bounce_that_says_nothing_is_known_by_the_address_it_came_back_to(sent: tuple[Mail, Any]) -> None:
    mail, (sender, _, _) = sent
    assert receive(written("gone", Return_Path="<>"), recipients=[sender]).outcome == Outcome.BOUNCE
    mail.refresh_from_db()
    assert mail.status == Mail.BOUNCED


@pytest.mark.django_db
def test_a_delay_is_no_bounce_and_a_forged_one_changes_nothing(sent: tuple[Mail, Any]) -> None:
    mail, _ = sent
    delayed = BOUNCE.format(action="delayed", status="4.4.1", message_id=mail.message_id).encode()
    assert receive(delayed).reasons[0] == inbox.DELAYED
    forged = BOUNCE.format(action="failed", status="5.1.1", message_id="<guessed@localhost>").encode()
    assert receive(forged).reasons[0] == inbox.UNKNOWN_BOUNCE
    wrong = marks.plus(ADDRESS, f"r-{mail.pk}-abcdefabcdef")
    assert receive(written("x", Return_Path="<>", number=9), recipients=[wrong]).reasons[0] == inbox.UNKNOWN_BOUNCE
    mail.refresh_from_db()
    assert mail.status == Mail.SENT


@pytest.mark.django_db
def test_an_answer_to_our_mail_goes_to_a_person_with_its_event(sent: tuple[Mail, Any], book: Book) -> None:
    mail, _ = sent
    letter = receive(written("Ich melde mich an.", to=ADDRESS, In_Reply_To=mail.message_id))
    assert (letter.outcome, letter.reasons[0], letter.book) == (Outcome.PERSON, inbox.ANSWER, book)


@pytest.mark.django_db
def test_who_calls_our_mail_spam_gets_no_reminders(sent: tuple[Mail, Any]) -> None:
    mail, _ = sent
    data = f"From: fbl@example.org\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {mail.message_id}\r\n\r\nx\r\n--b--\r\n"
    assert receive(data.encode()).reasons[0] == inbox.COMPLAINT
    assert Registration.objects.get().reminded is False


@pytest.mark.django_db
def test_a_person_registers_by_hand_and_marks_as_done(book: Book) -> None:
    letter = receive(written("Wie geht das?", to=ADDRESS))
    inbox.register_by_hand(letter, book, register=by_mail.register, at=AT)
    letter.refresh_from_db()
    assert (letter.done, letter.book, Registration.objects.get().email) == (AT, book, "ayse@example.org")


@pytest.mark.django_db
def test_what_is_done_goes_after_thirty_days_and_what_is_not_stays(book: Book) -> None:
    done, waits = receive(written("Frage?", number=1)), receive(written("Frage?", number=2))
    receive(written(number=3, Precedence="bulk"))
    inbox.mark_done(done, AT)
    month = timedelta(days=30)
    assert [inbox.sweep(AT + month), inbox.sweep(AT + month + timedelta(seconds=1))] == [0, 2]
    assert list(Letter.objects.all()) == [waits]


@pytest.mark.django_db
def test_letters_about_an_event_go_on_the_day_that_people_were_told(book: Book) -> None:
    receive(written("Frage?", number=1))
    other = receive(written("Frage?", number=2, to=ADDRESS))
    day = datetime.combine(book.delete_on, datetime_time(), ZoneInfo("Europe/Berlin"))
    assert [inbox.sweep(day - timedelta(seconds=1)), inbox.sweep(day)] == [0, 1]
    assert list(Letter.objects.all()) == [other]


# --- a real mailbox --------------------------------------------------------------------------------------------------


@pytest.fixture
def box() -> Iterator[Dovecot]:
    if find_dovecot() is None:
        pytest.skip("no Dovecot found (scripts/ensure-dovecot installs one)")
    with dovecot() as running:
        yield running


def until(true: Callable[[], bool], seconds: float = 10) -> float:
    """Wait for something; gives how long it took."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if true():
            return time.perf_counter() - began
        time.sleep(0.02)
    raise AssertionError("it did not happen")


@pytest.fixture
def watching(box: Dovecot) -> Iterator[tuple[Dovecot, list[bytes]]]:
    """A watched mailbox, and what was taken out of it."""
    taken: list[bytes] = []
    stopping = threading.Event()
    thread = threading.Thread(target=fetching.watch, args=(box.url, stopping, taken.append))
    thread.start()
    yield box, taken
    stopping.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_mails_are_taken_out_of_a_real_mailbox_as_soon_as_they_come(watching: tuple[Dovecot, list[bytes]]) -> None:
    box, taken = watching
    box.deliver(written(number=1), 1)
    until(lambda: len(taken) == 1)
    time.sleep(0.3)  # it waits in IDLE now
    box.deliver(written(number=2), 2)
    assert until(lambda: len(taken) == 2) < 3
    assert taken == [written(number=1), written(number=2)]
    until(lambda: box.left() == 0)


def test_a_mail_that_cannot_be_taken_over_stays_in_the_mailbox(box: Dovecot) -> None:
    box.deliver(written(number=1), 1)
    box.deliver(written(number=2), 2)

    def take(data: bytes) -> None:
        if b"<1@" in data:
            raise RuntimeError("the database is away")

    with fetching.connect(box.url) as connected:
        assert fetching.drain(connected, take) == 1
        assert box.left() == 1
        assert fetching.drain(connected, lambda _: None) == 1
        assert box.left() == 0


def test_the_mailbox_is_found_again_after_the_server_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_dovecot() is None:
        pytest.skip("no Dovecot found (scripts/ensure-dovecot installs one)")
    monkeypatch.setattr(fetching, "FIRST_PAUSE_S", 0.1)
    taken: list[bytes] = []
    stopping = threading.Event()
    with dovecot() as first:
        thread = threading.Thread(target=fetching.watch, args=(first.url, stopping, taken.append))
        thread.start()
        first.deliver(written(number=1), 1)
        until(lambda: len(taken) == 1)
    with dovecot(port=first.port) as second:
        second.deliver(written(number=2), 2)
        until(lambda: len(taken) == 2, 20)
        stopping.set()
        thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.mark.parametrize("url", ["pop3://a:b@mail.example", "imap://a:b@mail.example/INBOX", "imaps:///INBOX"])
def test_an_address_that_would_send_the_password_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(FieldError), fetching.connect(url):
        pass


@contextmanager
def worker(tmp_path: Path, **environment: str) -> Iterator[None]:
    """`krisenfest worker` as a process, over a town with an event ahead."""
    known = {key: value for key, value in os.environ.items() if key != "KRISENFEST_DATABASE_URL"}
    known |= {"KRISENFEST_DATA": str(tmp_path / "data"), "KRISENFEST_INBOX_ADDRESS": ADDRESS, **environment}
    subprocess.run(
        [sys.executable, str(ROOT / "tests/mail_town.py"), str(tmp_path / "data"), str(MUSTERSTADT)],
        env=known,
        check=True,
    )
    with (tmp_path / "worker.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "krisenfest", "worker"], env=known, stderr=log)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
    assert "example.org" not in (tmp_path / "worker.log").read_text()  # nobody's address in a log line


def test_a_mail_in_a_real_mailbox_becomes_a_registration_whose_confirmation_goes_out_by_a_real_server(
    tmp_path: Path, box: Dovecot
) -> None:
    accepted = Accepted()
    with smtp_server(accepted) as port:
        box.deliver(written(), 1)
        with worker(tmp_path, KRISENFEST_INBOX_URL=box.url, KRISENFEST_MAIL_URL=f"smtp://127.0.0.1:{port}"):
            until(lambda: len(accepted.mails) == 1, 60)
            box.deliver(written(number=2, From="jonas@example.org"), 2)
            assert until(lambda: len(accepted.mails) == 2, 30) < 10
            until(lambda: box.left() == 0)
    sender, to, message = accepted.mails[0]
    assert to == ["ayse@example.org"]
    assert marks.tag_of(sender, ADDRESS) is not None
    assert message["Subject"].startswith("Bitte bestätigen: ")
    assert "/counter/anmeldung/" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_mail_server_hands_a_mail_over_and_it_registers(tmp_path: Path) -> None:
    pytest.importorskip("aiosmtpd")
    accepted, door = Accepted(), free_port()
    to = "post+webinar@musterstadt.example"
    with (
        smtp_server(accepted) as port,
        worker(tmp_path, KRISENFEST_LMTP_PORT=str(door), KRISENFEST_MAIL_URL=f"smtp://127.0.0.1:{port}"),
    ):
        until(lambda: _answers(door), 60)
        with smtplib.LMTP("127.0.0.1", door) as client:
            client.sendmail("", [to], written(to="undisclosed"))  # an empty sender is a bounce, of none of ours
            client.sendmail("ayse@example.org", [to], written(to="undisclosed", number=2))
        until(lambda: len(accepted.mails) >= 1, 30)
        time.sleep(1.5)
    assert [message["Subject"] for _, _, message in accepted.mails] == [
        "Bitte bestätigen: Webinar: Als kleine Verwaltung durch die Krise"
    ]
    assert [recipients for _, recipients, _ in accepted.mails] == [["ayse@example.org"]]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_what_cannot_be_taken_over_stays_with_the_mail_server() -> None:
    pytest.importorskip("aiosmtpd")
    from krisenfest.web.events.handed_over import Door

    def take(*_: Any) -> None:
        raise RuntimeError("the database is away")

    door = Door(take, free_port())
    door.start()
    try:
        with smtplib.LMTP("127.0.0.1", door.port) as client, pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@example.org", ["b@example.org"], written())
    finally:
        door.stop()
    assert refused.value.smtp_code == 451
