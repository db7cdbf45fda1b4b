"""Mails that come in are told apart: people, bounces, robots, loops; and what a person wants."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random  # noqa: TID251  with a fixed seed

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from krisenfest.standards import mail, replies

sys.path.insert(0, str(ROOT / "bench"))

PLAIN = """\
From: Ayşe Öztürk <ayse@example.org>
To: anmeldung+webinar@musterstadt.example
Subject: Anmeldung
Message-ID: <1@example.org>

Hallo, hiermit melde ich mich an.
"""


@pytest.fixture
def samples(shared_data: Path) -> Path:
    folder = shared_data / "mail"
    if not folder.is_dir():
        pytest.skip("the folder with real mails is not here (set KRISENFEST_SHARED_DATA)")
    return folder


def test_none_of_629_real_bounces_and_automatic_answers_is_a_person(samples: Path) -> None:
    from mail_reading import tell

    told = tell(samples / "sisimai", "*.eml")
    assert len(told) == 629
    assert [each.path for each in told if each.kind is mail.Kind.PERSON or each.registers] == []
    assert sum(each.kind in (mail.Kind.BOUNCE, mail.Kind.COMPLAINT) for each in told) >= 610


def test_no_mail_that_a_person_wrote_is_called_a_robot(samples: Path) -> None:
    from mail_reading import ROBOTS, tell

    people = [each for each in tell(samples / "mikel", "**/*") if not each.path.startswith(ROBOTS)]
    assert len(people) == 94
    assert [each for each in people if each.kind not in (mail.Kind.PERSON, mail.Kind.UNREADABLE)] == []
    assert sum(each.kind is mail.Kind.UNREADABLE for each in people) == 5  # no headers, or no sender: for a person
    assert [each.path for each in people if each.registers] == []


def test_nothing_that_is_cut_or_changed_crashes_the_reader(samples: Path) -> None:
    chance = Random(2020)
    for path in sorted((samples / "mikel").rglob("*"))[:110:2] + sorted((samples / "sisimai").glob("*.eml"))[::20]:
        if not path.is_file():
            continue
        data = bytearray(path.read_bytes()[:20_000])
        for _ in range(20):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        for seen in (mail.read(bytes(data)), mail.read(bytes(data[: chance.randrange(len(data) + 1)]))):
            assert isinstance(seen.kind, mail.Kind)


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    assert mail.read(data).reasons != ()
    assert mail.read(b"From: a@example.org\nContent-Type: multipart/mixed; boundary=a\n\n--a\n" + data).reasons != ()


def test_what_a_person_says_is_read() -> None:
    seen = mail.read(PLAIN.encode(), recipients=["anmeldung+webinar@musterstadt.example"])
    assert (seen.kind, seen.sender, seen.name) == (mail.Kind.PERSON, "ayse@example.org", "Ayşe Öztürk")
    assert (seen.subject, seen.text, seen.lang) == ("Anmeldung", "Hallo, hiermit melde ich mich an.", "de")
    assert (seen.recipients, seen.message_id) == (("anmeldung+webinar@musterstadt.example",), "<1@example.org>")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Auto-Submitted: auto-replied", mail.Kind.AUTOMATIC),
        ("Auto-Submitted: auto-generated (rejected)", mail.Kind.AUTOMATIC),
        ("Auto-Submitted: no", mail.Kind.PERSON),
        ("Precedence: bulk", mail.Kind.AUTOMATIC),
        ("Precedence: normal", mail.Kind.PERSON),
        ("Return-Path: <>", mail.Kind.BOUNCE),
        ("Return-Path: <ayse@example.org>", mail.Kind.PERSON),
        ("List-Id: <leute.example.org>", mail.Kind.AUTOMATIC),
        ("X-Autoreply: yes", mail.Kind.AUTOMATIC),
        ("X-Auto-Response-Suppress: All", mail.Kind.PERSON),  # Outlook sets it on mails of people too
        ("X-Failed-Recipients: weg@example.org", mail.Kind.BOUNCE),
        ("X-Loop: anmeldung@musterstadt.example", mail.Kind.LOOP),
        ("Content-Type: text/calendar; method=REPLY", mail.Kind.CALENDAR),
    ],
)
def test_a_header_tells_the_kind(line: str, kind: mail.Kind) -> None:
    assert mail.read(f"{line}\n{PLAIN}".encode()).kind is kind


@pytest.mark.parametrize(
    "subject",
    [
        "Abwesenheitsnotiz: Ihre Mail",
        "Automatische Antwort: Re: Webinar",
        "Out of Office: Webinar",
        "Ich bin im Urlaub",
    ],
)
def test_an_absence_without_any_header_is_known_by_its_subject_or_goes_through(subject: str) -> None:
    seen = mail.read(PLAIN.replace("Subject: Anmeldung", f"Subject: {subject}").encode())
    assert seen.kind is (mail.Kind.PERSON if subject == "Ich bin im Urlaub" else mail.Kind.AUTOMATIC)


def test_our_own_mail_that_comes_back_is_a_loop() -> None:
    assert mail.read(PLAIN.encode(), own=["Ayse@Example.org"]).kind is mail.Kind.LOOP
    hops = "".join(f"Received: from a{each} by b\n" for each in range(31))
    assert mail.read((hops + PLAIN).encode()).kind is mail.Kind.LOOP


@pytest.mark.parametrize(
    ("said", "wants"),
    [
        ("Hiermit melde ich mich an.", True),
        ("Ich melde mich gerne für das Webinar an.", True),
        ("Ich möchte am Webinar teilnehmen. Mit freundlichen Grüßen", True),
        ("Bitte registrieren Sie mich.", True),
        ("Ich bin gerne dabei!", True),
        ("Please register me for the webinar.", True),
        ("I would like to attend.", True),
        ("Count me in", True),
        ("Ich muss leider absagen.", False),
        ("Ich kann doch nicht teilnehmen.", False),
        ("Bitte melden Sie mich wieder ab. Ich hatte mich angemeldet", False),
        ("I cannot attend, please cancel my registration.", False),
        ("Wir kommen zu dritt, bitte melden Sie uns an.", False),
        ("Ich melde mich und zwei Kolleginnen an.", False),
        ("Wie wird das Wetter?", False),
        ("", False),
    ],
)
def test_only_who_plainly_says_so_registers(said: str, wants: bool) -> None:
    assert replies.wants_to_register("", said) is wants


def test_the_subject_is_enough_unless_it_repeats_ours() -> None:
    assert replies.wants_to_register("Anmeldung Webinar", "")
    assert not replies.wants_to_register("Re: Ihre Anmeldung", "Vielen Dank!")
    assert not replies.wants_to_register("Anmeldung", "x" * 1501)


def test_a_person_who_also_asks_something_is_read_by_a_person() -> None:
    assert replies.asks_something("Ich melde mich an. Gibt es Untertitel?")
    assert not replies.asks_something("Ich melde mich an.")


@pytest.mark.parametrize(
    "name", ["email_german.txt", "email_german_2.txt", "email_german_3.txt", "email_german_outlook.txt"]
)
def test_quoted_text_is_cut_off_german_replies(samples: Path, name: str) -> None:
    text = replies.without_quotes((samples / "crisp" / name).read_text(encoding="utf-8"))
    assert text.startswith("Fusce bibendum, quam hendrerit")
    assert text.endswith("varius aliquet nec nec nibh.")


@pytest.mark.parametrize(
    "tail",
    [
        "Am 30.06.2020 um 17:00 schrieb Stadt Musterstadt:\n> Danke",
        "Am Dienstag, den 30. Juni 2020, 17:00:00 MESZ hat Stadt Musterstadt\n<a@b.example> geschrieben/schrieb:\n> Danke",
        "-----Ursprüngliche Nachricht-----\nVon: Stadt",
        "Von: Stadt Musterstadt <a@b.example>\nGesendet: Dienstag\nAn: mich\nBetreff: Webinar\n\nDanke",
        "On Tue, Jun 30, 2020 at 5:00 PM A <a@b.example> wrote:\n> Thanks",
        "> Danke\n> sehr",
        "-- \nAyşe Öztürk\nStadt Nirgends",
        "Von meinem iPhone gesendet",
    ],
)
def test_quotations_and_signatures_are_cut_off(tail: str) -> None:
    assert replies.without_quotes(f"Ich melde mich an.\n\n{tail}") == "Ich melde mich an."


def test_a_mail_in_html_alone_is_read_as_words() -> None:
    html = "<html><head><style>p{}</style></head><body><p>Ich melde mich&nbsp;an &amp; freue mich.</p><script>x</script></body>"
    data = f"From: a@example.org\nContent-Type: text/html; charset=utf-8\n\n{html}"
    assert mail.read(data.encode()).text == "Ich melde mich an & freue mich."


def test_an_unknown_charset_does_not_hide_the_text() -> None:
    data = b"From: a@example.org\nContent-Type: text/plain; charset=unknown-8bit\n\nGr\xfc\xdfe, ich melde mich an"
    assert mail.read(data).text == "Grüße, ich melde mich an"


def test_a_bounce_tells_which_mail_came_back_and_whether_for_good() -> None:
    report = """\
From: MAILER-DAEMON@mx.example
To: anmeldung@musterstadt.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; weg@example.org
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: <abc@musterstadt.example>
Subject: Angemeldet
--b--
"""
    gone = mail.read(report.format(action="failed", status="5.1.1").encode())
    assert (gone.kind, gone.about, gone.failed) == (
        mail.Kind.BOUNCE,
        ("<abc@musterstadt.example>",),
        ("weg@example.org",),
    )
    assert gone.failure is mail.Failure.FOR_GOOD
    assert mail.read(report.format(action="delayed", status="4.4.1").encode()).failure is mail.Failure.DELAYED
