"""The calendars of many areas: which days count in which of them, and when a change takes effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from krisenfest.domain.calendars import SUNDAY, Calendar
from krisenfest.domain.panels import Bools, Panel
from krisenfest.domain.trigger_days import effective_day
from krisenfest.domain.triggers import DayKind, Side

Rows = NDArray[np.int32]  # days as rows of a panel


class Calendars:
    """The calendars of a group of areas: which days count, and when a change takes effect, for all at once."""

    def __init__(self, panel: Panel, calendars: Sequence[Calendar]) -> None:
        self.panel = panel
        numbers: dict[tuple[str, str, tuple[date, ...]], int] = {}
        self.distinct: list[Calendar] = []
        of = np.zeros(len(calendars), dtype=np.intp)
        for number, calendar in enumerate(calendars):
            key = (calendar.land, calendar.region, tuple(sorted(calendar.local)))
            if key not in numbers:
                numbers[key] = len(self.distinct)
                self.distinct.append(calendar)
            of[number] = numbers[key]
        self.of = of

    @cached_property
    def working(self) -> Bools:
        """Which days are Werktage: by calendar, then by row."""
        size, first = self.panel.days, self.panel.first
        weekdays = (np.arange(size) + first.weekday()) % 7
        working = np.repeat((weekdays != SUNDAY)[None, :], len(self.distinct), axis=0)
        for number, calendar in enumerate(self.distinct):
            for year in range(first.year, self.panel.day(size - 1).year + 1):
                rows = [self.panel.row(day) for day in calendar.holidays_of_year(year)]
                working[number, [row for row in rows if 0 <= row < size]] = False
        return working

    @cached_property
    def _everywhere(self) -> list[bool | None]:
        """Whether a day is a Werktag in all calendars (True), in none (False), or in some (None), by row."""
        how_many = np.count_nonzero(self.working, axis=0).tolist()
        return [None if 0 < many < len(self.distinct) else bool(many) for many in how_many]

    def counting(self, kind: DayKind, row: int) -> bool | Bools:
        """Whether a day counts: for all areas, for none, or for which."""
        if kind is DayKind.CALENDAR:
            return True
        everywhere = self._everywhere[row]
        return self.working[self.of, row] if everywhere is None else everywhere

    def effective(self, side: Side, bases: Rows | np.int32, areas: NDArray[np.intp]) -> Rows | np.int32:
        """The rows on which changes take effect whose days are counted from `bases`: one for all, or one for each."""
        if side.effective.days is DayKind.CALENDAR and side.effective.weekday is None:
            return bases + np.int32(side.effective.after)
        pairs = np.stack(np.broadcast_arrays(self.of[areas], bases))
        distinct, back = np.unique(pairs, axis=1, return_inverse=True)
        rows = [
            self.panel.row(effective_day(side.effective, self.panel.day(base), self.distinct[kind]))
            for kind, base in distinct.T.tolist()
        ]
        return np.array(rows, dtype=np.int32)[back.reshape(-1)]
