"""Dates and times as German invitations write them, as values: never guessed, but told as ambiguous where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jan january jänner",
            "februar feb february",
            "märz mär mrz maerz march mar",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "dezember dez december dec",
        ),
        1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("mo montag monday", "di dienstag tuesday", "mi mittwoch wednesday", "do donnerstag thursday",
         "fr freitag friday", "sa samstag sonnabend saturday", "so sonntag sunday")
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_WEEKDAY_BEFORE = rf"(?:\b(?P<weekday>{_WEEKDAY})(?:s|abend|vormittag|nachmittag)?\b\.?,?\s*(?:\(|den\s+|dem\s+)?\s*)?"
_TO = r"\s*(?:–|—|-|bis(?:\s+zum)?|und|\+|u\.|&)\s*"
_NUMBER = r"(?<![\d.,:/])(?P<{0}>0?[1-9]|[12]\d|3[01])"
_END_OF_WORD = r"(?![a-zäöü0-9])"
_YEAR = r"(?:\s*,?\s*(?P<year>(?:19|20)\d\d)(?!\d))?"
# 30. Juni 2020 · 14.-16. Juni · vom 11. bis zum 17. Oktober · Sa, 09. + So, 10. November
_WORDS = re.compile(
    _WEEKDAY_BEFORE
    + _NUMBER.format("first")
    + rf"\.?(?:{_TO}(?:(?:{_WEEKDAY})\b\.?,?\s*)?(?P<last>0?[1-9]|[12]\d|3[01])\.?)?\s*(?P<month>{_MONTH})\b\.?"
    + _YEAR,
    re.IGNORECASE,
)
# 14.5. · 14.5.2020 · Di, 14.5., · 9.10) · 23.11.
_DIGITS = re.compile(
    _WEEKDAY_BEFORE
    + _NUMBER.format("first")
    + r"\.\s?(?P<month>0?[1-9]|1[0-2])(?:\.\s?(?P<year>(?:19|20)\d\d|\d\d(?=[\s,)]))|\.(?!\d)|(?=[\s,)]))",
    re.IGNORECASE,
)
_RANGE_DIGITS = re.compile(
    _NUMBER.format("first") + r"\.(?P<month1>0?[1-9]|1[0-2])?\.?\s*(?:–|—|-|bis)\s*"
    r"(?P<last>0?[1-9]|[12]\d|3[01])\.\s?(?P<month>0?[1-9]|1[0-2])\.(?:(?P<year>(?:19|20)\d\d))?"
)
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<first>\d\d)(?![\d-])")
_ENGLISH = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<first>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b(?:,?\s*(?P<year>(?:19|20)\d\d))?",
    re.IGNORECASE,
)
_CLOCK = r"(?P<{0}>[01]?\d|2[0-4])(?:[.:h](?P<{1}>[0-5]\d))?"
# 17.00 Uhr · 16-21 Uhr · 18:30–21:30 Uhr · von 16 bis 19 Uhr · ab 18:30 · um 19.00 · 16:00 Uhr - 21:00 Uhr
_TIME_RANGE = re.compile(
    r"(?<![\d.,:/])" + _CLOCK.format("h1", "m1") + r"\s*(?:uhr)?\s*(?:–|—|-|bis(?:\s+ca\.)?)\s*"
    + _CLOCK.format("h2", "m2") + r"\s*(?:uhr\b|h\b)",
    re.IGNORECASE,
)  # fmt: skip
_TIME_RANGE_BARE = re.compile(
    r"(?<![\d.,:/])(?P<h1>[01]?\d|2[0-4])[:](?P<m1>[0-5]\d)\s*(?:–|—|-|bis)\s*(?P<h2>[01]?\d|2[0-4])[:](?P<m2>[0-5]\d)"
)
_TIME = re.compile(r"(?<![\d.,:/])" + _CLOCK.format("h1", "m1") + r"\s*uhr\b", re.IGNORECASE)
_TIME_AFTER_WORD = re.compile(
    r"\b(?:um|ab|gegen|beginn:?)\s+(?P<h1>[01]?\d|2[0-4])[.:](?P<m1>[0-5]\d)(?![\d]|\.\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class DayMention:
    """A day, or a span of days, in a text; `year` is None where the text has none."""

    first: tuple[int, int]  # month, day
    last: tuple[int, int]
    year: int | None
    weekday: int | None
    position: int
    text: str

    def days(self, not_before: date) -> tuple[date, date] | None:
        """The first and last day: in the year named, else the next ones from `not_before` on. None if impossible."""
        years = [self.year] if self.year else [not_before.year, not_before.year + 1]
        for year in years:
            try:
                first, last = date(year, *self.first), date(year, *self.last)
            except ValueError:
                continue
            if last < first:
                last = date(year + 1, *self.last)
            if self.year or last >= not_before:
                return first, last
        return None

    def weekday_fits(self, first: date) -> bool:
        """Whether the weekday that stands before the date, if any, is that of the day."""
        return self.weekday is None or first.weekday() == self.weekday


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time of day, or a span of times, in minutes since midnight."""

    start: int
    end: int | None
    position: int
    text: str


