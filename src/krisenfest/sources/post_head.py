"""The front matter of a post: YAML (---), TOML (+++) or JSON, whole or broken, with the line of each key."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from krisenfest.sources.front_matter import FrontMatterError, load_mapping
from krisenfest.sources.post_clock import ZONE
from krisenfest.sources.post_text import Unsure

MAX_HEAD = 50_000  # characters of front matter that are read
_MAX_SAVED_KEYS = 200  # of front matter that is broken
_KEY = re.compile(r"""^\s{0,8}["']?([A-Za-z][\w-]{0,60})["']?\s{0,3}[:=]""", re.MULTILINE)
_JSON_KEY = re.compile(r'"([A-Za-z][\w-]{0,60})"\s{0,9}:')
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_MOMENT = re.compile(
    r"((?:19|20)\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::\d\d(?:\.\d{1,9})?)?\s?(?:(Z|UTC|GMT)|([+-])(\d\d):?(\d\d))?"
)


@dataclass(slots=True)
class Head:
    """The keys, the line of each, the body and the line that it begins in."""

    values: dict[str, Any]
    lines: dict[str, int]
    body: str
    body_line: int
    unsure: list[Unsure] = field(default_factory=list)

    def line_of(self, *keys: str) -> int:
        """The line of the first of the keys that stands there; 1 if none does."""
        return next((self.lines[key] for key in keys if key in self.lines and key in self.values), 1)


def read_head(text: str) -> Head:
    """Front matter and body of a post; never raises for what is in it."""
    stripped = text.lstrip("\ufeff")
    for fence, load in (("---", load_mapping), ("+++", tomllib.loads)):
        opening = re.match(rf"{re.escape(fence)}[ \t]{{0,80}}\n", stripped)
        closing = opening and re.compile(rf"^{re.escape(fence)}[ \t]{{0,80}}$\n?", re.MULTILINE).search(
            stripped, opening.end()
        )
        if not opening or not closing:
            continue
        inside = stripped[opening.end() : closing.start()]
        body, line = stripped[closing.end() :], stripped.count("\n", 0, closing.end()) + 1
        lines = _lines_of_keys(_KEY, inside, 2)
        try:
            if len(inside) > MAX_HEAD:
                raise FrontMatterError(1, f"is longer than {MAX_HEAD} characters", "shorten it")
            return Head(dict(load(inside)), lines, body, line)
        except (FrontMatterError, tomllib.TOMLDecodeError, RecursionError) as error:
            said = Unsure("front matter", f"cannot be read ({error})", "", 1)
            return Head(_key_by_key(inside[:MAX_HEAD]), lines, body, line, [said])
    return _json_head(stripped) or Head({}, {}, stripped, 1)


def _json_head(text: str) -> Head | None:
    """JSON front matter, on one line or many: Hugo's begins with the brace and ends with its match."""
    if not text.startswith("{") or text.startswith(("{{", "{%")):
        return None
    try:
        values, end = json.JSONDecoder().raw_decode(text[: MAX_HEAD * 2])
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    body = text[end:]
    line = text.count("\n", 0, end) + 1
    if body.startswith("\n"):
        body, line = body[1:], line + 1
    return Head(values, _lines_of_keys(_JSON_KEY, text[:end], 1), body, line)


def _lines_of_keys(pattern: re.Pattern[str], text: str, first_line: int) -> dict[str, int]:
    lines: dict[str, int] = {}
    line, at = first_line, 0
    for found in pattern.finditer(text):
        line += text.count("\n", at, found.start(1))
        at = found.start(1)
        lines.setdefault(found.group(1), line)
    return lines


def _key_by_key(text: str) -> dict[str, Any]:
    """What can be saved of broken front matter: the keys whose own line can be read."""
    values: dict[str, Any] = {}
    for line in text.split("\n"):
        found = re.match(r"([A-Za-z][\w-]{0,60})\s?[:=]", line)
        if not found or len(values) >= _MAX_SAVED_KEYS:
            continue
        try:
            values.update(load_mapping(line))
        except FrontMatterError:
            values[found.group(1)] = line[found.end() :].strip().strip("\"'")
    return values


def moment(value: object) -> datetime | None:
    """A date with a time, as local time of the post's country: converted where it names a zone. None if it is none."""
    if isinstance(value, str):
        found = _MOMENT.match(value.strip())
        if not found:
            return None
        try:
            value = datetime(*map(int, found.group(1, 2, 3, 4, 5)), tzinfo=_zone(found))  # type: ignore[arg-type,misc]
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(ZONE).replace(tzinfo=None) if value.tzinfo else value
    except (ValueError, OverflowError):
        return value.replace(tzinfo=None)


def _zone(found: re.Match[str]) -> timezone | None:
    if found.group(6):
        return UTC
    if not found.group(7):
        return None
    offset = timedelta(hours=int(found.group(8)), minutes=int(found.group(9)))
    return timezone(-offset if found.group(7) == "-" else offset)


def posted(values: dict[str, Any], name: str) -> date | None:
    """The day of the post: `date`, in local time, or the date in its file name."""
    value = values.get("date")
    if at := moment(value):
        return at.date()
    if isinstance(value, date):
        return value
    for text in (str(value or "")[:200], name):
        if found := _DATE.search(text):
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                continue
    return None
