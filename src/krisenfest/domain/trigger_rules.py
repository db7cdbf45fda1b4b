"""What a trigger file means for one area: its two sides, with what its Land counts otherwise, and when they apply."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from krisenfest.domain.triggers import Season, Side, Sides, Trigger, When

ONE_DAY = timedelta(days=1)


class Window(NamedTuple):
    """A span of days in which the norm applies: from `start`, to the exclusive `end` (None: open).

    Readings count from `readings_from` on.
    """

    start: date
    readings_from: date
    end: date | None
    season: bool = False  # it ends with a season, not with the norm


def windows(trigger: Trigger, first: date, last: date) -> tuple[Window, ...]:
    """The spans in which the norm applies and that have begun by `last`; at least one, the one that comes first.

    `first` is the first day of which something is known.
    """
    start = trigger.applies.start or date.min
    end = trigger.applies.through + ONE_DAY if trigger.applies.through else None
    if trigger.season is None:
        return (Window(start, trigger.applies.readings_from or start, end),)
    years = range(max(first, start).year - 1, max(first, start, last).year + 1)  # the season before is over, and told
    found = [window for year in years if (window := _season(trigger, trigger.season, year, start, end))]
    begun = [window for window in found if window.readings_from <= last]
    return tuple(begun or found[:1]) or (Window(start, start, start),)


def _season(trigger: Trigger, season: Season, year: int, start: date, end: date | None) -> Window | None:
    """The season of one year, as far as the norm applies."""
    opens = max(start, date.fromisoformat(f"{year}-{season.start}"))
    last_day = "02-28" if season.through == "02-29" and not _is_leap(year) else season.through
    closes = date.fromisoformat(f"{year}-{last_day}") + ONE_DAY
    closes = min(closes, end) if end else closes
    if opens >= closes:
        return None
    return Window(opens, max(opens, trigger.applies.readings_from or opens), closes, season=closes != end)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


class Rule(NamedTuple):
    """The two sides as they hold for one area and stage."""

    enter: Side
    leave: Side
    stage: str  # empty where there are no stages
    norm: str


COMPLEMENTS: Mapping[str, Literal["above", "at_least", "below", "at_most"]] = {
    "above": "at_most",
    "at_least": "below",
    "below": "at_least",
    "at_most": "above",
}


def complement(when: When) -> When:
    """What holds exactly when `when` does not (of values that are there)."""
    if when.any or when.all:
        parts = tuple(complement(each) for each in when.any or when.all)
        return When(all=parts) if when.any else When(any=parts)
    bounds: list[dict[str, Any]] = [
        {"indicator": when.indicator, opposite: getattr(when, name)}
        for name, opposite in COMPLEMENTS.items()
        if getattr(when, name) is not None
    ]
    parts = tuple(When(**bound) for bound in bounds)
    return parts[0] if len(parts) == 1 else When(any=parts)


def _sides(sides: Sides, fallback: Sides | None = None) -> tuple[Side, Side]:
    during = sides.during or (fallback.during if fallback and not (sides.enter or sides.leave) else None)
    if during:
        return Side(when=during), Side(when=complement(during))
    enter = sides.enter or (fallback.enter if fallback else None)
    leave = sides.leave or (fallback.leave if fallback else None)
    return enter or Side(), leave or Side()


def rules(trigger: Trigger, land: str) -> tuple[Rule, ...]:
    """The rules that hold in a Land (two digits; empty: none's own): one, or one a stage, the lowest first."""
    if trigger.stages:
        return tuple(Rule(*_sides(stage), stage.id, stage.norm or trigger.norm) for stage in trigger.stages)
    own = trigger.laender.get(land)
    if own is None:
        return (Rule(*_sides(trigger), "", trigger.norm),)
    return (Rule(*_sides(own, trigger), "", own.norm or trigger.norm),)
