"""Replay a trigger on published figures: both files are read, and what came out is told as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from krisenfest.domain.area_changes import AreaLevel, is_city_district, keys_for, parse_area_key
from krisenfest.domain.areas import LAENDER
from krisenfest.domain.calendars import Calendar, calendar_of, parse_calendar
from krisenfest.domain.decisions import Decision, Declaration, Evidence, Timeline
from krisenfest.domain.evaluation import evaluate
from krisenfest.domain.indicators import BERLIN, Figures
from krisenfest.domain.trigger_hours import HourlyTimeline, Shift, by_the_hour, evaluate_hours
from krisenfest.domain.triggers import Trigger
from krisenfest.errors import FieldError, Problem, SourceError
from krisenfest.sources.declared import read_declarations
from krisenfest.sources.readings import read_readings
from krisenfest.sources.triggers import parse_trigger
from krisenfest.standards.decisions_json import area_json, hourly_json

Timelines = tuple[Timeline, ...] | tuple[HourlyTimeline, ...]
FINEST_FIRST = (AreaLevel.STATION, AreaLevel.GEMEINDE, AreaLevel.KREIS, AreaLevel.LAND, AreaLevel.BUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be replayed. `area` None means all areas; `holidays` a Land, else the one of each area's key."""

    trigger: Path
    readings: Path
    area: str | None = None
    holidays: str = ""
    at: date | None = None
    columns: Mapping[str, str] | None = None
    declared: Path | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Order:
        """The order among the arguments of a command."""
        return cls(**{each.name: given[each.name] for each in fields(cls)})


def replay(order: Order) -> tuple[Trigger, Iterator[Timelines], tuple[Problem, ...]]:
    """The trigger, the timelines of each area, and advice on what was left out.

    Raises SourceError with every problem of the files, FieldError for an area or Land that is none.
    """
    calendar = parse_calendar(order.holidays) if order.holidays else None
    trigger, figures, declarations = _read(order)
    at = order.at or max(
        [*([figures.last_known] if figures.last_known else []), *(each.known_on for each in declarations)]
    )
    _check_times(order, trigger, figures)
    if order.area is None:
        areas, left = _all_areas(order, trigger, figures, calendar)
    else:
        areas, left = [_one_area(order, order.area, trigger, figures)], ()
    calendars = [calendar or calendar_of(area) if _has_land(area) or calendar else Calendar("") for area in areas]
    return trigger, _evaluated(trigger, figures, areas, calendars, at, declarations), left


def _read(order: Order) -> tuple[Trigger, Figures, tuple[Declaration, ...]]:
    """Read all files, and tell the problems of all at once."""
    trigger, problems = parse_trigger(str(order.trigger), order.trigger)
    figures = Figures()
    declarations: tuple[Declaration, ...] = ()
    try:
        if trigger is None or trigger.indicator_names:
            figures = read_readings(order.readings, trigger.indicator_names if trigger else ("value",), order.columns)
    except SourceError as error:
        problems += (
            error.problems if trigger else [each for each in error.problems if (each.line, each.field) != (1, "value")]
        )
    if order.declared:
        try:
            declarations = read_declarations(order.declared)
        except SourceError as error:
            problems += error.problems
    if trigger is None or problems:
        raise SourceError(problems)
    if not declarations and figures.last_known is None:
        hint = "name what the authority declared with --declared FILE"
        raise SourceError([Problem(str(order.trigger), 1, "enter", "looks at no figure", hint)])
    return trigger, figures, declarations


def _check_times(order: Order, trigger: Trigger, figures: Figures) -> None:
    if figures.timed and not by_the_hour(trigger, figures):
        what = "has times of day, but the rule counts days"
        hint = "give one value a day, the one that the norm names (the highest, the mean, that of a certain hour)"
        raise SourceError([Problem(str(order.readings), 2, "date", what, hint)])


def _has_land(area: str) -> bool:
    return area[:2] in LAENDER and area.isdecimal()


def _level(trigger: Trigger) -> AreaLevel:
    levels = {trigger.about(name).area for name in trigger.indicator_names}
    return next((level for level in FINEST_FIRST if level in levels), AreaLevel.KREIS)


def _one_area(order: Order, text: str, trigger: Trigger, figures: Figures) -> str:
    """The key that was asked for, if there are figures for it."""
    level = _level(trigger)
    area = text if level is AreaLevel.STATION else parse_area_key(text)
    if level is AreaLevel.KREIS and is_city_district(area[:5]):
        raise FieldError(
            "area", text, "is a district of Berlin, which is one area: ask for 11000, with the Land's figures"
        )
    if not trigger.indicator_names:
        return area
    known = set(figures.areas)
    days = (date.min, date.max)
    names = {name: trigger.about(name).area for name in trigger.indicator_names}
    if not any(key in known for each in names.values() for day in days for key in keys_for(area, each, day)):
        what = f"there are no readings for {text}"
        shown = ", ".join(figures.areas[:5]) + (", ..." if len(known) > 5 else "")
        raise SourceError([Problem(str(order.readings), 1, "area", what, f"it has {shown}")])
    return area


