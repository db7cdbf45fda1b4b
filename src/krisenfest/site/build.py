"""A release becomes the files of a site: lazily, deterministically, and only what changed.

The site is made of units. A unit is a few files that depend on the same things; it names them as `inputs` before it
renders. What has the same inputs as in the last manifest is not rendered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from krisenfest.domain.releases import Release
from krisenfest.filetree import File
from krisenfest.site import banner, downloads, feeds, fixed, lists, record_pages, start
from krisenfest.site.edition import Site
from krisenfest.site.unit import Unit

Part = Callable[[Site], Iterable[Unit]]
PARTS: tuple[Part, ...] = (
    banner.units,
    start.units,
    record_pages.units,
    lists.units,
    fixed.units,
    feeds.units,
    downloads.units,
)

# path, sha256, size in bytes
FileEntry = tuple[str, str, int]


@dataclass(slots=True)
class Manifest:
    """What a build has made: the inputs and the files of each unit."""

    units: dict[str, tuple[str, list[FileEntry]]] = field(default_factory=dict)

    def files(self) -> Iterator[FileEntry]:
        """Every file of the site."""
        for _, entries in self.units.values():
            yield from entries


@dataclass(frozen=True, slots=True)
class Built:
    """One unit of a build: `files` are its new files, or None if its inputs are those of the last manifest."""

    name: str
    inputs: str
    files: tuple[File, ...] | None
    entries: list[FileEntry]


def build(
    release: Release,
    at: datetime,
    *,
    base_url: str = "",
    media: Mapping[str, Unit] | None = None,
    previous: Manifest | None = None,
    lost: frozenset[str] = frozenset(),
) -> Iterator[Built]:
    """The site of a release as of the instant `at`, unit by unit.

    `media` are units for the files that the municipality brings. Units of `previous` with the same inputs are not
    rendered, unless one of their files is in `lost`. The same arguments give the same bytes, always.
    """
    site = Site.of(release, at, base_url)
    known = previous.units if previous else {}
    for unit in _all(site, media or {}):
        before = known.get(unit.name)
        inputs = f"{site.environment}|{unit.inputs}"
        if before and before[0] == inputs and not any(entry[0] in lost for entry in before[1]):
            yield Built(unit.name, inputs, None, before[1])
            continue
        files = tuple(unit.render())
        yield Built(unit.name, inputs, files, [(file.path, file.sha256, len(file.data)) for file in files])


def _all(site: Site, media: Mapping[str, Unit]) -> Iterator[Unit]:
    for part in PARTS:
        yield from part(site)
    yield from media.values()
