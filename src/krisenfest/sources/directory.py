"""The official directory of municipalities, as the Statistisches Bundesamt publishes it.

Read are two forms of GV-ISys as CSV: one row an area with the key in one column (`ars`, `name`), and the original
layout, in which the key stands in five columns (Land, RB, Kreis, VB, Gem) after the Satzart. The xlsx itself is not
read: save it as CSV first.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from krisenfest.domain.areas import LAENDER, Ars, Directory
from krisenfest.errors import Problem
from krisenfest.sources.front_matter import FrontMatterError, read_text

AREAS_FILE = "areas.csv"
LENGTH_OF_SATZART = {"10": 2, "40": 5, "50": 9, "60": 12}  # GV-ISys: Land, Kreis, Gemeindeverband, Gemeinde


def read_areas(path: Path) -> tuple[Directory, list[Problem]]:
    """The names of a directory file by ARS, and every line that cannot be read."""
    shown = path.name
    try:
        text = _text(path)
    except FrontMatterError as error:
        return Directory(), [Problem(shown, error.line, "file", error.what, error.hint)]
    except OSError as error:
        return Directory(), [Problem(shown, 1, "file", f"cannot be read ({error.strerror})", "check the path")]
    first = text.partition("\n")[0]
    rows = csv.reader(StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    header = [cell.strip().lower() for cell in next(rows, [])]
    if "ars" in header and "name" in header:
        return _one_column(rows, header, shown)
    return _five_columns(text, shown)


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except FrontMatterError:
        data = path.read_bytes()
        if b"\0" in data:
            raise
        return data.decode("latin-1").replace("\r\n", "\n")  # as older editions of the directory are published


def _one_column(rows: Iterator[list[str]], header: list[str], shown: str) -> tuple[Directory, list[Problem]]:
    ars_column, name_column = header.index("ars"), header.index("name")
    kreis_column = header.index("kreis") if "kreis" in header else None
    names: dict[str, str] = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows, 2):
        if not row:
            continue
        key = row[ars_column].replace(" ", "") if len(row) > max(ars_column, name_column) else ""
        if not _is_key(key) or not row[name_column].strip():
            problems.append(_bad_row(shown, number, ",".join(row)))
            continue
        names[key] = row[name_column].strip()
        if kreis_column is not None and len(row) > kreis_column and row[kreis_column].strip():
            names.setdefault(key[:5], row[kreis_column].strip())
    return Directory(names), problems


def _five_columns(text: str, shown: str) -> tuple[Directory, list[Problem]]:
    names: dict[str, str] = {}
    problems: list[Problem] = []
    delimiter = ";" if text.count(";") > text.count(",") else ","
    for number, row in enumerate(csv.reader(StringIO(text), delimiter=delimiter), 1):
        cells = [cell.strip() for cell in row]
        if not cells or cells[0] not in LENGTH_OF_SATZART:
            continue  # headings and totals
        keys = [cell for cell in cells[2:7] if cell.isdigit()] if len(cells) > 7 else []
        key = "".join(keys)
        if len(key) != LENGTH_OF_SATZART[cells[0]] or not _is_key(key) or not cells[7]:
            problems.append(_bad_row(shown, number, delimiter.join(row)))
        elif len(key) > 2:
            names[key] = cells[7]
    if not names and not problems:
        hint = "save the official table as CSV; its rows begin with the Satzart, or its header names ars and name"
        problems.append(Problem(shown, 1, "file", "is no directory of municipalities", hint))
    return Directory(names), problems


def _is_key(key: str) -> bool:
    return (key.isdigit() and len(key) in (5, 9, 12) and key[:2] in LAENDER) or key in LAENDER


def _bad_row(shown: str, number: int, row: str) -> Problem:
    return Problem(shown, number, "ars", f"{row[:60]!r} is no area", "an ARS of 5, 9 or 12 digits, and a name")


def areas_csv(directory: Directory) -> str:
    """The directory as the content folder's areas.csv: ars,name in the order of the keys."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["ars", "name"])
    writer.writerows(directory.below(Ars("")))
    return out.getvalue()
