"""Rules of RFC 5545: the gold instances of libical, the change of clocks, and what is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from krisenfest.domain.events import Event, event_phases, event_state_at, occurrence_at, occurrences
from krisenfest.domain.records import Reading
from krisenfest.domain.recurrence import moments, parse_rule
from krisenfest.domain.releases import Version, canonical
from krisenfest.site.repeating import sentence
from krisenfest.site.words import Words

BERLIN = ZoneInfo("Europe/Berlin")
GOLD = "ical/libical/src__test__icalrecur_test.txt"
# Where libical and the house differ, and why; records may not use BYWEEKNO, so no event is touched.
DIFFERENT = {
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101": "libical says: not implemented",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=6;UNTIL=20170101T000000": "week 53 of the year before, counted by years",
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=5;UNTIL=20170101T000000": "week 53 of the year before, counted by years",
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TU;INTERVAL=3;UNTIL=20320101": "week 1 of the year after, counted by years",
}


def event(**more: object) -> Event:
    values = {"id": "treff", "texts": [{"lang": "de", "title": "Treff"}], **more}
    return Event.model_validate(values, context=Reading(zone=BERLIN))


def local(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


def gold(file: Path) -> list[tuple[str, str, list[str]]]:
    text = re.sub(r"\r?\n[ \t]", "", file.read_text(encoding="utf-8"))
    found = []
    for block in re.split(r"\n\s*\n", text):
        lines = dict(line.split(":", 1) for line in block.splitlines() if ":" in line and not line.startswith("#"))
        if "RRULE" in lines and "INSTANCES" in lines and "START-AT" not in lines:
            wanted = [each.strip() for each in lines["INSTANCES"].split(",") if each.strip()]
            found.append((lines["RRULE"], lines["DTSTART"], wanted))
    return found


def test_the_gold_instances_come_out_but_for_four_named_rules_with_week_numbers(shared_data: Path) -> None:
    rules = gold(shared_data / GOLD)
    utc = ZoneInfo("UTC")
    wrong = {}
    for rule, start, wanted in rules:
        shape = "%Y%m%dT%H%M%S" if "T" in start else "%Y%m%d"
        day_only = re.sub(r"BY(HOUR|MINUTE|SECOND)=[0-9,]+;?", "", rule) if "T" not in start else rule
        first = datetime.strptime(start.rstrip("Z"), shape)  # noqa: DTZ007  the wall clock
        found = [each.strftime(shape) for each in islice(moments(parse_rule(day_only), first, utc), len(wanted) + 1)]
        if found != [each.rstrip("Z") for each in wanted]:
            wrong[rule.replace("Z", "")] = found
    assert len(rules) == 139
    assert set(wrong) == set(DIFFERENT)


def test_an_evening_stays_at_its_hour_when_the_clocks_change() -> None:
    found = event(start="2026-10-13T18:00", repeats="FREQ=WEEKLY;COUNT=4")
    assert [local(each.start) for each in occurrences(found)] == [
        "2026-10-13 18:00",
        "2026-10-20 18:00",
        "2026-10-27 18:00",
        "2026-11-03 18:00",
    ]
    assert [each.start.hour for each in occurrences(found) if each.start] == [16, 16, 17, 17]


@pytest.mark.parametrize(
    ("start", "second"),
    [
        ("2026-03-22T02:30", "2026-03-29 03:30"),  # skipped when summer time starts: the offset before it holds
        ("2026-10-18T02:30", "2026-10-25 02:30"),  # comes twice: the first
    ],
)
def test_an_hour_that_the_clocks_skip_or_repeat_is_read_as_the_standard_says(start: str, second: str) -> None:
    found = occurrences(event(start=start, repeats="FREQ=WEEKLY;COUNT=2"))
    assert local(found[1].start) == second
    assert found[1].start in (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


def test_days_can_be_left_out_and_further_ones_named() -> None:
    repeats = {"rule": "FREQ=MONTHLY;BYDAY=1TU;COUNT=4", "without": ["2026-09-01"], "also": ["2026-09-08T19:00"]}
    found = event(start="2026-07-07T18:00", end="2026-07-07T20:00", repeats=repeats)
    assert [local(each.start) for each in occurrences(found)] == [
        "2026-07-07 18:00",
        "2026-08-04 18:00",
        "2026-09-08 19:00",
        "2026-10-06 18:00",
    ]
    assert [local(each.end) for each in occurrences(found)][2] == "2026-09-08 21:00"


def test_the_timetable_knows_each_coming_date() -> None:
    found = event(start="2026-07-07T18:00", end="2026-07-07T20:00", repeats="FREQ=WEEKLY;COUNT=2")
    assert [(each.state, each.start and local(each.start)) for each in event_phases(found)] == [
        ("ahead", None),
        ("running", "2026-07-07 18:00"),
        ("ahead", "2026-07-07 20:00"),
        ("running", "2026-07-14 18:00"),
        ("over", "2026-07-14 20:00"),
    ]
    between = datetime(2026, 7, 10, tzinfo=UTC)
    assert event_state_at(found, between) == "ahead"
    assert local(occurrence_at(found, between).start) == "2026-07-14 18:00"


def test_a_rule_without_an_end_is_counted_for_ten_years() -> None:
    found = occurrences(event(start="2026-07-07T18:00", repeats="FREQ=MONTHLY;BYDAY=1TU"))
    assert (len(found), local(found[-1].start)) == (121, "2036-07-01 18:00")


@pytest.mark.parametrize(
    ("repeats", "said"),
    [
        ("FREQ=HOURLY", "FREQ=DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=WEEKLY;BYHOUR=9,17", "calendars read BYHOUR in different ways"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20261231", "COUNT and UNTIL exclude each other"),
        ("FREQ=WEEKLY;UNTIL=20261340", "UNTIL is an existing day"),
        ("WEEKLY", "is no part of a rule"),
        ("BYDAY=MO", "a rule begins with FREQ"),
        ("FREQ=MONTHLY;BYDAY=1MO", "the start is no day of the rule"),
        ({"without": ["2026-07-07"]}, "write a rule such as"),
    ],
)
def test_a_rule_that_nobody_could_follow_is_refused(repeats: object, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        event(start="2026-07-07T18:00", repeats=repeats)


@pytest.mark.parametrize(
    ("start", "rule", "german", "english"),
    [
        ("2026-07-07", "FREQ=MONTHLY;BYDAY=1TU", "jeden ersten Dienstag im Monat", "every first Tuesday of the month"),
        (
            "2026-07-07",
            "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1",
            "jeden ersten Dienstag im Monat",
            "every first Tuesday of the month",
        ),
        (
            "2026-07-28",
            "FREQ=MONTHLY;BYDAY=-1TU;COUNT=6",
            "jeden letzten Dienstag im Monat, 6 Termine",
            "every last Tuesday of the month, 6 dates",
        ),
        ("2026-07-07", "FREQ=WEEKLY", "jeden Dienstag", "every Tuesday"),
        ("2026-07-07", "FREQ=WEEKLY;BYDAY=TU,TH", "jeden Dienstag und Donnerstag", "every Tuesday and Thursday"),
        ("2026-07-07", "FREQ=WEEKLY;INTERVAL=2", "alle 2 Wochen am Dienstag", "every 2 weeks on Tuesday"),
        (
            "2026-07-07",
            "FREQ=DAILY;UNTIL=20260710",
            "jeden Tag, bis einschließlich 10. Juli 2026",
            "every day, until and including 10 July 2026",
        ),
        ("2026-07-15", "FREQ=MONTHLY", "jeden Monat am 15.", "every month on day 15"),
        ("2026-07-31", "FREQ=MONTHLY;BYMONTHDAY=-1", "jeden Monat am letzten Tag", "every month on the last day"),
        ("2026-12-24", "FREQ=YEARLY", "jedes Jahr am 24. Dezember", "every year on 24 December"),
        ("2026-07-07", "FREQ=YEARLY;BYMONTH=7;BYDAY=1TU", "mehrere Termine", "several dates"),
    ],
)
def test_a_rule_is_told_in_a_sentence(start: str, rule: str, german: str, english: str) -> None:
    found = event(start=f"{start}T18:00", repeats=rule)
    assert found.repeats is not None
    assert sentence(Words("de", BERLIN), found.repeats, found.start) == german
    assert sentence(Words("en", BERLIN), found.repeats, found.start) == english


def version(record: Event) -> Version:
    return Version("event", record.id, 1, datetime(2026, 6, 1, tzinfo=UTC), 1, "", canonical(record))


@pytest.mark.parametrize(
    ("start", "repeats"),
    [
        ("2026-10-06T18:00", "FREQ=MONTHLY;BYDAY=1TU;COUNT=8"),
        (
            "2026-10-13T18:00",
            {"rule": "FREQ=WEEKLY;UNTIL=20261231", "without": ["2026-12-29"], "also": ["2026-12-30T17:00"]},
        ),
        ("2026-07-07T18:00", {"rule": "FREQ=WEEKLY;UNTIL=20260722T160000Z"}),
        ("2026-07-07T18:00", {"also": ["2026-07-09T18:00", "2026-11-03T18:00"]}),
        ("2026-07-07", {"rule": "FREQ=WEEKLY;UNTIL=20260801", "without": ["2026-07-21"], "also": ["2026-07-23"]}),
    ],
)
def test_a_calendar_program_finds_the_same_dates_as_the_site(start: str, repeats: object) -> None:
    import icalendar
    from dateutil.rrule import rruleset, rrulestr

    from krisenfest.domain.municipality import Municipality
    from krisenfest.standards import ics

    town = Municipality.model_validate(
        {"name": "M", "ars": "059130000000", "land": "05", "imprint": "i", "privacy": "p"}
    )
    record = event(start=start, repeats=repeats)
    data = ics.dumps([ics.from_event(version(record), town, "")], BERLIN)
    assert ics.loads(data) == [ics.from_event(version(record), town, "")]
    entry = icalendar.Calendar.from_ical(data).walk("VEVENT")[0]
    first = entry["DTSTART"].dt
    days = not isinstance(first, datetime)
    naive = datetime(first.year, first.month, first.day) if days else first
    found = rruleset()
    found.rdate(naive)
    if "RRULE" in entry:
        found.rrule(rrulestr(entry["RRULE"].to_ical().decode(), dtstart=naive))
    for name, add in (("RDATE", found.rdate), ("EXDATE", found.exdate)):
        each = entry.get(name, [])
        for dates in each if isinstance(each, list) else [each]:
            for at in dates.dts:
                add(datetime(at.dt.year, at.dt.month, at.dt.day) if days else at.dt)
    told = [at.date() if days else at.astimezone(UTC) for at in found]
    site = [each.start for each in occurrences(record) if each.start]
    assert told == [at.astimezone(BERLIN).date() if days else at for at in site]
    assert isinstance(told[0], date)
