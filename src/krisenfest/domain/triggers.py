"""Trigger rules: what a trigger file says, as frozen records.

A rule has two sides, `enter` and `leave`, each with what must hold on how many days in a row, which days count, when
counting starts, and from when the change takes effect. `while` is short for a rule without a run: in force on the
days on which something holds. Stages are several such rules in rising order; a stage includes the lower ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from krisenfest.domain.areas import LAENDER
from krisenfest.domain.indicators import Indicator
from krisenfest.domain.records import Day, Link, Model, RecordId, Word

LONGEST_RUN = 400  # days in a row that a rule may ask for


class DayKind(StrEnum):
    """Which days count."""

    CALENDAR = "calendar"
    WORKING = "working"  # Werktag: Monday to Saturday without the holidays of the Land


class Missing(StrEnum):
    """What a day without a usable reading does to a run."""

    BREAKS = "breaks"  # the run begins anew
    HOLDS = "holds"  # the day neither counts nor breaks
    UNKNOWN = "unknown"  # the run begins anew, and it is said what may have been missed


class Counting(StrEnum):
    """When counting for a change starts, seen from the change before it."""

    AFTER_DETERMINATION = "day_after_determination"  # the day after the run of the change before ended
    AFTER_EFFECT = "day_after_effect"  # the day after the change before took effect
    EFFECT = "day_of_effect"


class Base(StrEnum):
    """From which day the days until effect are counted."""

    LAST_DAY = "last_day"  # of the run
    FIRST_DAY = "first_day"  # of the run: for forecasts
    ANNOUNCEMENT = "announcement"  # of the authority; until it is known, as if made on the last day of the run


class Weekday(StrEnum):
    """Days of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


def _clock(value: object) -> object:
    if isinstance(value, str) and value == "24:00":
        return time.max
    return value


