"""Published figures as CSV: `area,date,value[,published_at]`, or with other names of columns, or a column an indicator.

Files are taken as authorities publish them: comma, semicolon or tab; decimal point or comma; with a byte order mark;
days as 2021-04-24 or 24.04.2021; packed with gzip. A value is kept exactly as printed.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from krisenfest.domain.areas import LAENDER
from krisenfest.domain.calendars import SUNDAY
from krisenfest.domain.indicators import BERLIN, Figures, Reading
from krisenfest.errors import Problem, SourceError
from krisenfest.sources.front_matter import FrontMatterError, decode

MAX_BYTES = 200_000_000  # of the text, unpacked; a year of all municipalities by the day has 150 million
MAX_PROBLEMS = 200  # a file that is wrong from end to end is told of, not printed

# What the columns are called where nothing is said, the best name first.
AREA_COLUMNS = ("area", "ags", "ars", "kreisschluessel", "admunitid", "idlandkreis", "land_key", "station", "logger_id")
AREA_NAME_COLUMNS = ("land", "bundesland", "name", "kreis", "landkreis")
DATE_COLUMNS = ("date", "datum", "day", "tag", "datetime", "zeit", "zeitpunkt", "timestamp")
VALUE_COLUMNS = (
    *("value", "wert", "messwert", "incidence7_fixed", "hosp_incidence7_fixed", "incidence7", "inzidenz"),
    *("7-tage-inzidenz", "inzidenz_7-tage", "7-tage-hospitalisierungsinzidenz"),
)
PUBLISHED_COLUMNS = ("published_at", "veröffentlicht")
KEY_COLUMNS = {"ags", "ars", "kreisschluessel", "admunitid", "idlandkreis", "land_key"}  # hold keys that are numbers
OWN_NAMES = ("area", "date", "value", "published_at", "indicator")
NO_VALUE = {"", "-", "--", "na", "n/a", "nan", "null", "none", "k.a.", "."}

PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
COMMA = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+")
LAND_NAMES: Mapping[str, str] = {
    **{name.casefold(): land for land, names in LAENDER.items() for name in names},
    **dict.fromkeys(("gesamt", "deutschland", "bund", "bundesgebiet", "de", "00"), "DE"),
}


class Columns(NamedTuple):
    """Where things stand in a row: numbers of columns, counted from 0."""

    area: int
    date: int
    published: int | None
    indicator: int | None
    values: Mapping[str, int]  # by indicator; by "" where a column names the indicator
    keys: bool  # areas are numbers, of which a spreadsheet may have dropped a leading zero


def read_readings(path: Path, indicators: Sequence[str], columns: Mapping[str, str] | None = None) -> Figures:
    """The readings of a file for these indicators; `columns` maps area, date, value, ... to the file's own names.

    Raises SourceError with every line that cannot be read, OSError if the file cannot be opened.
    """
    shown = str(path)
    try:
        text = _text(path)
    except FrontMatterError as error:
        raise SourceError([Problem(shown, error.line, "file", error.what, error.hint)]) from None
    reader = _Reader(shown, tuple(indicators))
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader.comma = delimiter != "," and re.search(r"[0-9],[0-9]", text) is not None
    reader.clock = clock_of(text)
    rows = csv.reader(StringIO(text), delimiter=delimiter)
    header = [cell.strip() for cell in next(rows, [])]
    found = reader.columns(header, columns or {})
    if found is not None:
        reader.read(rows, found)
    if reader.problems:
        raise SourceError(reader.problems)
    return reader.figures()


def _text(path: Path) -> str:
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.open(path) as packed:
                data = packed.read(MAX_BYTES + 1)
        except (OSError, EOFError) as error:
            raise FrontMatterError(1, f"cannot be unpacked ({error})", "fetch the file again") from None
    if len(data) > MAX_BYTES:
        raise FrontMatterError(1, f"has more than {MAX_BYTES:,} bytes", "take a part of it")
    try:
        return decode(data)
    except FrontMatterError:
        if b"\0" in data:
            raise
        return data.decode("cp1252", "replace").replace("\r\n", "\n")  # as spreadsheets in German save it


@dataclass(slots=True)
class _Reader:
    path: str
    indicators: tuple[str, ...]
    comma: bool = False  # decimal comma
    problems: list[Problem] = field(default_factory=list)
    clock: tzinfo = BERLIN
    timed: bool = False  # the column of days has times of day
    _found: dict[str, dict[str, list[Reading]]] = field(default_factory=dict)
    _lines: dict[tuple[str, str, date, datetime | None], tuple[int, Decimal]] = field(default_factory=dict)

    def figures(self) -> Figures:
        return Figures(self._found, self.timed)

    def tell(self, line: int, name: str, what: str, hint: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.path, line, name, what, hint))

    def columns(self, header: list[str], given: Mapping[str, str]) -> Columns | None:
        """Where the columns stand; what is not given is recognised by its name."""
        folded = {name.casefold(): number for number, name in reversed(list(enumerate(header)))}
        for name, column in given.items():
            if column.casefold() not in folded:
                self.tell(1, name, f"there is no column {column}", f"the columns are {', '.join(header)}")
            if name not in (*OWN_NAMES, *self.indicators):
                self.tell(1, name, "is no column of readings", f"write {', '.join((*OWN_NAMES, *self.indicators))}")

        def place(name: str, known: Sequence[str]) -> int | None:
            if name in given:
                return folded.get(given[name].casefold())
            return next((folded[each] for each in known if each in folded), None)

        area = place("area", (*AREA_COLUMNS, *AREA_NAME_COLUMNS))
        day = place("date", DATE_COLUMNS)
        named = place("indicator", ("indicator", "kennzahl"))
        for name, number in (("area", area), ("date", day)):
            if number is None and not self.problems:
                hint = f"name it with --columns {name}=...; the columns are {', '.join(header)}"
                self.tell(1, name, "no column is recognised", hint)
        values = self._value_columns(header, folded, given, named, {area, day})
        if self.problems or area is None or day is None:
            return None
        keys = header[area].casefold() in KEY_COLUMNS
        return Columns(area, day, place("published_at", PUBLISHED_COLUMNS), named, values, keys)

    def _value_columns(
        self,
        header: list[str],
        folded: Mapping[str, int],
        given: Mapping[str, str],
        named: int | None,
        taken: set[int | None],
    ) -> dict[str, int]:
        wide = {each: given.get(each, each).casefold() for each in self.indicators}
        values = {each: folded[column] for each, column in wide.items() if column in folded}
        value = given.get("value", "").casefold()
        known = [value] if value else [each for each in VALUE_COLUMNS if each in folded]
        one = next((folded[each] for each in known if each in folded), None)
        if values and "value" not in given:
            return values
        if named is not None and one is not None:
            return {"": one}
        if one is not None and len(self.indicators) == 1:
            return {self.indicators[0]: one}
        left = [name for number, name in enumerate(header) if number not in taken]
        if len(self.indicators) > 1:
            hint = f"name a column for each with --columns {self.indicators[0]}=...,{self.indicators[1]}=..."
            self.tell(1, "value", f"the rule looks at {', '.join(self.indicators)}", hint)
        elif not self.problems:
            self.tell(
                1, "value", "no column is recognised", f"name it with --columns value=...; there are {', '.join(left)}"
            )
        return {}

    def read(self, rows: Iterator[list[str]], columns: Columns) -> None:
        """Read every row; a row that cannot be read is a problem, a row without a value is none."""
        needed = max(
            columns.area, columns.date, *columns.values.values(), columns.published or 0, columns.indicator or 0
        )
        days: dict[str, tuple[date, datetime | None] | None] = {}
        areas: dict[str, str | None] = {}
        for row in rows:
            line = rows.line_num  # type: ignore[attr-defined]  # csv.reader has it
            if not row or not any(map(str.strip, row)):
                continue
            if len(row) <= needed:
                self.tell(line, "row", f"has {len(row)} cells", f"it needs at least {needed + 1}")
                continue
            text = row[columns.date].strip()
            if text not in days:
                days[text] = parse_day(text, self.clock)
            name = row[columns.area].strip()
            if name not in areas:
                areas[name] = _area(name, columns.keys)
            moment, area = days[text], areas[name]
            if moment is None:
                self.tell(line, "date", f"is {text!r}", "write a day such as 2021-04-24 or 24.04.2021")
            elif area is None:
                self.tell(line, "area", f"is {name!r}", "write the key of the area, such as 05913")
            else:
                self._take_row(row, line, columns, area, moment)
        if not self._found and not self.problems:
            self.tell(1, "file", "holds no readings", f"it needs rows for {', '.join(self.indicators)}")

    def _take_row(
        self, row: list[str], line: int, columns: Columns, area: str, moment: tuple[date, datetime | None]
    ) -> None:
        day, known = moment
        self.timed = self.timed or known is not None
        if columns.published is not None and (text := row[columns.published].strip()):
            known = parse_moment(text)
            if known is None:
                self.tell(line, "published_at", f"is {text!r}", "write a time such as 2021-04-24T08:00")
                return
        for name, number in columns.values.items():
            indicator = name or row[columns.indicator or 0].strip()
            text = row[number].strip()
            if indicator not in self.indicators or text.casefold() in NO_VALUE:
                continue
            value = self._value(text, line)
            if value is not None:
                self._add(indicator, Reading(area, day, value, known), line)

    def _value(self, text: str, line: int) -> Decimal | None:
        if COMMA.fullmatch(text):
            return Decimal(text.replace(".", "").replace(",", "."))
        if not PLAIN.fullmatch(text):
            self.tell(line, "value", f"is {text[:40]!r}, no number", "write a number such as 99.967, or leave it empty")
            return None
        if self.comma and re.fullmatch(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+", text):
            hint = "write the value without dots"
            self.tell(line, "value", f"is {text}: a dot of thousands or of decimals, beside decimal commas", hint)
            return None
        return Decimal(text)

    def _add(self, indicator: str, reading: Reading, line: int) -> None:
        key = (indicator, reading.area, reading.day, reading.known)
        before = self._lines.setdefault(key, (line, reading.value))
        if before[0] == line:
            self._found.setdefault(indicator, {}).setdefault(reading.area, []).append(reading)
        elif before[1] != reading.value:
            what = f"{reading.area} has another value for {reading.day} in line {before[0]}"
            self.tell(line, "value", what, "keep one, or tell in a column published_at when each became known")


def _area(text: str, keys: bool) -> str | None:
    if land := LAND_NAMES.get(text.casefold()):
        return land
    if keys:
        digits = text.removesuffix(".0")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
            return None
        return digits.zfill(len(digits) + 1) if len(digits) in (1, 4, 7, 11) else digits
    return text or None


def clock_of(text: str) -> tzinfo:
    """The clock of times without a zone: Berlin's, or standard time if one lies in an hour that summer time skips."""
    for year, month_day in re.findall(r"([0-9]{4})-(03-(?:2[5-9]|3[01]))[ T]02:", text):
        if date.fromisoformat(f"{year}-{month_day}").weekday() == SUNDAY:  # the last of March, at 2:00
            return timezone(timedelta(hours=1))  # a logger that does not know of summer time
    return BERLIN


def parse_day(text: str, clock: tzinfo = BERLIN) -> tuple[date, datetime | None] | None:
    """A day, and the instant if a time of day is written; None if it is neither. `clock` is that of a time alone."""
    german = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(.*)", text)
    if german:
        text = f"{german[3]}-{german[2]:0>2}-{german[1]:0>2}{german[4]}"
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text), None
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.time() == time() and moment.tzinfo is None:
        return moment.date(), None
    known = (moment if moment.tzinfo else moment.replace(tzinfo=clock)).astimezone(UTC)
    return known.astimezone(BERLIN).date(), known


def parse_moment(text: str) -> datetime | None:
    """An instant; a day alone is its beginning; without a zone, Berlin's clock."""
    found = parse_day(text)
    if found is None:
        return None
    day, known = found
    return known or datetime.combine(day, time(), BERLIN)