def _all_areas(
    order: Order, trigger: Trigger, figures: Figures, calendar: Calendar | None
) -> tuple[list[str], tuple[Problem, ...]]:
    """Every area that has figures of its own, and advice on those that are none of their own."""
    level = _level(trigger)
    names = [name for name in trigger.indicator_names if trigger.about(name).area is level]
    keys = sorted({key for name in names for key in figures.readings.get(name, {})})
    districts = [key for key in keys if level is AreaLevel.KREIS and is_city_district(key)]
    counted = any(trigger.indicator_names) and level is not AreaLevel.STATION and calendar is None
    unknown = [key for key in keys if counted and not _has_land(key)]
    left: list[Problem] = []
    if districts:
        what = f"{districts[0]} to {districts[-1]} are districts of Berlin, which is one area"
        hint = "use the figures of the Land with --area 11000"
        left.append(Problem(str(order.readings), 1, "area", what, hint, advice=True))
    if unknown:
        what = f"{', '.join(unknown[:5])} lies in no Land, so its holidays are not known"
        left.append(Problem(str(order.readings), 1, "area", what, "name them with --holidays", advice=True))
    areas = [key for key in keys if key not in {*districts, *unknown}]
    if not areas:
        raise SourceError([Problem(str(order.readings), 1, "area", "no area is left", "see above")])
    return areas, tuple(left)


def _evaluated(
    trigger: Trigger,
    figures: Figures,
    areas: Sequence[str],
    calendars: Sequence[Calendar],
    at: date,
    declarations: Sequence[Declaration],
) -> Iterator[Timelines]:
    """The timelines in the order of the areas."""
    if by_the_hour(trigger, figures):
        for area in areas:
            yield evaluate_hours(trigger, area, figures, at=at)
        return
    if len(areas) == 1 or declarations:
        for area, calendar in zip(areas, calendars, strict=True):
            own = [each for each in declarations if each.area == area]
            yield evaluate(trigger, area, figures, calendar=calendar, at=at, declarations=own)
        return
    yield from _at_once(trigger, figures, areas, calendars, at)


def _at_once(
    trigger: Trigger, figures: Figures, areas: Sequence[str], calendars: Sequence[Calendar], at: date
) -> Iterator[Timelines]:
    """The same for many areas, evaluated together."""
    from krisenfest.domain.panels import panel_of  # noqa: PLC0415  loading numpy costs more than a single area
    from krisenfest.domain.trigger_vectors import evaluate_all  # noqa: PLC0415  see above
    from krisenfest.domain.vector_reasons import timelines_of  # noqa: PLC0415  see above

    panel = panel_of(trigger, areas, figures, at)
    if panel is None:
        return
    told = {
        timelines[0].area: timelines
        for courses in evaluate_all(trigger, panel, calendars)
        for timelines in timelines_of(trigger, panel, courses)
    }
    for area in areas:
        yield told[area]


def told_json(trigger: Trigger, timelines: Timelines) -> dict[str, Any]:
    """One area as plain values for JSON."""
    if isinstance(timelines[0], HourlyTimeline):
        return hourly_json([each for each in timelines if isinstance(each, HourlyTimeline)])
    days = [each for each in timelines if isinstance(each, Timeline)]
    return area_json(days, indicators=len(trigger.indicator_names))


def told(timelines: Timelines) -> list[str]:
    """One area as lines for a person."""
    lines: list[str] = []
    for each in timelines:
        if isinstance(each, HourlyTimeline):
            lines += [f"{each.area}: {_shift(shift)}" for shift in each.shifts]
            continue
        lines += [f"{each.area}: {_decision(decision)}" for decision in each.decisions]
        lines += [f"{each.area}: {day.indicator} {day.day}: {day.flag}, not used" for day in each.unused]
        lines.append(f"{each.area}: {_ahead(each)}")
    return lines or [f"{timelines[0].area}: no change"]


def _decision(decision: Decision) -> str:
    text = (
        f"{decision.stage} {decision.change} from {decision.takes_effect}, determined on {decision.determined}".lstrip()
    )
    text += f": {_readings(decision.because)}" if decision.because else f": {decision.why}"
    if decision.skipped:
        text += "; not counted: " + ", ".join(f"{each.day} ({each.why})" for each in decision.skipped)
    if decision.declared:
        text += f"; declared: {decision.declared.reason or 'no reason given'} {decision.declared.link}".rstrip()
    return f"{text} [{decision.norm}]"


def _shift(shift: Shift) -> str:
    local = shift.at.astimezone(BERLIN).isoformat(timespec="minutes")
    return f"{shift.stage} {shift.change} from {local}: {_readings(shift.because)} [{shift.norm}]".lstrip()


def _readings(because: Sequence[Evidence]) -> str:
    return ", ".join(f"{each.day} = {each.value:f}" for each in because)


def _ahead(timeline: Timeline) -> str:
    ahead = timeline.outlook
    stage = f"{timeline.stage} " if timeline.stage else ""
    text = f"{stage}as of {ahead.as_of} {'in' if ahead.in_force else 'out of'} force"
    if ahead.earliest:
        change, _, effective = ahead.earliest
        text += f"; {change} on {effective} at the earliest, if always {ahead.supposing}"
    return text
