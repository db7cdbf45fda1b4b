"""The state folder: what the last build leaves so that the next one continues it.

`release.json` holds every version of every record and is worth a backup; the rest only saves work, and where it cannot
be used the build does the work again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from krisenfest.domain.releases import Release
from krisenfest.errors import StateError
from krisenfest.site.build import Manifest
from krisenfest.site.edition import made_with
from krisenfest.site.pieces import Kept
from krisenfest.sources.known import Known
from krisenfest.standards import release_json

RELEASE, INDEX, SOURCES = "release.json", "index.json", "sources.json"


@dataclass(slots=True)
class State:
    """What is known from the last build; all empty before the first one. `outputs` are those of one place."""

    release: Release | None = None
    known: Known = field(default_factory=Known)
    anchor: date | None = None
    outputs: Manifest = field(default_factory=Manifest)


def load(folder: Path, place: str = "") -> State:
    """Read a state folder; `place` names the output whose files are asked for. Raises StateError if it is damaged."""
    state = State(_release(folder))
    if state.release is None:
        return state
    try:
        values = orjson.loads((folder / SOURCES).read_bytes())
        if values["release"] == _name(state.release):
            state.known = Known.from_json(values["known"])
        state.anchor = date.fromisoformat(values["anchor"]) if values["anchor"] else None
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(
            f"{folder / SOURCES} cannot be read ({error}); delete it, the next build makes it again"
        ) from None
    values = _kept(folder / _of(place, "files"))
    if {"environment", "units"} <= values.keys():
        state.outputs = Manifest(values["environment"], values["units"])
    return state


def load_pieces(folder: Path, place: str, environment: str) -> Kept:
    """The pieces of large files that the last build has kept, if it was made in the same environment."""
    values = _kept(folder / _of(place, "pieces"))
    pieces: Kept = values["pieces"] if values.get("environment") == environment else {}
    return pieces


def save(folder: Path, place: str, new: State, old: State, pieces: Kept | None) -> None:
    """Write what changed from `old` to `new`; each file in one step, so that a crash leaves the old state or the new.

    The release is written first: what else is there is used only beside the release that it was made for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if new.release is not None and new.release is not old.release:
        _write(folder / RELEASE, release_json.dumps(new.release))
        index = {"made_by": made_with(), "release": _stamp(folder), "rows": release_json.index(new.release)}
        _write(folder / INDEX, orjson.dumps(index))
    if new.known != old.known or new.anchor != old.anchor or new.release is not old.release:
        sources = {
            "anchor": new.anchor.isoformat() if new.anchor else None,
            "release": _name(new.release),
            "known": new.known.to_json(),
        }
        _write(folder / SOURCES, orjson.dumps(sources))
    if new.outputs != old.outputs:
        outputs = {"environment": new.outputs.environment, "units": new.outputs.units}
        _write(folder / _of(place, "files"), orjson.dumps(outputs))
    if pieces is not None:
        values = {"environment": new.outputs.environment, "pieces": pieces}
        _write(folder / _of(place, "pieces"), orjson.dumps(values))


def _release(folder: Path) -> Release | None:
    try:
        data = (folder / RELEASE).read_bytes()
    except FileNotFoundError:
        return None
    index = _kept(folder / INDEX)
    fits = index.get("made_by") == made_with() and index.get("release") == _stamp(folder)
    return release_json.loads(data, index["rows"] if fits else None)


def _stamp(folder: Path) -> list[int]:
    """What tells that the release file is the one that the index was made for."""
    status = (folder / RELEASE).stat()
    return [status.st_size, status.st_mtime_ns]


def _name(release: Release | None) -> str:
    """Names the release for which the sources were read: those of another may not hold what is in it."""
    return f"{release.number} {release.as_of.isoformat()}" if release else ""


def _kept(path: Path) -> dict[str, Any]:
    """The values of a file that only saves work; none if it is not there or was cut off."""
    try:
        values = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return values if isinstance(values, dict) else {}


def _of(place: str, what: str) -> str:
    """The name of a file that is kept for each output."""
    return f"{what}-{sha256(place.encode()).hexdigest()[:16]}.json"


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)
