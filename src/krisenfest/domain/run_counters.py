"""The runs of one side of a rule in many areas at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from krisenfest.domain.panels import Bools, Test
from krisenfest.domain.triggers import Base, Counting, DayKind, Side, When

Runs = NDArray[np.uint16]  # days


@dataclass(slots=True)
class Counter:
    """The runs of one side in all areas of a group."""

    side: Side
    leaves: tuple[When, ...]
    active: Bools  # the areas in which this side is counted today
    runs: list[Runs]
    hoped: list[Runs]
    doubted: Bools
    needs: tuple[int, ...]  # days in a row, by condition
    kinds: tuple[DayKind, ...]  # which days count, by condition
    tests: tuple[Test, ...]
    plain: bool  # changes take effect on one day in all areas, and never before the change before them
    hoping: bool  # whether missing days are counted as if they fitted

    @classmethod
    def of(cls, side: Side, other: Side, areas: int, *, hoping: bool) -> Counter:
        """A counter that has counted nothing yet."""
        leaves = tuple(side.when.leaves) if side.when else ()
        none = np.zeros(areas, dtype=np.bool_)
        runs = [np.zeros(areas, dtype=np.uint16) for _ in leaves]
        return cls(
            side,
            leaves,
            none,
            runs,
            [each.copy() for each in runs],
            none.copy(),
            needs=tuple(side.run_of(leaf) for leaf in leaves),
            kinds=tuple(side.days_of(leaf) for leaf in leaves),
            tests=tuple(Test.of(leaf) for leaf in leaves),
            plain=_plain(side, other),
            hoping=hoping,
        )

    def stop(self, areas: NDArray[np.intp]) -> None:
        """Count this side no longer in these areas."""
        self.active[areas] = False
        for run in self.runs:
            run[areas] = 0
        if self.hoping:
            self.doubted[areas] = False
            for run in self.hoped:
                run[areas] = 0

    def reached(self, runs: Sequence[Runs]) -> Bools:
        """In which areas the side's condition is fulfilled by these runs."""
        single = [run >= days for run, days in zip(runs, self.needs, strict=True)]
        if len(single) == 1:
            return single[0]
        assert self.side.when is not None
        return _joined(self.side.when, iter(single))


def _joined(when: When, single: Iterator[Bools]) -> Bools:
    parts = when.any or when.all
    if not parts:
        return next(single)
    joined = [_joined(part, single) for part in parts]
    result: Bools = np.logical_or.reduce(joined) if when.any else np.logical_and.reduce(joined)
    return result


def _plain(side: Side, other: Side) -> bool:
    """Whether the effect follows from the day alone: so many calendar days, and in the order of the changes."""
    effects = (side.effective, other.effective)
    if any(each.days is not DayKind.CALENDAR or each.weekday or each.base is Base.FIRST_DAY for each in effects):
        return False
    return side.counting_starts is not Counting.AFTER_DETERMINATION or side.effective.after >= other.effective.after - 1
