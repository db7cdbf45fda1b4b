"""Figures of many areas as columns: a row a day, a column an area, for evaluation without a loop over areas.

A binary floating point number stands for a printed value exactly as long as printing it again gives the same digits;
then comparing two of them is comparing the printed values. The few values with more digits are kept beside as
decimals and compared as such, so nothing is ever rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from krisenfest.domain.indicators import Figures, Flag, Indicator, Judged, Reading, Series, judge
from krisenfest.domain.triggers import Trigger, When

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
COMPARE = {"above": np.greater, "at_least": np.greater_equal, "below": np.less, "at_most": np.less_equal}
Which = NDArray[np.intp] | slice  # the areas of a group, a slice where they stand side by side


class Test(NamedTuple):
    """The bounds of a condition, prepared for floats."""

    condition: When
    comparisons: tuple[tuple[np.ufunc, float], ...]

    @classmethod
    def of(cls, condition: When) -> Test:
        """The bounds that a condition names."""
        bounds = [(ufunc, getattr(condition, name)) for name, ufunc in COMPARE.items()]
        return cls(condition, tuple((ufunc, float(bound)) for ufunc, bound in bounds if bound is not None))

    def floats(self, values: Floats, out: Bools | None = None) -> Bools:
        """Which values fit, as floats; none that is not there does."""
        (ufunc, bound), *more = self.comparisons
        fit: Bools = ufunc(values, bound, out)
        for ufunc, bound in more:
            fit &= ufunc(values, bound)
        return fit


@dataclass(slots=True)
class Column:
    """One indicator: usable values by day and area (NaN where there is none), and what floats cannot hold.

    `values` has shape (days, areas). `exact` holds the values with more digits than a float, by row and column;
    `flags` why a value cannot be used, where it is not merely missing; `known` the row of the day on which each
    value became known, where that is not its own day.
    """

    indicator: Indicator
    values: Floats
    exact: Mapping[tuple[int, int], Decimal] = field(default_factory=dict)
    flags: Mapping[tuple[int, int], tuple[Flag, Decimal]] = field(default_factory=dict)
    known: NDArray[np.int32] | None = None
    exact_rows: Mapping[int, Sequence[tuple[int, Decimal]]] = field(init=False)

    def __post_init__(self) -> None:
        rows: dict[int, list[tuple[int, Decimal]]] = {}
        for (row, column), value in self.exact.items():
            rows.setdefault(row, []).append((column, value))
        self.exact_rows = rows

    def fits(self, row: int, test: Test, areas: Which, out: Bools) -> Bools:
        """Which of `areas` pass a test on the day of `row`; written into `out`."""
        test.floats(self.values[row][areas], out)
        for column, value in self.exact_rows.get(row, ()):
            place = _place(areas, column)
            if place is not None:
                out[place] = test.condition.holds(value)
        return out

    def value(self, row: int, column: int) -> Decimal:
        """The value as it was printed."""
        exact = self.exact.get((row, column))
        return Decimal(repr(float(self.values[row, column]))) if exact is None else exact


def _place(areas: Which, column: int) -> int | None:
    """Where a column of the panel stands among the areas of a group (in rising order), or None."""
    if isinstance(areas, slice):
        return column - areas.start if areas.start <= column < areas.stop else None
    place = int(np.searchsorted(areas, column))
    return place if place < len(areas) and areas[place] == column else None


@dataclass(slots=True)
class Panel:
    """All indicators of a rule for many areas, as known at the end of the day `as_of`; row 0 is the day `first`."""

    areas: tuple[str, ...]
    first: date
    as_of: date
    columns: Mapping[str, Column]
    series: Sequence[Mapping[str, Series]] = ()  # by area, where the panel was made of readings

    @property
    def days(self) -> int:
        """How many days it has."""
        return len(next(iter(self.columns.values())).values)

    def day(self, row: int) -> date:
        """The day of a row."""
        return self.first + timedelta(days=int(row))

    def row(self, day: date) -> int:
        """The row of a day; may lie outside."""
        return (day - self.first).days

    def series_of(self, number: int) -> Mapping[str, Series]:
        """The readings of one area."""
        if self.series:
            return self.series[number]
        return {name: self._read_column(column, number) for name, column in self.columns.items()}

    def _read_column(self, column: Column, number: int) -> Series:
        area = self.areas[number]
        days: dict[date, Judged] = {}
        for row in np.flatnonzero(~np.isnan(column.values[:, number])).tolist():
            days[self.day(row)] = Judged(Reading(area, self.day(row), column.value(row, number)))
        for (flagged, where), (flag, value) in column.flags.items():
            if where == number:
                days[self.day(flagged)] = Judged(None, flag, (Reading(area, self.day(flagged), value),))
        return Series(column.indicator, dict(sorted(days.items())), self.as_of)


def panel_of(trigger: Trigger, areas: Sequence[str], figures: Figures, at: date) -> Panel | None:
    """The panel of what a trigger looks at, as known at the end of the day `at`; None if nothing is known."""
    series = [
        {
            name: judge(figures.of(area, name, trigger.about(name).area), trigger.about(name), at)
            for name in trigger.indicator_names
        }
        for area in areas
    ]
    days = [
        day for by_name in series for each in by_name.values() if each.days for day in (min(each.days), max(each.days))
    ]
    if not days:
        return None
    first, last = min(days), max(*days, at)
    shape = ((last - first).days + 1, len(areas))
    columns = {
        name: _column(trigger.about(name), [by_name[name] for by_name in series], first, shape)
        for name in trigger.indicator_names
    }
    return Panel(tuple(areas), first, at, columns, series)


def _column(indicator: Indicator, series: Sequence[Series], first: date, shape: tuple[int, int]) -> Column:
    values = np.full(shape, np.nan)
    known = np.repeat(np.arange(shape[0], dtype=np.int32)[:, None], shape[1], axis=1)
    exact: dict[tuple[int, int], Decimal] = {}
    flags: dict[tuple[int, int], tuple[Flag, Decimal]] = {}
    late = False
    for number, each in enumerate(series):
        for day, judged in each.days.items():
            row = (day - first).days
            if judged.reading is None:
                if judged.flag is not None and judged.others:
                    flags[row, number] = (judged.flag, judged.others[0].value)
                continue
            value = float(judged.reading.value)
            values[row, number] = value
            if Decimal(repr(value)) != judged.reading.value:
                exact[row, number] = judged.reading.value
            if judged.reading.known_on != day:
                known[row, number] = (judged.reading.known_on - first).days
                late = True
    return Column(indicator, values, exact, flags, known if late else None)


def screened(values: Floats, indicator: Indicator) -> Column:
    """A column of raw values, each known on its own day, of which those that cannot be used are taken out.

    `values` is changed. The same judgement as `indicators.judge`, for all areas at once.
    """
    flags: dict[tuple[int, int], tuple[Flag, Decimal]] = {}
    before = np.full(values.shape[1], np.nan)
    same_days = np.zeros(values.shape[1], dtype=np.int32)
    for row, line in enumerate(values):
        if indicator.least is not None or indicator.most is not None:
            wrong = np.zeros(line.shape, dtype=np.bool_)
            wrong |= line < float(indicator.least) if indicator.least is not None else False
            wrong |= line > float(indicator.most) if indicator.most is not None else False
            _take_out(line, wrong, Flag.IMPOSSIBLE, row, flags)
        if not indicator.watched:
            continue
        there = ~np.isnan(line)
        raw = line.copy()
        same_days = np.where(there, np.where(line == before, same_days + 1, 1), same_days)
        stuck = np.zeros(line.shape, dtype=np.bool_)
        if indicator.stuck_after is not None:
            stuck = there & (same_days > indicator.stuck_after)
            _take_out(line, stuck, Flag.STUCK, row, flags)
        if indicator.largest_step is not None:
            steps = np.flatnonzero(there & ~stuck & ~np.isnan(before))
            far = np.zeros(line.shape, dtype=np.bool_)
            far[steps] = _far(raw[steps], before[steps], indicator.largest_step)
            _take_out(line, far, Flag.JUMP, row, flags)
        before = np.where(there, raw, before)
    return Column(indicator, values, flags=flags)


def _far(values: Floats, before: Floats, largest: Decimal) -> Bools:
    """Whether steps are too large; where a float's difference is close to the bound, the decimals are asked."""
    steps = np.abs(values - before)
    far = steps > float(largest)
    for number in np.flatnonzero(np.abs(steps - float(largest)) < 1e-6 * max(1.0, float(largest))):
        exact = abs(Decimal(repr(float(values[number]))) - Decimal(repr(float(before[number]))))
        far[number] = exact > largest
    return far


def _take_out(
    line: Floats, wrong: Bools, flag: Flag, row: int, flags: dict[tuple[int, int], tuple[Flag, Decimal]]
) -> None:
    for number in np.flatnonzero(wrong):
        flags[row, int(number)] = (flag, Decimal(repr(float(line[number]))))
    line[wrong] = np.nan
