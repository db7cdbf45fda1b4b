"""Files of the state folder that only save work: where one cannot be used, the build does the work again."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson


def read_kept(path: Path) -> dict[str, Any]:
    """The values of such a file; none if it is not there or was cut off."""
    try:
        values = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return values if isinstance(values, dict) else {}


def name_for(place: str, what: str) -> str:
    """The name of a file that is kept for each output."""
    return f"{what}-{sha256(place.encode()).hexdigest()[:16]}.json"


def stamp(path: Path) -> list[int]:
    """Size in bytes and time of change in ns: what tells that a file is still the same; empty if it is not there."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return []
    return [status.st_size, status.st_mtime_ns]
