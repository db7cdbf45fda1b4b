"""Decisions of triggers as plain values for JSON; each reading has exactly the digits it was printed with."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from krisenfest.domain.decisions import Decision, Evidence, Outlook, Timeline, highest_stage
from krisenfest.domain.indicators import BERLIN
from krisenfest.domain.trigger_hours import HourlyTimeline, Shift


def number(value: Decimal) -> orjson.Fragment:
    """A decimal as a JSON number, without an exponent and without rounding."""
    return orjson.Fragment(format(value, "f"))


def area_json(timelines: Sequence[Timeline], *, indicators: int) -> dict[str, Any]:
    """One area: its decisions in the order of their effect, and the outlook (by stage where there are stages).

    Evidence names its indicator where a rule looks at more than one (`indicators`).
    """
    decisions = [each for timeline in timelines for each in timeline.decisions]
    decisions.sort(key=lambda each: each.takes_effect)  # stable: the stages keep their order
    staged = bool(timelines[0].stage)
    values: dict[str, Any] = {
        "area": timelines[0].area,
        "decisions": [_decision(each, named=indicators > 1 or staged) for each in decisions],
        "outlook": _outlook(timelines[0].outlook),
    }
    if staged:
        values["outlook"] = {
            "stages_in_force": highest_stage(timelines, timelines[0].as_of),
            "stages": {each.stage: _outlook(each.outlook) for each in timelines},
        }
    values |= _remarks(timelines)
    return values


def _remarks(timelines: Sequence[Timeline]) -> dict[str, Any]:
    """What is not as it should be, where there is such a thing."""
    first = timelines[0]
    doubts = [(timeline.stage, each) for timeline in timelines for each in timeline.doubts]
    remarks: dict[str, Any] = {
        "doubts": [
            {
                "change": each.change,
                "date": each.day,
                "missing": list(each.missing),
                **({"stage": stage} if stage else {}),
            }
            for stage, each in doubts
        ],
        "unused": [
            {
                "indicator": each.indicator,
                "date": each.day,
                "why": each.flag,
                "value": None if each.value is None else number(each.value),
            }
            for each in first.unused
        ],
        "corrections": [
            {
                "date": each.used.day,
                "used": number(each.used.value),
                "later": number(each.later.value),
                "known": each.later.known,
            }
            for each in first.corrections
        ],
    }
    return {name: found for name, found in remarks.items() if found}


def _evidence(evidence: Evidence, *, named: bool) -> dict[str, Any]:
    values: dict[str, Any] = {"date": evidence.day, "value": number(evidence.value)}
    return {**values, "indicator": evidence.indicator} if named else values


def _decision(decision: Decision, *, named: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "change": decision.change,
        "effective": decision.takes_effect,
        "determined": decision.determined,
        "because": [_evidence(each, named=named) for each in decision.because],
        "skipped": [{"date": each.day, "why": each.why} for each in decision.skipped],
        "norm": decision.norm,
        "why": decision.why,
    }
    if decision.stage:
        values["stage"] = decision.stage
    if decision.assumes_announcement:
        values["assumes"] = f"announced on {decision.determined}"
    if declared := decision.declared:
        values["computed_effective"] = decision.effective if decision.because else None
        values["declared"] = {
            "effective": decision.takes_effect,
            "announced": declared.announced,
            "reason": declared.reason,
            "link": declared.link,
        }
    return values


def _outlook(ahead: Outlook) -> dict[str, Any]:
    earliest = None
    if ahead.earliest is not None:
        change, determined, effective = ahead.earliest
        earliest = {"change": change, "determined": determined, "effective": effective, "if_always": ahead.supposing}
    change_ahead = ahead.next_change
    return {
        "as_of": ahead.as_of,
        "in_force": ahead.in_force,
        "since": ahead.since,
        "next_change": None if change_ahead is None else {"change": change_ahead[0], "effective": change_ahead[1]},
        "earliest_change": earliest,
        "next_value": {
            "date": ahead.next_day,
            "decides": ahead.decides,
            "runs": [
                {
                    "indicator": run.condition,
                    "days": run.days,
                    "of": run.of,
                    "needs": run.needs,
                    "counts": run.counts,
                    **({"why_not": run.why_not} if run.why_not else {}),
                }
                for run in ahead.runs
            ],
        },
        "norm_ends": ahead.norm_ends,
    }


def hourly_json(timelines: Sequence[HourlyTimeline]) -> dict[str, Any]:
    """One area of a rule by the hour: each change with its time by the clock of Berlin."""
    shifts = sorted((each for timeline in timelines for each in timeline.shifts), key=lambda each: each.at)
    values: dict[str, Any] = {
        "area": timelines[0].area,
        "decisions": [_shift(each) for each in shifts],
        "outlook": {
            "as_of": timelines[0].as_of,
            "in_force": {
                each.stage or "rule": bool(each.shifts) and each.shifts[-1].change == "in" for each in timelines
            },
        },
    }
    if unused := timelines[0].unused:
        values["unused"] = [
            {"date": each.start.astimezone(BERLIN), "why": each.flag, "value": number(each.reading.value)}
            for each in unused
        ]
    return values


def _shift(shift: Shift) -> dict[str, Any]:
    local = shift.at.astimezone(BERLIN)
    return {
        "change": shift.change,
        "effective": local,
        "determined": local.date(),
        "because": [_evidence(each, named=True) for each in shift.because],
        "norm": shift.norm,
        **({"stage": shift.stage} if shift.stage else {}),
        **({"doubtful": True} if shift.doubtful else {}),
    }
