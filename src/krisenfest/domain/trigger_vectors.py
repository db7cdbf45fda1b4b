"""One trigger for many areas at once: a step for each day, over all areas, with the same result as `evaluation`.

The areas are split where a Land counts otherwise; within such a group every operation of a day is on whole rows. What
was decided is kept as columns (`Changes`): area, day of determination, day of effect, and from when on the run was
counted; the readings that decided follow from these and the panel, for all changes at once or for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from krisenfest.domain.calendars import Calendar
from krisenfest.domain.panel_calendars import Calendars, Rows
from krisenfest.domain.panels import Bools, Panel, Test, Which
from krisenfest.domain.run_counters import Counter
from krisenfest.domain.trigger_days import counts
from krisenfest.domain.trigger_machine import decisive
from krisenfest.domain.trigger_rules import Rule, Window, rules, windows
from krisenfest.domain.triggers import Base, Counting, Missing, Side, Trigger, When

FAR = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes in the order of their days: one entry of each column a change; days are rows of the panel."""

    area: NDArray[np.intp]
    entering: Bools  # into force, else out of it
    day: Rows  # the last day of the run
    effective: Rows
    counted_from: Rows
    ended: Bools  # with the norm or its season, without a run


@dataclass(frozen=True, slots=True)
class Missed:
    """What may have been missed for lack of a reading, by area: the day, and from when on was counted."""

    area: int
    entering: bool
    day: int
    counted_from: int


class _Found(NamedTuple):
    """The changes of one day and one side."""

    areas: NDArray[np.intp]
    entering: bool
    row: int
    effective: int | Rows
    counted_from: Rows
    ended: bool


@dataclass(slots=True)
class Course:
    """What became of one rule in one group of areas; numbers of areas are those of the panel."""

    rule: Rule
    areas: NDArray[np.intp]
    changes: Changes
    missed: list[Missed]
    windows: tuple[Window, ...]
    counting_from: Rows  # by area of the group
    inside: Bools
    next_row: Rows  # the first day that could not be walked over


