"""Where the stages meet: read a folder, continue the release, build the site, write it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from krisenfest import processes
from krisenfest.config import Config
from krisenfest.disk import TEMPORARY
from krisenfest.domain.areas import ags, parse_prefix
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.periods import midnight
from krisenfest.domain.records import utc
from krisenfest.domain.releases import Holding, applies, continued
from krisenfest.errors import Problem, SourceError, StateError
from krisenfest.filetree import File, Store
from krisenfest.publishing.directory import DirectoryStore
from krisenfest.site.build import FileEntry, Made, Manifest, Planned, plan
from krisenfest.site.edition import Site
from krisenfest.site.pieces import Pieces
from krisenfest.site.unit import Unit
from krisenfest.sources import folder as folders
from krisenfest.sources import state as states
from krisenfest.sources.directory import AREAS_FILE, areas_csv, read_areas
from krisenfest.sources.files import Found, scan
from krisenfest.sources.standing import Order, Progress, Report, remember
from krisenfest.sources.warm import Warm


def check(folder: Path, *, config: Config, at: datetime) -> tuple[Problem, ...]:
    """Every problem of a content folder as of the instant `at`, in the order of path and line."""
    return tuple(folders.read(folder, scan(folder, config), at=at).problems)


def build(order: Order, progress: Progress | None = None, warm: Warm | None = None) -> Report:
    """Build the site of a content folder, writing only what changed since the last build.

    `warm` holds what this process knows from its last build of the same place, and then of this one.

    Raises SourceError with every problem, before anything is written, if the folder cannot be built from.
    """
    at, place = order.at, order.place
    state = warm.load(order.state_folder, place) if warm else states.load(order.state_folder, place)
    shares = order.config.processes or processes.available()
    content = folders.read(order.folder, order.listing, at=at, anchor=state.anchor, known=state.known, shares=shares)
    if content.errors or content.municipality is None:
        raise SourceError(content.problems)
    release = continued(state.release, content.municipality, content.incoming, at, notes=content.notes)
    content.incoming.clear()  # the release holds what it needs; a large town would be in memory twice
    previous, store = state.outputs, DirectoryStore(order.out)
    present = set(store.paths())
    for path in [each for each in present if each.endswith(TEMPORARY)]:  # a build died while it wrote this
        store.remove(path)
        present.discard(path)
    lost = frozenset(entry[0] for entry in previous.files()) - present
    media = {path: _media_unit(order.folder, found) for path, found in content.media.items()}
    site = Site.of(release, at, order.base_url)
    site.pieces = Pieces(partial(states.load_pieces, order.state_folder, place, site.environment))
    planned = plan(site, media=media, previous=previous, lost=lost)
    made, written = _render(planned, previous, store, lost, shares, progress)
    manifest = Manifest(site.environment, made)
    kept = {entry[0] for entry in manifest.files()}
    gone = [entry[0] for entry in previous.files() if entry[0] not in kept]
    for path in gone:
        store.remove(path)
    new = states.State(release, indexed=True, known=content.known, anchor=content.anchor, outputs=manifest)
    states.save(order.state_folder, place, new, state, site.pieces.left())
    if warm:
        warm.keep(new, order.state_folder, place)
    report = Report(
        release=release.number,
        files=len(kept),
        written=written,
        unchanged=len(kept) - written,
        removed=len(gone),
        advice=tuple(content.problems),
    )
    remember(order, (present | kept).difference(gone), report, site.steady_until_s)
    return report


# Below this many units a second process takes longer to start than it saves.
WORTH_SPREADING = 400


def _render(
    planned: Iterator[Planned],
    previous: Manifest,
    store: Store,
    lost: frozenset[str],
    shares: int,
    progress: Progress | None,
) -> tuple[dict[str, Made], int]:
    """Render and write what is new; gives what the manifest says of every unit, and the number of files written.

    One process writes each unit as soon as it is planned: what changed is there before the lists are looked at.
    """
    old = {entry[0]: entry[1] for entry in previous.files()}

    def made_of(unit: Unit) -> tuple[Made, int]:
        entries: list[FileEntry] = []
        written = 0
        for file in unit.render():
            if old.get(file.path) != file.sha256 or file.path in lost:
                store.write(file.path, file.chunks)
                written += 1
            entries.append((file.path, file.sha256, file.size))
        return (unit.inputs, entries), written

    made: dict[str, Made] = {}
    total = 0
    if shares == 1 and progress is None:
        for unit, kept in planned:
            made[unit.name], written = (kept, 0) if kept else made_of(unit)
            total += written
        return made, total

    units = list(planned)
    waiting = [unit for unit, kept in units if kept is None]
    shares = shares if len(waiting) >= WORTH_SPREADING else 1

    def work(share: int) -> dict[str, tuple[Made, int]]:
        done: dict[str, tuple[Made, int]] = {}
        for number, unit in enumerate(waiting[share::shares]):
            done[unit.name] = made_of(unit)
            if progress and share == 0 and number % 100 == 0:
                progress(number * shares, len(waiting))
        return done

    new = {name: of_it for part in processes.spread(work, shares) for name, of_it in part.items()}
    made = {unit.name: kept or new[unit.name][0] for unit, kept in units}
    return made, sum(written for _, written in new.values())


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

    With a state folder the releases of the builds answer. Without one the folder as it is: its entries count as
    published from the day that they name themselves (published, provided or promulgated), or else from ever.
    """
    release = states.load(state_folder).release if state_folder else None
    if state_folder and release is None:
        raise StateError(f"{state_folder} holds no release; build with --state {state_folder} first")
    if release is None:
        content = folders.read(folder, scan(folder, config), at=now)
        if content.errors or content.municipality is None:
            raise SourceError(content.errors)
        release = continued(None, content.municipality, content.incoming, now)
    known = now if state_folder is None else known_at or now
    found = applies(release, parse_area(area, release.municipality), at, known)
    if state_folder is None and known_at is not None:
        found = tuple(each for each in found if _told(each, release.municipality) <= known_at)
    return {
        "area": area,
        "at": utc(at),
        "known_at": utc(known_at or now),
        "release": release.number,
        "as_of": utc(release.as_of),
        "applies": [_holding(each) for each in found],
    }


def _told(each: Holding, municipality: Municipality) -> datetime:
    """When an entry says itself that it was published, the earliest of its dates."""
    record = each.version.record
    days = [getattr(record, name, None) for name in ("provided", "promulgated")]
    told = [midnight(day, municipality.zone) for day in days if day is not None]
    return min([*told, *filter(None, [record.published])], default=datetime.min.replace(tzinfo=UTC))


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
    DirectoryStore(into).write(AREAS_FILE, [areas_csv(directory).encode()])
    return len(directory.names)
