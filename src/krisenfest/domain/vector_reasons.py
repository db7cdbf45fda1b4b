"""The reasons of what `trigger_vectors` decided: for all changes at once as columns, or for one area as a timeline.

A timeline is not computed a second time from the beginning: the machine of the reference walks over the days of each
run that decided, and over the run that is open at the end, and says what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from krisenfest.domain.calendars import Calendar
from krisenfest.domain.decisions import Decision, Timeline
from krisenfest.domain.evaluation import corrections_in, follow, look_into, unused_in
from krisenfest.domain.indicators import Series
from krisenfest.domain.outlooks import outlook
from krisenfest.domain.panel_calendars import Rows
from krisenfest.domain.panels import Bools, Floats, Panel, Test
from krisenfest.domain.trigger_days import ONE_DAY, counts
from krisenfest.domain.trigger_machine import Look, Machine, Seen
from krisenfest.domain.trigger_vectors import Course, Courses
from krisenfest.domain.triggers import DayKind, Missing, Side, Trigger, When


def timelines_of(trigger: Trigger, panel: Panel, courses: Courses) -> Iterator[tuple[Timeline, ...]]:
    """The timelines of each area of a group, in its order: one, or one for each stage."""
    for place, number in enumerate(courses.areas):
        calendar = courses.calendars.distinct[courses.calendars.of[place]]
        area, series = panel.areas[number], panel.series_of(int(number))
        if trigger.missing is Missing.UNKNOWN:  # what may have been missed lies between the runs, too
            yield follow(trigger, area, series, calendar=calendar, at=panel.as_of)
            continue
        told = _Telling(trigger, panel, area, series, calendar)
        yield tuple(told.timeline(course, place) for course in courses.of)


@dataclass(slots=True)
class _Telling:
    """One area's timelines, told from the columns of what was decided."""

    trigger: Trigger
    panel: Panel
    area: str
    series: Mapping[str, Series]
    calendar: Calendar
    lower: dict[str, tuple[Decision, ...]] = field(default_factory=dict)

    def timeline(self, course: Course, place: int) -> Timeline:
        look = look_into(self.trigger, self.series, self.lower)
        machines = [Machine(course.rule, self.calendar, self.trigger.missing, each) for each in course.windows]
        mine = np.flatnonzero(course.changes.area == place)
        for number in mine:
            machine = machines[self._window(course, self.panel.day(course.changes.day[number]))]
            if course.changes.ended[number]:
                machine.end()
                continue
            machine.inside = not course.changes.entering[number]
            day = self.panel.day(course.changes.day[number])
            self._replay(machine, self.panel.day(course.changes.counted_from[number]), day + ONE_DAY, look)
        present = machines[-1]
        next_day = self.panel.day(course.next_row[place])
        if not (present.window.end is not None and self.panel.as_of >= present.window.end):
            present.inside = bool(course.inside[place])
            self._replay(present, self.panel.day(course.counting_from[place]), next_day, look)
            present.counting_from = self.panel.day(course.counting_from[place])
        decisions = tuple(each for machine in machines for each in machine.decisions)
        self.lower[course.rule.stage] = decisions
        return Timeline(
            area=self.area,
            stage=course.rule.stage,
            as_of=self.panel.as_of,
            decisions=decisions,
            doubts=(),
            unused=tuple(unused_in(self.series, machines[0].window.readings_from, self.panel.as_of)),
            corrections=tuple(corrections_in(self.series)),
            outlook=outlook(present, self.trigger, as_of=self.panel.as_of, next_day=next_day),
        )

    def _window(self, course: Course, day: date) -> int:
        """The number of the window in which a change was determined."""
        return next(number for number, each in enumerate(course.windows) if each.end is None or day < each.end)

    def _replay(self, machine: Machine, counted_from: date, end: date, look: Look) -> None:
        """Walk over the run that is open on the day before `end`."""
        day = self._run_start(machine, counted_from, end, look)
        machine.count_from(day)
        while day < end:
            machine.step(day, look)
            day += ONE_DAY

    def _run_start(self, machine: Machine, counted_from: date, end: date, look: Look) -> date:
        """The day on which the oldest of the open runs began; `end` if none is open."""
        starts = [self._start_of(machine, leaf, counted_from, end, look) for leaf in machine.leaves]
        return min(starts, default=end)

    def _start_of(self, machine: Machine, leaf: When, counted_from: date, end: date, look: Look) -> date:
        start, day = end, end - ONE_DAY
        while day >= counted_from:
            if counts(day, machine.side.days_of(leaf), self.calendar):
                seen = look(leaf, day)
                if self._breaks(seen):
                    break
                start = day if seen.fits else start
            day -= ONE_DAY
        return start

    def _breaks(self, seen: Seen) -> bool:
        return self.trigger.missing is Missing.BREAKS if seen.flag else not seen.fits


