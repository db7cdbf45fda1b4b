"""The law's day counting, by tables of dates: both sides of every boundary, holidays, month ends, missing readings."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from krisenfest.domain.area_changes import AreaLevel, key_in, successor
from krisenfest.domain.calendars import Calendar, calendar_of, parse_calendar
from krisenfest.domain.decisions import Change, Declaration, Why
from krisenfest.domain.indicators import Figures, Flag, Reading
from krisenfest.domain.trigger_days import effective_day
from krisenfest.domain.trigger_rules import complement
from krisenfest.domain.triggers import Effective, When
from krisenfest.errors import FieldError
from trigger_figures import changes, days, example, figures, noon, timeline, trigger

ABOVE_3: dict[str, Any] = {"when": {"above": 100}, "consecutive": 3, "effective": {"after": 2}}
BELOW_5: dict[str, Any] = {
    "when": {"below": 100},
    "consecutive": 5,
    "days": "working",
    "counting_starts": "day_after_effect",
    "effective": {"after": 2},
}
BRAKE = trigger(enter=ABOVE_3, leave=BELOW_5)


@pytest.mark.parametrize(
    ("bound", "fits"),
    [
        ("above", [False, False, True]),
        ("at_least", [False, True, True]),
        ("below", [True, False, False]),
        ("at_most", [True, True, False]),
    ],
)
def test_a_bound_means_what_its_word_says(bound: str, fits: list[bool]) -> None:
    condition = When.model_validate({"indicator": "i", bound: 100})
    values = [Decimal("99.99999999999999999999"), Decimal(100), Decimal("100.00000000000000000001")]
    assert [condition.holds(value) for value in values] == fits
    assert [complement(condition).holds(value) for value in values] == [not each for each in fits]


@pytest.mark.parametrize(
    ("values", "effective"),
    [
        ([101, 101, 101], [("in", "2021-05-02")]),  # the third day is 30 April; calendar days, over a holiday
        ([101, 101, 100, 101, 101, 101], [("in", "2021-05-05")]),  # 100 on the dot breaks the run
        ([100.0198, 100.0198, 100.0198], [("in", "2021-05-02")]),  # prints as 100,0 and is above
        ([101, 99.967, 101, 101], []),
        ([101, 101], []),
    ],
)
def test_three_days_above_in_a_row_count_from_the_day_after_next(values: list[float], effective: list[Any]) -> None:
    assert changes(timeline(BRAKE, figures(i=days("2021-04-28", values)))) == effective


@pytest.mark.parametrize(
    ("below_from", "out"),
    [
        ("2021-05-01", "2021-05-09"),  # Saturday 1 May is a holiday: Mon 3 to Fri 7 May
        ("2021-05-03", "2021-05-09"),
        ("2021-05-04", "2021-05-10"),  # Tue 4 to Sat 8 May: the Saturday counts
        ("2021-05-10", "2021-05-17"),  # Ascension Day, 13 May, is skipped
        ("2021-05-15", "2021-05-22"),  # the Sunday is skipped
        ("2021-05-20", "2021-05-28"),  # Whit Monday, 24 May, is skipped
    ],
)
def test_five_working_days_below_in_a_row(below_from: str, out: str) -> None:
    first = date(2021, 4, 20)
    start = (date.fromisoformat(below_from) - first).days
    found = timeline(BRAKE, figures(i=days("2021-04-20", [120] * start + [90] * 20)))
    assert changes(found) == [("in", "2021-04-24"), ("out", out)]


@pytest.mark.parametrize(
    ("calendar", "out"),
    [
        (
            calendar_of("05"),
            "2021-06-08",
        ),  # Corpus Christi, 3 June, is a holiday: 31, 1, 2, 4, 5 June... determined 5 June
        (calendar_of("03"), "2021-06-06"),
        (calendar_of("16"), "2021-06-06"),
        (calendar_of("16061"), "2021-06-08"),  # Eichsfeld
        (parse_calendar("SN-catholic"), "2021-06-08"),
        (Calendar("03", {date(2021, 6, 1): "örtlich"}), "2021-06-07"),
    ],
)
def test_holidays_of_a_region_are_skipped(calendar: Calendar, out: str) -> None:
    values = [120] * 41 + [90] * 12  # below from Monday 31 May on
    found = timeline(BRAKE, figures(i=days("2021-04-20", values)), calendar=calendar)
    expected = date.fromisoformat(out)
    assert found.decisions[-1].effective in (expected, expected - timedelta(days=1))
    counted = [each.day for each in found.decisions[-1].because]
    assert all(calendar.is_working_day(day) for day in counted) and len(counted) == 5
    skipped = {each.day for each in found.decisions[-1].skipped}
    assert skipped == {counted[0] + timedelta(days=number) for number in range((counted[-1] - counted[0]).days)} - set(
        counted
    )


def test_augsburg_keeps_its_peace_festival() -> None:
    assert calendar_of("09761000").holiday(date(2022, 8, 8)) == "Augsburger Friedensfest"
    assert calendar_of("09162").is_working_day(date(2022, 8, 8))
    assert calendar_of("09162").is_working_day(date(2022, 8, 15))
    assert parse_calendar("BY-catholic").holiday(date(2022, 8, 15)) == "Mariä Himmelfahrt"


@pytest.mark.parametrize("text", ["17", "XX", "NW-catholic", "", "Augsburg-catholic"])
def test_a_calendar_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="a Land such as 05"):
        parse_calendar(text)


def test_counting_down_starts_the_day_after_the_measures_took_effect() -> None:
    """Wolfenbüttel: below since 24 April, in force from 24 April; 25 April is a Sunday, so Mon 26 to Fri 30 April."""
    found = timeline(BRAKE, figures(i=days("2021-04-20", [120] * 3 + [90] * 15)))
    assert changes(found) == [("in", "2021-04-24"), ("out", "2021-05-02")]
    assert [each.day.day for each in found.decisions[1].because] == [26, 27, 28, 29, 30]


@pytest.mark.parametrize(
    ("effective", "base", "day"),
    [
        ({"after": 2}, "2021-12-30", "2022-01-01"),  # over the turn of the year, onto a holiday
        ({"after": 2}, "2024-02-27", "2024-02-29"),
        ({"after": 2, "days": "working"}, "2021-04-30", "2021-05-04"),  # Fri; Sat 1 May and Sunday do not count
        ({"after": 1, "days": "working"}, "2021-05-12", "2021-05-14"),
        ({"weekday": "monday"}, "2021-05-10", "2021-05-17"),  # the Monday after a Monday
        ({"weekday": "monday"}, "2021-05-16", "2021-05-17"),
        ({"after": 2, "weekday": "monday"}, "2021-05-14", "2021-05-17"),
        ({"after": 0}, "2021-05-14", "2021-05-14"),
    ],
)
def test_a_change_takes_effect_on_the_day_that_the_norm_names(effective: dict[str, Any], base: str, day: str) -> None:
    found = effective_day(Effective.model_validate(effective), date.fromisoformat(base), calendar_of("05"))
    assert found == date.fromisoformat(day)


def test_readings_from_before_the_norm_count_and_the_norm_ends() -> None:
    rule = trigger(
        enter=ABOVE_3,
        leave=BELOW_5,
        applies={"from": "2021-04-24", "through": "2021-06-30", "readings_from": "2021-04-20"},
    )
    known = figures(i=days("2021-04-10", [120] * 120))
    found = timeline(rule, known)
    assert changes(found) == [("in", "2021-04-24"), ("out", "2021-07-01")]
    assert [each.day.day for each in found.decisions[0].because] == [20, 21, 22]
    assert found.decisions[1].why is Why.NORM_ENDS
    assert timeline(rule, known, at="2021-06-30").in_force(date(2021, 6, 30))
    assert changes(timeline(rule, figures(i=days("2021-06-26", [90, 120, 120, 120])))) == []  # 29 June + 2 is too late


def test_a_season_begins_and_ends_each_year() -> None:
    rule = trigger(season={"from": "03-01", "through": "10-31"}, **{"while": {"at_least": 4}})
    found = timeline(rule, figures(i=days("2022-02-01", [5] * 700)))
    assert changes(found) == [
        ("in", "2022-03-01"),
        ("out", "2022-11-01"),
        ("in", "2023-03-01"),
        ("out", "2023-11-01"),
    ]
    assert found.decisions[1].why is Why.SEASON_ENDS


MISSING_THIRD = [120, 120, None, 120, 120, 120]


@pytest.mark.parametrize(
    ("missing", "effective"),
    [("breaks", "2021-06-08"), ("holds", "2021-06-06"), ("unknown", "2021-06-08")],
)
def test_a_missing_reading_does_what_the_rule_says(missing: str, effective: str) -> None:
    found = timeline(trigger(enter=ABOVE_3, missing=missing), figures(i=days("2021-06-01", MISSING_THIRD)))
    assert changes(found) == [("in", effective)]
    assert [(each.flag, each.day) for each in found.unused] == [(Flag.MISSING, date(2021, 6, 3))]
    doubts = [(Change.IN, date(2021, 6, 3), (date(2021, 6, 3),))] if missing == "unknown" else []
    assert [tuple(each) for each in found.doubts] == doubts


@pytest.mark.parametrize(
    ("about", "values", "flag"),
    [
        ({"least": 0}, [120, 120, -1, 120], Flag.IMPOSSIBLE),
        ({"most": 1000}, [120, 120, 5000, 120], Flag.IMPOSSIBLE),
        ({"stuck_after": 2}, [120, 120, 120, 121], Flag.STUCK),
        ({"largest_step": 50}, [120, 121, 180, 181], Flag.JUMP),
    ],
)
def test_what_cannot_be_is_not_counted_and_is_shown(about: dict[str, Any], values: list[int], flag: Flag) -> None:
    found = timeline(trigger(enter=ABOVE_3, indicators={"i": about}), figures(i=days("2021-06-01", values)))
    assert changes(found) == []
    assert [(each.day.day, each.flag, each.value) for each in found.unused] == [(3, flag, Decimal(values[2]))]


def test_a_correction_is_shown_and_changes_nothing() -> None:
    readings = days("2021-06-01", [120, 120, 99])
    readings.append(Reading("05911", date(2021, 6, 3), Decimal(130), noon(date(2021, 6, 4))))
    found = timeline(trigger(enter=ABOVE_3), figures(i=readings), at="2021-06-10")
    assert changes(found) == []
    assert [(each.used.value, each.later.value) for each in found.corrections] == [(Decimal(99), Decimal(130))]


def test_a_reading_that_came_too_late_is_not_counted() -> None:
    readings = days("2021-06-01", [120, 120])
    readings.append(Reading("05911", date(2021, 6, 3), Decimal(130), noon(date(2021, 6, 5))))
    found = timeline(trigger(enter=ABOVE_3), figures(i=readings), at="2021-06-10")
    assert changes(found) == []
    assert [each.flag for each in found.unused] == [Flag.LATE]
    in_time = trigger(enter=ABOVE_3, indicators={"i": {"published_within": 2}})
    (decision,) = timeline(in_time, figures(i=readings), at="2021-06-10").decisions
    assert (decision.effective, decision.determined) == (date(2021, 6, 5), date(2021, 6, 5))


def test_what_was_declared_stands_beside_what_was_computed_and_counting_starts_from_it() -> None:
    known = figures(i=days("2021-04-20", [120] * 10 + [90] * 20))
    late = Declaration(
        area="05911", change=Change.IN, effective=date(2021, 5, 3), announced=date(2021, 4, 30), reason="Notiz"
    )
    found = timeline(BRAKE, known, declarations=[late])
    first, second = found.decisions
    assert (first.effective, first.takes_effect, first.declared) == (date(2021, 4, 24), date(2021, 5, 3), late)
    assert [each.day.day for each in second.because] == [4, 5, 6, 7, 8]  # from the day after 3 May
    assert changes(timeline(BRAKE, known)) == [("in", "2021-04-24"), ("out", "2021-05-08")]
    assert second.effective == date(2021, 5, 10)


def test_an_authority_can_declare_what_was_not_computed() -> None:
    known = figures(i=days("2021-04-20", [90] * 40))
    early = Declaration(area="05911", change=Change.IN, effective=date(2021, 4, 26), link="https://example.org")
    found = timeline(BRAKE, known, declarations=[early])
    assert [(each.why, each.because == ()) for each in found.decisions[:1]] == [(Why.DECLARED, True)]
    assert changes(found) == [("in", "2021-04-26"), ("out", "2021-05-05")]  # Tue 27 April to Mon 3 May, without 1 May


def test_a_change_that_waits_for_the_announcement_says_so() -> None:
    rule = trigger(enter={"when": {"at_least": 8}, "consecutive": 2, "effective": {"after": 1, "from": "announcement"}})
    known = figures(i=days("2021-11-01", [9, 9, 9, 9, 9]))
    (assumed,) = timeline(rule, known).decisions
    assert (assumed.effective, assumed.assumes_announcement) == (date(2021, 11, 3), True)
    announced = Declaration(area="05911", change=Change.IN, announced=date(2021, 11, 4))
    (told,) = timeline(rule, known, declarations=[announced]).decisions
    assert (told.takes_effect, told.assumes_announcement) == (date(2021, 11, 5), False)


def test_the_outlook_says_the_earliest_change_and_what_the_next_value_must_be() -> None:
    """Gifhorn on 17 May 2021: three of five working days below."""
    values = [113, 109, 113, 108, 105, 101, 84, 95, 97, 89]
    ahead = timeline(BRAKE, figures(i=days("2021-05-08", values))).outlook
    assert (ahead.in_force, ahead.since) == (True, date(2021, 5, 12))
    assert ahead.earliest == (Change.OUT, date(2021, 5, 19), date(2021, 5, 21))
    (run,) = ahead.runs
    assert (run.days, run.of, run.needs, run.counts) == (3, 5, "i below 100", True)
    assert (ahead.next_day, ahead.decides) == (date(2021, 5, 18), False)
    eve = timeline(BRAKE, figures(i=days("2021-05-08", [*values, 86]))).outlook
    assert eve.decides
    saturday = timeline(BRAKE, figures(i=days("2021-05-08", values[:8]))).outlook
    assert (saturday.runs[0].counts, saturday.runs[0].why_not) == (False, "Sonntag")


def test_a_pending_change_is_the_next_one() -> None:
    ahead = timeline(BRAKE, figures(i=days("2021-05-08", [113, 109, 113]))).outlook
    assert (ahead.in_force, ahead.next_change) == (False, (Change.IN, date(2021, 5, 12)))
    assert ahead.earliest == (Change.OUT, date(2021, 5, 19), date(2021, 5, 21))  # 14, 15, 17, 18, 19 May


@pytest.mark.parametrize(
    ("area", "day", "county"),
    [
        ("16056", "2021-06-30", "16056"),
        ("16056", "2021-07-01", "16063"),
        ("03152", "2016-11-01", "03159"),
        ("05911", "2021-07-01", "05911"),
    ],
)
def test_a_county_belongs_to_another_from_the_day_of_the_merger(area: str, day: str, county: str) -> None:
    assert successor(area, date.fromisoformat(day)) == county


def test_the_figures_of_a_merged_county_are_those_of_the_county_it_belongs_to() -> None:
    known = figures(i=[*days("2021-06-28", [120] * 10, "16056"), *days("2021-06-28", [20] * 10, "16063")])
    values = [each.value for each in known.of("16056", "i", AreaLevel.KREIS)]
    assert sorted(values) == [20] * 7 + [120] * 3


@pytest.mark.parametrize(
    ("area", "level", "present", "key"),
    [
        ("11000000", AreaLevel.KREIS, ["11", "05"], "11"),
        ("02000", AreaLevel.KREIS, ["02000", "02"], "02000"),
        ("059110000000", AreaLevel.KREIS, ["05911"], "05911"),
        ("05911", AreaLevel.KREIS, ["05911000"], "05911000"),
        ("05911000", AreaLevel.LAND, ["05"], "05"),
        ("05911000", AreaLevel.BUND, ["DE"], "DE"),
        ("Oberahle", AreaLevel.STATION, ["Oberahle"], "Oberahle"),
        ("05911", AreaLevel.KREIS, ["05913"], None),
    ],
)
def test_the_figure_of_the_right_area_counts(area: str, level: AreaLevel, present: list[str], key: str | None) -> None:
    assert key_in(area, level, date(2021, 5, 1), present) == key


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"enter": {"when": {"above": 100, "at_least": 100}}}, "above: stands beside at_least"),
        ({"enter": {"when": {"above": True}}}, "write a number"),
        ({"enter": {"when": {"above": "100.00000000000000001"}}}, "at most 15 digits"),
        ({"enter": {"when": {}}}, "write one of above"),
        ({"enter": {"when": {"any": [{"above": 1}], "days": "working"}}}, "inside of the list"),
        ({}, "enter: is missing"),
        ({"while": {"above": 1}, "leave": {}}, "while: stands beside"),
        ({"enter": {"when": {"above": 1, "hours": {"from": "10:00", "until": "19:00"}}}}, "hours: belong under while"),
        ({"enter": {"when": {"stage": "x"}}}, "x is no lower stage"),
        ({"enter": {"when": {"above": 1}}, "laender": {"9": {}}}, "two digits in quotes"),
        ({"enter": {"when": {"above": 1}}, "season": {"from": "02-30", "through": "03-01"}}, "existing month and day"),
        (
            {"enter": {"when": {"above": 1}}, "applies": {"from": "2021-05-01", "through": "2021-04-30"}},
            "through: comes",
        ),
        ({"enter": {"when": {"above": 1}}, "indicator": None}, "indicator: is missing"),
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        trigger(**values)


def test_figures_without_a_reading_decide_nothing() -> None:
    found = timeline(example("bundesnotbremse-100"), Figures(), at="2021-05-01")
    assert (found.decisions, found.outlook.in_force) == ((), False)
