"""The content folder, written: the opposite of reading, for a person who goes on by hand.

What is written reads back as the same records. Keys stand in the order of the documentation, what is at its default is
left out, and times are those of the municipality's clocks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from krisenfest.domain.events import Event
from krisenfest.domain.links import FOLDERS
from krisenfest.domain.measures import Measure
from krisenfest.domain.municipality import Municipality, Part
from krisenfest.domain.notices import PRESETS, Alert
from krisenfest.domain.records import Record
from krisenfest.domain.texts import Text
from krisenfest.errors import FieldError, Problem, SourceError
from krisenfest.sources.parts import PARTS_FILE
from krisenfest.sources.record_fields import SUSPENSION_KEYS, TEXT_KEYS

MUNICIPALITY_FILE = "municipality.yaml"
WIDTH = 120  # columns; a list or mapping that is longer gets a line for each item

A_LINE_EACH = ("phrases:",)  # a translator goes through them one by one
# The keys of each kind in the order in which they are written; the title and summary come before, COMMON after them.
ORDER: Mapping[str, tuple[str, ...]] = {
    "measure": (
        *("level", "issued_by", "form", "legal_basis", "binding_text", "provided", "promulgated"),
        *("valid_from", "valid_through", "valid_until", "suspended", "withdrawn", "repealed", "trigger"),
    ),
    "notice": ("valid_until",),
    "alert": (
        *("kind", "severity", "urgency", "certainty", "category", "valid_from", "valid_until"),
        *("instructions", "all_clear"),
    ),
    "service": (
        *("leika", "status", "status_from", "status_until", "instead", "channels", "opening_hours", "exceptions"),
        *("documents", "fees", "responsible"),
    ),
    "event": (
        *("start", "end", "repeats", "place", "online", "join", "hosts", "logos", "agenda", "registration"),
        *("attachments", "image", "image_alt", "preview", "invitation", "cancelled", "recap"),
    ),
    "page": ("menu", "image", "image_alt"),
}
FIRST = ("title", "summary", "lang")
COMMON = ("area", "topics", "audience", "published", "review_by")
_FOLDER_OF = {kind: folder for folder, kind in FOLDERS.items()}
_WRITTEN = {field: key for key, field in SUSPENSION_KEYS.items()}


def files_of(record: Record, municipality: Municipality) -> dict[str, bytes]:
    """The files of one record by their path in the content folder: its own, then one for each translation.

    Instants are written in the municipality's time zone. An example's dates are written as they stand in the record:
    read them back with `anchor` at the municipality's `example_day`. The body's line ends become one. Raises FieldError
    for what a folder cannot hold: a translation without a title, words of an all-clear without its time, a body with
    a NUL character.
    """
    stem = f"{_FOLDER_OF[record.kind]}/{record.id}"
    _require_writable(record, stem)
    values = _fields(record, municipality.zone, leave_out=("kind", "id", "texts"))
    if record.source.lang != municipality.source_lang:
        values["lang"] = record.source.lang
    values |= {key: words for key in TEXT_KEYS if (words := getattr(record.source, key))}
    if len(record.area) == 1:
        values["area"] = record.area[0]
    if isinstance(record, Alert):
        values = _alert_keys(record, values)
    if isinstance(record, Measure):
        values = _measure_keys(values)
    if isinstance(record, Event) and record.recap is not None:
        values["recap"] = {"text": words} if (words := record.source.recap) else {}
        values["recap"] |= _fields(record.recap, municipality.zone)
    files = {f"{stem}.md": _document(_in_order(values, record.kind), record.source.body)}
    for text in record.texts[1:]:
        files[f"{stem}.{text.lang}.md"] = _document(_translation(text, record.kind), text.body)
    return files


def municipality_files(municipality: Municipality) -> dict[str, bytes]:
    """`municipality.yaml`, and `areas.geojson` if parts are named, by their path in the content folder.

    Raises FieldError for a part without a German name, which the file of the areas cannot hold.
    """
    values = _fields(municipality, municipality.zone, leave_out=("parts",))
    files = {MUNICIPALITY_FILE: "".join(_lines(values)).encode()}
    if municipality.parts:
        features = ",\n".join(json.dumps(_feature(part), ensure_ascii=False) for part in municipality.parts)
        files[PARTS_FILE] = f'{{"type": "FeatureCollection", "features": [\n{features}\n]}}\n'.encode()
    return files


def write(folder: Path, municipality: Municipality, records: Iterable[Record]) -> tuple[str, ...]:
    """Write a municipality and its records as a content folder; gives the paths written, in order.

    Media, triggers, indicators and the official directory are not part of records and are left to the caller. Raises
    FieldError as `files_of` does, and SourceError with every path that is there already or that two records ask for;
    then nothing is written.
    """
    files = municipality_files(municipality)
    problems: list[Problem] = []
    taken: set[str] = set()  # as a file system sees it that does not tell capitals from small letters
    for record in records:
        for path, data in files_of(record, municipality).items():
            if path.casefold() in taken:
                problems.append(Problem(path, 1, "file", "is asked for by two records", "give one of them another id"))
            taken.add(path.casefold())
            files[path] = data
    for path in files:
        if (folder / path).exists():
            problems.append(Problem(path, 1, "file", "is there already", "move it away, or name an empty folder"))
    if problems:
        raise SourceError(sorted(problems))
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return tuple(sorted(files))


def _require_writable(record: Record, stem: str) -> None:
    for number, text in enumerate(record.texts):
        path = f"{stem}.{text.lang}.md" if number else f"{stem}.md"
        if not text.title:
            raise FieldError("title", text.title, "a translation needs a title", file=path)
        if "\0" in text.body:
            raise FieldError("body", "\0", "a text cannot hold a NUL character", file=path)
        if text.all_clear and not (isinstance(record, Alert) and record.all_clear):
            raise FieldError("all_clear", text.all_clear, "only an alert with the time of its all-clear", file=path)


def _fields(model: BaseModel, zone: ZoneInfo, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a record or a part of one that are not at their default, as values of YAML."""
    found: dict[str, Any] = {}
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if name not in leave_out and (info.is_required() or value != info.get_default(call_default_factory=True)):
            found[name] = _value(value, zone)
    return found


