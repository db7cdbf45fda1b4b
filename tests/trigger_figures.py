"""Figures and rules for the tests of triggers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from conftest import ROOT
from krisenfest.domain.calendars import Calendar, calendar_of
from krisenfest.domain.decisions import Declaration, Timeline
from krisenfest.domain.evaluation import evaluate
from krisenfest.domain.indicators import Figures, Reading
from krisenfest.domain.triggers import Trigger
from krisenfest.sources.triggers import read_trigger

EXAMPLES = ROOT / "examples" / "triggers"
BASE: dict[str, Any] = {"id": "t", "title": "T", "norm": "§ 1", "source": "https://example.org", "indicator": "i"}


def trigger(**values: Any) -> Trigger:
    """A rule with the fields that a test is about."""
    return Trigger.model_validate({**BASE, **values})


def example(name: str) -> Trigger:
    return read_trigger(EXAMPLES / f"{name}.yaml")


def days(first: str, values: Sequence[str | int | float | None], area: str = "05911") -> list[Reading]:
    """One reading a day from `first` on; None leaves a day out."""
    start = date.fromisoformat(first)
    return [
        Reading(area, start + timedelta(days=number), Decimal(str(value)))
        for number, value in enumerate(values)
        if value is not None
    ]


def figures(**readings: Sequence[Reading]) -> Figures:
    """Figures by indicator; underscores in names stand for hyphens."""
    found: dict[str, dict[str, list[Reading]]] = {}
    for name, each in readings.items():
        for reading in each:
            found.setdefault(name.replace("_", "-"), {}).setdefault(reading.area, []).append(reading)
    return Figures(found)


def timeline(rule: Trigger, known: Figures, **given: Any) -> Timeline:
    """The timeline of the only (or lowest) rule of a trigger."""
    return timelines(rule, known, **given)[0]


def timelines(
    rule: Trigger,
    known: Figures,
    *,
    area: str = "05911",
    at: str | date | None = None,
    calendar: Calendar | None = None,
    declarations: Sequence[Declaration] = (),
) -> tuple[Timeline, ...]:
    day = date.fromisoformat(at) if isinstance(at, str) else at or known.last_known
    assert day is not None
    return evaluate(rule, area, known, calendar=calendar or calendar_of(area), at=day, declarations=list(declarations))


def changes(found: Timeline) -> list[tuple[str, str]]:
    """Each change and the day of its effect."""
    return [(each.change.value, each.takes_effect.isoformat()) for each in found.decisions]


AREAS = ("05911", "05913", "09162", "09761", "14612", "16061", "16063")
FIRST = date(2021, 4, 1)


def conditions(indicators: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    """One condition, or two joined."""
    one = st.fixed_dictionaries(
        {
            "indicator": st.sampled_from(indicators),
            "consecutive": st.integers(1, 4),
            "days": st.sampled_from(["calendar", "working"]),
        }
    )
    bound = st.tuples(st.sampled_from(["above", "at_least", "below", "at_most"]), st.sampled_from([2, 3, 2.5]))
    leaf = st.builds(lambda values, pair: {**values, pair[0]: pair[1]}, one, bound)
    joined = st.builds(
        lambda how, parts: {how: parts}, st.sampled_from(["any", "all"]), st.lists(leaf, min_size=2, max_size=3)
    )
    return st.one_of(leaf, leaf, joined)


def sides(indicators: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    """One side of a rule."""
    return st.fixed_dictionaries(
        {
            "when": conditions(indicators),
            "counting_starts": st.sampled_from(["day_after_determination", "day_after_effect", "day_of_effect"]),
            "effective": st.fixed_dictionaries(
                {
                    "after": st.integers(0, 3),
                    "days": st.sampled_from(["calendar", "working"]),
                    "from": st.sampled_from(["last_day", "first_day", "announcement"]),
                    "weekday": st.sampled_from([None, None, "monday"]),
                }
            ),
        }
    )


def rules(indicators: Sequence[str] = ("i", "j")) -> st.SearchStrategy[Trigger]:
    """Rules of every kind: with holidays, missing readings, the bounds of indicators, a norm that ends, Länder."""
    about = st.fixed_dictionaries(
        {
            "least": st.sampled_from([None, 0]),
            "stuck_after": st.sampled_from([None, 3]),
            "largest_step": st.sampled_from([None, 3]),
            "published_within": st.integers(0, 2),
        }
    )
    applies = st.sampled_from(
        [{}, {"from": "2021-04-10", "readings_from": "2021-04-05", "through": "2021-05-20"}, {"through": "2021-05-05"}]
    )
    season = st.sampled_from([None, None, {"from": "04-20", "through": "05-12"}])
    return st.builds(
        lambda **values: trigger(**{name: value for name, value in values.items() if value is not None}),
        enter=sides(indicators),
        leave=st.one_of(st.none(), sides(indicators), sides(indicators)),
        missing=st.sampled_from(["breaks", "holds", "unknown"]),
        indicators=st.dictionaries(st.sampled_from(indicators), about),
        applies=applies,
        season=season,
        laender=st.sampled_from([{}, {}, {"09": {"leave": {"when": {"below": 3}, "consecutive": 2}}}]),
    )


VALUES = (None, "-1", "0", "1", "2", "2", "2.5", "3", "3.0000000000000000001", "4", "9")


def made(seed: int, size: int, indicators: Sequence[str] = ("i", "j"), areas: Sequence[str] = AREAS) -> Figures:
    """Readings of `size` days from FIRST on, some missing, some published late, some corrected."""
    chance = np.random.default_rng(seed)
    draws = iter(chance.integers(0, 1 << 30, size=(len(indicators) * len(areas) * size, 2)).tolist())
    found: dict[str, dict[str, list[Reading]]] = {}
    for name in indicators:
        for area in areas:
            readings = found.setdefault(name, {}).setdefault(area, [])
            for number in range(size):
                first, second = next(draws)
                value, late = VALUES[first % len(VALUES)], max(0, second % 15 - 11)
                if value is None:
                    continue
                day = FIRST + timedelta(days=number)
                readings.append(Reading(area, day, Decimal(value), noon(day + timedelta(days=late)) if late else None))
                if number % 7 == 3:
                    readings.append(Reading(area, day, Decimal("2.7"), noon(day + timedelta(days=2))))
    return Made(found)


class Made(Figures):
    """Figures that are not printed where a test fails; the call of `made` is."""

    def __repr__(self) -> str:
        return "made(...)"


def published(areas: Sequence[str] = AREAS) -> st.SearchStrategy[Figures]:
    """Readings of some weeks."""
    return st.builds(made, st.integers(0, 10_000), st.integers(1, 60), areas=st.just(areas))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
