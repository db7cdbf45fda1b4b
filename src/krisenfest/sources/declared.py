"""What authorities declared, as CSV: area,change,effective,announced,stage,reason,link."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO
from pathlib import Path

from krisenfest.domain.decisions import Change, Declaration
from krisenfest.errors import Problem, SourceError
from krisenfest.sources.front_matter import FrontMatterError, read_text

COLUMNS = ("area", "change", "effective", "announced", "stage", "reason", "link")


def read_declarations(path: Path) -> tuple[Declaration, ...]:
    """The declarations of a file, in its order; raises SourceError with every line that cannot be read."""
    shown = str(path)
    try:
        text = read_text(path)
    except FrontMatterError as error:
        raise SourceError([Problem(shown, error.line, "file", error.what, error.hint)]) from None
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    rows = csv.DictReader(StringIO(text), delimiter=delimiter)
    problems: list[Problem] = []
    unknown = set(rows.fieldnames or ()) - set(COLUMNS)
    if unknown or not {"area", "change"} <= set(rows.fieldnames or ()):
        hint = f"name the columns {', '.join(COLUMNS)}"
        problems.append(Problem(shown, 1, "columns", f"are {', '.join(rows.fieldnames or ()) or 'missing'}", hint))
        raise SourceError(problems)
    found = [_declaration(row, shown, rows.line_num, problems) for row in rows]
    if problems:
        raise SourceError(problems)
    return tuple(each for each in found if each)


def _declaration(row: Mapping[str, str | None], shown: str, line: int, problems: list[Problem]) -> Declaration | None:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    before = len(problems)
    days: dict[str, date | None] = {}
    for name in ("effective", "announced"):
        try:
            days[name] = date.fromisoformat(cells[name]) if cells[name] else None
        except ValueError:
            problems.append(Problem(shown, line, name, f"is {cells[name]!r}", "write a day such as 2021-05-12"))
    if cells["change"] not in tuple(Change):
        problems.append(Problem(shown, line, "change", f"is {cells['change']!r}", "write in or out"))
    if not cells["effective"] and not cells["announced"]:
        problems.append(Problem(shown, line, "effective", "is missing", "write effective or announced, or both"))
    if not cells["area"]:
        problems.append(Problem(shown, line, "area", "is missing", "write the key of the area"))
    if len(problems) > before:
        return None
    return Declaration(
        area=cells["area"],
        change=Change(cells["change"]),
        effective=days["effective"],
        announced=days["announced"],
        stage=cells["stage"],
        reason=cells["reason"],
        link=cells["link"],
    )
