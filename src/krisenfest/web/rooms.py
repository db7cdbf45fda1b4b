"""Where a municipality's files lie: its content as plain files, its releases, its site; the exercise apart."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings

from krisenfest import rebuild
from krisenfest.config import Config
from krisenfest.disk import write_whole
from krisenfest.domain.links import FOLDERS
from krisenfest.domain.municipality import Municipality as MunicipalityRecord
from krisenfest.domain.records import Record
from krisenfest.errors import SourceError
from krisenfest.sources import folder as folders
from krisenfest.sources.files import scan
from krisenfest.sources.standing import Report
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

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else on this machine writes here meanwhile; the lock ends with the process, however that ends."""
        self.place.mkdir(parents=True, exist_ok=True)
        with open(self.place / "lock", "w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def put(self, record: Record, municipality: MunicipalityRecord) -> None:
        """Write the files of a record, and take away those that it has no more."""
        files = files_of(marked(record) if self.exercise else record, municipality)
        for path, data in files.items():
            (self.content / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(str(self.content / path), [data])
        self._clear(record.kind, record.id, keep=set(files))

    def take_out(self, kind: str, record_id: str) -> None:
        """Take away the files of a record."""
        self._clear(kind, record_id, keep=set())

    def _clear(self, kind: str, record_id: str, keep: set[str]) -> None:
        folder = self.content / FOLDER_OF[kind]
        for place in [folder / f"{record_id}.md", *folder.glob(f"{record_id}.*.md")]:
            if f"{FOLDER_OF[kind]}/{place.name}" not in keep:
                place.unlink(missing_ok=True)

    def municipality(self, at: datetime) -> MunicipalityRecord:
        """The municipality as its content folder says. Raises SourceError if that cannot be read."""
        listing = replace(scan(self.content, config()), records=[])
        found = folders.read(self.content, listing, at=at)
        if found.municipality is None:
            raise SourceError(found.problems)
        return found.municipality

    def build(self, at: datetime, base_url: str) -> Report:
        """Build the site. Raises SourceError with every problem; the old site stays then."""
        return rebuild.build_folder(
            self.content, self.site, state_folder=self.state, config=config(), at=at, base_url=base_url
        )

    def print_invitations(self, at: datetime, base_url: str) -> int:
        """Print the invitations that are new, one printer a room; a build need not wait for it. Gives how many."""
        with open(self.place / "print-lock", "w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return rebuild.print_invitations(
                self.content, self.site, state_folder=self.state, config=config(), at=at, base_url=base_url
            )


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