def _value(value: object, zone: ZoneInfo) -> Any:
    if isinstance(value, BaseModel):
        return _fields(value, zone)
    if isinstance(value, datetime):
        return _moment(value, zone)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_value(each, zone) for each in value]
    if isinstance(value, dict):
        return {str(key): _value(each, zone) for key, each in value.items()}
    return value


def _moment(at: datetime, zone: ZoneInfo) -> date | datetime:
    """An instant as a person writes it: a bare day for its midnight, else the time on the town's clocks."""
    local = at.astimezone(zone)
    if local.fold:
        return local  # the hour that the end of summer time repeats: without its offset the first one is meant
    return local.date() if local.time() == time() else local.replace(tzinfo=None)


def _alert_keys(alert: Alert, values: dict[str, Any]) -> dict[str, Any]:
    presets = dict(zip(("category", "severity", "urgency", "certainty"), PRESETS[alert.hazard], strict=True))
    found = {key: value for key, value in values.items() if presets.get(key) != value}
    found["kind"] = found.pop("hazard")
    if alert.all_clear and alert.source.all_clear:
        found["all_clear"] = {**found["all_clear"], "text": alert.source.all_clear}
    return found


def _measure_keys(values: dict[str, Any]) -> dict[str, Any]:
    end = values.get("valid_until")
    if isinstance(end, date) and not isinstance(end, datetime):
        # As legal texts say it: the last day on which the measure holds.
        values = {**values, "valid_through": end - timedelta(days=1)}
        del values["valid_until"]
    if "suspended" in values:
        values["suspended"] = [
            {_WRITTEN.get(key, key): value for key, value in each.items()} for each in values["suspended"]
        ]
    return values


