"""Where the stages meet: read a folder, continue the release, build the site, write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from krisenfest.config import Config
from krisenfest.domain.areas import ags, parse_prefix
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import utc
from krisenfest.domain.releases import Holding, Release, applies, continued
from krisenfest.errors import Problem, SourceError, StateError
from krisenfest.filetree import File, Store
from krisenfest.publishing.directory import DirectoryStore
from krisenfest.site.build import Built, Manifest, build
from krisenfest.site.unit import Unit
from krisenfest.sources import folder as folders
from krisenfest.sources import state as states
from krisenfest.sources.directory import AREAS_FILE, areas_csv, read_areas
from krisenfest.sources.files import Found

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did: the release, how many files it has, wrote, left and removed, and what to mend."""

    release: Release
    files: int
    written: int
    unchanged: int
    removed: int
    advice: tuple[Problem, ...]


def check(folder: Path, *, config: Config, at: datetime) -> tuple[Problem, ...]:
    """Every problem of a content folder as of the instant `at`, in the order of path and line."""
    return tuple(folders.read(folder, config=config, at=at).problems)


def build_folder(
    folder: Path,
    out: Path,
    *,
    state_folder: Path,
    config: Config,
    at: datetime,
    base_url: str = "",
    progress: Progress | None = None,
) -> Report:
    """Build the site of a content folder into `out`, writing only what changed since the last build.

    Raises SourceError with every problem, before anything is written, if the folder cannot be built from.
    """
    place = str(out.resolve())
    state = states.load(state_folder, place)
    content = folders.read(folder, config=config, at=at, anchor=state.anchor, known=state.known)
    if content.errors or content.municipality is None:
        raise SourceError(content.problems)
    release = continued(state.release, content.municipality, content.incoming, at)
    content.incoming.clear()  # the release holds what it needs; a large town would be in memory twice
    previous = Manifest({name: (entry[0], entry[1]) for name, entry in state.outputs.items()})
    store = DirectoryStore(out)
    lost = frozenset(entry[0] for entry in previous.files()) - set(store.paths())
    media = {path: _media_unit(folder, found) for path, found in content.media.items()}
    url = base_url or config.site_url
    units = build(release, at, base_url=url, media=media, previous=previous, lost=lost)
    manifest, written = _write(units, previous, store, lost, progress, len(release.histories))
    kept = {entry[0] for entry in manifest.files()}
    gone = [entry[0] for entry in previous.files() if entry[0] not in kept]
    for path in gone:
        store.remove(path)
    changed = bool(written or gone) or release is not state.release
    changed = changed or content.known != state.known or content.anchor != state.anchor
    changed = changed or manifest.units.keys() != previous.units.keys()
    changed = changed or any(unit[0] != previous.units[name][0] for name, unit in manifest.units.items())
    state.release, state.known, state.anchor = release, content.known, content.anchor
    state.outputs = dict(manifest.units)
    if changed:
        states.save(state_folder, state, place)
    return Report(
        release=release,
        files=len(kept),
        written=written,
        unchanged=len(kept) - written,
        removed=len(gone),
        advice=tuple(content.problems),
    )


def _write(
    units: Iterator[Built],
    previous: Manifest,
    store: Store,
    lost: frozenset[str],
    progress: Progress | None,
    total: int,
) -> tuple[Manifest, int]:
    """Write the files of new units; gives the new manifest and the number of files written."""
    old = {entry[0]: entry[1] for entry in previous.files()}
    manifest, written = Manifest(), 0
    for number, built in enumerate(units):
        for file in built.files or ():
            if old.get(file.path) != file.sha256 or file.path in lost:
                store.write(file.path, file.data)
                written += 1
        manifest.units[built.name] = (built.inputs, built.entries)
        if progress and number % 500 == 0:
            progress(number, total)
    return manifest, written


def _media_unit(folder: Path, found: Found) -> Unit:
    return Unit(f"media/{found.path}", f"{found.size};{found.mtime_ns}", partial(_media_file, folder, found.path))


def _media_file(folder: Path, path: str) -> Iterator[File]:
    yield File(path, (folder / path).read_bytes())


def applies_in(
    folder: Path,
    *,
    area: str,
    at: datetime,
    known_at: datetime | None,
    state_folder: Path | None,
    config: Config,
    now: datetime,
) -> dict[str, Any]:
    """What applied in `area` at the instant `at`, as published at `known_at`, as plain values.

    With a state folder the releases of the builds answer; without one the folder as it is, recorded `now`.
    """
    release = states.load(state_folder).release if state_folder else None
    if state_folder and release is None:
        raise StateError(f"{state_folder} holds no release; build with --state {state_folder} first")
    if release is None:
        content = folders.read(folder, config=config, at=now)
        if content.errors or content.municipality is None:
            raise SourceError(content.errors)
        release = continued(None, content.municipality, content.incoming, now)
    found = applies(release, parse_area(area, release.municipality), at, known_at or now)
    return {
        "area": area,
        "at": utc(at),
        "known_at": utc(known_at or now),
        "release": release.number,
        "as_of": utc(release.as_of),
        "applies": [_holding(each) for each in found],
    }


def _holding(each: Holding) -> dict[str, Any]:
    values: dict[str, Any] = orjson.loads(each.version.payload or b"{}")
    names = ("level", "issued_by", "legal_basis", "binding_text", "valid_from", "valid_until", "status", "severity")
    return {
        "kind": each.version.kind,
        "id": each.version.id,
        "version": each.version.number,
        "recorded": utc(each.version.recorded),
        "state": str(each.state),
        "title": each.version.record.source.title,
        "only_parts": list(each.only_parts),
        **{name: values[name] for name in names if name in values},
    }


def parse_area(text: str, municipality: Municipality) -> str:
    """An ARS prefix without spaces, the municipality's own AGS as its ARS, or the name of a part as it is."""
    digits = text.replace(" ", "")
    if digits == ags(municipality.ars):
        return municipality.ars
    return parse_prefix(digits) or "DE" if digits.isdigit() or digits == "DE" else text


def import_areas(file: Path, into: Path) -> int:
    """Read the official directory and write it as areas.csv of a content folder; gives the number of areas."""
    directory, problems = read_areas(file)
    if problems:
        raise SourceError(problems)
    DirectoryStore(into).write(AREAS_FILE, areas_csv(directory).encode())
    return len(directory.names)
