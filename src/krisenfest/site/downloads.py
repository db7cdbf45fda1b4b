"""Open data: every record as JSON and CSV with its JSON Schema, the release, the timetable, the parts, the sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

import orjson

from krisenfest.domain.kinds import KINDS
from krisenfest.domain.links import FOLDERS
from krisenfest.domain.records import utc
from krisenfest.domain.releases import Version
from krisenfest.filetree import File
from krisenfest.site.addresses import record_path
from krisenfest.site.edition import Site
from krisenfest.site.unit import Unit
from krisenfest.standards import release_json, sitemap, tables

COMMON = (
    "id",
    "version",
    "recorded",
    "title",
    "summary",
    "state",
    "area",
    "topics",
    "audience",
    "published",
    "review_by",
)
COLUMNS: Mapping[str, Sequence[str]] = {
    "measure": (
        "level",
        "issued_by",
        "form",
        "legal_basis",
        "binding_text",
        "provided",
        "promulgated",
        "valid_from",
        "valid_until",
    ),
    "notice": ("valid_until",),
    "alert": ("hazard", "category", "severity", "urgency", "certainty", "valid_from", "valid_until"),
    "service": ("leika", "status", "status_from", "status_until", "opening_hours", "responsible"),
    "event": ("start", "end", "place", "online", "hosts"),
    "page": ("menu",),
}


def units(site: Site) -> Iterator[Unit]:
    """Data files of each kind, and those of the whole release."""
    for folder, kind in FOLDERS.items():
        rows = site.by_kind[kind]
        yield Unit(f"data/{folder}", _digest(site, rows), partial(_records, site, folder, kind, rows))
        yield Unit(f"schema/{kind}", "", partial(_schema, folder, kind))
    whole = f"{site.release.number};{utc(site.release.as_of)}"
    yield Unit("data/release", whole, lambda: [File("data/release.json", release_json.public_chunks(site.release))])
    yield Unit(
        "data/timetable", whole, lambda: [File("data/timetable.json", release_json.timetable_json(site.release))]
    )
    yield Unit("data/parts", "", lambda: [File("data/areas.geojson", _parts(site))])
    if site.base_url:
        pages = [(record_path(each.kind, each.id), each.recorded) for each in site.current]
        stamp = sha256(repr(pages).encode()).hexdigest()
        yield Unit("data/sitemap", stamp, partial(_sitemap, site, pages))


def _digest(site: Site, rows: Sequence[Version]) -> str:
    return sha256(site.inputs(rows).encode()).hexdigest()


def _schema(folder: str, kind: str) -> Iterable[File]:
    yield File(f"data/schema/{folder}.json", release_json.schema(kind))


def _records(site: Site, folder: str, kind: str, rows: Sequence[Version]) -> Iterable[File]:
    yield File(f"data/{folder}.json", release_json.records_chunks(rows))
    columns = (*COMMON, *COLUMNS[kind])

    def line(version: Version) -> str:
        row = _row(site, version, COLUMNS[kind])
        return tables.line([row[column] for column in columns])

    lines = site.pieces.of(f"{folder}.csv", rows, lambda version: site.inputs_of[version[:2]], line)
    yield File(f"data/{folder}.csv", "".join([tables.line(columns), *lines]).encode())


def _row(site: Site, version: Version, columns: Sequence[str]) -> dict[str, Any]:
    # From the JSON, not the record: a town's thousands of records would be validated for nothing else.
    values: dict[str, Any] = orjson.loads(version.payload or b"{}")
    source: dict[str, str] = values["texts"][0]
    fields = KINDS[version.kind].model_fields
    row = {name: _cell(values.get(name, fields[name].default)) for name in columns}
    return {
        **row,
        "id": version.id,
        "version": version.number,
        "recorded": utc(version.recorded),
        "title": source["title"],
        "summary": source.get("summary", ""),
        "state": site.state(version),
        "area": " ".join(values.get("area") or (site.municipality.ars,)),
        "topics": _cell(values.get("topics", ())),
        "audience": _cell(values.get("audience", ())),
        "published": values.get("published", ""),
        "review_by": values.get("review_by", ""),
    }


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _parts(site: Site) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": part.id,
            "properties": {"id": part.id, "names": part.names},
            "geometry": part.geometry,
        }
        for part in site.municipality.parts
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features}, option=orjson.OPT_SORT_KEYS) + b"\n"


def _sitemap(site: Site, pages: Sequence[tuple[str, Any]]) -> Iterable[File]:
    top = [("index.html", site.release.as_of)]
    for path, data in sitemap.dumps(site.base_url, [*top, *pages]):
        yield File(path, data)
