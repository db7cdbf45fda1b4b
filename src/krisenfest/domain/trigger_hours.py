"""Rules that hold while something is so, by the hour: a gauge below its mark, heat between 10:00 and 19:00.

Nobody announces such a rule and nothing is counted; whoever is bound looks at the present reading. So what comes out
are the instants at which it begins and ends to hold, each with the readings of that moment. While a reading that would
tell is missing, it stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from krisenfest.domain.decisions import Change, Evidence
from krisenfest.domain.indicators import BERLIN, Figures, Flag, Indicator, Reading
from krisenfest.domain.periods import midnight, through
from krisenfest.domain.trigger_rules import windows
from krisenfest.domain.triggers import Trigger, When


class Held(NamedTuple):
    """A reading and the half-open span of instants (UTC) for which it holds; with a flag if it cannot be used."""

    start: datetime
    end: datetime
    reading: Reading
    flag: Flag | None


class Shift(NamedTuple):
    """From `at` on (UTC) a rule is in force, or out of it, by these readings; `doubtful` if one was not there."""

    change: Change
    at: datetime
    because: tuple[Evidence, ...]
    norm: str
    stage: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class HourlyTimeline:
    """One area (and stage) by the hour, as known at the end of the day `as_of`."""

    area: str
    stage: str
    as_of: date
    shifts: tuple[Shift, ...]
    unused: tuple[Held, ...]


def by_the_hour(trigger: Trigger, figures: Figures) -> bool:
    """Whether a trigger is to be evaluated by the hour: it has only `while`, and hours of the day or timed readings."""
    rules = trigger.stages or (trigger,)
    during = [each.during for each in rules if each.during]
    hours = any(leaf.hours for when in during for leaf in when.leaves)
    return len(during) == len(rules) and (hours or figures.timed)


def evaluate_hours(trigger: Trigger, area: str, figures: Figures, *, at: date) -> tuple[HourlyTimeline, ...]:
    """The timelines of `area` by the hour: one, or one for each stage, the lowest first."""
    held: dict[str, list[Held]] = {}
    for name in trigger.indicator_names:
        about = trigger.about(name)
        known = [each for each in figures.of(area, name, about.area) if each.known_on <= at]
        held[name] = list(_held(sorted(known, key=_start), about))
    unused = tuple(each for name in held for each in held[name] if each.flag)
    rules = trigger.stages or (trigger,)
    return tuple(
        HourlyTimeline(area, stage, at, tuple(_shifts(trigger, each.during, each.norm, stage, held, at)), unused)
        for each in rules
        if each.during
        for stage in (each.id if trigger.stages else "",)
    )


def _start(reading: Reading) -> datetime:
    return reading.known or midnight(reading.day, BERLIN)


def _held(readings: Sequence[Reading], about: Indicator) -> Iterator[Held]:
    """How long each reading holds: a day's value for its day, a moment's until the next or until it is too old."""
    before: Reading | None = None
    same_since = datetime.min.replace(tzinfo=UTC)
    for number, reading in enumerate(readings):
        start = _start(reading)
        end = start + timedelta(hours=about.holds_for) if reading.known else through(reading.day, BERLIN)
        if number + 1 < len(readings):
            end = min(end, _start(readings[number + 1]))
        if before is None or before.value != reading.value:
            same_since = start
        flag = _flag(reading, before, start - same_since, about)
        before = before if flag is Flag.IMPOSSIBLE else reading
        if start < end:
            yield Held(start, end, reading, flag)


def _flag(reading: Reading, before: Reading | None, same_for: timedelta, about: Indicator) -> Flag | None:
    if about.impossible(reading.value):
        return Flag.IMPOSSIBLE
    if about.stuck_after is not None and same_for >= timedelta(days=about.stuck_after):
        return Flag.STUCK
    if about.largest_step is not None and before and abs(reading.value - before.value) > about.largest_step:
        return Flag.JUMP
    return None


def _shifts(
    trigger: Trigger, during: When, norm: str, stage: str, held: Mapping[str, Sequence[Held]], at: date
) -> Iterator[Shift]:
    """Every change of a `while`, oldest first."""
    inside = False
    places = dict.fromkeys(held, 0)
    for instant in _instants(trigger, during, held, at):
        present: dict[str, Reading | None] = {}
        for name, spans in held.items():
            while places[name] < len(spans) and spans[places[name]].end <= instant:
                places[name] += 1
            span = spans[places[name]] if places[name] < len(spans) else None
            usable = span is not None and span.start <= instant and span.flag is None
            present[name] = span.reading if usable and span else None
        known = _holds(trigger, during, present, instant.astimezone(BERLIN).time())
        now = inside if known is None else known  # a rule does not change because a sensor fails
        if not _applies(trigger, instant):
            now, known = False, False
        if now != inside:
            inside = now
            because = tuple(Evidence(name, each.day, each.value) for name, each in present.items() if each)
            yield Shift(Change.IN if now else Change.OUT, instant, because, norm or trigger.norm, stage, known is None)


def _holds(trigger: Trigger, when: When, present: Mapping[str, Reading | None], clock: time) -> bool | None:
    """Whether a condition holds at this time of day; None where that hangs on a reading that is not there."""
    parts = when.any or when.all
    if parts:
        answers = [_holds(trigger, part, present, clock) for part in parts]
        decides = bool(when.any)  # one that holds decides an any, one that does not an all
        return decides if decides in answers else None if None in answers else not decides
    if when.hours and not (when.hours.start <= clock < when.hours.until):
        return False
    reading = present[trigger.indicator_of(when)]
    return None if reading is None else when.holds(reading.value)


def _applies(trigger: Trigger, instant: datetime) -> bool:
    day = instant.astimezone(BERLIN).date()
    spans = windows(trigger, day, day)
    return any(each.start <= day and (each.end is None or day < each.end) for each in spans)


def _instants(trigger: Trigger, during: When, held: Mapping[str, Sequence[Held]], at: date) -> Iterator[datetime]:
    """Every instant at which something may change, through the end of the day `at`."""
    spans = [each for name in held for each in held[name]]
    if not spans:
        return
    found = {each.start for each in spans} | {each.end for each in spans}
    day, last = min(found).astimezone(BERLIN).date(), max(found).astimezone(BERLIN).date()
    clocks = {time()} | {
        clock for leaf in during.leaves if leaf.hours for clock in (leaf.hours.start, leaf.hours.until)
    }
    while day <= last:
        found |= {datetime.combine(day, clock, BERLIN).astimezone(UTC) for clock in clocks}
        day += timedelta(days=1)
    end = through(at, BERLIN)
    yield from sorted(each for each in found if each <= end)
