"""Opening hours in OpenStreetMap's notation, the part of it that offices use.

Read: weekdays and ranges (`Mo-Fr`, `Sa,Su`), times (`08:00-12:00,14:00-18:00`), months (`Apr-Sep`), single dates and
ranges of dates (`Dec 24`, `Dec 24-Dec 31`), public holidays (`PH`), `off` or `closed`, `open`, `24/7`, and `;` between
rules, of which the last one that fits a day wins, as the specification of the key opening_hours says. A comma between
rules adds hours and is read too. Anything else is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from krisenfest.domain.calendars import Calendar
from krisenfest.errors import FieldError

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FIELD = "opening_hours"

_DAY = "|".join(DAYS)
_MONTH = "|".join(MONTHS)
_TIMES = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_WEEKDAYS = re.compile(
    rf"(?:(?:{_DAY}|PH)(?:\s*-\s*(?:{_DAY}))?)(?:\s*,\s*(?:(?:{_DAY}|PH)(?:\s*-\s*(?:{_DAY}))?))*(?![a-z])"
)
_DATES = re.compile(
    rf"(?:{_MONTH})(?:\s+[0-9]{{1,2}}(?![0-9:]))?(?:\s*-\s*(?:{_MONTH})?(?:\s*[0-9]{{1,2}}(?![0-9:]))?)?"
)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Open from `opens` to `closes` (exclusive), in minutes since midnight; `closes` may be past 1440."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


def _clock(minutes: int) -> str:
    hours = minutes // 60
    return f"{hours if hours <= 24 else hours - 24:02d}:{minutes % 60:02d}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the days that it fits, and the hours on them (none: closed)."""

    weekdays: frozenset[int]
    on_holidays: bool
    from_day: tuple[int, int]  # month, day: the first day of the year's part it fits
    through_day: tuple[int, int]  # month, day: the last one, inclusive; before from_day: over the turn of the year
    hours: tuple[Interval, ...]
    adds: bool  # after a comma: hours are added, not replaced

    def fits(self, day: date, calendar: Calendar) -> bool:
        """Whether the rule speaks of `day`."""
        here = (day.month, day.day)
        if self.from_day <= self.through_day:
            in_season = self.from_day <= here <= self.through_day
        else:
            in_season = here >= self.from_day or here <= self.through_day
        if not in_season:
            return False
        return day.weekday() in self.weekdays or (self.on_holidays and calendar.holiday(day) is not None)


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When an office is open; `on` answers for a day."""

    rules: tuple[Rule, ...]

    def on(self, day: date, calendar: Calendar) -> tuple[Interval, ...]:
        """The intervals of `day`, earliest first; none: closed."""
        hours: tuple[Interval, ...] = ()
        for rule in self.rules:
            if rule.fits(day, calendar):
                hours = tuple(sorted({*hours, *rule.hours})) if rule.adds else rule.hours
        return hours

    def regular_week(self, near: date) -> tuple[tuple[Interval, ...], ...]:
        """The hours of Monday to Sunday in the season of the day `near`, holidays left aside."""
        week: list[tuple[Interval, ...]] = []
        for weekday in range(7):
            hours: tuple[Interval, ...] = ()
            for rule in self.rules:
                if weekday in rule.weekdays and _in_season(rule, near):
                    hours = tuple(sorted({*hours, *rule.hours})) if rule.adds else rule.hours
            week.append(hours)
        return tuple(week)


def _in_season(rule: Rule, near: date) -> bool:
    everyday = Rule(frozenset(range(7)), False, rule.from_day, rule.through_day, (), False)
    return everyday.fits(near, Calendar("05"))


@lru_cache(maxsize=4096)
def parse(text: str) -> OpeningHours:
    """Read opening hours; raises FieldError that quotes the part that is not understood."""
    rules: list[Rule] = []
    for part in text.split(";"):
        if part.strip():
            rules += _rules_of(part.strip(), text)
    if not rules:
        raise FieldError(FIELD, text, "write for example Mo-Fr 08:00-12:00; PH off")
    return OpeningHours(tuple(rules))


def _rules_of(part: str, whole: str) -> list[Rule]:
    # "Mo 08:00-12:00, Tu 14:00-18:00": a comma before a weekday or month, after a time, begins an added rule.
    pieces = re.split(rf"(?<=[0-9])\s*,\s*(?=(?:{_DAY}|PH|{_MONTH})(?![a-z]))", part)
    return [_rule(piece.strip(), whole, adds=number > 0) for number, piece in enumerate(pieces)]


def _rule(piece: str, whole: str, *, adds: bool) -> Rule:
    def refuse(rest: str) -> FieldError:
        return FieldError(FIELD, whole, f"cannot read {rest!r}; write for example Mo-Fr 08:00-12:00; PH off")

    if piece == "24/7":
        return Rule(frozenset(range(7)), True, (1, 1), (12, 31), (Interval(0, 1440),), adds)
    rest = piece
    from_day, through_day = (1, 1), (12, 31)
    if found := _DATES.match(rest):
        from_day, through_day = _season(found.group(), refuse)
        rest = rest[found.end() :].lstrip(" :")
    weekdays, on_holidays, named = frozenset(range(7)), True, False
    if found := _WEEKDAYS.match(rest):
        weekdays, on_holidays = _weekdays(found.group())
        named = True
        rest = rest[found.end() :].lstrip(" :")
    if not named and not piece[:1].isdigit() and rest == piece and rest not in ("off", "closed"):
        raise refuse(piece)
    if rest in ("off", "closed"):
        return Rule(weekdays, on_holidays, from_day, through_day, (), adds)
    if rest in ("open", "") and (named or from_day != (1, 1) or through_day != (12, 31)):
        return Rule(weekdays, on_holidays, from_day, through_day, (Interval(0, 1440),), adds)
    return Rule(weekdays, on_holidays, from_day, through_day, _hours(rest, refuse), adds)


def _season(text: str, refuse: Callable[[str], FieldError]) -> tuple[tuple[int, int], tuple[int, int]]:
    first, _, last = (side.strip() for side in text.partition("-"))
    start_month, start_day = _month_and_day(first, None)
    end_month, end_day = _month_and_day(last, start_month) if last else (start_month, start_day)
    season = (start_month, start_day or 1), (end_month, end_day or 31)
    for month, day in season:
        if not 1 <= day <= 31 or (day > 29 and month == 2 and end_day):
            raise refuse(text)
    return season


def _month_and_day(text: str, month: int | None) -> tuple[int, int | None]:
    words = text.split()
    if words and words[0] in MONTHS:
        month, words = MONTHS.index(words[0]) + 1, words[1:]
    return month or 1, int(words[0]) if words else None


def _weekdays(text: str) -> tuple[frozenset[int], bool]:
    days: set[int] = set()
    on_holidays = False
    for piece in re.split(r"\s*,\s*", text):
        first, _, last = (side.strip() for side in piece.partition("-"))
        if first == "PH":
            on_holidays = True
            continue
        start, end = DAYS.index(first), DAYS.index(last or first)
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days), on_holidays


def _hours(text: str, refuse: Callable[[str], FieldError]) -> tuple[Interval, ...]:
    intervals: list[Interval] = []
    for piece in text.split(","):
        found = _TIMES.fullmatch(piece.strip())
        if not found:
            raise refuse(piece.strip() or text)
        from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
        if from_minute > 59 or to_minute > 59 or from_hour > 23 or to_hour > 26:
            raise refuse(piece.strip())
        opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        intervals.append(Interval(opens, closes if closes > opens else closes + 1440))
    return tuple(sorted(intervals))


def clock_time(minutes: int) -> time:
    """Minutes since midnight as a time of day (1440 is midnight)."""
    return time(minutes // 60 % 24, minutes % 60)
