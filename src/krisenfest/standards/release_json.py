"""A release as canonical JSON: sorted keys, no white space, UTF-8 (RFC 8785 for words, whole numbers and lists).

The same records give the same bytes in any time zone, locale and hash seed. Records are not encoded again: their
payload is canonical already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from krisenfest.domain.facts import Facts
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import utc
from krisenfest.domain.releases import Release, Version, public_versions
from krisenfest.errors import StateError
from krisenfest.filetree import Chunk

FORMAT = 1


def municipality_json(municipality: Municipality) -> bytes:
    """The municipality as canonical JSON."""
    return orjson.dumps(orjson.loads(municipality.model_dump_json(exclude_defaults=True)), option=orjson.OPT_SORT_KEYS)


def dumps(release: Release) -> bytes:
    """The whole release: number, moment, municipality, every version of every record."""
    return b"".join(chunks(release))


def chunks(release: Release) -> list[Chunk]:
    """The bytes of `dumps` in pieces; what was read from a release file and stands there together is one piece."""
    return [_head(release), *_joined(release.versions), b"\n]}\n"]


def public_chunks(release: Release) -> list[Chunk]:
    """The same as open data: the words of what was taken out are not in it, its digests are (ADR 9)."""
    return [_head(release), *_joined(public_versions(release)), b"\n]}\n"]


BETWEEN = b",\n"  # versions


def _joined(versions: Iterable[Version]) -> Iterator[Chunk]:
    """The lines of versions with a comma and a line end between them."""
    base: memoryview | None = None
    begin = end = -1
    first = True
    for version in versions:
        if version.place is None:
            if base is not None:
                yield base[begin:end]
                base = None
            yield version.line if first else BETWEEN + version.line
        else:
            data, line_begin, line_end = version.place
            if data is base and line_begin == end + len(BETWEEN):
                end = line_end
            else:
                if base is not None:
                    yield base[begin:end]
                if not first:
                    yield BETWEEN
                base, begin, end = data, line_begin, line_end
        first = False
    if base is not None:
        yield base[begin:end]


def _head(release: Release) -> bytes:
    parts = [
        b'{"as_of":"' + utc(release.as_of).encode() + b'","format":' + str(FORMAT).encode(),
        b',"municipality":' + municipality_json(release.municipality),
        b',"number":' + str(release.number).encode() + b',"versions":[\n',
    ]
    return b"".join(parts)


# Of each version: kind, id, number, recorded, text_version, digest; where its line and its payload begin and end in
# the release file; its facts.
Row = tuple[str, str, int, str, int, str, int, int, int, int, Sequence[Any] | None]


def index(release: Release) -> list[Row]:
    """Where each version stands in the bytes that `dumps` gives, with what a build asks of it first."""
    rows: list[Row] = []
    begin = len(_head(release))
    stamps: dict[datetime, str] = {}
    for version in release.versions:
        kind, name, number, recorded, text_version, digest, payload = version
        stamp = stamps.get(recorded) or stamps.setdefault(recorded, utc(recorded))
        end = begin + version.size
        # ,"recorded":"2026-01-01T00:00:00Z","text_version":1}
        last = end - len(f',"recorded":"{stamp}","text_version":{text_version}}}')
        facts = None if payload is None else tuple(version.facts)
        first = last - len(payload or b"null")
        rows.append((kind, name, number, stamp, text_version, digest, begin, end, first, last, facts))
        begin = end + len(BETWEEN)
    return rows


def loads(data: bytes, rows: Iterable[Row] | None = None) -> Release:
    """Read what `dumps` wrote; raises StateError for anything else.

    With the `rows` of its `index` the records are not read, but found in `data` when they are asked for.
    """
    try:
        if rows is None:
            values = orjson.loads(data)
            versions = tuple(map(_read_version, values["versions"]))
        else:
            # The file's head ends where the list of versions begins.
            values = orjson.loads(data[: data.index(b"\n") + 1] + b"]}")
            versions = tuple(_stored_versions(memoryview(data), rows))
        if values["format"] != FORMAT:
            raise StateError(f"the release has format {values['format']}; this program reads {FORMAT}")
        return Release(
            number=values["number"],
            as_of=datetime.fromisoformat(values["as_of"]),
            municipality=Municipality.model_validate(values["municipality"]),
            versions=versions,
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise StateError(f"the release cannot be read ({type(error).__name__}: {error})") from None


def _read_version(values: Mapping[str, Any]) -> Version:
    record = values["record"]
    version = Version(
        values["kind"],
        values["id"],
        values["number"],
        datetime.fromisoformat(values["recorded"]),
        values["text_version"],
        values["digest"],
        orjson.dumps(record, option=orjson.OPT_SORT_KEYS) if record else None,
    )
    version.__dict__["note"] = values.get("note", "")
    return version


def _stored_versions(data: memoryview, rows: Iterable[Row]) -> Iterator[Version]:
    instants: dict[str, datetime] = {}
    for kind, name, number, stamp, text_version, digest, begin, end, first, last, facts in rows:
        recorded = instants.get(stamp) or instants.setdefault(stamp, datetime.fromisoformat(stamp))
        payload = data[first:last] if facts else None
        version = Version(kind, name, number, recorded, text_version, digest, payload)
        yield version.stored(place=(data, begin, end), facts=Facts._make(facts) if facts else None)


def records_chunks(versions: Iterable[Version]) -> list[Chunk]:
    """Versions as a list, one a line."""
    return [b"[\n", *_joined(versions), b"\n]\n"]


def timetable_json(release: Release) -> bytes:
    """Every known coming change: when, which record, which state."""
    rows = [
        {"at": utc(each.at), "id": each.key.id, "kind": each.key.kind, "state": each.state}
        for each in release.timetable()
    ]
    values = {"as_of": utc(release.as_of), "changes": rows, "release": release.number}
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS) + b"\n"


def schema(kind: str) -> bytes:
    """JSON Schema (2020-12) of a kind of record, as it stands under `record` in the data files."""
    values = KINDS[kind].model_json_schema(mode="serialization")
    values |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:krisenfest:schema:{kind}:{FORMAT}",
    }
    values["required"] = [name for name in values.get("required", []) if KINDS[kind].model_fields[name].is_required()]
    _defaults_may_miss(values)
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def _defaults_may_miss(node: object) -> None:
    """Fields at their default are left out of canonical JSON, so a schema must not require them."""
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict) and "required" in node:
            node["required"] = [name for name in node["required"] if "default" not in properties[name]]
        for value in node.values():
            _defaults_may_miss(value)
    elif isinstance(node, list):
        for value in node:
            _defaults_may_miss(value)