@dataclass(frozen=True, slots=True)
class Reasons:
    """The readings that decided, for all changes of one side and one condition: one row a change, oldest first.

    `rows` are days of the panel, -1 where a condition did not take part; `values` are NaN there.
    """

    changes: NDArray[np.intp]  # which of the course's changes
    condition: When
    rows: Rows
    values: Floats


def reasons(trigger: Trigger, panel: Panel, courses: Courses, course: Course) -> list[Reasons]:
    """The readings that decided each change of a course, for all changes at once."""
    found: list[Reasons] = []
    for side in (course.rule.enter, course.rule.leave):
        chosen = np.flatnonzero((course.changes.entering == (side is course.rule.enter)) & ~course.changes.ended)
        for leaf in side.when.leaves if side.when else ():
            alone = len(tuple(side.when.leaves)) == 1 and leaf.stage is None if side.when else False
            if alone and trigger.missing is not Missing.HOLDS:
                rows, values = _run_before(trigger, panel, courses, course, side, leaf, chosen)
            else:
                rows, values = _last_days(trigger, panel, courses, course, side, leaf, chosen)
            found.append(Reasons(chosen, leaf, rows, values))
    return found


def _run_before(
    trigger: Trigger, panel: Panel, courses: Courses, course: Course, side: Side, leaf: When, chosen: NDArray[np.intp]
) -> tuple[Rows, Floats]:
    """The same where every change rests on this condition alone and no day is passed over: the last days that count."""
    back = np.arange(1 - side.run_of(leaf), 1, dtype=np.int32)
    day, places = course.changes.day[chosen], course.changes.area[chosen]
    if side.days_of(leaf) is DayKind.CALENDAR:
        rows = day[:, None] + back
    else:
        kinds = courses.calendars.of[places]
        working = courses.calendars.working
        so_many = np.cumsum(working, axis=1)  # Werktage up to each day, in each calendar
        most = int(so_many.max(initial=0))
        nth = np.zeros((len(working), most), dtype=np.int32)  # the row of the nth Werktag
        for kind, line in enumerate(working):
            found = np.flatnonzero(line)
            nth[kind, : len(found)] = found
        rows = nth[kinds[:, None], so_many[kinds, day][:, None] - 1 + back]
    values = panel.columns[trigger.indicator_of(leaf)].values[rows, courses.areas[places][:, None]]
    return rows, values


def _last_days(
    trigger: Trigger,
    panel: Panel,
    courses: Courses,
    course: Course,
    side: Side,
    leaf: When,
    chosen: NDArray[np.intp],
) -> tuple[Rows, Floats]:
    """The last days that counted for a condition before each of the chosen changes, walking back over all at once."""
    needed = side.run_of(leaf)
    rows = np.full((len(chosen), needed), -1, dtype=np.int32)
    values = np.full((len(chosen), needed), np.nan)
    places = course.changes.area[chosen]
    left = np.full(len(chosen), needed)
    day, floor = course.changes.day[chosen].astype(np.int64), course.changes.counted_from[chosen]
    going = np.arange(len(chosen))
    holds = trigger.missing is Missing.HOLDS
    while len(going):
        present = day[going], places[going]
        fits, gone, value = _seen(trigger, panel, courses, leaf, *present)
        counting = _counting(courses, side.days_of(leaf), *present)
        taken = going[counting & fits]
        left[taken] -= 1
        rows[taken, left[taken]] = day[taken]
        values[taken, left[taken]] = value[counting & fits]
        broken = counting & ~fits & ~(gone & holds)
        day[going] -= 1
        going = going[~broken & (left[going] > 0) & (day[going] >= np.maximum(floor[going], 0))]
    short = left > 0  # a condition under any: that was not fulfilled
    rows[short], values[short] = -1, np.nan
    return rows, values


def _counting(courses: Courses, kind: DayKind, days: NDArray[np.int64], places: NDArray[np.intp]) -> Bools:
    """Whether each day counts in its area."""
    if kind is DayKind.CALENDAR:
        return np.ones(len(days), dtype=np.bool_)
    counting: Bools = courses.calendars.working[courses.calendars.of[places], days]
    return counting


def _seen(
    trigger: Trigger,
    panel: Panel,
    courses: Courses,
    leaf: When,
    days: NDArray[np.int64],
    places: NDArray[np.intp],
) -> tuple[Bools, Bools, Floats]:
    """Whether each day fits in its area, whether it has no reading; and its value."""
    if leaf.stage is not None:
        return courses.stages[leaf.stage][days, places], np.zeros(len(days), dtype=np.bool_), np.ones(len(days))
    areas = courses.areas[places]
    column = panel.columns[trigger.indicator_of(leaf)]
    value = column.values[days, areas]
    fits = Test.of(leaf).floats(value)
    for number, cell in enumerate(zip(days.tolist(), areas.tolist(), strict=True)) if column.exact else ():
        if cell in column.exact:
            fits[number] = leaf.holds(column.exact[cell])
    return fits, np.isnan(value), value
