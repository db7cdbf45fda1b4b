"""The state folder: what the last build leaves so that the next one continues it.

`release.json` holds every version of every record and is worth a backup; the rest can be made again.
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
from krisenfest.sources.known import Known
from krisenfest.standards import release_json

RELEASE, SOURCES = "release.json", "sources.json"


@dataclass(slots=True)
class State:
    """What is known from the last build; all empty before the first one."""

    release: Release | None = None
    release_bytes: bytes = b""
    known: Known = field(default_factory=Known)
    anchor: date | None = None
    outputs: dict[str, Any] = field(default_factory=dict)


def load(folder: Path, out: str = "") -> State:
    """Read a state folder; `out` names the output whose files are asked for. Raises StateError if it is damaged."""
    state = State()
    try:
        state.release_bytes = (folder / RELEASE).read_bytes()
    except FileNotFoundError:
        return state
    state.release = release_json.loads(state.release_bytes)
    # The rest only saves work; where it cannot be read, the build does the work again.
    try:
        values = orjson.loads((folder / SOURCES).read_bytes())
        state.known = Known.from_json(values["known"])
        state.anchor = date.fromisoformat(values["anchor"]) if values["anchor"] else None
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(
            f"{folder / SOURCES} cannot be read ({error}); delete it, the next build makes it again"
        ) from None
    try:
        state.outputs = orjson.loads((folder / _outputs_name(out)).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        state.outputs = {}
    return state


def save(folder: Path, state: State, out: str) -> None:
    """Write the state; the release last, each file in one step, so that a crash leaves the old state or the new."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = {"anchor": state.anchor.isoformat() if state.anchor else None, "known": state.known.to_json()}
    _write(folder / _outputs_name(out), orjson.dumps(state.outputs))
    _write(folder / SOURCES, orjson.dumps(sources))
    if state.release is not None:
        data = release_json.dumps(state.release)
        if data != state.release_bytes:
            _write(folder / RELEASE, data)


def _outputs_name(out: str) -> str:
    return f"files-{sha256(out.encode()).hexdigest()[:16]}.json"


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)
