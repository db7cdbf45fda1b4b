"""A release as canonical JSON: sorted keys, no white space, UTF-8 (RFC 8785 for words, whole numbers and lists).

The same records give the same bytes in any time zone, locale and hash seed. Records are not encoded again: their
payload is canonical already.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import orjson

from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import utc
from krisenfest.domain.releases import KINDS, Release, Version
from krisenfest.errors import StateError

FORMAT = 1


def _version(version: Version) -> bytes:
    head = {
        "digest": version.digest,
        "id": version.id,
        "kind": version.kind,
        "number": version.number,
    }
    tail = {"recorded": utc(version.recorded), "text_version": version.text_version}
    start, end = orjson.dumps(head)[:-1], orjson.dumps(tail)[1:]
    return start + b',"record":' + (version.payload or b"null") + b"," + end


def municipality_json(municipality: Municipality) -> bytes:
    """The municipality as canonical JSON."""
    return orjson.dumps(orjson.loads(municipality.model_dump_json(exclude_defaults=True)), option=orjson.OPT_SORT_KEYS)


def dumps(release: Release) -> bytes:
    """The whole release: number, moment, municipality, every version of every record."""
    return b"".join(
        [
            b'{"as_of":"' + utc(release.as_of).encode() + b'","format":' + str(FORMAT).encode(),
            b',"municipality":' + municipality_json(release.municipality),
            b',"number":' + str(release.number).encode() + b',"versions":[\n',
            b",\n".join(map(_version, release.versions)),
            b"\n]}\n",
        ]
    )


def loads(data: bytes) -> Release:
    """Read what `dumps` wrote; raises StateError for anything else."""
    try:
        values = orjson.loads(data)
        if values["format"] != FORMAT:
            raise StateError(f"the release has format {values['format']}; this program reads {FORMAT}")
        versions = tuple(
            Version(
                kind=each["kind"],
                id=each["id"],
                number=each["number"],
                recorded=datetime.fromisoformat(each["recorded"]),
                text_version=each["text_version"],
                digest=each["digest"],
                payload=orjson.dumps(each["record"], option=orjson.OPT_SORT_KEYS) if each["record"] else None,
            )
            for each in values["versions"]
        )
        return Release(
            number=values["number"],
            as_of=datetime.fromisoformat(values["as_of"]),
            municipality=Municipality.model_validate(values["municipality"]),
            versions=versions,
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise StateError(f"the release cannot be read ({type(error).__name__}: {error})") from None


def records_json(versions: Iterable[Version]) -> bytes:
    """Versions as a list, one a line."""
    return b"[\n" + b",\n".join(map(_version, versions)) + b"\n]\n"


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
