"""Records as tables: CSV (RFC 4180) in UTF-8, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defused(value: object) -> str:
    """A cell's text; what a spreadsheet would take for a formula gets an apostrophe before it (OWASP CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def dumps(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A table with a header line; a missing cell is empty; lines end with CRLF."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([defused(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode()


def loads(data: bytes) -> list[dict[str, str]]:
    """The rows of a table by its header; apostrophes that `dumps` added stay."""
    return list(csv.DictReader(StringIO(data.decode(), newline="")))
