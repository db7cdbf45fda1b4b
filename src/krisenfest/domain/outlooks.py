"""What lies ahead of a rule: the earliest next change, and what the next value would have to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from krisenfest.domain.decisions import Change, Outlook, Run, in_force
from krisenfest.domain.trigger_days import ONE_DAY, counts, why_not
from krisenfest.domain.trigger_machine import Machine, Seen, copy_of
from krisenfest.domain.triggers import Trigger, When

# The longest run in working days, with room for the holidays between.
LONGEST_LOOK = timedelta(days=800)
COMPARISONS = ("above", "at_least", "below", "at_most")


def outlook(machine: Machine, trigger: Trigger, *, as_of: date, next_day: date) -> Outlook:
    """What lies ahead of a machine that has walked up to `next_day`, by what is known as of the day `as_of`."""
    coming = [each for each in machine.decisions if each.takes_effect > as_of]
    past = [each for each in machine.decisions if each.takes_effect <= as_of]
    over = machine.window.end is not None and as_of >= machine.window.end
    side = machine.side
    return Outlook(
        as_of=as_of,
        in_force=in_force(machine.decisions, as_of),
        since=past[-1].takes_effect if past else None,
        next_change=(coming[0].change, coming[0].takes_effect) if coming else None,
        earliest=None if over else _earliest(machine, next_day),
        supposing="" if over or side.when is None else in_symbols(side.when, trigger),
        next_day=next_day,
        runs=() if over else tuple(_runs(machine, trigger, next_day)),
        decides=not over and _decides(machine, next_day),
        norm_ends=machine.window.end,
    )


def _fits(condition: When, day: date) -> Seen:
    return Seen(day, True, None, day)


def _earliest(machine: Machine, next_day: date) -> tuple[Change, date, date] | None:
    """The change that is counted, the day of its determination and of its effect, if every value fits from now on."""
    if machine.side.when is None:
        return None
    walker, day = copy_of(machine), max(next_day, machine.counting_from)
    known = len(machine.decisions)
    for _ in range(LONGEST_LOOK.days):
        if machine.window.end is not None and day >= machine.window.end:
            return None
        walker.step(day, _fits)
        if len(walker.decisions) > known:
            decision = walker.decisions[-1]
            return decision.change, decision.determined, decision.effective
        day += ONE_DAY
    return None


def _decides(machine: Machine, next_day: date) -> bool:
    walker = copy_of(machine)
    walker.step(next_day, _fits)
    return len(walker.decisions) > len(machine.decisions)


def _runs(machine: Machine, trigger: Trigger, next_day: date) -> Iterator[Run]:
    side = machine.side
    for condition, count in zip(machine.leaves, machine.counts, strict=True):
        counted = counts(next_day, side.days_of(condition), machine.calendar)
        reason = "" if counted else why_not(next_day, machine.calendar)
        if next_day < machine.counting_from:
            counted, reason = False, f"counting starts on {machine.counting_from}"
        name = condition.stage or trigger.indicator_of(condition)
        yield Run(name, len(count.run), side.run_of(condition), in_symbols(condition, trigger), counted, reason)


def in_symbols(when: When, trigger: Trigger) -> str:
    """A condition in few signs, for programs and evidence, such as `incidence-7d above 100`."""
    if when.any or when.all:
        joined = " or " if when.any else " and "
        return joined.join(
            f"({in_symbols(each, trigger)})" if each.any or each.all else in_symbols(each, trigger)
            for each in when.any or when.all
        )
    if when.stage is not None:
        return f"stage {when.stage} in force"
    bounds = [f"{name} {getattr(when, name)}" for name in COMPARISONS if getattr(when, name) is not None]
    return f"{trigger.indicator_of(when)} " + " and ".join(bounds).replace("_", " ")