def days_in(text: str) -> list[DayMention]:
    """Every day that a text names, in order; a longer reading wins over one inside it."""
    found: list[DayMention] = []
    taken: list[tuple[int, int]] = []
    for pattern in (_ISO, _WORDS, _RANGE_DIGITS, _DIGITS, _ENGLISH):
        for each in pattern.finditer(text):
            if any(start < each.end() and each.start() < end for start, end in taken):
                continue
            mention = _day(each)
            if mention:
                found.append(mention)
                taken.append(each.span())
    return sorted(found, key=lambda mention: mention.position)


def _day(found: re.Match[str]) -> DayMention | None:
    groups = found.groupdict()
    month_text = groups["month"].lower()
    month = MONTHS.get(month_text) or int(month_text)
    first = int(groups["first"])
    last = int(groups.get("last") or first)
    first_month = int(groups.get("month1") or month)
    year_text = groups.get("year")
    year = int(year_text) if year_text else None
    if year is not None and year < 100:
        year += 2000
    weekday = WEEKDAYS.get((groups.get("weekday") or "").lower())
    try:  # 2024 is a leap year: 29 February may stand without one
        date(2024, first_month, first), date(2024, month, last)
    except ValueError:
        return None
    return DayMention((first_month, first), (month, last), year, weekday, found.start(), found.group().strip())


def times_in(text: str) -> list[TimeMention]:
    """Every time of day that a text names, in order. 24 Uhr is midnight at the end of the day."""
    found: list[TimeMention] = []
    taken: list[tuple[int, int]] = []
    for pattern in (_TIME_RANGE, _TIME_RANGE_BARE, _TIME, _TIME_AFTER_WORD):
        for each in pattern.finditer(text):
            if any(start < each.end() and each.start() < end for start, end in taken):
                continue
            groups = each.groupdict()
            start = int(groups["h1"]) * 60 + int(groups.get("m1") or 0)
            end = int(groups["h2"]) * 60 + int(groups.get("m2") or 0) if groups.get("h2") else None
            if start > 1440 or (end is not None and (end > 1440 or end == start)):
                continue
            found.append(TimeMention(start, end, each.start(), each.group().strip()))
            taken.append(each.span())
    return sorted(found, key=lambda mention: mention.position)


def local(day: date, minutes: int | None) -> str:
    """A day, or a day and a time, as local ISO 8601: 2020-06-30 or 2020-06-30T17:00."""
    if minutes is None:
        return day.isoformat()
    day += timedelta(days=minutes // 1440)
    return f"{day.isoformat()}T{minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def sentences(line: str) -> Iterator[str]:
    """The sentences of a line; a full stop after a number or a short word does not end one."""
    start = 0
    for stop in re.finditer(r"[.!?]+[\"“)*_]*\s+(?=[\"„(*_\[]*[A-ZÄÖÜ])", line):
        before = line[start : stop.start()].rsplit(" ", maxsplit=1)[-1].strip("(*_[")
        if re.fullmatch(r"\d{1,2}|[A-Za-zäöüÄÖÜ]{1,3}|ca|bzw|inkl|Str|Prof|Dr", before):
            continue
        yield line[start : stop.end()].strip()
        start = stop.end()
    if rest := line[start:].strip():
        yield rest
