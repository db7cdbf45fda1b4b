"""Each real rule in examples/triggers, with what it decides: outcomes where they are known, else both sides of its marks."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from krisenfest.domain.calendars import Calendar
from krisenfest.domain.decisions import Change, Declaration, Why, highest_stage
from krisenfest.domain.indicators import Figures, Flag, Reading
from krisenfest.domain.trigger_hours import by_the_hour, evaluate_hours
from trigger_figures import EXAMPLES, changes, days, example, figures, noon, timeline, timelines

NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_named_after_its_rule_and_names_norm_and_source(name: str) -> None:
    rule = example(name)
    assert (rule.id, rule.source[:8]) == (name, "https://")
    assert rule.norm and rule.title and rule.note


def test_bavarian_law_counts_calendar_days_down() -> None:
    known = figures(incidence_7d=days("2021-04-20", [120] * 15 + [90] * 9, "09184"))
    assert changes(timeline(example("bayern-12-bayifsmv-100"), known, area="09184"))[1] == ("out", "2021-05-11")


# Intensive-care beds of Baden-Württemberg: at least 390 on 15 and 16 November as stated. The Warnstufe was announced on
# 2 November, so they were at least 250 on the two Werktage up to then: Saturday 30 October, since 1 November is All
# Saints, and Tuesday 2 November. The values themselves are made up.
ICU_BW = {"2021-10-30": 251, "2021-11-02": 262, "2021-11-15": 397, "2021-11-16": 406}


def icu(last: str) -> list[Reading]:
    """The stated values, and before and between them the last one below the next mark."""
    readings, value, day = [], 240, date(2021, 10, 20)
    while day <= date.fromisoformat(last):
        value = ICU_BW.get(day.isoformat(), min(value, 380) if value < 390 else value)
        readings.append(Reading("08", day, Decimal(value)))
        day += timedelta(days=1)
    return readings


def test_the_stages_of_baden_wuerttemberg_came_as_they_were_announced(shared_data: Path) -> None:
    """Warnstufe in force 3 November (announced on the 2nd), Alarmstufe on 17 November 2021."""
    path = shared_data / "incidence/rki_bl_hosp7di_fixed_2021-09-11_2022-02-14.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["land"] == "Baden-Württemberg"]
    frozen = [Reading("08", date.fromisoformat(row["date"]), Decimal(row["hosp_incidence7_fixed"])) for row in rows]
    known = figures(hospitalisation=frozen, icu_patients=icu("2021-11-20"))
    warn, alarm = timelines(example("bw-krankenhaus-2021-09"), known, area="08111", at="2021-11-20")
    (first,) = warn.decisions
    assert (first.effective, first.determined, first.assumes_announcement) == (
        date(2021, 11, 3),
        date(2021, 11, 2),
        True,
    )
    assert {each.indicator for each in first.because} == {"icu-patients"}  # hospitalisation never reached 8
    assert [each.day.isoformat() for each in first.because] == ["2021-10-30", "2021-11-02"]
    assert [each.why for each in first.skipped] == ["Sonntag", "Allerheiligen"]
    assert changes(alarm) == [("in", "2021-11-17")]
    assert [highest_stage((warn, alarm), date(2021, 11, day)) for day in (2, 3, 16, 17)] == [0, 1, 1, 2]


def test_alarmstufe_ii_took_effect_with_the_amended_ordinance() -> None:
    known = figures(
        hospitalisation=days("2021-11-17", [5.9] * 10, "08"),
        icu_patients=days("2021-11-17", [440] * 4 + [445, 510, 510], "08"),
    )
    stages = timelines(example("bw-krankenhaus-2021-11"), known, area="08", at="2021-11-24")
    assert [each.in_force(date(2021, 11, 24)) for each in stages] == [True, True, True]
    assert not any(each.in_force(date(2021, 11, 23)) for each in stages)


def test_hospitalisation_needs_five_working_days_and_at_least_the_mark() -> None:
    rule = example("bw-krankenhaus-2021-09")
    beds = days("2021-10-25", [0] * 14, "08")
    at_mark = figures(hospitalisation=days("2021-10-25", [8.0] * 14, "08"), icu_patients=beds)
    (first,) = timeline(rule, at_mark, area="08").decisions
    assert [each.day.day for each in first.because] == [25, 26, 27, 28, 29]
    below = figures(hospitalisation=days("2021-10-25", [7.99] * 14, "08"), icu_patients=beds)
    assert timeline(rule, below, area="08").decisions == ()


def saxony(hospital: float, share: float, county: float) -> Figures:
    """Ten days from Friday 10 December 2021."""
    return figures(
        hospitalisation=days("2021-12-10", [hospital] * 10, "03"),
        icu_share=days("2021-12-10", [share] * 10, "03"),
        incidence_7d=days("2021-12-10", [county] * 10, "03151"),
    )


@pytest.mark.parametrize(
    ("hospital", "share", "county", "entered"),
    [
        (6.4, 10.5, 50, True),  # for the whole Land
        (6.4, 9.9, 150, True),  # for the county
        (6.4, 9.9, 100, False),
        (5.9, 10.5, 150, False),  # the leading indicator is needed
    ],
)
def test_lower_saxony_needs_the_leading_indicator_and_one_more(
    hospital: float, share: float, county: float, entered: bool
) -> None:
    """Stage 2 in force from Friday 17 December 2021, determined on Wednesday the 15th."""
    found = timeline(example("niedersachsen-warnstufen"), saxony(hospital, share, county), area="03151")
    assert changes(found) == ([("in", "2021-12-17")] if entered else [])
    if entered:
        assert found.decisions[0].determined == date(2021, 12, 15)


def test_the_bavarian_hospital_light_needs_one_day_and_the_announcement() -> None:
    """Red on Monday 8 November 2021, the rules from Tuesday the 9th."""
    known = figures(
        hospital_admissions=days("2021-11-06", [1100, 1150, 1190], "09"),
        icu_patients=days("2021-11-06", [590, 600, 601], "09"),
    )
    yellow, red = timelines(example("bayern-krankenhausampel"), known, area="09")
    assert changes(red) == [("in", "2021-11-09")]
    assert red.decisions[0].assumes_announcement
    assert changes(yellow) == [("in", "2021-11-07")]  # more than 450 beds


def test_hessian_stages_rise_with_either_indicator() -> None:
    known = figures(
        hospitalisation=days("2021-11-01", [8, 8.1, 8.1], "06"), icu_patients=days("2021-11-01", [200, 200, 401], "06")
    )
    first, second = timelines(example("hessen-2021-09"), known, area="06411")
    assert (changes(first), changes(second)) == ([("in", "2021-11-02")], [("in", "2021-11-03")])
    later = timelines(
        example("hessen-2021-11"), figures(hospitalisation=days("2021-11-25", [3, 6.1, 9.1], "06")), area="06"
    )
    assert [changes(each) for each in later] == [[("in", "2021-11-26")], [("in", "2021-11-26")], [("in", "2021-11-27")]]


def test_saxony_anhalt_counts_ten_days_below() -> None:
    known = figures(incidence_7d=days("2021-06-08", [34.9] * 10 + [36] * 3, "15003"))
    found = timeline(example("sachsen-anhalt-35"), known, area="15003")
    assert changes(found) == [("in", "2021-06-18"), ("out", "2021-06-21")]
    assert [len(each.because) for each in found.decisions] == [10, 3]


def test_saxony_counts_five_days_below_ten() -> None:
    """Nordsachsen was below since 16 June 2021; the rule applies from 1 July."""
    known = figures(incidence_7d=days("2021-06-16", [9.9] * 20, "14730"))
    assert changes(timeline(example("sachsen-10"), known, area="14730")) == [("in", "2021-07-01")]


@pytest.mark.parametrize("name", ["hochwasser-meldestufen", "hochwasser-alarmstufen"])
def test_a_flood_stage_is_reached_at_its_mark_and_includes_the_lower_ones(name: str) -> None:
    rule = example(name)
    marks = [each.during.at_least for each in rule.stages if each.during]
    values = [str(mark) for mark in marks if mark is not None]
    known = figures(water_level=days("2021-07-13", ["0", *values], "Pegel"))
    found = timelines(rule, known, area="Pegel", calendar=Calendar("05"))
    assert [highest_stage(found, date(2021, 7, 13) + timedelta(days=day)) for day in range(5)] == [0, 1, 2, 3, 4]


def test_a_flood_stage_falls_back_by_the_hour() -> None:
    start = datetime(2021, 7, 14, 18, tzinfo=BERLIN)
    readings = [
        Reading("Pegel", (start + timedelta(hours=hour)).date(), Decimal(value), start + timedelta(hours=hour))
        for hour, value in enumerate([290, 300, 351, 349, 299])
    ]
    rule, known = example("hochwasser-meldestufen"), Figures({"water-level": {"Pegel": readings}}, timed=True)
    assert by_the_hour(rule, known)
    first, second, *_ = evaluate_hours(rule, "Pegel", known, at=date(2021, 7, 14))
    assert [(each.change.value, each.at.astimezone(BERLIN).hour) for each in first.shifts] == [("in", 19), ("out", 22)]
    assert [(each.change.value, each.at.astimezone(BERLIN).hour) for each in second.shifts] == [("in", 20), ("out", 21)]


def forecast(issued: str, values: dict[str, Any], name: str = "perceived-temperature") -> list[tuple[str, Reading]]:
    known = noon(date.fromisoformat(issued)) - timedelta(hours=4)
    return [
        (name, Reading("05911", date.fromisoformat(day), Decimal(str(value)), known)) for day, value in values.items()
    ]


def heat(perceived: list[float]) -> Figures:
    """What was forecast on 17 July 2022, and warm nights."""
    found: dict[str, dict[str, list[Reading]]] = {}
    days_ahead = [f"2022-07-{18 + number}" for number in range(len(perceived))]
    for name, reading in [
        *forecast("2022-07-17", dict(zip(days_ahead, perceived, strict=True))),
        *forecast("2022-07-17", dict.fromkeys(days_ahead, 23), "indoor-night-temperature"),
    ]:
        found.setdefault(name, {}).setdefault("05911", []).append(reading)
    return Figures(found)


def test_heat_that_is_forecast_for_two_days_in_a_row_warns_from_the_first_of_them() -> None:
    first, second = timelines(example("hitze-dwd"), heat([33, 34, 31]), at="2022-07-17")
    assert changes(first) == [("in", "2022-07-18"), ("out", "2022-07-20")]
    assert {each.determined for each in first.decisions} == {date(2022, 7, 17)}
    assert changes(second) == []
    one_day, _ = timelines(example("hitze-dwd"), heat([33, 32, 33]), at="2022-07-17")
    assert changes(one_day) == []


def test_extreme_heat_needs_one_day_whatever_the_night() -> None:
    _, second = timelines(example("hitze-dwd"), heat([38, 38.1, 31]), at="2022-07-17")
    assert changes(second) == [("in", "2022-07-19"), ("out", "2022-07-20")]


def test_in_hesse_four_days_of_stage_one_give_stage_two() -> None:
    three, four = heat([33, 33, 33, 31, 30]), heat([33, 33, 33, 33, 33, 30])
    assert changes(timelines(example("hitze-hessen"), three, at="2022-07-17")[1]) == []
    first, second = timelines(example("hitze-hessen"), four, at="2022-07-17")
    assert changes(first)[0] == ("in", "2022-07-18")
    assert changes(second)[0][0] == "in"
    assert second.decisions[0].because[0].indicator == "stufe-1"
    assert len(second.decisions[0].because) == 4


def test_forest_fire_stages_hold_in_their_season_only() -> None:
    values = [5] * 10 + [4] * 5 + [3]
    spring = timelines(
        example("waldbrand-dresden"), figures(forest_fire_index=days("2022-02-24", values, "14612")), area="14612"
    )
    assert changes(spring[0]) == [("in", "2022-03-01"), ("out", "2022-03-11")]
    assert changes(spring[1]) == [("in", "2022-03-01"), ("out", "2022-03-06")]
    autumn = timelines(
        example("waldbrand-dresden"), figures(forest_fire_index=days("2022-10-30", [4] * 5, "14612")), area="14612"
    )
    assert changes(autumn[0]) == [("in", "2022-10-30"), ("out", "2022-11-01")]
    assert autumn[0].decisions[1].why is Why.SEASON_ENDS


def test_pumping_is_forbidden_while_the_gauge_is_low() -> None:
    rule = example("niedrigwasser-herford")
    known = figures(water_level=days("2022-08-01", [22, 20.9, 20, None, 21, 19], "Oberahle"))
    found = timeline(rule, known, area="Oberahle", calendar=Calendar("05"))
    assert changes(found) == [("in", "2022-08-02"), ("out", "2022-08-05"), ("in", "2022-08-06")]
    assert [each.flag for each in found.unused] == [Flag.MISSING]


def by_hour(values: dict[str, dict[int, float]]) -> Figures:
    """Readings of 12 June 2023 by the hour."""
    start = datetime(2023, 6, 12, tzinfo=BERLIN)
    readings = {
        name: {
            "Lüchow": [
                Reading("Lüchow", start.date(), Decimal(str(value)), start + timedelta(hours=hour))
                for hour, value in by.items()
            ]
        }
        for name, by in values.items()
    }
    return Figures(readings, timed=True)


@pytest.mark.parametrize(
    ("temperature", "wind", "shifts"),
    [
        ({8: 26, 10: 27, 12: 26, 15: 25, 18: 26}, {8: 3, 11: 3, 14: 3, 17: 3}, [("in", 10), ("out", 19)]),
        ({9: 20, 11: 24.9, 13: 25, 16: 24.9, 18: 20}, {9: 1, 12: 1, 15: 1, 17: 1}, [("in", 13), ("out", 16)]),
        ({20: 30, 22: 26}, {20: 7.9, 21: 8, 22: 7.9}, [("in", 21), ("out", 22)]),
    ],
)
def test_sprinkling_is_forbidden_in_heat_by_day_and_in_wind_at_any_hour(
    temperature: dict[int, float], wind: dict[int, float], shifts: list[tuple[str, int]]
) -> None:
    rule, known = example("beregnung-luechow-dannenberg"), by_hour({"temperature": temperature, "wind-speed": wind})
    (found,) = evaluate_hours(rule, "Lüchow", known, at=date(2023, 6, 12))
    assert [(each.change.value, each.at.astimezone(BERLIN).hour) for each in found.shifts] == shifts


def test_a_ban_without_a_figure_follows_what_the_authority_declares() -> None:
    rule = example("wasserentnahme-saalfeld-rudolstadt")
    announced = Declaration(area="16073", change=Change.IN, announced=date(2020, 7, 9))
    found = timeline(rule, Figures(), area="16073", at="2020-11-05", declarations=[announced])
    assert changes(found) == [("in", "2020-07-10"), ("out", "2020-11-01")]
    revoked = Declaration(area="16073", change=Change.OUT, announced=date(2020, 9, 1), reason="genug Wasser")
    found = timeline(rule, Figures(), area="16073", at="2020-11-05", declarations=[announced, revoked])
    assert changes(found) == [("in", "2020-07-10"), ("out", "2020-09-02")]


def test_the_real_ponds_of_bochum_with_their_faults_give_a_visible_answer(shared_data: Path) -> None:
    """Levels of zero for weeks, jumps of a metre, days without a reading: each is named, none decides."""
    by_pond: dict[str, list[Reading]] = {}
    with (shared_data / "gauges/bochum_ponds_daily.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["pegel_mean"]:
                reading = Reading(row["logger_id"], date.fromisoformat(row["date"]), Decimal(row["pegel_mean"]))
                by_pond.setdefault(row["logger_id"], []).append(reading)
    rule = example("niedrigwasser-herford").model_copy(
        update={
            "indicators": {
                "water-level": example("niedrigwasser-herford")
                .about("water-level")
                .model_copy(update={"least": Decimal("0.001"), "stuck_after": 7, "largest_step": Decimal("0.8")})
            }
        }
    )
    flags = set()
    for pond, readings in by_pond.items():
        found = timeline(rule, figures(water_level=readings), area=pond, calendar=Calendar("05"))
        flags |= {each.flag for each in found.unused}
        unused = {each.day for each in found.unused}
        assert not any(evidence.day in unused for decision in found.decisions for evidence in decision.because)
    assert flags >= {Flag.MISSING, Flag.IMPOSSIBLE, Flag.JUMP}
