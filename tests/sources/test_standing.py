"""A build in which nothing changed is told at once; and whatever was kept, the files are those of a build from nothing."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from conftest import AT, MUSTERSTADT, write
from krisenfest import pipeline, rebuild
from krisenfest.config import Config
from krisenfest.sources.standing import Report

ALERT = """---
title: Sturm
kind: storm
valid_from: 2026-07-01T15:00
valid_until: 2026-07-01T18:00
---
Text
"""
RULE = """---
title: Regel
level: gemeinde
issued_by: Ort
form: appeal
valid_from: 2026-07-15T12:30
---
Text
"""


@pytest.fixture
def town(town: Path) -> Path:
    """The small town with an alert and a measure that are announced."""
    write(town, "alerts/sturm.md", ALERT)
    write(town, "measures/regel.md", RULE)
    return town


def build(folder: Path, out: Path, at: datetime = AT, *, base_url: str = "", config: Config | None = None) -> Report:
    state = out.with_suffix(".state")
    return rebuild.build_folder(folder, out, state_folder=state, config=config or Config(), at=at, base_url=base_url)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The instants for which the stages really ran."""
    ran: list[datetime] = []
    real = pipeline.build

    def counted(order: rebuild.Order, progress: rebuild.Progress | None = None) -> Report:
        ran.append(order.at)
        return real(order, progress)

    monkeypatch.setattr(pipeline, "build", counted)
    return ran


@pytest.mark.parametrize(
    ("begin", "boundary"),
    [
        (AT, datetime(2026, 7, 1, 10, 30, tzinfo=UTC)),  # the measure comes within fourteen days
        (datetime(2026, 7, 1, 11, tzinfo=UTC), datetime(2026, 7, 1, 13, tzinfo=UTC)),  # the alert begins
        (datetime(2026, 7, 1, 14, tzinfo=UTC), datetime(2026, 7, 1, 16, tzinfo=UTC)),  # the alert ends
        (datetime(2026, 7, 1, 17, tzinfo=UTC), datetime(2026, 7, 1, 22, tzinfo=UTC)),  # midnight in summer time
        (
            datetime(2026, 12, 31, 20, tzinfo=UTC),
            datetime(2026, 12, 31, 23, tzinfo=UTC),
        ),  # and in winter, the year ends
        (datetime(2028, 2, 28, 12, tzinfo=UTC), datetime(2028, 2, 28, 23, tzinfo=UTC)),  # the leap day begins
    ],
)
def test_what_was_built_stands_until_the_next_change_and_not_a_second_longer(
    town: Path, tmp_path: Path, stages: list[datetime], begin: datetime, boundary: datetime
) -> None:
    first = build(town, tmp_path / "out", begin)
    before = digests(tmp_path)
    again = build(town, tmp_path / "out", boundary - timedelta(seconds=1))
    assert (again.files, again.written, again.unchanged) == (first.files, 0, first.files)
    assert (again.release, again.advice) == (first.release, first.advice)
    assert digests(tmp_path) == before
    build(town, tmp_path / "out", boundary)
    assert stages == [begin, boundary]


def test_an_earlier_time_is_built(town: Path, tmp_path: Path, stages: list[datetime]) -> None:
    build(town, tmp_path / "out")
    build(town, tmp_path / "out", AT - timedelta(seconds=1))
    assert len(stages) == 2


CHANGES: dict[str, Callable[[Path], object]] = {
    "a text": lambda place: write(place / "town", "alerts/sturm.md", ALERT + "Neu\n"),
    "a new file": lambda place: (
        (place / "town/notices").mkdir() or (place / "town/notices/n.md").write_text("---\ntitle: N\n---\n")
    ),
    "a file less": lambda place: (place / "town/alerts/sturm.md").unlink(),
    "a lost page": lambda place: (place / "out/index.html").unlink(),
    "a lost state": lambda place: shutil.rmtree(place / "out.state"),
    "a lost release": lambda place: (place / "out.state/release.json").unlink(),
    "a cut memory": lambda place: next((place / "out.state").glob("standing-*")).write_text("{"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_any_change_is_built(
    town: Path, tmp_path: Path, stages: list[datetime], change: Callable[[Path], object]
) -> None:
    build(town, tmp_path / "out")
    change(tmp_path)
    build(town, tmp_path / "out")
    assert len(stages) == 2
    assert digests(tmp_path / "out").keys() >= {"index.html", "data/release.json"}


def test_another_address_and_another_setting_are_built(town: Path, tmp_path: Path, stages: list[datetime]) -> None:
    build(town, tmp_path / "out")
    build(town, tmp_path / "out", base_url="https://ort.example")
    build(town, tmp_path / "out", base_url="https://ort.example", config=Config(max_text_bytes=1_000_000))
    assert len(stages) == 3


def test_a_folder_with_problems_is_never_said_to_stand(town: Path, tmp_path: Path, stages: list[datetime]) -> None:
    build(town, tmp_path / "out")
    (town / "alerts/plan.txt").write_text("x", encoding="utf-8")
    with pytest.raises(pipeline.SourceError):
        build(town, tmp_path / "out")


def test_after_any_changes_the_files_are_those_of_a_build_from_nothing(tmp_path: Path) -> None:
    town, out = tmp_path / "town", tmp_path / "out"
    shutil.copytree(MUSTERSTADT, town)
    build(town, out)
    path = town / "services/standesamt.md"
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: Neues ", 1), encoding="utf-8")
    build(town, out, AT + timedelta(hours=1))
    for gone in sorted(town.glob("notices/*.md"))[:2]:
        gone.unlink()
    (town / "notices/neu.md").write_text("---\ntitle: Neu\ntopics: [Wasser]\n---\nText\n", encoding="utf-8")
    build(town, out, AT + timedelta(days=3))
    for alert in town.glob("alerts/*.md"):
        alert.write_text(alert.read_text(encoding="utf-8") + "\nNachtrag.\n", encoding="utf-8")
    build(town, out, AT + timedelta(days=9))
    town_file = town / "municipality.yaml"
    town_file.write_text(town_file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    last = AT + timedelta(days=9, hours=5)
    build(town, out, last)
    # Only the release is kept: everything else is read and rendered again, in one process.
    fresh = tmp_path / "fresh"
    fresh.with_suffix(".state").mkdir()
    shutil.copy(tmp_path / "out.state/release.json", tmp_path / "fresh.state/release.json")
    sources = tmp_path / "out.state/sources.json"
    shutil.copy(sources, tmp_path / "fresh.state/sources.json")  # holds the day to which the example is moved
    build(town, fresh, last, config=Config(processes=1))
    assert digests(fresh) == digests(out)


def test_several_processes_make_the_same_files_as_one(tmp_path: Path) -> None:
    one, three = tmp_path / "one", tmp_path / "three"
    build(MUSTERSTADT, one, config=Config(processes=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "WORTH_SPREADING", 1)
        report = build(MUSTERSTADT, three, config=Config(processes=3))
    assert report.written == report.files == len(digests(three))
    assert digests(one) == digests(three)


def test_what_a_build_left_half_written_goes_with_the_next(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(town, out)
    whole = digests(out)
    (out / "warnungen" / "sturm.html.part").write_text("<p>half", encoding="utf-8")
    build(town, out)
    assert digests(out) == whole
