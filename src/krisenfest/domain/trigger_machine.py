"""The rule as a state machine for one area that walks from day to day: the readable reference.

At any time one side of the rule is counted: `enter` while the rule is out of force, `leave` while it is in force or
about to be. A change that is determined turns the machine over at once; it takes effect on the day that the norm
names, and the other side begins to count on the day that its norm names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from krisenfest.domain.calendars import Calendar
from krisenfest.domain.decisions import Change, Decision, Declaration, Doubt, Evidence, Skipped, Why
from krisenfest.domain.indicators import Flag
from krisenfest.domain.trigger_days import ONE_DAY, counts, effective_day, why_not
from krisenfest.domain.trigger_rules import Rule, Window
from krisenfest.domain.triggers import Base, Counting, Missing, Side, When


class Seen(NamedTuple):
    """What one condition sees on one day: evidence that fits or does not, or a flag that says why there is none."""

    day: date
    fits: bool
    evidence: Evidence | None = None
    known_on: date = date.min
    flag: Flag | None = None


Look = Callable[[When, date], Seen]


@dataclass(slots=True)
class Count:
    """The run of one condition: the days that counted, oldest first, and the days in between that could not.

    `hoped` counts as if every missing day had fitted.
    """

    run: list[Seen] = field(default_factory=list)
    passed: dict[date, str] = field(default_factory=dict)
    hoped: int = 0
    hoped_missing: list[date] = field(default_factory=list)

    def take(self, seen: Seen, missing: Missing) -> None:
        """Count one day that counts."""
        if seen.flag is not None:
            self._take_missing(seen.day, seen.flag, missing)
        elif seen.fits:
            self.run.append(seen)
            self.hoped += 1
        else:
            self.run.clear()
            self.passed.clear()
            self.hoped = 0
            self.hoped_missing.clear()

    def _take_missing(self, day: date, flag: Flag, missing: Missing) -> None:
        if missing is Missing.HOLDS:
            self.passed[day] = flag.value
            return
        self.run.clear()
        self.passed.clear()
        self.hoped += 1
        self.hoped_missing.append(day)


def decisive(when: When, reached: Sequence[bool]) -> list[int] | None:
    """The numbers of the conditions that together fulfil `when`, or None; `reached` follows the order of its leaves."""
    found, _ = _decisive(when, reached, 0)
    return found


def _decisive(when: When, reached: Sequence[bool], first: int) -> tuple[list[int] | None, int]:
    parts = when.any or when.all
    if not parts:
        return ([first] if reached[first] else None), first + 1
    results: list[list[int] | None] = []
    for part in parts:
        result, first = _decisive(part, reached, first)
        results.append(result)
    fulfilled = [number for result in results if result is not None for number in result]
    enough = any(result is not None for result in results) if when.any else None not in results
    return (fulfilled if enough else None), first


@dataclass(slots=True)
class Machine:
    """One rule for one area within one span in which its norm applies."""

    rule: Rule
    calendar: Calendar
    missing: Missing
    window: Window
    inside: bool = False
    counting_from: date = date.min
    decisions: list[Decision] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    not_before: date = date.min  # no decision can have been certain before this day
    doubted: bool = False

    def __post_init__(self) -> None:
        self.counting_from = max(self.counting_from, self.window.readings_from)
        self._begin()

    @property
    def side(self) -> Side:
        """The side that is counted."""
        return self.rule.leave if self.inside else self.rule.enter

    @property
    def leaves(self) -> tuple[When, ...]:
        """The conditions of that side."""
        return tuple(self.side.when.leaves) if self.side.when else ()

    def step(self, day: date, look: Look) -> None:
        """Walk over one day."""
        side = self.side
        if side.when is None or day < self.counting_from:
            return
        for condition, count in zip(self.leaves, self.counts, strict=True):
            if counts(day, side.days_of(condition), self.calendar):
                count.take(look(condition, day), self.missing)
            elif count.run:
                count.passed[day] = why_not(day, self.calendar)
        needed = [side.run_of(condition) for condition in self.leaves]
        reached = [len(count.run) >= days for count, days in zip(self.counts, needed, strict=True)]
        numbers = decisive(side.when, reached)
        if numbers is not None:
            self._decide(day, numbers, needed)
        elif self.missing is Missing.UNKNOWN:
            self._doubt(day, side.when, needed)

    def _decide(self, day: date, numbers: Sequence[int], needed: Sequence[int]) -> None:
        side = self.side
        runs = [self.counts[number].run for number in numbers]
        deciding = [seen for number, run in zip(numbers, runs, strict=True) for seen in run[-needed[number] :]]
        because = tuple(sorted({seen.evidence for seen in deciding if seen.evidence}, key=lambda each: (each[1], each)))
        base = min(run[0].day for run in runs) if side.effective.base is Base.FIRST_DAY else day
        effective = max(effective_day(side.effective, base, self.calendar), self.window.start, self._last_effect())
        if self.window.end is not None and effective >= self.window.end:
            return  # the norm ends before
        first = min(seen.day for seen in deciding)
        passed = {each: why for number in numbers for each, why in self.counts[number].passed.items()}
        counted = {each.day for each in because}
        decision = Decision(
            change=Change.OUT if self.inside else Change.IN,
            effective=effective,
            determined=max(self.not_before, *(seen.known_on for seen in deciding)),
            because=because,
            skipped=tuple(
                Skipped(each, passed[each]) for each in sorted(passed) if first < each < day and each not in counted
            ),
            norm=side.norm or self.rule.norm,
            stage=self.rule.stage,
            assumes_announcement=side.effective.base is Base.ANNOUNCEMENT,
        )
        self._turn(decision, day)

    def _doubt(self, day: date, when: When, needed: Sequence[int]) -> None:
        hoped = [count.hoped >= days for count, days in zip(self.counts, needed, strict=True)]
        numbers = decisive(when, hoped)
        if numbers is not None and not self.doubted:
            missing = {each for number in numbers for each in self.counts[number].hoped_missing}
            self.doubts.append(Doubt(Change.OUT if self.inside else Change.IN, day, tuple(sorted(missing))))
        self.doubted = numbers is not None

    def declare(self, declaration: Declaration, today: date, look: Look) -> None:
        """Take over what the authority made known; days up to `today` are counted again from what was declared."""
        side = self.rule.enter if declaration.change is Change.IN else self.rule.leave
        effective = declaration.effective or effective_day(side.effective, declaration.known_on, self.calendar)
        if self.inside == (declaration.change is Change.IN) and self.decisions:
            stands = self.decisions.pop()
            decision = replace(stands, declared=declaration, declared_effective=effective, assumes_announcement=False)
            self.inside = not self.inside
        elif self.inside == (declaration.change is Change.IN):
            return  # nothing that could be declared out of force again
        else:
            decision = Decision(
                change=declaration.change,
                effective=effective,
                determined=declaration.known_on,
                because=(),
                skipped=(),
                norm=side.norm or self.rule.norm,
                why=Why.DECLARED,
                stage=self.rule.stage,
                declared=declaration,
                declared_effective=effective,
            )
        self._turn(decision, decision.determined)
        self.not_before = declaration.known_on
        day = self.counting_from
        while day <= today:
            self.step(day, look)
            day += ONE_DAY

    def end(self) -> None:
        """The norm or its season ends: what is in force then ends with it."""
        assert self.window.end is not None
        if self.inside:
            self.decisions.append(
                Decision(
                    change=Change.OUT,
                    effective=self.window.end,
                    determined=self.window.end - ONE_DAY,
                    because=(),
                    skipped=(),
                    norm=self.rule.norm,
                    why=Why.SEASON_ENDS if self.window.season else Why.NORM_ENDS,
                    stage=self.rule.stage,
                )
            )
            self.inside = False
            self._begin()

    def _last_effect(self) -> date:
        return self.decisions[-1].takes_effect if self.decisions else date.min

    def _turn(self, decision: Decision, day: date) -> None:
        """Make a change that was determined on `day`, and begin to count for the other side."""
        self.decisions.append(decision)
        self.inside = decision.change is Change.IN
        starts = {
            Counting.AFTER_DETERMINATION: day + ONE_DAY,
            Counting.EFFECT: decision.takes_effect,
            Counting.AFTER_EFFECT: decision.takes_effect + ONE_DAY,
        }
        self.counting_from = starts[self.side.counting_starts]
        self._begin()

    def count_from(self, day: date) -> None:
        """Begin to count on `day` for the side that is due."""
        self.counting_from = day
        self._begin()

    def _begin(self) -> None:
        self.counts = [Count() for _ in self.leaves]
        self.doubted = False


def fits_always(condition: When, day: date) -> Seen:
    """A look into a future in which every value fits."""
    return Seen(day, True, None, day)


def copy_of(machine: Machine) -> Machine:
    """A machine that walks on without touching this one."""
    walker = copy(machine)
    walker.decisions, walker.doubts = list(machine.decisions), []
    walker.counts = [
        Count(list(each.run), dict(each.passed), each.hoped, list(each.hoped_missing)) for each in machine.counts
    ]
    return walker
