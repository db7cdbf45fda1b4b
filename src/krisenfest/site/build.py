"""A release becomes the files of a site: lazily, deterministically, and only what changed.

The site is made of units. A unit is a few files that depend on the same things; it names them as `inputs` before it
renders. What has the same inputs as in the last manifest is not rendered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

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
# the inputs of a unit and its files
Made = tuple[str, list[FileEntry]]


@dataclass(slots=True)
class Manifest:
    """What a build has made: the inputs and the files of each unit.

    `environment` is what every file depends on beside its own inputs.
    """

    environment: str = ""
    units: dict[str, Made] = field(default_factory=dict)

    def files(self) -> Iterator[FileEntry]:
        """Every file of the site."""
        for _, entries in self.units.values():
            yield from entries


class Planned(NamedTuple):
    """One unit of a build; `kept` is what the last manifest says of it if nothing that it depends on has changed."""

    unit: Unit
    kept: Made | None


def plan(
    site: Site,
    *,
    media: Mapping[str, Unit] | None = None,
    previous: Manifest | None = None,
    lost: frozenset[str] = frozenset(),
) -> Iterator[Planned]:
    """The units of a site: what is to be rendered, and what can stay as it is. The same site gives the same bytes.

    `media` are units for the files that the municipality brings. Units of `previous` with the same inputs stay,
    unless one of their files is in `lost`.
    """
    known = previous.units if previous and previous.environment == site.environment else {}
    for unit in _all(site, media or {}):
        before = known.get(unit.name)
        stays = before is not None and before[0] == unit.inputs
        if lost and before is not None and stays:
            stays = not any(entry[0] in lost for entry in before[1])
        yield Planned(unit, before if stays else None)


def _all(site: Site, media: Mapping[str, Unit]) -> Iterator[Unit]:
    for part in PARTS:
        yield from part(site)
    yield from media.values()