@dataclass(slots=True)
class _Group:
    """One rule over the areas of one group, walking through one window."""

    trigger: Trigger
    rule: Rule
    panel: Panel
    areas: Which
    calendars: Calendars
    stages: Mapping[str, Bools]  # lower stages: in force, by row and area of the group
    size: int
    own_first: Rows
    own_last: Rows
    inside: Bools = field(init=False)
    stopped: Bools = field(init=False)
    next_row: Rows = field(init=False)
    counting_from: Rows = field(init=False)
    last_effect: Rows = field(init=False)
    found: list[_Found] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    _wake: dict[int, list[NDArray[np.intp]]] = field(default_factory=dict)
    _fit: Bools = field(init=False)
    _certain_before: int = 0  # no reading of a row before this one can still come in time

    def __post_init__(self) -> None:
        self._fit = np.zeros(self.size, dtype=np.bool_)
        self.last_effect = np.full(self.size, -FAR, dtype=np.int32)
        within = max((column.indicator.published_within for column in self.panel.columns.values()), default=0)
        self._certain_before = self.panel.row(self.panel.as_of) - within + 1

    def walk(self, window: Window) -> None:
        """Walk through one window in which the norm applies."""
        self.inside = np.zeros(self.size, dtype=np.bool_)
        self.stopped = np.zeros(self.size, dtype=np.bool_)
        start = max(self.panel.row(window.readings_from), 0)
        end = FAR if window.end is None else self.panel.row(window.end)
        hoping = self.trigger.missing is Missing.UNKNOWN
        pair = (self.rule.enter, self.rule.leave)
        sides = [Counter.of(side, other, self.size, hoping=hoping) for side, other in (pair, pair[::-1])]
        self._wake = {}
        self.counting_from = np.maximum(self.own_first, np.int32(self.panel.row(window.readings_from)))
        self.next_row = np.maximum(self.counting_from, np.int32(min(self.panel.days, end)))
        self._schedule(np.arange(self.size), np.maximum(self.counting_from, start))
        earliest = self.panel.row(window.start)
        for row in range(start, min(self.panel.days, end)):
            self._stop_waiting(row, sides)
            for woken in self._wake.pop(row, ()):
                awake = woken[~self.stopped[woken]]
                sides[0].active[awake] = ~self.inside[awake]
                sides[1].active[awake] = self.inside[awake]
            turned = [self._count(row, counter) for counter in sides]
            for counter, other, areas in zip(sides, reversed(sides), turned, strict=True):
                if areas is not None:
                    self._turn(row, counter, other, areas, earliest, end)
        if end <= self.panel.row(self.panel.as_of):
            self._end(end)

    def _count(self, row: int, counter: Counter) -> NDArray[np.intp] | None:
        """Count one day for one side; gives the areas in which it is fulfilled."""
        if counter.side.when is None:
            return None
        changed = False
        for number, kind in enumerate(counter.kinds):
            counting = self.calendars.counting(kind, row)
            if counting is False:
                continue
            changed = True
            fit = self._fits(row, counter.leaves[number], counter.tests[number])
            fit &= counter.active
            self._add(row, counter, number, fit, None if counting is True else counting)
        if not changed:
            return None
        fired = counter.reached(counter.runs)
        if self.trigger.missing is Missing.UNKNOWN:
            self._doubt(row, counter, fired)
        areas = fired.nonzero()[0]
        return areas if len(areas) else None

    def _fits(self, row: int, leaf: When, test: Test) -> Bools:
        if leaf.stage is not None:
            np.copyto(self._fit, self.stages[leaf.stage][row])
            return self._fit
        column = self.panel.columns[self.trigger.indicator_of(leaf)]
        return column.fits(row, test, self.areas, self._fit)

    def _add(self, row: int, counter: Counter, number: int, fit: Bools, counting: Bools | None) -> None:
        """Add a day to a run, or begin it anew."""
        run, leaf = counter.runs[number], counter.leaves[number]
        missing = self.trigger.missing
        if missing is Missing.BREAKS and counting is None:
            run += 1
            run *= fit
            return
        gone = np.zeros(self.size, dtype=np.bool_) if leaf.stage else np.isnan(self._values(row, leaf))
        fresh = (run + 1) * fit
        if missing is Missing.HOLDS:
            fresh = np.where(gone, run, fresh)
        np.copyto(run, fresh, where=True if counting is None else counting)
        if missing is Missing.UNKNOWN:
            hoped = counter.hoped[number]
            more = (hoped + 1) * (fit | (gone & counter.active))
            np.copyto(hoped, more, where=True if counting is None else counting)

    def _values(self, row: int, leaf: When) -> NDArray[np.float64]:
        column = self.panel.columns[self.trigger.indicator_of(leaf)]
        values: NDArray[np.float64] = column.values[row][self.areas]
        return values

    def _doubt(self, row: int, counter: Counter, fired: Bools) -> None:
        hoping = counter.reached(counter.hoped) & ~fired
        for number in np.flatnonzero(hoping & ~counter.doubted):
            entering = counter.side is self.rule.enter
            self.missed.append(Missed(int(number), entering, row, int(self.counting_from[number])))
        counter.doubted = np.where(fired, counter.doubted, hoping)

    def _turn(
        self, row: int, counter: Counter, other: Counter, areas: NDArray[np.intp], earliest: int, end: int
    ) -> None:
        """Change the areas in which a side is fulfilled, and schedule when the other side begins to count."""
        side = counter.side
        effective: int | Rows = max(row + side.effective.after, earliest)
        if not counter.plain:
            effective = self._effective(row, counter, areas, earliest)
        if end != FAR:
            in_time = np.broadcast_to(effective < end, areas.shape)
            areas = areas[in_time]
            effective = effective if isinstance(effective, int) else effective[in_time]
        if not len(areas):
            return
        entering = side is self.rule.enter
        self._keep(areas, entering, row, effective, ended=False)
        self.inside[areas] = entering
        self.last_effect[areas] = effective
        counter.stop(areas)
        starts: int | Rows = row + 1
        if other.side.counting_starts is not Counting.AFTER_DETERMINATION:
            after = int(other.side.counting_starts is Counting.AFTER_EFFECT)
            plain = isinstance(effective, int)
            starts = max(effective + after, row + 1) if plain else np.maximum(effective + after, row + 1)
        self.counting_from[areas] = starts
        self._schedule(areas, starts)

    def _effective(self, row: int, counter: Counter, areas: NDArray[np.intp], earliest: int) -> Rows:
        """The rows on which changes take effect where these are not the same for all areas."""
        side, days = counter.side, np.int32(row)
        bases = self._first_days(row, counter, areas) if side.effective.base is Base.FIRST_DAY else days
        effective = self.calendars.effective(side, bases, areas)
        return np.maximum(effective, np.maximum(earliest, self.last_effect[areas]))

    def _first_days(self, row: int, counter: Counter, areas: NDArray[np.intp]) -> Rows:
        """The first day of the runs that fulfil a side."""
        return np.array([self._first_day(row, counter, int(area)) for area in areas], dtype=np.int32)

    def _first_day(self, row: int, counter: Counter, area: int) -> int:
        reached = [int(run[area]) >= counter.needs[number] for number, run in enumerate(counter.runs)]
        numbers = decisive(counter.side.when, reached) if counter.side.when else None
        return min(self._run_start(row, counter, number, area) for number in numbers or ())

    def _run_start(self, row: int, counter: Counter, number: int, area: int) -> int:
        """The row on which the run of one condition began: back over as many days as it has."""
        leaf, left = counter.leaves[number], int(counter.runs[number][area])
        kind, calendar = counter.side.days_of(leaf), self.calendars.distinct[self.calendars.of[area]]
        while True:
            if counts(self.panel.day(row), kind, calendar) and self._counted(row, leaf, area):
                left -= 1
            if left == 0:
                return row
            row -= 1

    def _counted(self, row: int, leaf: When, area: int) -> bool:
        return leaf.stage is not None or not bool(np.isnan(self._values(row, leaf)[area]))

    def _keep(self, areas: NDArray[np.intp], entering: bool, row: int, effective: int | Rows, *, ended: bool) -> None:
        self.found.append(_Found(areas, entering, row, effective, self.counting_from[areas], ended))

    def _schedule(self, areas: NDArray[np.intp], rows: int | Rows) -> None:
        """Begin to count on these rows: one for all areas, or one for each."""
        if isinstance(rows, int):
            self._wake.setdefault(rows, []).append(areas)
            return
        for row in set(rows.tolist()):  # np.unique loads a part of numpy that takes longer than a thousand days
            self._wake.setdefault(row, []).append(areas[rows == row])

    def _stop_waiting(self, row: int, sides: Sequence[Counter]) -> None:
        """Stop where a reading that counts may still come in time, or nothing is known of later days."""
        if row < self._certain_before:
            return
        as_of = self.panel.row(self.panel.as_of)
        stop = np.zeros(self.size, dtype=np.bool_)
        if row > as_of:
            stop |= self.own_last < row
        for counter in sides:
            for leaf in counter.leaves:
                if leaf.stage is not None:
                    continue
                indicator = self.panel.columns[self.trigger.indicator_of(leaf)].indicator
                if as_of >= row + indicator.published_within:
                    continue
                counting = indicator.watched or self.calendars.counting(counter.side.days_of(leaf), row)
                stop |= np.isnan(self._values(row, leaf)) & counting
        stop &= ~self.stopped & (self.own_first <= row)
        if stop.any():
            self.next_row[stop] = row
            self.stopped |= stop
            for counter in sides:
                counter.active &= ~stop

    def _end(self, end: int) -> None:
        areas = np.flatnonzero(self.inside)
        self._keep(areas, False, end - 1, end, ended=True)
        self.last_effect[areas] = end
        self.inside[:] = False


