"""Open standards: what is written reads back, by our own reader and by independent ones."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conftest import AT, MUSTERSTADT
from krisenfest.config import Config
from krisenfest.domain.links import FOLDERS
from krisenfest.domain.releases import continued
from krisenfest.errors import StateError
from krisenfest.sources.files import scan
from krisenfest.sources.folder import read
from krisenfest.standards import atom, ics, release_json, schemaorg, sitemap, tables

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
TEXT = st.lists(LINE, max_size=3).map("\n".join)
XML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=200)


@st.composite
def calendar_events(draw: st.DrawFn) -> ics.CalendarEvent:
    start = draw(MOMENTS)
    if draw(st.booleans()):
        first: datetime | date = start.date()
        last: datetime | date | None = start.date() + timedelta(days=draw(st.integers(1, 5)))
    else:
        first, last = start, draw(st.none() | st.just(start + timedelta(hours=3)))
    return ics.CalendarEvent(
        uid="e@town.example",
        sequence=draw(st.integers(0, 9)),
        stamp=draw(MOMENTS),
        start=first,
        end=last,
        summary=draw(LINE),
        description=draw(TEXT),
        location=draw(LINE),
        url="https://town.example/e.html",
        cancelled=draw(st.booleans()),
    )


@given(calendar_events())
def test_a_calendar_reads_back(event: ics.CalendarEvent) -> None:
    data = ics.dumps([event], BERLIN)
    assert ics.loads(data) == [event]
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


@given(calendar_events())
def test_a_calendar_reads_back_through_icalendar(event: ics.CalendarEvent) -> None:
    calendar = icalendar.Calendar.from_ical(ics.dumps([event], BERLIN))
    (found,) = calendar.walk("VEVENT")
    assert str(found["SUMMARY"]) == event.summary
    assert found.decoded("DTSTART") == event.start
    assert int(found["SEQUENCE"]) == event.sequence


@pytest.mark.parametrize(
    ("start", "line"),
    [
        ("2026-03-29T00:59:59+00:00", "DTSTART;TZID=Europe/Berlin:20260329T015959"),
        ("2026-03-29T01:00:00+00:00", "DTSTART;TZID=Europe/Berlin:20260329T030000"),
        ("2026-10-25T00:30:00+00:00", "DTSTART;TZID=Europe/Berlin:20261025T023000"),
        ("2026-10-25T01:30:00+00:00", "DTSTART:20261025T013000Z"),  # 02:30 for the second time
        ("2028-02-28T23:00:00+00:00", "DTSTART;TZID=Europe/Berlin:20280229T000000"),
    ],
)
def test_a_start_on_both_sides_of_a_change_of_clocks(start: str, line: str) -> None:
    event = ics.CalendarEvent(uid="e", sequence=0, stamp=AT, start=datetime.fromisoformat(start), end=None, summary="E")
    assert line in ics.dumps([event], BERLIN).decode().split("\r\n")


def test_the_time_zone_of_a_calendar_has_its_offsets() -> None:
    event = ics.CalendarEvent(uid="e", sequence=0, stamp=AT, start=AT, end=None, summary="E")
    text = ics.dumps([event], BERLIN).decode()
    assert "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n" in text
    assert "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n" in text


def test_every_calendar_of_the_site_is_read_by_icalendar(built: Path) -> None:
    (everything,) = (built / "kalender").glob("*.ics")
    events = icalendar.Calendar.from_ical(everything.read_bytes()).walk("VEVENT")
    assert sorted(str(each["UID"]) for each in events) == sorted(
        f"{path.stem}@www.musterstadt.example" for path in (built / "veranstaltungen").glob("*.ics")
    )


@given(XML_TEXT, XML_TEXT, MOMENTS)
def test_a_feed_reads_back_and_is_well_formed(title: str, summary: str, at: datetime) -> None:
    entry = atom.Entry(id="tag:a", title=title, summary=summary, link="../a.html", published=at, updated=at)
    feed = atom.Feed(
        id="tag:f", title=title, author="Town", lang="de", link="../", self_link="", updated=at, entries=(entry,)
    )
    data = atom.dumps(feed)
    assert atom.loads(data) == feed
    assert etree.fromstring(data).tag == "{http://www.w3.org/2005/Atom}feed"


@given(st.text())
def test_a_feed_survives_characters_that_xml_forbids(title: str) -> None:
    entry = atom.Entry(id="tag:a", title=title, summary="", link="a", published=AT, updated=AT)
    feed = atom.Feed(id="tag:f", title="T", author="A", lang="de", link="", self_link="", updated=AT, entries=(entry,))
    etree.fromstring(atom.dumps(feed))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")), min_size=1, max_size=4))
def test_a_table_reads_back_and_holds_no_formula(cells: list[str]) -> None:
    rows = tables.loads("".join(map(tables.line, [["a"], *([cell] for cell in cells), ["end"]])).encode())
    found = [row["a"] for row in rows]
    assert [each for each in found if each.startswith(("=", "+", "-", "@", "\t"))] == []
    assert found[-1] == "end"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_formula_is_defused(text: str) -> None:
    assert tables.defused(text) == f"'{text}"


def test_json_for_search_engines_cannot_end_its_element() -> None:
    text = schemaorg.dumps({"name": "</script><!--&"})
    assert "<" not in text and ">" not in text and "&" not in text
    assert json.loads(text)["name"] == "</script><!--&"


@pytest.mark.parametrize(("count", "files"), [(0, 1), (1, 1), (50_000, 1), (50_001, 3)])
def test_a_sitemap_is_split_above_50000_addresses(count: int, files: int) -> None:
    found = sitemap.dumps("https://a.example", [(f"{number}.html", AT) for number in range(count)])
    assert len(found) == files
    assert found[0][0] == "sitemap.xml"


def test_every_record_fits_its_published_schema(built: Path) -> None:
    for folder in FOLDERS:
        schema = json.loads((built / f"data/schema/{folder}.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        rows = json.loads((built / f"data/{folder}.json").read_text())
        assert rows
        for row in rows:
            jsonschema.validate(row["record"], schema)


def test_a_release_reads_back_with_the_same_bytes() -> None:
    content = read(MUSTERSTADT, scan(MUSTERSTADT, Config()), at=AT)
    assert content.municipality is not None
    release = continued(None, content.municipality, content.incoming, AT)
    data = release_json.dumps(release)
    again = release_json.loads(data)
    assert again == release
    assert release_json.dumps(again) == data


@given(st.binary(max_size=200))
def test_a_damaged_release_is_refused(data: bytes) -> None:
    with pytest.raises(StateError):
        release_json.loads(data)
