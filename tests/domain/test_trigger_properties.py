"""What must hold for every rule: many areas at once as one by one, day by day as at the end, only what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from krisenfest.domain.calendars import calendar_of
from krisenfest.domain.decisions import Decision, Skipped, Timeline
from krisenfest.domain.evaluation import evaluate
from krisenfest.domain.indicators import Figures, Indicator, Reading, judge
from krisenfest.domain.panels import Panel, panel_of, screened
from krisenfest.domain.trigger_vectors import evaluate_all
from krisenfest.domain.triggers import Applies, Trigger
from krisenfest.domain.vector_reasons import reasons, timelines_of
from trigger_figures import AREAS, FIRST, example, figures, published, rules, timeline, timelines, trigger
from trigger_figures import days as daily

thorough = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.generate],
)


def at_once(rule: Trigger, known: Figures, at: date) -> dict[str, tuple[Timeline, ...]]:
    panel = panel_of(rule, AREAS, known, at)
    if panel is None:
        return {}
    groups = evaluate_all(rule, panel, [calendar_of(area) for area in AREAS])
    return {each[0].area: each for courses in groups for each in timelines_of(rule, panel, courses)}


@thorough
@given(rule=rules(), known=published(), days=st.integers(3, 65))
def test_many_areas_at_once_give_what_each_gives_alone(rule: Trigger, known: Figures, days: int) -> None:
    at = FIRST + timedelta(days=days)
    for area, found in at_once(rule, known, at).items():
        assert found == evaluate(rule, area, known, calendar=calendar_of(area), at=at)


@thorough
@given(rule=rules(), known=published(areas=("05911",)))
def test_day_by_day_gives_what_the_end_gives(rule: Trigger, known: Figures) -> None:
    """Whatever is determined on a day, and by what, is the same on every later day."""
    last = known.last_known or FIRST
    (whole,) = timelines(rule, known, at=last + timedelta(days=10))
    for number in range((last - FIRST).days + 10):
        today = FIRST + timedelta(days=number)
        (found,) = timelines(rule, known, at=today)
        assert bare(found) == bare(whole)[: len(found.decisions)]
        certain = [each for each in whole.decisions if each.determined <= today - timedelta(days=6)]
        assert len(found.decisions) >= len(certain)


def bare(found: Timeline) -> list[Decision]:
    """Decisions without why a day was passed over: what is missing today may turn out to be late tomorrow."""
    return [replace(each, skipped=tuple(Skipped(day, "") for day, _ in each.skipped)) for each in found.decisions]


@thorough
@given(rule=rules(), known=published(areas=("05911",)), days=st.integers(0, 60))
def test_a_decision_never_rests_on_what_is_not_known_yet(rule: Trigger, known: Figures, days: int) -> None:
    at = FIRST + timedelta(days=days)
    (found,) = timelines(rule, known, at=at)
    for decision in found.decisions:
        assert decision.determined <= at
        assert all(each.day <= at for each in decision.because)
    cut = {
        name: {area: [each for each in readings if each.known_on <= at] for area, readings in by_area.items()}
        for name, by_area in known.readings.items()
    }
    assert timelines(rule, Figures(cut), at=at) == (found,)


@thorough
@given(
    values=st.lists(st.sampled_from([90, 99.967, 100, 100.0198, 101]), min_size=10, max_size=45),
    weeks=st.integers(1, 5),
)
def test_moving_all_days_by_weeks_without_a_holiday_moves_the_decisions(values: list[float], weeks: int) -> None:
    """From mid-January to Good Friday there is no holiday in any Land but the one of 8 March in the north-east."""

    rule = example("bundesnotbremse-100").model_copy(update={"applies": Applies()})
    start = date(2021, 1, 11)
    moved = timedelta(weeks=weeks)
    before = timeline(rule, figures(incidence_7d=daily(start.isoformat(), values[:40])))
    after = timeline(rule, figures(incidence_7d=daily((start + moved).isoformat(), values[:40])))
    if start + timedelta(days=50) + moved < date(2021, 4, 2):
        expected = [(each.change, each.effective + moved, each.determined + moved) for each in before.decisions]
        assert [(each.change, each.effective, each.determined) for each in after.decisions] == expected


@thorough
@given(
    values=st.lists(st.sampled_from([90, 99.967, 100, 100.0198, 101]), min_size=20, max_size=60),
    sundays=st.lists(st.sampled_from([None, 0, 99, 100, 500]), min_size=9, max_size=9),
)
def test_the_value_of_a_sunday_never_changes_a_run_of_working_days(
    values: list[float], sundays: list[float | None]
) -> None:

    rule = trigger(
        enter={"when": {"above": 100}, "consecutive": 3, "days": "working", "effective": {"after": 2}},
        leave={"when": {"below": 100}, "consecutive": 5, "days": "working", "counting_starts": "day_after_effect"},
    )
    first = date(2021, 4, 19)
    other: list[float | None] = [
        sundays[number // 7] if (first + timedelta(days=number)).weekday() == 6 else value
        for number, value in enumerate(values)
    ]
    end = first + timedelta(days=80)
    before = timeline(rule, figures(i=daily("2021-04-19", values)), at=end)
    after = timeline(rule, figures(i=daily("2021-04-19", other)), at=end)
    assert before.decisions == after.decisions


@thorough
@given(
    values=st.lists(st.sampled_from([None, "-1", "0", "1", "1", "1", "2.1", "3", "7"]), min_size=1, max_size=40),
    bounds=st.tuples(
        st.sampled_from([None, 0]),
        st.sampled_from([None, 5]),
        st.sampled_from([None, 1, 3]),
        st.sampled_from([None, "1.1"]),
    ),
)
def test_a_column_is_judged_as_its_readings_are(values: list[str | None], bounds: tuple[object, ...]) -> None:
    indicator = Indicator.model_validate(
        dict(zip(("least", "most", "stuck_after", "largest_step"), bounds, strict=True))
    )
    readings = [
        Reading("05911", FIRST + timedelta(days=number), Decimal(value))
        for number, value in enumerate(values)
        if value is not None
    ]
    last = FIRST + timedelta(days=60)
    raw = np.array([[np.nan if value is None else float(value)] for value in values])
    panel = Panel(("05911",), FIRST, last, {"i": screened(raw, indicator)})
    column, judged = panel.series_of(0)["i"], judge(readings, indicator, last)
    assert {day: (each.value, each.flag) for day, each in column.days.items()} == {
        day: (each.value, each.flag) for day, each in judged.days.items()
    }


@thorough
@given(rule=rules(), known=published())
def test_the_readings_of_all_changes_at_once_are_those_of_each(rule: Trigger, known: Figures) -> None:
    at = FIRST + timedelta(days=70)
    panel = panel_of(rule, AREAS, known, at)
    if panel is None:
        return
    for courses in evaluate_all(rule, panel, [calendar_of(area) for area in AREAS]):
        told = list(timelines_of(rule, panel, courses))
        for course in courses.of:
            found: dict[int, set[tuple[str, date]]] = {}
            for each in reasons(rule, panel, courses, course):
                name = rule.indicator_of(each.condition)
                for number, rows in zip(each.changes, each.rows, strict=True):
                    found.setdefault(int(number), set()).update((name, panel.day(row)) for row in rows if row >= 0)
            missed = {(each.area, panel.day(each.day)) for each in course.missed}
            assert missed == {(place, each.day) for place, (first, *_) in enumerate(told) for each in first.doubts}
            for place, each_of in enumerate(told):
                mine = [number for number, area in enumerate(course.changes.area) if area == place]
                for number, decision in zip(mine, each_of[0].decisions, strict=True):
                    decided = {(each.indicator, each.day) for each in decision.because}
                    assert decided <= found.get(number, set())
