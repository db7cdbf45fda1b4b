"""Each mail goes out once, whatever dies in between; what cannot be sent is told to the organiser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import MUSTERSTADT, ROOT
from event_mails import AT, publish, put, registered
from krisenfest.web.events import marks, outbox
from krisenfest.web.events.models import Book, Mail, Purpose
from mail_servers import Accepted, free_port, smtp_server

HOUR = timedelta(hours=1)


@pytest.fixture
def accepted(settings: Any) -> Iterator[Accepted]:
    """A real SMTP server to which the outbox sends."""
    found = Accepted()
    with smtp_server(found) as port:
        settings.EMAIL_BACKEND = "krisenfest.web.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
        yield found


@pytest.fixture
def book(municipality: Any) -> Book:
    return publish(municipality)


def test_a_sender_killed_anywhere_never_doubles_a_mail_and_loses_none_without_saying_so(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "KRISENFEST_DATABASE_URL"}
    command = [sys.executable, str(ROOT / "tests/mail_crashes.py"), str(tmp_path / "data"), str(MUSTERSTADT)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    left = json.loads(done.stdout.splitlines()[-1])
    assert left["places"] == {
        "claimed": [True, 1, "sent"],
        "connected": [True, 1, "sent"],
        "recipient told": [True, 1, "sent"],
        "all but the dot": [True, 1, "sent"],
        "marked, and no dot": [True, 0, "doubtful"],  # the only loss there can be, and a person sees it
        "dot, no answer": [True, 1, "doubtful"],
        "answer, not written down": [True, 1, "doubtful"],
        "written down": [True, 1, "sent"],
    }
    assert left["killed"] >= 15  # the others were faster than the axe
    after = left["after"]
    assert after["mails"] == 128
    assert after["most"] == 1
    assert set(after["missing"]) <= {"doubtful"}
    assert set(after["statuses"]) <= {"sent", "doubtful"}
    assert after["wrong"] == []


@pytest.mark.django_db
def test_a_mail_that_is_due_goes_out_once_and_its_secret_is_forgotten(book: Book, accepted: Accepted) -> None:
    mail = put(registered(book), Purpose.REGISTERED, secret="geheim")
    put(registered(book), Purpose.REGISTERED, due=AT + HOUR)
    assert [outbox.send_due(AT), outbox.send_due(AT)] == [outbox.Round(sent=1), outbox.Round()]
    mail.refresh_from_db()
    assert (mail.status, mail.sent, mail.secret, mail.attempts) == (Mail.SENT, AT, "", 1)
    assert [(sender, to) for sender, to, _ in accepted.mails] == [("krisenfest@localhost", ["person1@example.org"])]


@pytest.mark.django_db
def test_a_mail_is_put_into_the_outbox_once_for_its_purpose_and_person(book: Book) -> None:
    person = registered(book)
    assert outbox.put(person.pk, Purpose.REGISTERED, at=AT)
    assert not outbox.put(person.pk, Purpose.REGISTERED, at=AT + HOUR)
    assert Mail.objects.count() == 1


@pytest.mark.django_db
def test_what_the_server_refuses_for_good_is_told_without_the_address(book: Book, accepted: Accepted) -> None:
    accepted.answers["person1@example.org"] = "550 5.1.1 <person1@example.org>: no such mailbox"
    refused, fine = put(registered(book), Purpose.REGISTERED), put(registered(book), Purpose.REGISTERED)
    assert outbox.send_due(AT).sent == 1
    refused.refresh_from_db()
    fine.refresh_from_db()
    assert (refused.status, refused.problem) == (Mail.FAILED, "550 5.1.1 <…>: no such mailbox")
    assert fine.status == Mail.SENT
    assert [outbox.send_due(AT + HOUR).sent, len(accepted.mails)] == [0, 1]


@pytest.mark.django_db
def test_what_the_server_puts_off_is_tried_again_later_and_later(book: Book, accepted: Accepted) -> None:
    accepted.answers["person1@example.org"] = "451 4.7.1 greylisted"
    mail = put(registered(book), Purpose.REGISTERED)
    waits, at = [], AT
    for _ in range(4):
        outbox.send_due(at)
        mail.refresh_from_db()
        assert mail.again_at is not None
        waits.append((mail.again_at - at).total_seconds())
        assert outbox.send_due(mail.again_at - timedelta(seconds=1)) == outbox.Round()
        at = mail.again_at
    assert waits == [30, 60, 120, 240]
    del accepted.answers["person1@example.org"]
    outbox.send_due(at)
    mail.refresh_from_db()
    assert (mail.status, mail.attempts, mail.problem) == (Mail.SENT, 5, "")


def test_the_longest_wait_is_an_hour() -> None:
    assert [outbox.pause(each) for each in (1, 7, 8, 900)] == [timedelta(seconds=30), timedelta(minutes=32), HOUR, HOUR]


@pytest.mark.django_db
def test_a_server_that_cannot_be_reached_costs_one_mail_a_try_and_none_its_place(book: Book, settings: Any) -> None:
    settings.EMAIL_BACKEND = "krisenfest.web.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    mails = [put(registered(book), Purpose.REGISTERED) for _ in range(3)]
    assert outbox.send_due(AT) == outbox.Round(reached=False)
    rows = list(Mail.objects.order_by("pk").values_list("status", "attempts", "problem"))
    assert rows == [("waiting", 1, outbox.UNREACHED), ("waiting", 0, ""), ("waiting", 0, "")]
    assert len(mails) == 3


@pytest.mark.django_db
def test_after_four_days_of_trying_the_organiser_is_told(book: Book, accepted: Accepted) -> None:
    accepted.answers["person1@example.org"] = "451 4.3.0 later"
    mail = put(registered(book), Purpose.REGISTERED)
    outbox.send_due(AT + timedelta(days=4, seconds=1))
    mail.refresh_from_db()
    assert (mail.status, mail.problem) == (Mail.FAILED, "451 4.3.0 later")


@pytest.mark.django_db
def test_a_worker_that_was_too_slow_lets_go_before_the_last_line(book: Book, accepted: Accepted) -> None:
    put(registered(book), Purpose.REGISTERED)
    (slow,) = outbox.claim(AT)
    outbox.sweep(AT + outbox.LEASE)
    (fast,) = outbox.claim(AT + outbox.LEASE)
    with pytest.raises(outbox.LostClaimError):
        outbox.hand_over(slow, "<1@example.org>")
    outbox.hand_over(fast, "<1@example.org>")
    assert Mail.objects.get().status == Mail.HANDING


@pytest.mark.django_db
def test_a_person_sends_a_doubtful_mail_again_under_the_same_message_id(book: Book, accepted: Accepted) -> None:
    mail = put(registered(book), Purpose.REGISTERED)
    outbox.send_due(AT)
    Mail.objects.update(status=Mail.DOUBTFUL)
    outbox.send_again(mail, AT + HOUR)
    outbox.send_due(AT + HOUR)
    assert len(accepted.ids) == 2
    assert len(set(accepted.ids)) == 1


@pytest.mark.django_db
def test_one_mail_that_cannot_be_written_does_not_stop_the_others(book: Book, accepted: Accepted) -> None:
    broken = put(registered(book, email="no address"), Purpose.REGISTERED)
    put(registered(book), Purpose.REGISTERED)
    assert outbox.send_due(AT).sent == 1
    broken.refresh_from_db()
    assert (broken.status, broken.problem) == (Mail.FAILED, outbox.UNWRITTEN)


@pytest.mark.django_db
def test_a_reminder_that_comes_too_late_or_is_not_wanted_is_not_sent(book: Book, accepted: Accepted) -> None:
    put(registered(book), Purpose.REMINDER)
    put(registered(book, reminded=False), Purpose.REMINDER, due=AT - HOUR)
    put(registered(book, state="cancelled"), Purpose.REMINDER, due=AT - HOUR)
    outbox.send_due(AT - HOUR)
    outbox.send_due(book.start)
    assert list(Mail.objects.values_list("status", flat=True)) == [Mail.DROPPED] * 3
    assert accepted.mails == []


@pytest.mark.django_db
def test_mails_of_an_exercise_stay_in_the_house(book: Book, accepted: Accepted, data: Path) -> None:
    put(registered(publish(book.municipality, exercise=True)), Purpose.REGISTERED)
    assert outbox.send_due(AT).sent == 1
    assert accepted.mails == []
    (kept,) = (data / "towns" / book.municipality.slug / "exercise" / "mailbox").iterdir()
    assert "Subject: =?utf-8?q?=C3=9CBUNG=3A?= Angemeldet: Webinar" in kept.read_text()


@pytest.mark.django_db
def test_bounces_come_back_to_an_address_that_names_the_mail(book: Book, accepted: Accepted, settings: Any) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, inbox_address="anmeldung@musterstadt.example")
    mail = put(registered(book), Purpose.REGISTERED)
    outbox.send_due(AT)
    sender = accepted.mails[0][0]
    tag = marks.tag_of(sender, "anmeldung@musterstadt.example")
    assert tag is not None
    assert marks.mail_of(tag) == mail
    assert marks.mail_of(f"r-{mail.pk}-000000000000") is None
    assert [marks.mail_of(each) for each in ("", "webinar", "r-x-y", "r-99999999999999999999-a")] == [None] * 4