def _changes(found: Sequence[_Found]) -> Changes:
    many = [len(each.areas) for each in found]
    none = np.zeros(0, dtype=np.int32)
    return Changes(
        area=np.concatenate([np.zeros(0, dtype=np.intp), *(each.areas for each in found)]),
        entering=np.repeat(np.array([each.entering for each in found], dtype=np.bool_), many),
        day=np.repeat(np.array([each.row for each in found], dtype=np.int32), many),
        effective=_effects(found, many),
        counted_from=np.concatenate([none, *(each.counted_from for each in found)]),
        ended=np.repeat(np.array([each.ended for each in found], dtype=np.bool_), many),
    )


def _effects(found: Sequence[_Found], many: Sequence[int]) -> Rows:
    """The rows of effect, one for each change."""
    one = [each.effective for each in found if isinstance(each.effective, int)]
    if len(one) == len(found):
        return np.repeat(np.array(one, dtype=np.int32), many)
    return np.concatenate([np.full(len(each.areas), each.effective, dtype=np.int32) for each in found])


def _in_force(changes: Changes, shape: tuple[int, int]) -> Bools:
    """By row and area, whether a stage is in force by what had been determined by then."""
    marks = np.zeros(shape, dtype=np.int8)
    rows = np.maximum(changes.effective, changes.day)
    here = rows < shape[0]
    marks[np.maximum(rows[here], 0), changes.area[here]] = np.where(changes.entering[here], 1, -1)
    state = np.zeros(shape, dtype=np.bool_)
    present = np.zeros(shape[1], dtype=np.bool_)
    for row, line in enumerate(marks):
        present = np.where(line != 0, line > 0, present)
        state[row] = present
    return state


