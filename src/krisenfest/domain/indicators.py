"""Indicators: published figures as they became known, and which of them a rule may use.

A reading has the day that it is for and the moment at which it became known. What counts is the first usable one
that was published in time. Corrections that come later are kept and shown, but change nothing that was decided:
whoever decides can only go by what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from krisenfest.domain.area_changes import AreaLevel, key_in
from krisenfest.domain.records import Model

BERLIN = ZoneInfo("Europe/Berlin")
ONE_DAY = timedelta(days=1)


class Flag(StrEnum):
    """Why a day has no reading that a rule may use."""

    MISSING = "missing"  # nothing was published
    LATE = "late"  # published after the time that the rule allows
    IMPOSSIBLE = "impossible"  # outside of what the indicator can be
    STUCK = "stuck"  # the same value for too many days: a sensor that stands still
    JUMP = "jump"  # further from the day before than the indicator can move
    WAITING = "waiting"  # not published yet, and still in time


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of an indicator for one area and day, exactly as published; never rounded."""

    area: str  # AGS of 5 or 8 digits, Land of 2, or the name of a station
    day: date  # the day that the value is for
    value: Decimal  # in the indicator's own unit
    known: datetime | None = None  # when it became known (aware); None: on its day

    @property
    def known_on(self) -> date:
        """The day on which it became known, by the clock of Berlin."""
        return self.known.astimezone(BERLIN).date() if self.known else self.day


class Indicator(Model):
    """What a rule knows of an indicator: for which areas it comes, and what it can be.

    `least` and `most` are the values that are still possible. A value that stays the same for more than `stuck_after`
    days is stuck from the next day on. `largest_step` is how far it can move from one reading to the next. A
    reading counts if it was published at most `published_within` days after its day; one with a time of day holds
    until the next one, and for at most `holds_for` hours.
    """

    area: AreaLevel = AreaLevel.KREIS
    title: str = Field(default="", max_length=200)
    unit: str = Field(default="", max_length=40)
    least: Decimal | None = Field(default=None, allow_inf_nan=False)
    most: Decimal | None = Field(default=None, allow_inf_nan=False)
    stuck_after: int | None = Field(default=None, ge=1, le=3650)  # days
    largest_step: Decimal | None = Field(default=None, gt=0, allow_inf_nan=False)
    published_within: int = Field(default=1, ge=0, le=60)  # days
    holds_for: int = Field(default=24, ge=1, le=8760)  # hours

    @model_validator(mode="after")
    def _bounds_fit(self) -> Indicator:
        if self.least is not None and self.most is not None and self.most <= self.least:
            raise ValueError("most: must be larger than least")
        return self

    @property
    def watched(self) -> bool:
        """Whether a value is judged by the ones before it."""
        return self.stuck_after is not None or self.largest_step is not None

    def impossible(self, value: Decimal) -> bool:
        """Whether the indicator cannot have this value."""
        return (self.least is not None and value < self.least) or (self.most is not None and value > self.most)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one day has: the reading that counts, or the flag that says why there is none."""

    reading: Reading | None
    flag: Flag | None = None
    others: tuple[Reading, ...] = ()  # later corrections, or what could not be used

    @property
    def value(self) -> Decimal | None:
        """The value that counts, or None."""
        return self.reading.value if self.reading else None


NOTHING = Judged(None, Flag.MISSING)


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one indicator for one area, judged as of one day."""

    indicator: Indicator
    days: Mapping[date, Judged]
    as_of: date

    def on(self, day: date) -> Judged:
        """What counts for `day`; a day whose reading may still come in time is waited for."""
        found = self.days.get(day, NOTHING)
        if found.reading is None and self.as_of < day + timedelta(days=self.indicator.published_within):
            return Judged(None, Flag.WAITING, found.others)
        return found


def judge(readings: Iterable[Reading], indicator: Indicator, as_of: date) -> Series:
    """Judge the readings of one area as known at the end of the day `as_of`."""
    by_day: dict[date, list[Reading]] = {}
    for reading in readings:
        if reading.known_on <= as_of:
            by_day.setdefault(reading.day, []).append(reading)
    judged: dict[date, Judged] = {}
    before: Reading | None = None
    same_days = 0
    for day in sorted(by_day):
        published = sorted(by_day[day], key=lambda each: (each.known_on, each.known or _start(each.day)))
        found = _first_usable(published, indicator)
        if found.reading is None:
            judged[day] = found
            continue
        same_days = same_days + 1 if before and before.value == found.reading.value else 1
        flag = _movement(found.reading, before, same_days, indicator)
        before = found.reading
        judged[day] = Judged(None, flag, (found.reading, *found.others)) if flag else found
    return Series(indicator, judged, as_of)


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BERLIN)


def _first_usable(published: Sequence[Reading], indicator: Indicator) -> Judged:
    """The first possible reading that came in time; `published` is in the order in which they became known."""
    last_day = published[0].day + timedelta(days=indicator.published_within)
    in_time = [each for each in published if each.known_on <= last_day]
    for reading in in_time:
        if not indicator.impossible(reading.value):
            return Judged(reading, None, tuple(each for each in published if each is not reading))
    return Judged(None, Flag.IMPOSSIBLE if in_time else Flag.LATE, tuple(published))


def _movement(reading: Reading, before: Reading | None, same_days: int, indicator: Indicator) -> Flag | None:
    if indicator.stuck_after is not None and same_days > indicator.stuck_after:
        return Flag.STUCK
    if indicator.largest_step is not None and before and abs(reading.value - before.value) > indicator.largest_step:
        return Flag.JUMP
    return None


@dataclass(frozen=True, slots=True)
class Figures:
    """All readings that are at hand: by indicator, then by the key under which they were published.

    `timed`: they have a time of day, and there may be several a day.
    """

    readings: Mapping[str, Mapping[str, Sequence[Reading]]] = field(default_factory=dict)
    timed: bool = False

    @property
    def areas(self) -> tuple[str, ...]:
        """Every key that some indicator has figures for, in order."""
        return tuple(sorted({area for by_area in self.readings.values() for area in by_area}))

    @property
    def first_day(self) -> date | None:
        """The first day that some reading is for."""
        return min((each.day for each in self._all()), default=None)

    @property
    def last_known(self) -> date | None:
        """The last day on which some reading became known."""
        return max((each.known_on for each in self._all()), default=None)

    def _all(self) -> Iterator[Reading]:
        for by_area in self.readings.values():
            for readings in by_area.values():
                yield from readings

    def of(self, area: str, name: str, level: AreaLevel) -> Iterator[Reading]:
        """The readings of an indicator that count for `area`, each day's from the area it belongs to on that day."""
        by_area = self.readings.get(name, {})
        for key in dict.fromkeys(_possible_keys(area, level, by_area)):
            for reading in by_area[key]:
                if key_in(area, level, reading.day, by_area) == key:
                    yield reading


def _possible_keys(area: str, level: AreaLevel, present: Mapping[str, object]) -> Iterator[str]:
    """The keys of `area` at the beginning and at the end of time, between which only mergers lie."""
    for day in (date.min, date.max):
        key = key_in(area, level, day, present)
        if key is not None:
            yield key
