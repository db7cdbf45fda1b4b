"""Markdown with YAML front matter: fast where all is well, exact about the line where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ryaml

MAX_NODES = 20_000  # an editor writes dozens; aliases that expand to more are an attack or an accident
CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no part of a text, and not allowed in XML 1.0
FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)


class FrontMatterError(Exception):
    """Text that cannot be read: the line (from 1), what is wrong, and what to do."""

    def __init__(self, line: int, what: str, hint: str) -> None:
        super().__init__(f"line {line}: {what}: {hint}")
        self.line, self.what, self.hint = line, what, hint


@dataclass(frozen=True, slots=True)
class Document:
    """The keys and the body of a text, and what is needed to tell lines."""

    values: dict[str, Any]
    body: str
    yaml_text: str
    yaml_line: int  # line of the first line of the YAML
    body_line: int  # line of the first line of the body

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line of a key, nested as `path` says; of the nearest one above it where it is missing."""
        return _line_of(self.yaml_text, path, self.yaml_line)


def decode(data: bytes) -> str:
    """UTF-8 text, with or without a byte order mark, line ends made one; raises FrontMatterError."""
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise FrontMatterError(line, "holds a NUL byte, so it is no text", "save it as text in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FrontMatterError(
            line, f"is not UTF-8 (byte {error.start} is 0x{data[error.start]:02X})", "save the file as UTF-8"
        ) from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        what = f"holds a control character (0x{ord(found[0]):02X})"
        raise FrontMatterError(line, what, "delete it; it often comes along when text is copied from a PDF")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_text(path: Path | str) -> str:
    """The text of a file; raises FrontMatterError if it is none, OSError if it cannot be read."""
    with open(path, "rb", buffering=0) as file:
        return decode(file.read())


def split(text: str) -> Document:
    """Separate front matter and body; raises FrontMatterError."""
    if not text.strip():
        raise FrontMatterError(1, "is empty", "begin with a line ---, the keys, another line ---, then the text")
    if not text.startswith("---"):
        raise FrontMatterError(1, "has no front matter", "begin with a line ---, the keys, another line ---")
    end = text.find("\n---", 3)
    fences = FENCE.finditer(text)
    first, second = next(fences, None), next(fences, None)
    if first is None or first.start() != 0 or second is None or end < 0:
        raise FrontMatterError(1, "the front matter does not end", "close it with a line that holds only ---")
    yaml_text = text[first.end() + 1 : second.start()]
    values = load_mapping(yaml_text, 2)
    body = text[second.end() :].lstrip("\n")
    body_line = text.count("\n", 0, len(text) - len(body)) + 1
    return Document(values, body, yaml_text, 2, body_line)


def load_mapping(text: str, first_line: int = 1) -> dict[str, Any]:
    """YAML 1.2 whose top is a mapping with words as keys; raises FrontMatterError with the line."""
    try:
        values = ryaml.loads(text)
    except ValueError as error:
        raise _explained(text, str(error), first_line) from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise FrontMatterError(first_line, "is no list of keys", "write one key a line, such as title: Hochwasser")
    for key in values:
        if not isinstance(key, str):
            raise FrontMatterError(_line_of(text, [key], first_line), f"the key {key!r} is no word", "write a word")
    if "\\" in text and any(CONTROL.search(each) or "\0" in each for each in _words(values)):
        what = "holds a control character written with a backslash"
        raise FrontMatterError(first_line, what, "take it out; in double quotes \\ begins such characters")
    if _nodes(values) > MAX_NODES:
        raise FrontMatterError(first_line, f"holds more than {MAX_NODES} values", "leave out aliases (&, *)")
    return values


def _explained(text: str, message: str, first_line: int) -> FrontMatterError:
    if "repetition limit" in message or "recursion limit" in message:
        return FrontMatterError(first_line, "is nested or repeated too often", "write the values out, without & and *")
    if found := re.search(r'duplicate entry with key "(.*)"', message):
        key = found.group(1)
        lines = [number for number, line in enumerate(text.split("\n")) if line.startswith((f"{key}:", f'"{key}":'))]
        line = first_line + (lines[1] if len(lines) > 1 else 0)
        return FrontMatterError(line, f"{key} stands twice", "keep one of the two")
    # The fast parser does not always tell the line; the exact one is asked, and loaded, only now.
    from krisenfest.sources import yaml_lines

    if found_at := yaml_lines.first_error(text):
        line, what = found_at
        hint = "use spaces, not tabs" if "\\t" in what or "\t" in text else "put values with : # [ { in quotes"
        return FrontMatterError(first_line + line, f"is not valid YAML ({what})", hint)
    return FrontMatterError(first_line, f"is not valid YAML ({message[:120]})", "put values with : # [ { in quotes")


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (*_words(key), *_words(each))
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)


def _nodes(value: object) -> int:
    count, waiting = 0, [value]
    while waiting and count <= MAX_NODES:
        each = waiting.pop()
        count += 1
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return count


def _line_of(text: str, path: Sequence[str | int], first_line: int) -> int:
    from krisenfest.sources import yaml_lines

    return first_line + yaml_lines.line_of(text, path)
