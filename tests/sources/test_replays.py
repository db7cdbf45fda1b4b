"""krisenfest replay: what it prints, its exit codes, all problems at once; and triggers in a content folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import write
from krisenfest.cli import main
from trigger_figures import EXAMPLES

BRAKE = str(EXAMPLES / "bundesnotbremse-100.yaml")
# Gifhorn, 8 to 19 May 2021, as its notices print the values; and a neighbour that stays below
GIFHORN = [113.3, 109.9, 113.3, 108, 105, 101.4, 84.4, 95.7, 97, 89.5, 86.1, 91.8]
TABLE = "area,date,value\n" + "".join(
    f"03151,2021-05-{8 + number:02},{value}\n03153,2021-05-{8 + number:02},50\n" for number, value in enumerate(GIFHORN)
)


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "werte.csv"
    path.write_text(TABLE)
    return str(path)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_area_is_told_with_its_reasons(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", BRAKE, table, "--area", "03151000", "--json"]) == 0
    out = capsys.readouterr().out
    assert '{"date":"2021-05-08","value":113.3}' in out
    values = json.loads(out)
    assert values["area"] == "03151000"
    entered, left = values["decisions"]
    assert {key: entered[key] for key in ("change", "effective", "determined", "norm")} == {
        "change": "in",
        "effective": "2021-05-12",
        "determined": "2021-05-10",
        "norm": "§ 28b Abs. 1 und 2 IfSG",
    }
    assert (left["effective"], left["skipped"]) == ("2021-05-21", [{"date": "2021-05-16", "why": "Sonntag"}])
    assert values["outlook"]["in_force"] is True
    assert values["outlook"]["next_change"] == {"change": "out", "effective": "2021-05-21"}


def test_all_areas_are_one_object_a_line(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", BRAKE, table, "--all-areas", "--json"]) == 0
    assert [(each["area"], len(each["decisions"])) for each in printed(capsys)] == [("03151", 2), ("03153", 0)]  # type: ignore[arg-type]


def test_one_area_and_all_areas_say_the_same(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["replay", BRAKE, table, "--all-areas", "--json", "--at", "2021-05-15"])
    together = printed(capsys)
    for each in together:
        main(["replay", BRAKE, table, "--area", str(each["area"]), "--json", "--at", "2021-05-15"])
        assert printed(capsys) == [each]


def test_as_of_an_earlier_day_nothing_later_is_known(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", BRAKE, table, "--area", "03151", "--at", "2021-05-17", "--json"]) == 0
    (values,) = printed(capsys)
    assert [each["change"] for each in values["decisions"]] == ["in"]  # type: ignore[attr-defined]
    assert values["outlook"]["earliest_change"] == {  # type: ignore[index]
        "change": "out",
        "determined": "2021-05-19",
        "effective": "2021-05-21",
        "if_always": "incidence-7d below 100",
    }


def test_a_person_reads_lines(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", BRAKE, table, "--area", "03151"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("03151: in from 2021-05-12, determined on 2021-05-10: 2021-05-08 = 113.3,")
    assert "not counted: 2021-05-16 (Sonntag)" in lines[1]


def test_whose_holidays_count_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"16063,2021-05-{day:02},120" for day in range(24, 30)] + [
        f"16063,2021-06-{day:02},90" for day in range(1, 9)
    ]
    path = tmp_path / "w.csv"
    path.write_text("ags,date,value\n" + "\n".join([*rows, "16063,2021-05-30,120", "16063,2021-05-31,120"]))
    found = []
    for holidays in ([], ["--holidays", "TH-catholic"], ["--holidays", "BW"]):
        assert main(["replay", BRAKE, str(path), "--area", "16063", "--json", *holidays]) == 0
        (values,) = printed(capsys)
        found.append(values["decisions"][1]["effective"])  # type: ignore[index]
    assert found == ["2021-06-07", "2021-06-09", "2021-06-09"]  # Corpus Christi, and then a Sunday


def test_what_was_declared_is_taken_over(table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = tmp_path / "erklaert.csv"
    declared.write_text(
        "area,change,effective,announced,reason,link\n03151,in,2021-05-13,2021-05-11,Notiz,https://x.example\n"
    )
    assert main(["replay", BRAKE, table, "--area", "03151", "--json", "--declared", str(declared)]) == 0
    (values,) = printed(capsys)
    first = values["decisions"][0]  # type: ignore[index]
    assert (first["effective"], first["computed_effective"]) == ("2021-05-13", "2021-05-12")
    assert (first["declared"]["reason"], first["declared"]["announced"]) == ("Notiz", "2021-05-11")


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ("05911", "there are no readings for 05911"),
        ("11001", "is a district of Berlin, which is one area"),
        ("99999", "write an AGS of 5 or 8 digits"),
        ("Gifhorn", "write an AGS of 5 or 8 digits"),
    ],
)
def test_an_area_that_is_none_exits_1(area: str, told: str, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", BRAKE, table, "--area", area]) == 1
    found = capsys.readouterr()
    assert told in found.err
    assert found.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--area", "03151", "--all-areas"],
        ["--area", "03151", "--at", "gestern"],
        ["--all-areas", "--columns", "ags"],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str], table: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["replay", BRAKE, table, *arguments])
    assert stopped.value.code == 2


def test_the_problems_of_both_files_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule, table = tmp_path / "regel.yaml", tmp_path / "werte.csv"
    rule.write_text(
        "id: regel\ntitle: Regel\nnorm: § 1\nsource: https://x.example\nindicator: i\nenter:\n  when: {obove: 100}\n"
    )
    table.write_text("ags,date,value\n03151,heute,1\n")
    assert main(["replay", str(rule), str(table), "--area", "03151"]) == 1
    err = capsys.readouterr().err
    assert "regel.yaml:7: enter.when.obove: is not known here" in err
    assert "werte.csv:2: date: is 'heute'" in err


def test_a_file_that_is_not_there_exits_1(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "nirgends.yaml", table, "--area", "03151"]) == 1
    assert "nirgends.yaml: No such file" in capsys.readouterr().err


def test_figures_by_the_hour_do_not_fit_a_rule_that_counts_days(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "w.csv"
    path.write_text("ags,date,value\n03151,2021-05-08T10:00,120\n")
    assert main(["replay", BRAKE, str(path), "--area", "03151"]) == 1
    assert "has times of day, but the rule counts days" in capsys.readouterr().err


def test_a_real_gauge_is_told_by_the_hour(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bochum's pond at Hiltrop, every 15 minutes; its marks are made up, so only that an answer comes can be seen."""
    gauge = str(shared_data / "gauges/bochum_hiltrop_15min_2025.csv.gz")
    rule = str(EXAMPLES / "niedrigwasser-herford.yaml")
    assert main(["replay", rule, gauge, "--area", "900358", "--columns", "value=pegel", "--json"]) == 0
    (values,) = printed(capsys)
    assert values["outlook"]["in_force"] == {"rule": False} or values["decisions"]  # type: ignore[index]


