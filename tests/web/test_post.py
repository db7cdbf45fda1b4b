"""The post at the desk and the demo's mailbox: read safely, dealt with by a person, seen as people see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from desk_people import People
from event_mails import publish, put, registered
from krisenfest import clock
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit.models import Entry
from krisenfest.web.events import by_mail, inbox, outbox
from krisenfest.web.events.models import Book, Letter, Mail, Purpose, Registration

LETTER = (
    "From: Jonas Vorlage <jonas@example.org>\r\nTo: post@kleinstadt.example\r\nSubject: Frage <script>alert(1)</script>\r\n"
    "Content-Type: text/html\r\n\r\n<p>Gibt es <b>Untertitel</b>?</p><img src=https://spy.example/p.gif><script>x()</script>\r\n"
)


@pytest.fixture
def letter(municipality: Municipality) -> Letter:
    return inbox.receive(LETTER.encode(), at=clock.now(), register=by_mail.register)


@pytest.fixture
def ahead(municipality: Municipality) -> Book:
    start = (clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return publish(municipality, start=start, end=None)


@pytest.mark.django_db
def test_a_letter_is_read_as_plain_text_and_nothing_of_it_runs(letter: Letter, people: People, client: Client) -> None:
    client.force_login(people.author)
    overview = client.get("/desk/musterstadt/post/").content.decode()
    assert "Frage &lt;script&gt;alert(1)&lt;/script&gt;" in overview
    page = client.get(f"/desk/musterstadt/post/{letter.pk}/").content.decode()
    assert "Gibt es Untertitel?" in page
    assert "spy.example" not in page and "<script>" not in page
    raw = client.get(f"/desk/musterstadt/post/{letter.pk}/brief.eml")
    assert (raw.content, raw["Content-Type"]) == (LETTER.encode(), "application/octet-stream")
    assert raw["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db
def test_a_person_marks_a_letter_as_done(letter: Letter, people: People, client: Client) -> None:
    client.force_login(people.author)
    client.post(f"/desk/musterstadt/post/{letter.pk}/", {"do": "done"})
    assert Letter.objects.get().done is not None
    assert Entry.objects.of(letter.municipality).last().act == "letter.done"  # type: ignore[union-attr]
    assert "Nichts. Was Programme verstehen" in client.get("/desk/musterstadt/post/").content.decode()


@pytest.mark.django_db
def test_a_person_registers_who_wrote(letter: Letter, ahead: Book, people: People, client: Client) -> None:
    client.force_login(people.author)
    client.post(f"/desk/musterstadt/post/{letter.pk}/", {"do": "register", "book": ahead.pk})
    person = Registration.objects.get()
    assert (person.book, person.name, person.email, person.confirmed) == (
        ahead,
        "Jonas Vorlage",
        "jonas@example.org",
        None,
    )
    assert Letter.objects.get().done is not None


@pytest.mark.django_db
def test_the_post_is_for_who_may_invite_and_for_its_own_town(
    letter: Letter, people: People, client: Client, data: Path, town: Path
) -> None:
    assert client.get("/desk/musterstadt/post/").status_code == 302
    client.force_login(people.reader)
    assert client.get("/desk/musterstadt/post/").status_code == 403
    client.force_login(people.author)
    Letter.objects.update(municipality=None)  # nobody's: for administrators
    assert client.get(f"/desk/musterstadt/post/{letter.pk}/").status_code == 404
    client.force_login(people.administrator)
    assert client.get(f"/desk/musterstadt/post/{letter.pk}/").status_code == 200
    assert client.get(f"/desk/musterstadt/uebung/post/{letter.pk}/").status_code == 404


@pytest.mark.django_db
def test_the_organiser_sees_what_did_not_arrive_and_sends_it_again(ahead: Book, people: People, client: Client) -> None:
    mails = [
        put(registered(ahead), Purpose.REGISTERED, status=each) for each in ("bounced", "doubtful", "failed", "sent")
    ]
    Mail.objects.filter(pk=mails[0].pk).update(problem=inbox.RETURNED)
    client.force_login(people.author)
    page = client.get("/desk/musterstadt/post/mails/webinar/").content.decode()
    for each in (
        "kam zurück",
        "vielleicht nicht angekommen",
        "nicht verschickt",
        "person1@example.org",
        inbox.RETURNED,
    ):
        assert each in page
    assert "person4@example.org" not in page
    assert "<strong>3 mit Problem</strong>" in client.get("/desk/musterstadt/post/").content.decode()
    client.post(f"/desk/musterstadt/post/mails/webinar/{mails[1].pk}/nochmal/")
    client.post(f"/desk/musterstadt/post/mails/webinar/{mails[3].pk}/nochmal/")
    assert list(Mail.objects.order_by("pk").values_list("status", flat=True)) == [
        "bounced",
        "waiting",
        "failed",
        "sent",
    ]
    assert "example.org" not in str(list(Entry.objects.values_list("subject", "details")))


@pytest.mark.django_db
def test_the_organiser_sets_reminders_and_the_survey(ahead: Book, people: People, client: Client) -> None:
    client.force_login(people.author)
    path = "/desk/musterstadt/post/mails/webinar/"
    client.post(path, {"reminders": ["15", "10080", "9"], "survey": "https://umfrage.example/"})
    book = Book.objects.get(pk=ahead.pk)
    assert (book.reminders, book.thanks, book.survey) == ([10080, 15], False, "https://umfrage.example/")
    client.post(path, {"survey": "javascript:alert(1)"})
    assert Book.objects.get(pk=ahead.pk).survey == "https://umfrage.example/"


@pytest.mark.django_db
def test_the_demos_mailbox_shows_the_html_in_a_sandbox_the_text_and_the_files(
    ahead: Book, client: Client, settings: Any, data: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(data / "mailbox")
    put(registered(ahead), Purpose.REGISTERED)
    put(registered(ahead), Purpose.WAITING)
    outbox.send_due(clock.now())
    assert client.get("/demo/mailbox/").status_code == 404  # only in the demo
    settings.CONFIG = replace(settings.CONFIG, demo=1)
    overview = client.get("/demo/mailbox/").content.decode()
    assert overview.index("Warteliste: Webinar") < overview.index("Angemeldet: Webinar")
    path = overview.split('href="/demo/mailbox/')[2].split('"')[0]
    page = client.get(f"/demo/mailbox/{path}").content.decode()
    assert (
        "termin.ics" in page
        and "Sie sind angemeldet." in page
        and 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    )
    html = client.get(f"/demo/mailbox/{path}html")
    assert html["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    assert "; sandbox allow-popups" in html["Content-Security-Policy"]
    assert "Sie sind angemeldet." in html.content.decode()
    file = client.get(f"/demo/mailbox/{path}0")
    assert file["Content-Type"] == "application/ics" and file.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert client.get("/demo/mailbox/..%2f..%2fdesk.sqlite3/0/").status_code == 404
