"""The state folder: what the last build leaves so that the next one continues it.

`release.json` holds every version of every record and is worth a backup; the rest only saves work, and where it cannot
be used the build does the work again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson

from krisenfest.disk import write_whole
from krisenfest.domain.releases import Release
from krisenfest.errors import StateError
from krisenfest.site.build import Manifest
from krisenfest.site.edition import made_with
from krisenfest.site.pieces import Kept
from krisenfest.sources.kept import name_for, read_kept, stamp
from krisenfest.sources.known import Known
from krisenfest.sources.standing import RELEASE
from krisenfest.standards import release_json

INDEX, SOURCES = "index.json", "sources.json"


@dataclass(slots=True)
class State:
    """What is known from the last build; all empty before the first one. `outputs` are those of one place."""

    release: Release | None = None
    indexed: bool = False  # whether the release could be read by its index
    known: Known = field(default_factory=Known)
    anchor: date | None = None
    outputs: Manifest = field(default_factory=Manifest)


def load(folder: Path, place: str = "") -> State:
    """Read a state folder; `place` names the output whose files are asked for. Raises StateError if it is damaged."""
    state = State()
    state.release, state.indexed = _release(folder)
    if state.release is None:
        return state
    try:
        values = orjson.loads((folder / SOURCES).read_bytes())
        if values.get("read_for") == _read_for(state.release):
            state.known = Known.from_json(values["known"])
        state.anchor = date.fromisoformat(values["anchor"]) if values["anchor"] else None
    except FileNotFoundError:
        pass
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(
            f"{folder / SOURCES} cannot be read ({error}); delete it, the next build makes it again"
        ) from None
    values = read_kept(folder / name_for(place, "files"))
    if {"environment", "units"} <= values.keys():
        state.outputs = Manifest(values["environment"], values["units"])
    return state


def load_pieces(folder: Path, place: str, environment: str) -> Kept:
    """The pieces of large files that the last build has kept, if it was made in the same environment."""
    values = read_kept(folder / name_for(place, "pieces"))
    pieces: Kept = values["pieces"] if values.get("environment") == environment else {}
    return pieces


def save(folder: Path, place: str, new: State, old: State, pieces: Kept | None) -> None:
    """Write what changed from `old` to `new`; each file in one step, so that a crash leaves the old state or the new.

    The release is written first: what else is there is used only beside the release that it was made for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if new.release is not None and new.release is not old.release:
        write_whole(str(folder / RELEASE), release_json.chunks(new.release))
    if new.release is not None and (new.release is not old.release or not old.indexed):
        index = {"made_by": made_with(), "release": stamp(folder / RELEASE), "rows": release_json.index(new.release)}
        write_whole(str(folder / INDEX), [orjson.dumps(index)])
    if new.known != old.known or new.anchor != old.anchor or new.release is not old.release:
        sources = {
            "anchor": new.anchor.isoformat() if new.anchor else None,
            "read_for": _read_for(new.release),
            "known": new.known.to_json(),
        }
        write_whole(str(folder / SOURCES), [orjson.dumps(sources)])
    if new.outputs != old.outputs:
        outputs = {"environment": new.outputs.environment, "units": new.outputs.units}
        write_whole(str(folder / name_for(place, "files")), [orjson.dumps(outputs)])
    if pieces is not None:
        values = {"environment": new.outputs.environment, "pieces": pieces}
        write_whole(str(folder / name_for(place, "pieces")), [orjson.dumps(values)])


def _release(folder: Path) -> tuple[Release | None, bool]:
    try:
        data = (folder / RELEASE).read_bytes()
    except FileNotFoundError:
        return None, False
    index = read_kept(folder / INDEX)
    fits = index.get("made_by") == made_with() and index.get("release") == stamp(folder / RELEASE)
    return release_json.loads(data, index["rows"] if fits else None), fits


def _read_for(release: Release | None) -> str:
    """Names the release for which the sources were read, and the program that read them: no other can use them."""
    return f"{release.number} {release.as_of.isoformat()} {made_with()}" if release else ""