def _threshold(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("write a number")
    number = Decimal(str(value)) if isinstance(value, int | float | str | Decimal) and _is_number(str(value)) else None
    if number is None or not number.is_finite():
        raise ValueError("write a number such as 100 or 8.5")
    if Decimal(repr(float(number))) != number:  # so that a column of floating point numbers compares exactly too
        raise ValueError("write at most 15 digits")
    return number


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?", text) is not None


Threshold = Annotated[Decimal, BeforeValidator(_threshold)]


class Hours(Model):
    """Hours of the day in which a condition can hold; `until` does not belong to them."""

    start: time = Field(alias="from")
    until: Annotated[time, BeforeValidator(_clock)]

    @model_validator(mode="after")
    def _in_order(self) -> Hours:
        if self.until <= self.start:
            raise ValueError("until: must come after from; for hours over midnight write two conditions under any")
        return self


class When(Model):
    """What must hold: one indicator within bounds, a stage in force, or several of these joined by any or all.

    Each condition under `any` and `all` counts its own run; what it does not say, it takes from its side.
    """

    any: tuple[When, ...] = Field(default=(), max_length=20)
    all: tuple[When, ...] = Field(default=(), max_length=20)
    indicator: Word | None = None
    stage: RecordId | None = None
    above: Threshold | None = None  # strictly
    at_least: Threshold | None = None
    below: Threshold | None = None  # strictly
    at_most: Threshold | None = None
    consecutive: int | None = Field(default=None, ge=1, le=LONGEST_RUN)
    days: DayKind | None = None
    hours: Hours | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> When:
        bounds = [self.above, self.at_least, self.below, self.at_most]
        said = [bool(self.any), bool(self.all), self.stage is not None, any(each is not None for each in bounds)]
        if sum(said) != 1:
            raise ValueError("write one of above, at_least, below, at_most, stage, any: [...] or all: [...]")
        if (self.any or self.all) and (self.indicator or self.consecutive or self.days or self.hours):
            raise ValueError("write indicator, consecutive, days and hours inside of the list, at each condition")
        if self.above is not None and self.at_least is not None:
            raise ValueError("above: stands beside at_least; keep one of the two")
        if self.below is not None and self.at_most is not None:
            raise ValueError("below: stands beside at_most; keep one of the two")
        return self

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies within the bounds; nothing is rounded."""
        return (
            (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
        )

    @property
    def leaves(self) -> Iterator[When]:
        """The single conditions, in the order in which they are written."""
        for each in self.any or self.all:
            yield from each.leaves
        if not (self.any or self.all):
            yield self


class Effective(Model):
    """From when a change takes effect: so many days after its base, then the first such weekday after it."""

    after: int = Field(default=0, ge=0, le=60)  # days; 2 is "am übernächsten Tag"
    days: DayKind = DayKind.CALENDAR
    base: Base = Field(default=Base.LAST_DAY, alias="from")
    weekday: Weekday | None = None


class Side(Model):
    """One of the two changes. Without `when` it happens only if the authority announces it."""

    when: When | None = None
    consecutive: int = Field(default=1, ge=1, le=LONGEST_RUN)
    days: DayKind = DayKind.CALENDAR
    counting_starts: Counting = Counting.AFTER_DETERMINATION
    effective: Effective = Effective()
    norm: str = Field(default="", max_length=500)

    def run_of(self, condition: When) -> int:
        """On how many days in a row the condition must hold."""
        return condition.consecutive or self.consecutive

    def days_of(self, condition: When) -> DayKind:
        """Which days count for the condition."""
        return condition.days or self.days


class Applies(Model):
    """From and through which day the norm applies, and from which day readings count (default: from its first)."""

    start: Day | None = Field(default=None, alias="from")
    through: Day | None = None
    readings_from: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Applies:
        if self.start and self.through and self.through < self.start:
            raise ValueError("through: comes before from; swap or mend the two")
        return self


def _month_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch("[0-9]{2}-[0-9]{2}", value):
        try:
            date.fromisoformat(f"2000-{value}")
        except ValueError:
            raise ValueError("write an existing month and day, such as 03-01") from None
        return value
    raise ValueError('write month and day in quotes, such as "03-01"')


MonthDay = Annotated[str, BeforeValidator(_month_day)]


class Season(Model):
    """The days of each year on which the rule applies; both belong to it."""

    start: MonthDay = Field(alias="from")
    through: MonthDay

    @model_validator(mode="after")
    def _in_order(self) -> Season:
        if self.through < self.start:
            raise ValueError("through: comes before from; a season over the turn of the year is two rules")
        return self


class Sides(Model):
    """The two sides of a rule, or `while`."""

    enter: Side | None = None
    leave: Side | None = None
    during: When | None = Field(default=None, alias="while")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Sides:
        if self.during and (self.enter or self.leave):
            raise ValueError("while: stands beside enter or leave; keep one of the two")
        return self


class Stage(Sides):
    """One stage of several; while it is in force, so are the duties of the lower ones."""

    id: RecordId
    title: Word
    norm: str = Field(default="", max_length=500)


class LandRule(Sides):
    """What one Land counts otherwise; the side that it does not name is as everywhere."""

    norm: str = Field(default="", max_length=500)


def _land_keys(value: object) -> object:
    if isinstance(value, Mapping):
        for key in value:
            if key not in LAENDER:
                raise ValueError('name each Land by its two digits in quotes, "01" to "16"')
    return value


class Trigger(Sides):
    """One trigger file."""

    id: RecordId
    title: Word
    norm: Word
    source: Link
    note: str = Field(default="", max_length=5000)
    indicator: Word | None = None
    indicators: dict[Word, Indicator] = Field(default_factory=dict)
    applies: Applies = Applies()
    season: Season | None = None
    stages: tuple[Stage, ...] = Field(default=(), max_length=10)
    laender: Annotated[dict[str, LandRule], BeforeValidator(_land_keys)] = Field(default_factory=dict)
    missing: Missing = Missing.BREAKS
    automatic: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Trigger:
        if self.stages and (self.enter or self.during or self.laender):
            raise ValueError("stages: stand beside enter, while or laender; write these inside of a stage")
        if not (self.stages or self.enter or self.during):
            raise ValueError("enter: is missing; write enter, while or stages")
        lower: set[str] = set()
        for stage in self.stages:
            if not (stage.enter or stage.during):
                raise ValueError(f"stages: {stage.id} has neither enter nor while")
            self._check(stage, lower)
            if stage.id in lower:
                raise ValueError(f"stages: {stage.id} stands twice")
            lower.add(stage.id)
        for each in (self, *self.laender.values()):
            self._check(each, set())
        return self

    def _check(self, sides: Sides, lower: set[str]) -> None:
        conditions = [side.when for side in (sides.enter, sides.leave) if side and side.when]
        leaves = [leaf for when in conditions for leaf in when.leaves]
        if any(leaf.hours for leaf in leaves):
            raise ValueError("hours: belong under while; enter and leave count whole days")
        if sides.during and any(leaf.consecutive or leaf.stage for leaf in sides.during.leaves):
            raise ValueError("while: has no consecutive days and no stage; write enter and leave")
        for leaf in [*leaves, *(sides.during.leaves if sides.during else ())]:
            if leaf.stage is not None and leaf.stage not in lower:
                raise ValueError(f"stage: {leaf.stage} is no lower stage of this file")
            if leaf.stage is None and (leaf.indicator or self.indicator) is None:
                raise ValueError("indicator: is missing; name the figure that the rule looks at")

    def indicator_of(self, condition: When) -> str:
        """The name of the indicator that a condition looks at."""
        return condition.indicator or self.indicator or ""

    def about(self, indicator: str) -> Indicator:
        """What the file says of an indicator."""
        return self.indicators.get(indicator, Indicator())

    @property
    def indicator_names(self) -> tuple[str, ...]:
        """Every indicator that some condition looks at, in the order of the file."""
        conditions = [
            when
            for sides in (self, *self.laender.values(), *self.stages)
            for when in (sides.during, sides.enter and sides.enter.when, sides.leave and sides.leave.when)
            if when
        ]
        leaves = [leaf for when in conditions for leaf in when.leaves if leaf.stage is None]
        return tuple(dict.fromkeys(self.indicator_of(leaf) for leaf in leaves))
