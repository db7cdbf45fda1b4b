"""The triggers and indicators of a content folder: each file is read, and each problem told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from krisenfest.domain.triggers import Trigger
from krisenfest.errors import Problem, SourceError
from krisenfest.sources.readings import read_readings
from krisenfest.sources.triggers import parse_trigger


def trigger_problems(folder: Path, paths: Iterable[str]) -> list[Problem]:
    """Every problem of triggers/*.yaml and indicators/*.csv; `paths` are those of the folder's further files."""
    given = sorted(paths)
    problems: list[Problem] = []
    named: set[str] = set()
    for path in given:
        if path.startswith("triggers/"):
            trigger = _trigger(folder, path, problems)
            named |= set(trigger.indicator_names) if trigger else set()
    tables = [path for path in given if path.startswith("indicators/")]
    for path in tables:
        problems += _readings(folder, path)
    for name in sorted(named - {Path(path).stem for path in tables}) if tables else ():
        what = f"no trigger can see {name}: indicators/{name}.csv is not there"
        problems.append(Problem("indicators", 1, "file", what, "add the file, or mend the name", advice=True))
    return problems


def _trigger(folder: Path, path: str, problems: list[Problem]) -> Trigger | None:
    try:
        trigger, found = parse_trigger(path, folder / path)
    except OSError as error:
        problems.append(_unreadable(path, error))
        return None
    problems += found
    stem = path.rpartition("/")[2].rpartition(".")[0]
    if trigger is not None and trigger.id != stem:
        what, hint = f"is {trigger.id}, but the file is {stem}", "give both one name: measures call the trigger by it"
        problems.append(Problem(path, 1, "id", what, hint))
    return trigger


def _readings(folder: Path, path: str) -> Iterator[Problem]:
    """What is wrong with a table of readings, told with its path in the folder."""
    try:
        read_readings(folder / path, (Path(path).stem,))
    except SourceError as error:
        for each in error.problems:
            yield Problem(path, each.line, each.field, each.what, each.hint)
    except OSError as error:
        yield _unreadable(path, error)


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem(path, 1, "file", f"cannot be read ({error.strerror})", "check its permissions")
