"""Records as tables: CSV (RFC 4180) in UTF-8, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defused(value: object) -> str:
    """A cell's text; what a spreadsheet would take for a formula gets an apostrophe before it (OWASP CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def line(cells: Iterable[object]) -> str:
    """One line of a table; None is an empty cell; it ends with CRLF."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(map(defused, cells))
    return out.getvalue()


def loads(data: bytes) -> list[dict[str, str]]:
    """The rows of a table by its header; apostrophes that `dumps` added stay."""
    return list(csv.DictReader(StringIO(data.decode(), newline="")))
