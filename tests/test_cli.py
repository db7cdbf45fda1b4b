"""The command line: thin, quiet on success, and exit codes that are promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from conftest import MUSTERSTADT, write
from krisenfest.cli import main

AT = ["--at", "2026-07-01T12:00"]


def test_a_build_prints_its_figures_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(MUSTERSTADT), str(tmp_path / "out"), "--json", *AT]) == 0
    printed = capsys.readouterr()
    values = json.loads(printed.out)
    assert sorted(values) == ["files", "release", "removed", "seconds", "unchanged", "written"]
    assert (values["release"], values["unchanged"], values["removed"]) == (1, 0, 0)
    assert values["files"] == values["written"] > 300
    assert printed.err == ""


def test_a_build_is_quiet_on_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(MUSTERSTADT), str(tmp_path / "out"), *AT]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_audit_log_is_quiet_where_nothing_is_wrong_and_where_the_reader_has_enough(tmp_path: Path) -> None:
    environment = {**os.environ, "KRISENFEST_DATA": str(tmp_path / "data")}

    def run(command: str, out: int = subprocess.PIPE) -> tuple[int, str, str]:
        given = [sys.executable, "-m", "krisenfest", *command.split()]
        done = subprocess.run(given, check=False, stdout=out, stderr=subprocess.PIPE, env=environment, text=True)
        return done.returncode, done.stdout, done.stderr

    assert run(f"town add musterstadt {MUSTERSTADT}")[0] == 0
    assert run("audit verify musterstadt") == (0, "", "")
    code, told, _ = run("audit verify musterstadt --json")
    assert (code, json.loads(told)) == (0, {"entries": 2, "problems": []})
    reads, writes = os.pipe()
    os.close(reads)  # as `| head` does
    assert run("audit export musterstadt", writes) == (0, None, "")
    os.close(writes)


def test_check_prints_its_problems_as_json(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / "pages/impressum.md").unlink()
    assert main(["check", str(town), "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["path"], problem["field"], problem["advice"]) == ("municipality.yaml", "imprint", False)


@pytest.mark.parametrize(
    "arguments", [[], ["fly"], ["build", "x"], ["check", "x", "--at", "noon"], ["applies", "x", "--area", "05"]]
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_a_folder_that_is_not_there_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "nowhere")]) == 1
    assert "is no folder" in capsys.readouterr().err


def test_a_wrong_setting_exits_1(
    monkeypatch: pytest.MonkeyPatch, town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KRISENFEST_MAX_TEXT_BYTES", "many")
    assert main(["check", str(town)]) == 1
    assert "KRISENFEST_MAX_TEXT_BYTES = 'many': write a whole number" in capsys.readouterr().err


def test_a_build_before_the_last_release_is_refused(
    tmp_path: Path, town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", str(town), str(tmp_path / "out"), *AT]) == 0
    (town / "pages/neu.md").write_text("---\ntitle: Neu\n---\nText\n")
    assert main(["build", str(town), str(tmp_path / "out"), "--at", "2026-06-30T12:00"]) == 1
    assert "choose a later --at" in capsys.readouterr().err


def test_applies_tells_what_holds_in_a_part_of_the_town(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["applies", str(MUSTERSTADT), "--json", "--area"]
    at = ["--at", "2020-01-01T12:00"]
    assert main([*arguments, "hinterwald", *at]) == 1
    assert "altstadt, nordviertel, suedufer, gewerbepark" in capsys.readouterr().err
    assert main([*arguments, "05 9 58 0099 099", *at]) == 0
    assert json.loads(capsys.readouterr().out)["applies"] == []


@pytest.mark.parametrize("area", ["059580099099", "05958099", "05 9 58 0099 099", "suedufer", "05", "DE"])
def test_applies_takes_every_name_of_an_area(area: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["build", str(MUSTERSTADT), str(out), *AT]) == 0
    arguments = ["applies", str(MUSTERSTADT), "--state", f"{out}.state", "--json", "--area", area, *AT]
    known = ["--known-at", "2026-07-01T12:00"]
    assert main([*arguments, *known]) == 0
    kinds = [each["kind"] for each in json.loads(capsys.readouterr().out)["applies"]]
    assert ("alert" in kinds) == (area not in ("05", "DE"))


@pytest.mark.parametrize(
    ("known_at", "expected"),
    [("2026-05-31T23:59", []), ("2026-06-01", ["m"]), ("2026-07-01", ["m"])],
)
def test_without_builds_the_entries_say_themselves_when_they_were_published(
    town: Path, known_at: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = "title: M\nlevel: gemeinde\nissued_by: Stadt\nform: bylaw\nprovided: 2026-06-01\npromulgated: 2026-06-02\n"
    write(town, "measures/m.md", f"---\n{text}valid_from: 2026-06-03\n---\nText\n")
    arguments = ["applies", str(town), "--area", "059580099098", "--at", "2026-06-20", "--known-at", known_at]
    assert main([*arguments, "--json"]) == 0
    printed = capsys.readouterr()
    assert [each["id"] for each in json.loads(printed.out)["applies"]] == expected
    assert "with --state" in printed.err
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("measure m (version 1" if expected else "nothing applies in")


@pytest.mark.parametrize("at", ["0001-01-01", "1799-12-31T23:59", "3000-01-01", "9999-12-31"])
def test_a_time_that_nobody_means_is_wrong_usage(town: Path, at: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", str(town), "--at", at])
    assert ended.value.code == 2
    assert "write a year from 1800 to 2999" in capsys.readouterr().err


def test_the_demo_answers_and_says_where(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "krisenfest", "demo", "--port", "0", "--json", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            values = json.loads(demo.stdout.readline())
            assert values["api"] is None
            assert {each["role"] for each in values["accounts"]} == {"author", "approver", "administrator"}
            for name in ("desk", "mailbox"):
                with urllib.request.urlopen(values[name]) as answer:
                    assert answer.status == 200
            with urllib.request.urlopen(values["site"]) as answer:
                page = answer.read().decode()
            assert "Hochwasser an der Muster" in page
            with pytest.raises(urllib.error.HTTPError) as missing:
                urllib.request.urlopen(values["site"] + "tief/unten/nichts.html")
            assert missing.value.code == 404
            assert "Diese Seite gibt es nicht" in missing.value.read().decode()
            missing.value.close()
        finally:
            demo.terminate()
            demo.wait(timeout=20)