def _translation(text: Text, kind: str) -> dict[str, Any]:
    values: dict[str, Any] = {key: words for key in TEXT_KEYS if (words := getattr(text, key))}
    if text.all_clear:
        values["all_clear"] = {"text": text.all_clear}
    if text.phrases:
        values["phrases"] = dict(text.phrases)
    if text.translates is not None:
        values["translates"] = text.translates
    return _in_order(values, kind)


def _in_order(values: dict[str, Any], kind: str) -> dict[str, Any]:
    own = [key for key in values if key not in (*FIRST, *ORDER[kind], *COMMON)]
    return {key: values[key] for key in (*FIRST, *ORDER[kind], *own, *COMMON) if key in values}


def _feature(part: Part) -> dict[str, Any]:
    if "de" not in part.names:
        raise FieldError("names", part.names, f"give the part {part.id} a German name", file=PARTS_FILE)
    properties: dict[str, Any] = {"id": part.id, "name": part.names["de"]}
    others = {lang: name for lang, name in part.names.items() if lang != "de"}
    properties |= {"names": others} if others else {}
    return {"type": "Feature", "properties": properties, "geometry": part.geometry}


def _document(values: Mapping[str, Any], body: str) -> bytes:
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(["---\n", *_lines(values), "---\n", body, "\n" if body else ""]).encode()


# YAML that a person would write. What could be read as something else than this text, by YAML 1.1 or 1.2, is quoted.
_NOT_PLAIN = re.compile(
    r"(?:y|yes|n|no|on|off|true|false|null)"  # YAML 1.1 still reads `no` as false
    r"|[0-9][0-9a-z_.:+-]*"  # numbers, times and dates: 0123, 1e3, 0x1f, 17:20, 2021-02-29
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*",
    re.IGNORECASE | re.DOTALL,
)
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _lines(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        yield from _entry(f"{indent}{_key(key)}:", value, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    """The lines of one value; `head` is what stands before it ("title:" or "-")."""
    if isinstance(value, str) and _is_block(value):
        yield f"{head} |\n"
        yield from (f"{indent}  {line}\n" if line else "\n" for line in value.split("\n"))
    elif not isinstance(value, dict | list):
        yield f"{head} {_scalar(value)}\n"
    elif head.strip() not in A_LINE_EACH and (line := _in_line(value)) is not None and len(head) + len(line) < WIDTH:
        yield f"{head} {line}\n"
    elif isinstance(value, dict):
        yield f"{head}\n"
        yield from _lines(value, f"{indent}  ")
    else:
        yield f"{head}\n"
        for each in value:
            yield from _item(each, f"{indent}  ")


def _item(value: Any, indent: str) -> Iterator[str]:
    lines = list(_entry(f"{indent}-", value, indent))
    if isinstance(value, dict) and len(lines) > 1:
        lines = [f"{indent}- {lines[1].lstrip(' ')}", *lines[2:]]
    yield from lines


def _in_line(value: Any) -> str | None:
    """A value within one line, or None if one of its texts has several, or several mappings ask for a line each."""
    if isinstance(value, dict):
        inner = {key: _in_line(each) for key, each in value.items()}
        parts = [f"{_key(key)}: {each}" for key, each in inner.items() if each is not None]
        return f"{{{', '.join(parts)}}}" if len(parts) == len(inner) else None
    if isinstance(value, list):
        items = [each for each in map(_in_line, value) if each is not None]
        several = len(value) > 1 and any(isinstance(each, dict) for each in value)
        return f"[{', '.join(items)}]" if len(items) == len(value) and not several else None
    return None if isinstance(value, str) and _is_block(value) else _scalar(value, flow=True)


def _key(key: object) -> str:
    return _scalar(key, flow=True)


def _is_block(text: str) -> bool:
    return "\n" in text and text == text.strip() and not _UNPRINTABLE.search(text)


def _scalar(value: Any, *, flow: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    plain = value[:1].isalnum() and value == value.strip() and not re.search(r": |:$| #|[\t\n]", value)
    plain = plain and not _NOT_PLAIN.fullmatch(value) and not _UNPRINTABLE.search(value)
    if plain and not (flow and re.search(r"[,\[\]{}?:]", value)):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
