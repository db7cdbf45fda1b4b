"""Section 28b IfSG against what really came into force and out of it in spring 2021."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from krisenfest.cli import main
from trigger_figures import EXAMPLES

KREISE = "incidence/rki_lk_7di_fixed_2021-03-01_2021-07-31.csv"
LAENDER = "incidence/rki_bl_7di_fixed_2020-05-06_2021-09-10.csv"

# Official outcomes that differ from the law's count on the published values, each with the reason that the case gives.
DEVIATIONS = {
    "o011": "Bernkastel-Wittlich determined the fifth working day on Monday 10 May; RKI's value of 5 May was 104.9",
    "o068": "Ostprignitz-Ruppin: the press wrote of all counties of Brandenburg but Barnim; RKI's values contradict it",
    "o082": "Altmarkkreis Salzwedel: the ministry's table shows the criterion, the measures lapsed on 7 May",
    "o138": "Pirmasens: the press left Saturday 15 May out of a forecast; it counts, so 21 and not 22 May",
}


@pytest.fixture(scope="module")
def replayed(shared_data: Path, capfd_module: Any) -> dict[str, dict[str, Any]]:
    """Every area under each threshold, as the command line tells it."""
    found = {}
    for threshold in ("100", "150", "165"):
        file = EXAMPLES / f"bundesnotbremse-{threshold}.yaml"
        printed = capfd_module(["replay", str(file), str(shared_data / KREISE), "--all-areas", "--json"])
        found[threshold] = {each["area"]: each for each in map(json.loads, printed.splitlines())}
    return found


@pytest.fixture(scope="module")
def capfd_module() -> Any:
    from contextlib import redirect_stderr, redirect_stdout
    from io import StringIO

    def run(arguments: list[str]) -> str:
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()):
            assert main(arguments) == 0
        return out.getvalue()

    return run


def in_force(area: dict[str, Any], day: str) -> bool:
    past = [each for each in area["decisions"] if each["effective"] <= day]
    return bool(past) and past[-1]["change"] == "in"


def agrees(case: dict[str, str], area: dict[str, Any]) -> bool:
    """Whether what was computed is what the case says."""
    event, day = case["event"], case["effective_date"]
    if event in ("in", "out"):
        same = [each for each in area["decisions"] if (each["change"], each["effective"]) == (event, day)]
        determined = case["determined_on"]
        return bool(same) and (not determined or same[0]["determined"] == determined)
    if event == "never-in":
        return area["decisions"] == []
    return in_force(area, day) == (event in ("in-force", "still-in"))


def test_each_official_outcome_agrees_or_is_a_deviation_that_its_case_explains(
    shared_data: Path, replayed: dict[str, dict[str, Any]]
) -> None:
    with (shared_data / "notbremse/cases.csv").open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) == 140
    differing = {case["id"] for case in cases if not agrees(case, replayed[case["threshold"]][case["ags"]])}
    assert differing == set(DEVIATIONS)
    assert {case["id"] for case in cases if case["frozen_values_agree"] == "False"} == set(DEVIATIONS)


def test_berlin_is_one_area_by_the_figures_of_the_land(shared_data: Path, capfd_module: Any) -> None:
    file = str(EXAMPLES / "bundesnotbremse-100.yaml")
    for key in ("11000", "11", "11000000"):
        printed = json.loads(capfd_module(["replay", file, str(shared_data / LAENDER), "--area", key, "--json"]))
        decided = [(each["change"], each["effective"], each["determined"]) for each in printed["decisions"]]
        assert decided == [("in", "2021-04-24", "2021-04-22"), ("out", "2021-05-19", "2021-05-17")]


def test_districts_of_berlin_are_no_areas(shared_data: Path, replayed: dict[str, dict[str, Any]]) -> None:
    assert [area for area in replayed["100"] if area.startswith("11")] == []
    assert len(replayed["100"]) == 412 - 12


def test_printed_roundings_do_not_decide(replayed: dict[str, dict[str, Any]]) -> None:
    """99.967 prints as 100,0 and is below; 100.0198 prints as 100,0 and is above."""
    ennepe, kaiserslautern = replayed["100"]["05954"], replayed["100"]["07335"]
    counted = [each["value"] for decision in ennepe["decisions"] for each in decision["because"]]
    assert any(99.96 < value < 99.97 for value in counted) or not in_force(ennepe, "2021-06-30")
    broken = {each["date"] for decision in kaiserslautern["decisions"] for each in decision["because"]}
    assert broken & {"2021-05-06", "2021-05-11"} == set()


def test_each_entry_and_exit_keeps_the_words_of_the_law(replayed: dict[str, dict[str, Any]]) -> None:
    """Every area: three days in a row and the day after next; five Werktage, none of them before the day after effect."""
    for threshold, areas in replayed.items():
        bound = float(threshold)
        for key, area in areas.items():
            since = None
            for decision in area["decisions"]:
                days = [date.fromisoformat(each["date"]) for each in decision["because"]]
                values = [each["value"] for each in decision["because"]]
                assert (date.fromisoformat(decision["effective"]) - days[-1]).days == 2
                if decision["change"] == "in":
                    assert (days[-1] - days[0]).days == 2 and min(values) > bound
                    since = date.fromisoformat(decision["effective"])
                    continue
                assert since is not None and days[0] > since and max(values) < bound and len(days) == 5
                holidays = {date(2021, 5, 1), date(2021, 5, 13), date(2021, 5, 24)}
                if key[:2] != "09":
                    assert not any(day.weekday() == 6 or day in holidays for day in days)


def test_bavaria_counts_five_calendar_days_down(replayed: dict[str, dict[str, Any]]) -> None:
    out = replayed["100"]["09184"]["decisions"][1]
    assert (out["effective"], out["determined"], out["norm"]) == (
        "2021-05-11",
        "2021-05-09",
        "§ 3 Nr. 2 der 12. BayIfSMV",
    )


def test_braunschweig_never_came_into_force_though_corrected_values_would_have(
    replayed: dict[str, dict[str, Any]],
) -> None:
    assert replayed["100"]["03101"]["decisions"] == []


@pytest.mark.parametrize(("threshold", "day"), [("165", "2021-05-12"), ("150", "2021-05-13"), ("100", "2021-05-21")])
def test_each_threshold_runs_on_its_own(replayed: dict[str, dict[str, Any]], threshold: str, day: str) -> None:
    """Nordsachsen left 165 a day before 150."""
    assert replayed[threshold]["14730"]["decisions"][-1]["effective"] == day
