"""Where a municipality's files lie: its content as plain files, its releases, its site; the exercise apart."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.conf import settings

from krisenfest import clock, rebuild
from krisenfest.config import Config
from krisenfest.disk import write_whole
from krisenfest.domain.links import FOLDERS
from krisenfest.domain.municipality import Municipality as MunicipalityRecord
from krisenfest.domain.records import Record
from krisenfest.domain.releases import Key
from krisenfest.errors import SourceError
from krisenfest.processes import uncollected
from krisenfest.sources import folder as folders
from krisenfest.sources import state as states
from krisenfest.sources.files import Found, Listing, top_files
from krisenfest.sources.notes import NOTES_FILE, read_notes, write_notes
from krisenfest.sources.standing import Report
from krisenfest.sources.warm import Warm
from krisenfest.sources.write import files_of
from krisenfest.web.accounts.models import Municipality

FOLDER_OF = {kind: folder for folder, kind in FOLDERS.items()}


@dataclass(frozen=True, slots=True)
class Files:
    """The folders of one room."""

    place: Path
    exercise: bool = False

    @property
    def content(self) -> Path:
        """The content folder that the site is built from: readable without us."""
        return self.place / "content"

    @property
    def state(self) -> Path:
        """What continues the releases."""
        return self.place / "state"

    @property
    def site(self) -> Path:
        """The public site."""
        return self.place / "site"

    @property
    def proofs(self) -> Path:
        """The proofs of publication."""
        return self.place / "proofs"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else on this machine writes here meanwhile; the lock ends with the process, however that ends."""
        self.place.mkdir(parents=True, exist_ok=True)
        with open(self.place / "lock", "w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def put(self, record: Record, municipality: MunicipalityRecord) -> None:
        """Write the files of a record, and take away those that it has no more."""
        self._note(Key(record.kind, record.id), "")
        files = files_of(marked(record) if self.exercise else record, municipality)
        for path, data in files.items():
            (self.content / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(str(self.content / path), [data])
        self._clear(record.kind, record.id, keep=set(files))

    def take_out(self, kind: str, record_id: str, note: str = "") -> None:
        """Take away the files of a record; `note` says everybody why."""
        self._note(Key(kind, record_id), note)
        self._clear(kind, record_id, keep=set())

    def _note(self, key: Key, note: str) -> None:
        place = self.content / NOTES_FILE
        notes, problems = read_notes(place) if place.exists() else ({}, [])
        if problems:
            raise SourceError(problems)
        if notes.get(key, "") != note:
            write_notes(place, {**notes, key: note} if note else {each: notes[each] for each in notes if each != key})

    def _clear(self, kind: str, record_id: str, keep: set[str]) -> None:
        folder = self.content / FOLDER_OF[kind]
        for place in [folder / f"{record_id}.md", *folder.glob(f"{record_id}.*.md")]:
            if f"{FOLDER_OF[kind]}/{place.name}" not in keep:
                place.unlink(missing_ok=True)

    def municipality(self, at: datetime) -> MunicipalityRecord:
        """The municipality as its content folder says. Raises SourceError if that cannot be read."""
        listing = top_files(self.content, config())
        if listing.problems:
            raise SourceError(listing.problems)
        return _read(self.content, tuple(listing.other.values()))

    def standing_municipality(self, at: datetime) -> MunicipalityRecord:
        """The same; where the folder cannot be read, as the last release has it, so that the desk stays open."""
        try:
            return self.municipality(at)
        except (SourceError, OSError):
            release = states.load(self.state).release
            if release is None:
                raise
            return release.municipality

    def build(self, at: datetime, base_url: str, *, thorough: bool = False) -> Report:
        """Build the site; a `thorough` build looks at every file. Raises SourceError; the old site stays then."""
        with uncollected():
            if thorough:
                return rebuild.build_folder(
                    self.content, self.site, state_folder=self.state, config=config(), at=at, base_url=base_url
                )
            return rebuild.build_again(
                self.content,
                self.site,
                state_folder=self.state,
                config=config(),
                at=at,
                base_url=base_url,
                warm=_warm(self.place),
            )


@lru_cache(maxsize=64)
def _read(content: Path, files: tuple[Found, ...]) -> MunicipalityRecord:
    """The municipality as these files say, which are what the folder holds now: asked for with every request."""
    listing = Listing(other={each.path: each for each in files})
    found = folders.read(content, listing, at=clock.now())
    if found.municipality is None:
        raise SourceError(found.problems)
    return found.municipality


MOST_WARM = 4  # towns that a process keeps in memory; the one that was built longest ago goes first
_kept_warm: dict[Path, Warm] = {}
_only_one = Lock()


def _warm(place: Path) -> Warm:
    """What this process knows of a room; only who holds the room's lock uses it."""
    with _only_one:
        found = _kept_warm.pop(place, None) or Warm()
        _kept_warm[place] = found
        for oldest in list(_kept_warm)[:-MOST_WARM]:
            del _kept_warm[oldest]
        return found


def files_for(municipality: Municipality, *, exercise: bool = False) -> Files:
    """The folders of a municipality, the real ones or those of its exercise."""
    place = Path(settings.DATA) / "towns" / municipality.slug
    return Files(place / "exercise", exercise=True) if exercise else Files(place)


MARK = "ÜBUNG"


def marked(record: Record) -> Record:
    """A record of an exercise: its titles say so, and with them every page, feed, calendar and table."""
    texts = tuple(
        each.model_copy(update={"title": f"{MARK}: {each.title}"[:300]}) if each.title else each
        for each in record.texts
    )
    return record.model_copy(update={"texts": texts})


def marked_municipality(municipality: MunicipalityRecord) -> MunicipalityRecord:
    """The municipality of an exercise: its name stands on top of every page and in every feed."""
    names = {lang: f"{MARK} {name}" for lang, name in municipality.names.items()}
    return municipality.model_copy(update={"name": f"{MARK} {municipality.name}", "names": names})


def config() -> Config:
    """The settings for a build inside a server, which has threads and so must not fork."""
    found: Config = settings.CONFIG
    return replace(found, processes=1)


def site_address(municipality: Municipality, *, exercise: bool = False) -> str:
    """The public address of the site, without a slash at the end."""
    if exercise:
        return f"{settings.CONFIG.desk_url}/uebung/{municipality.slug}"
    if municipality.host:
        return f"https://{municipality.host}"
    return str(settings.CONFIG.site_url or settings.CONFIG.desk_url)
