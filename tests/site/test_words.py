"""The interface speaks each language: English whole, every placeholder kept, dates as each language writes them."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from conftest import ROOT
from krisenfest.site.words import Words

sys.path.insert(0, str(ROOT / "scripts"))
from messages import messages

BERLIN = ZoneInfo("Europe/Berlin")


def catalogue(lang: str) -> dict[str, str]:
    with (ROOT / f"src/krisenfest/locale/{lang}/LC_MESSAGES/krisenfest.po").open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_language_is_complete(lang: str) -> None:
    assert {each for each in messages() if not catalogue(lang).get(each)} == set()


@pytest.mark.parametrize("lang", ["en", "ar", "de-simple"])
def test_a_translation_keeps_its_placeholders_and_has_no_leftovers(lang: str) -> None:
    for msgid, text in catalogue(lang).items():
        assert placeholders(msgid) == placeholders(text)
        assert msgid in messages(), msgid


@pytest.mark.parametrize(
    ("lang", "moment", "end"),
    [
        ("de", "Mittwoch, 1. Juli 2026, 18:00 Uhr", "bis einschließlich Dienstag, 30. Juni 2026"),
        ("de-simple", "Mittwoch, 1. Juli 2026, 18:00 Uhr", "bis einschließlich Dienstag, 30. Juni 2026"),
        ("en", "Wednesday, 1 July 2026, 18:00", "until the end of Tuesday, 30 June 2026"),
    ],
)
def test_dates_are_written_as_the_language_does(lang: str, moment: str, end: str) -> None:
    words = Words(lang, BERLIN)
    assert words.moment(datetime(2026, 7, 1, 16, tzinfo=UTC)) == moment
    assert words.end(datetime(2026, 6, 30, 22, tzinfo=UTC)) == end
    assert words.start(datetime(2026, 6, 30, 22, tzinfo=UTC)) == words.weekday(date(2026, 7, 1))
