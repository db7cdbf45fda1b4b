"""The named parts of a municipality, from areas.geojson (RFC 7946)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from krisenfest.domain.municipality import Part
from krisenfest.errors import Problem
from krisenfest.sources.front_matter import FrontMatterError, read_text

PARTS_FILE = "areas.geojson"
POLYGONS = ("Polygon", "MultiPolygon")


def read_parts(folder: Path) -> tuple[tuple[Part, ...], list[Problem]]:
    """The parts in the order of the file, and what is wrong with it."""

    def problem(field: str, what: str, hint: str, line: int = 1) -> Problem:
        return Problem(PARTS_FILE, line, field, what, hint)

    try:
        values = orjson.loads(read_text(folder / PARTS_FILE))
    except FrontMatterError as error:
        return (), [problem("file", error.what, error.hint, error.line)]
    except orjson.JSONDecodeError as error:
        return (), [problem("file", f"is not valid JSON ({error.msg})", "check this place", error.lineno)]
    features = values.get("features") if isinstance(values, dict) else None
    if not isinstance(features, list):
        return (), [problem("file", "is no GeoJSON FeatureCollection", "write type and features (RFC 7946)")]
    parts: list[Part] = []
    problems: list[Problem] = []
    for number, feature in enumerate(features, 1):
        field = f"features.{number}"
        try:
            part = _part(feature)
        except (ValidationError, TypeError, KeyError, AttributeError):
            hint = "give it properties id (small letters, digits, hyphens) and name"
            problems.append(problem(field, "cannot be read as a part", hint))
            continue
        if part.geometry.get("type") not in POLYGONS:
            problems.append(problem(field, f"{part.id} has no polygon", "give it a Polygon or MultiPolygon"))
        elif any(part.id == other.id for other in parts):
            problems.append(problem(field, f"{part.id} stands twice", "keep one of the two"))
        else:
            parts.append(part)
    return tuple(parts), problems


def _part(feature: dict[str, Any]) -> Part:
    properties = feature["properties"]
    names = {"de": properties["name"], **(properties.get("names") or {})}
    return Part.model_validate({"id": properties["id"], "names": names, "geometry": feature.get("geometry") or {}})