@dataclass(frozen=True, slots=True)
class Courses:
    """What became of all rules of a trigger in one group of areas, the lowest stage first."""

    areas: NDArray[np.intp]  # numbers in the panel, rising
    calendars: Calendars
    stages: Mapping[str, Bools]
    of: tuple[Course, ...]


def evaluate_all(trigger: Trigger, panel: Panel, calendars: Sequence[Calendar]) -> tuple[Courses, ...]:
    """Evaluate a trigger over all areas of a panel; `calendars` has one entry for each area.

    The areas fall into groups where a Land counts otherwise; each group has all rules of the trigger.
    """
    groups: dict[str, list[int]] = {}
    for number, calendar in enumerate(calendars):
        groups.setdefault(calendar.land if calendar.land in trigger.laender else "", []).append(number)
    return tuple(
        _group(trigger, panel, np.array(numbers, dtype=np.intp), [calendars[number] for number in numbers], land)
        for land, numbers in groups.items()
    )


def _group(
    trigger: Trigger, panel: Panel, areas: NDArray[np.intp], calendars: Sequence[Calendar], land: str
) -> Courses:
    side_by_side = len(areas) and areas[-1] - areas[0] + 1 == len(areas)
    which: Which = slice(int(areas[0]), int(areas[-1]) + 1) if side_by_side else areas
    days = Calendars(panel, calendars)
    first, last = _own_days(panel, which)
    stages: dict[str, Bools] = {}
    courses: list[Course] = []
    counted = {leaf.stage for stage in trigger.stages for leaf in _leaves(stage.enter, stage.leave)}
    for rule in rules(trigger, land):
        group = _Group(trigger, rule, panel, which, days, dict(stages), len(areas), first, last)
        spans = windows(trigger, panel.first, max(panel.day(panel.days - 1), panel.as_of))
        for window in spans:
            group.walk(window)
        changes = _changes(group.found)
        courses.append(
            Course(rule, areas, changes, group.missed, spans, group.counting_from, group.inside, group.next_row)
        )
        if rule.stage in counted:
            stages[rule.stage] = _in_force(changes, (panel.days, len(areas)))
    return Courses(areas, days, stages, tuple(courses))


def _leaves(*sides: Side | None) -> Iterator[When]:
    for side in sides:
        if side and side.when:
            yield from side.when.leaves


def _own_days(panel: Panel, which: Which) -> tuple[Rows, Rows]:
    """The first and the last row on which something is known, by area; the present day where nothing is."""
    as_of = panel.row(panel.as_of)
    if not panel.series:
        size = panel.days
        one = next(iter(panel.columns.values())).values[0][which]
        return np.zeros(len(one), dtype=np.int32), np.full(len(one), size - 1, dtype=np.int32)
    first, last = [], []
    for by_name in np.array(panel.series, dtype=object)[which]:
        days = [day for each in by_name.values() if each.days for day in (min(each.days), max(each.days))]
        first.append(panel.row(min(days)) if days else as_of)
        last.append(panel.row(max(days)) if days else as_of)
    return np.array(first, dtype=np.int32), np.array(last, dtype=np.int32)
