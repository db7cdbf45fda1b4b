"""Lists: one a section, one a topic, one a named part of the municipality, and the archive; paged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from krisenfest.domain.events import Event
from krisenfest.domain.measures import Level, Measure
from krisenfest.domain.notices import Alert
from krisenfest.domain.releases import Version
from krisenfest.filetree import File
from krisenfest.site.addresses import SECTIONS, list_path, slug
from krisenfest.site.details import LEVEL_NAMES
from krisenfest.site.edition import Edition, Site
from krisenfest.site.start import newest_first
from krisenfest.site.states import N_, PAST, item
from krisenfest.site.unit import Unit

PER_PAGE = 50
LEVELS = [level.value for level in Level]
TITLES = {
    "measure": N_("Maßnahmen"),
    "notice": N_("Mitteilungen"),
    "alert": N_("Warnungen"),
    "service": N_("Leistungen"),
    "event": N_("Veranstaltungen"),
    "page": N_("Seiten"),
}
KIND_ORDER = list(SECTIONS)


def units(site: Site) -> Iterator[Unit]:
    """All lists of a site."""
    present = [version for version in site.current if site.state(version) not in PAST]
    past = [version for version in site.current if site.state(version) in PAST]
    for kind, section in SECTIONS.items():
        chosen = sorted((each for each in present if each.kind == kind), key=_order)
        yield from _paged(site, section, TITLES[kind], chosen)
    present.sort(key=_order)
    topics: dict[str, list[Version]] = {}
    names: dict[str, str] = {}
    for version in (*present, *past):
        for topic in version.record.topics:
            topics.setdefault(slug(topic), []).append(version)
            names.setdefault(slug(topic), topic)
    for each, chosen in sorted(topics.items()):
        yield from _paged(site, f"themen/{each}", names[each], chosen)
    yield _topics_index(site, names, {each: len(chosen) for each, chosen in topics.items()})
    yield from _parts(site, present)
    past.sort(key=lambda each: (KIND_ORDER.index(each.kind), newest_first(each)))
    yield from _paged(site, "archiv", N_("Archiv"), past)


def _order(version: Version) -> tuple[Any, ...]:
    """Measures by level, alerts and events by their start, news by date, the rest by title."""
    record = version.record
    first = KIND_ORDER.index(version.kind)
    if isinstance(record, Measure):
        return (first, LEVELS.index(record.level), record.valid_from, version.id)
    if isinstance(record, Alert):
        return (first, record.valid_from, version.id)
    if isinstance(record, Event):
        return (first, record.start, version.id)
    if version.kind == "notice":
        return (first, *newest_first(version))
    return (first, record.source.title.casefold(), version.id)


def _paged(site: Site, section: str, title: str, chosen: Sequence[Version]) -> Iterator[Unit]:
    count = max(1, -(-len(chosen) // PER_PAGE))
    for number in range(1, count + 1):
        rows = chosen[(number - 1) * PER_PAGE : number * PER_PAGE]
        inputs = f"{title};{number}/{count};{len(chosen)};" + ";".join(map(site.inputs, rows))
        render = partial(_list_files, site, section, title, rows, number, count)
        yield Unit(f"list/{section}/{number}", inputs, render)


def _list_files(
    site: Site, section: str, title: str, rows: Sequence[Version], number: int, count: int
) -> Iterable[File]:
    for edition in site.editions:
        words = edition.words
        path = _path(section, number)
        yield edition.file(
            path,
            "list.html",
            title=words(title),
            section=section,
            groups=_groups(edition, rows),
            number=number,
            count=count,
            earlier=_path(section, number - 1) if number > 1 else "",
            later=_path(section, number + 1) if number < count else "",
            as_of=words.stamp(max((row.recorded for row in rows), default=site.release.as_of)) if rows else "",
            own_only=section == "massnahmen" and _own_only(rows),
        )


def _path(section: str, number: int) -> str:
    if section.startswith("themen/"):
        return f"{section}.html" if number == 1 else f"{section}.seite-{number}.html"
    return list_path(section, number)


def _own_only(rows: Sequence[Version]) -> bool:
    """Whether there are measures among the rows, and the municipality made all of them."""
    levels = {row.record.level for row in rows if isinstance(row.record, Measure)}
    return levels == {Level.GEMEINDE}


def _groups(edition: Edition, rows: Sequence[Version]) -> list[dict[str, Any]]:
    """The entries under headings: measures by level, a mixed list by kind, others under none."""
    groups: list[dict[str, Any]] = []
    mixed = len({row.kind for row in rows}) > 1
    for row in rows:
        name = ""
        if mixed:
            name = edition.words(TITLES[row.kind])
        elif isinstance(row.record, Measure):
            name = edition.words(LEVEL_NAMES[row.record.level])
        if not groups or groups[-1]["name"] != name:
            groups.append({"name": name, "items": []})
        groups[-1]["items"].append(item(edition, row))
    return groups


def _topics_index(site: Site, names: dict[str, str], counts: dict[str, int]) -> Unit:
    rows = sorted((name, each, counts[each]) for each, name in names.items())

    def files() -> Iterable[File]:
        for edition in site.editions:
            topics = [
                {"name": name, "path": f"{edition.prefix}themen/{each}.html", "count": n} for name, each, n in rows
            ]
            yield edition.file("themen/index.html", "topics.html", title=edition.words("Themen"), topics=topics)

    return Unit("list/themen", repr(rows), files)


def _parts(site: Site, present: Sequence[Version]) -> Iterator[Unit]:
    """What applies in each named part of the municipality: what is for all of it, and what is for the part."""
    town = site.municipality
    asked = [each for each in present if each.kind in ("measure", "alert", "service", "notice")]
    for part in town.parts:
        rows = [each for each in asked if part.id in each.record.area or (each.kind == "measure" and _everywhere(each))]
        rows += [each for each in asked if each.kind == "alert" and each not in rows and _everywhere(each)]
        rows.sort(key=_order)
        inputs = f"{part.id};" + ";".join(map(site.inputs, rows))
        yield Unit(f"part/{part.id}", inputs, partial(_part_files, site, part.id, rows))


def _everywhere(version: Version) -> bool:
    return not version.record.area or any(area.isdigit() or area == "DE" for area in version.record.area)


def _part_files(site: Site, part_id: str, rows: Sequence[Version]) -> Iterable[File]:
    part = site.municipality.part(part_id)
    assert part is not None
    for edition in site.editions:
        words = edition.words
        yield edition.file(
            f"gebiete/{part_id}.html",
            "list.html",
            title=words("Was gilt in {place}").format(place=part.name(edition.lang)),
            section="gebiete",
            groups=_groups(edition, rows),
            number=1,
            count=1,
            earlier="",
            later="",
            as_of=words.stamp(max((row.recorded for row in rows), default=site.release.as_of)) if rows else "",
            own_only=_own_only(rows),
        )
