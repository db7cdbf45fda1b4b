"""One trigger for one area, evaluated day by day: the reference that the evaluation of many areas must equal.

Nothing here reads a clock: what is known as of a day decides, and the same figures give the same decisions whether
they are evaluated each day anew or once at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from krisenfest.domain.calendars import Calendar
from krisenfest.domain.decisions import Correction, Decision, Declaration, Evidence, Timeline, Unused, in_force
from krisenfest.domain.indicators import Figures, Flag, Series, judge
from krisenfest.domain.outlooks import outlook
from krisenfest.domain.trigger_days import ONE_DAY, counts
from krisenfest.domain.trigger_machine import Look, Machine, Seen
from krisenfest.domain.trigger_rules import Rule, rules, windows
from krisenfest.domain.triggers import Trigger, When

ONE = Decimal(1)


def evaluate(
    trigger: Trigger,
    area: str,
    figures: Figures,
    *,
    calendar: Calendar,
    at: date,
    declarations: Sequence[Declaration] = (),
) -> tuple[Timeline, ...]:
    """The timelines of `area` as known at the end of the day `at`: one, or one for each stage, the lowest first.

    `area` is the key of a county, municipality or Land, or the name of a station; whose figures count for it
    follows from the trigger's indicators. `declarations` are those of this area.
    """
    series = {
        name: judge(figures.of(area, name, trigger.about(name).area), trigger.about(name), at)
        for name in trigger.indicator_names
    }
    return follow(trigger, area, series, calendar=calendar, at=at, declarations=declarations)


def follow(
    trigger: Trigger,
    area: str,
    series: Mapping[str, Series],
    *,
    calendar: Calendar,
    at: date,
    declarations: Sequence[Declaration] = (),
) -> tuple[Timeline, ...]:
    """The timelines of `area` from its judged readings, by indicator."""
    known = [each for each in declarations if each.known_on <= at]
    lower: dict[str, tuple[Decision, ...]] = {}
    timelines: list[Timeline] = []
    for rule in rules(trigger, calendar.land):
        own = sorted((each for each in known if each.stage == rule.stage), key=lambda each: each.known_on)
        walk = _Walk(trigger, rule, calendar, series, at, lower, own)
        timelines.append(walk.timeline(area))
        lower[rule.stage] = timelines[-1].decisions
    return tuple(timelines)


@dataclass(slots=True)
class _Walk:
    """The walk of one rule over all windows in which its norm applies."""

    trigger: Trigger
    rule: Rule
    calendar: Calendar
    series: Mapping[str, Series]
    at: date
    lower: Mapping[str, tuple[Decision, ...]]  # decisions of the lower stages
    declarations: Sequence[Declaration]
    machines: list[Machine] = field(default_factory=list)
    look: Look = field(init=False)

    def __post_init__(self) -> None:
        self.look = look_into(self.trigger, self.series, self.lower)

    def timeline(self, area: str) -> Timeline:
        first, last = self._first_day(), self._last_day()
        next_day = self.at + ONE_DAY
        for window in windows(self.trigger, first, max(last, self.at)):
            machine = Machine(self.rule, self.calendar, self.trigger.missing, window)
            self.machines.append(machine)
            next_day = self._through(machine, max(first, window.readings_from), last)
        present = self.machines[-1]
        decisions = tuple(each for machine in self.machines for each in machine.decisions)
        ahead = outlook(present, self.trigger, as_of=self.at, next_day=next_day)
        return Timeline(
            area=area,
            stage=self.rule.stage,
            as_of=self.at,
            decisions=decisions,
            doubts=tuple(each for machine in self.machines for each in machine.doubts),
            unused=tuple(unused_in(self.series, self.machines[0].window.readings_from, self.at)),
            corrections=tuple(corrections_in(self.series)),
            outlook=ahead,
        )

    def _through(self, machine: Machine, first: date, last: date) -> date:
        """Walk through one window; gives the first day that could not be walked over."""
        end = machine.window.end
        begin = max((done.window.end or date.min for done in self.machines[:-1]), default=date.min)
        mine = [each for each in self.declarations if begin <= each.known_on and (end is None or each.known_on < end)]
        day = first
        while day <= last and (end is None or day < end) and not self._waits(day):
            while mine and mine[0].known_on < day:
                machine.declare(mine.pop(0), day - ONE_DAY, self.look)
            machine.step(day, self.look)
            day += ONE_DAY
        for each in mine:
            machine.declare(each, day - ONE_DAY, self.look)
        if end is not None and self.at >= end:
            machine.end()
        return day

    def _waits(self, day: date) -> bool:
        """Whether a reading that counts on this day may still come in time, so that nothing can be said of it yet."""
        for side in (self.rule.enter, self.rule.leave):
            for condition in side.when.leaves if side.when else ():
                series = None if condition.stage else self.series[self.trigger.indicator_of(condition)]
                if series is None or series.on(day).flag is not Flag.WAITING:
                    continue
                if series.indicator.watched or counts(day, side.days_of(condition), self.calendar):
                    return True
        return False

    def _first_day(self) -> date:
        days = [min(each.days) for each in self.series.values() if each.days]
        return min([*days, *(each.known_on for each in self.declarations)], default=self.at)

    def _last_day(self) -> date:
        """The last day that can be walked over: the present one, or the last that a forecast is known for."""
        return max([max(each.days) for each in self.series.values() if each.days] + [self.at])


def look_into(trigger: Trigger, series: Mapping[str, Series], lower: Mapping[str, Sequence[Decision]]) -> Look:
    """What a condition sees on a day, given the readings of one area and the decisions of the lower stages."""

    def look(condition: When, day: date) -> Seen:
        if condition.stage is not None:
            known = [each for each in lower[condition.stage] if each.determined <= day]
            return Seen(day, in_force(known, day), Evidence(condition.stage, day, ONE), day)
        name = trigger.indicator_of(condition)
        judged = series[name].on(day)
        if judged.reading is None:
            return Seen(day, False, None, day, judged.flag)
        value = judged.reading.value
        return Seen(day, condition.holds(value), Evidence(name, day, value), judged.reading.known_on)

    return look


def unused_in(series: Mapping[str, Series], start: date, at: date) -> Iterator[Unused]:
    """The days without a usable reading from `start` through `at`, as far as each indicator has readings."""
    for name, each in series.items():
        if not each.days:
            continue
        day, last = max(min(each.days), start), min(max(each.days), at)
        while day <= last:
            judged = each.on(day)
            if judged.flag is not None and judged.flag is not Flag.WAITING:
                yield Unused(name, day, judged.flag, judged.others[0].value if judged.others else None)
            day += ONE_DAY


def corrections_in(series: Mapping[str, Series]) -> Iterator[Correction]:
    """Later values that differ from the one that counts."""
    for each in series.values():
        for day in sorted(each.days):
            judged = each.days[day]
            if judged.reading is not None:
                for other in judged.others:
                    if other.value != judged.reading.value:
                        yield Correction(judged.reading, other)