def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, int, str]]:
    main(["check", str(folder), "--at", "2026-07-01T12:00", "--json"])
    found = json.loads(capsys.readouterr().out)["problems"]
    return [(each["path"], each["line"], each["field"]) for each in found]


def test_check_reads_the_triggers_and_indicators_of_a_folder(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(town, "triggers/bundesnotbremse-100.yaml", Path(BRAKE).read_text(encoding="utf-8"))
    write(town, "indicators/incidence-7d.csv", TABLE)
    assert check(town, capsys) == []
    write(town, "triggers/andere.yaml", Path(BRAKE).read_text(encoding="utf-8").replace("above: 100", "above: viel"))
    write(town, "indicators/incidence-7d.csv", TABLE.replace("50\n", "fünfzig\n", 1))
    assert check(town, capsys) == [
        ("indicators/incidence-7d.csv", 3, "value"),
        ("triggers/andere.yaml", 14, "enter.when.above"),
    ]


def test_a_trigger_has_the_name_of_its_file(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(town, "triggers/bremse.yaml", Path(BRAKE).read_text(encoding="utf-8"))
    assert check(town, capsys) == [("triggers/bremse.yaml", 1, "id")]


def test_the_trigger_of_a_measure_must_be_there(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    front = "title: Regel\nlevel: bund\nissued_by: Bund\nform: law\nvalid_from: 2027-01-01\ntrigger: bremse\n"
    write(town, "measures/regel.md", f"---\n{front}---\nText\n")
    assert check(town, capsys) == [("measures/regel.md", 7, "trigger")]
    write(
        town,
        "triggers/bremse.yaml",
        Path(BRAKE).read_text(encoding="utf-8").replace("id: bundesnotbremse-100", "id: bremse"),
    )
    assert check(town, capsys) == []
