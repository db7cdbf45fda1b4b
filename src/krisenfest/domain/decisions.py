"""What comes out of a trigger: decisions with their reasons, doubts, and the outlook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from krisenfest.domain.indicators import Flag, Reading


class Change(StrEnum):
    """What a decision does."""

    IN = "in"
    OUT = "out"


class Why(StrEnum):
    """On what a decision rests."""

    COUNTED = "counted"  # the run of the norm
    DECLARED = "declared"  # the authority alone
    NORM_ENDS = "norm-ends"
    SEASON_ENDS = "season-ends"


class Evidence(NamedTuple):
    """A reading that decided. Of a stage that was counted, `indicator` is its id and the value is 1."""

    indicator: str
    day: date
    value: Decimal


class Skipped(NamedTuple):
    """A day between the readings that decided that was not counted, and why: Sonntag, a holiday, or a flag."""

    day: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What the authority actually made known. It holds, and later counting starts from it.

    Without `effective` the day follows from the norm and the day of announcement; one of the two is there.
    """

    area: str
    change: Change
    effective: date | None = None
    announced: date | None = None
    stage: str = ""
    reason: str = ""
    link: str = ""

    @property
    def known_on(self) -> date:
        """The day from which it is known."""
        day = self.announced or self.effective
        assert day is not None, "the reader asks for one of the two"
        return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A change into force or out of it, from 00:00 of `effective` on, with everything that it rests on."""

    change: Change
    effective: date  # as the norm computes it
    determined: date  # the day on which it was certain
    because: tuple[Evidence, ...]  # the readings that decided, oldest first
    skipped: tuple[Skipped, ...]  # days between them that were not counted
    norm: str
    why: Why = Why.COUNTED
    stage: str = ""
    assumes_announcement: bool = False  # counted from an announcement that is not known yet
    declared: Declaration | None = None
    declared_effective: date | None = None

    @property
    def takes_effect(self) -> date:
        """The first day of the change: as declared, else as computed."""
        return self.declared_effective or self.effective


class Doubt(NamedTuple):
    """A change that may have been missed: it would have been determined on `day` if `missing` had fitted."""

    change: Change
    day: date
    missing: tuple[date, ...]


class Unused(NamedTuple):
    """A day without a usable reading, and what was published for it."""

    indicator: str
    day: date
    flag: Flag
    value: Decimal | None


class Correction(NamedTuple):
    """A later value for a day that has one; kept and shown, and without effect."""

    used: Reading
    later: Reading


class Run(NamedTuple):
    """How far one condition is: so many days of so many; what the next value must be; whether that day counts."""

    condition: str
    days: int
    of: int
    needs: str
    counts: bool
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What lies ahead, as of a day. The earliest change supposes that every value from now on fits it."""

    as_of: date
    in_force: bool
    since: date | None  # first day of the present state, None if it never was otherwise
    next_change: tuple[Change, date] | None  # determined, not yet in effect
    earliest: tuple[Change, date, date] | None  # change, determined at the earliest, effective at the earliest
    supposing: str  # what every value from now on would have to be for that
    next_day: date  # the first day whose value is not known
    runs: tuple[Run, ...]
    decides: bool  # whether the value of the next day can bring the change
    norm_ends: date | None  # first day on which the norm no longer applies


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One area (and stage) over time."""

    area: str
    stage: str
    as_of: date
    decisions: tuple[Decision, ...]
    doubts: tuple[Doubt, ...]
    unused: tuple[Unused, ...]
    corrections: tuple[Correction, ...]
    outlook: Outlook

    def in_force(self, day: date) -> bool:
        """Whether the rule is in force on `day`, by what is known as of this timeline."""
        return in_force(self.decisions, day)


def in_force(decisions: Sequence[Decision], day: date) -> bool:
    """Whether decisions, in their order, have put a rule into force on `day`."""
    state = False
    for decision in decisions:
        if decision.takes_effect <= day:
            state = decision.change is Change.IN
    return state


def highest_stage(timelines: Sequence[Timeline], day: date) -> int:
    """How many stages are in force on `day`: the highest one includes the lower ones. 0 if none is.

    `timelines` are those of one area, the lowest stage first.
    """
    return max((number for number, each in enumerate(timelines, 1) if each.in_force(day)), default=0)
