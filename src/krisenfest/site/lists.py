"""Lists: one a section, one a topic, one a named part of the municipality, and the archive; paged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from krisenfest.domain.facts import LEVELS
from krisenfest.domain.measures import Level
from krisenfest.domain.releases import Version
from krisenfest.filetree import File
from krisenfest.site.addresses import SECTIONS, list_path, slug
from krisenfest.site.details import LEVEL_NAMES
from krisenfest.site.edition import Edition, Site
from krisenfest.site.start import newest_first
from krisenfest.site.states import N_, PAST, item
from krisenfest.site.unit import Unit

PER_PAGE = 50
TITLES = {
    "measure": N_("Maßnahmen"),
    "notice": N_("Mitteilungen"),
    "alert": N_("Warnungen"),
    "service": N_("Leistungen"),
    "event": N_("Veranstaltungen"),
    "page": N_("Seiten"),
}
KIND_ORDER = list(SECTIONS)
ASKED_OF_A_PART = ("measure", "alert", "service", "notice")


def units(site: Site) -> Iterator[Unit]:
    """All lists of a site."""
    present: dict[str, list[Version]] = {}
    past: list[Version] = []
    for kind, section in SECTIONS.items():
        here: list[Version] = []
        over: list[Version] = []
        for version in site.by_kind[kind]:
            (over if site.state(version) in PAST else here).append(version)
        present[kind] = sorted(here, key=partial(_order, site))
        past += sorted(over, key=newest_first)
        yield from _paged(site, section, TITLES[kind], present[kind])
    topics: dict[str, list[Version]] = {}
    names: dict[str, str] = {}
    for version in (*chain(*present.values()), *past):
        for topic in version.facts.topics:
            address = slug(topic)
            topics.setdefault(address, []).append(version)
            names.setdefault(address, topic)
    for each, chosen in sorted(topics.items()):
        yield from _paged(site, f"themen/{each}", names[each], chosen)
    yield _topics_index(site, names, {each: len(chosen) for each, chosen in topics.items()})
    yield from _parts(site, [version for kind in ASKED_OF_A_PART for version in present[kind]])
    yield from _paged(site, "archiv", N_("Archiv"), past)


def _order(site: Site, version: Version) -> tuple[Any, ...]:
    """Measures by level, alerts and events by their start, news by date, the rest by title."""
    facts = version.facts
    if version.kind == "notice":
        return newest_first(version)
    if facts.begins is not None:
        return (facts.rank if version.kind == "measure" else 0, facts.comes_at(site.at_s), version.id)
    return (facts.title, version.id)


def _paged(site: Site, section: str, title: str, chosen: Sequence[Version]) -> Iterator[Unit]:
    count = max(1, -(-len(chosen) // PER_PAGE))
    for number in range(1, count + 1):
        rows = chosen[(number - 1) * PER_PAGE : number * PER_PAGE]
        inputs = f"{title};{number}/{count};{len(chosen)};" + site.inputs(rows)
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
            title=(edition.said_shortly(None, title) or title) if section.startswith("themen/") else words(title),
            section=section,
            groups=_groups(edition, rows),
            number=number,
            count=count,
            earlier=_path(section, number - 1) if number > 1 else "",
            later=_path(section, number + 1) if number < count else "",
            as_of=words.stamp(max((row.recorded for row in rows), default=site.release.as_of)) if rows else "",
            own_only=section == "massnahmen" and _own_only(rows),
        )
    for row in rows:
        row.forget_record()


def _path(section: str, number: int) -> str:
    if section.startswith("themen/"):
        return f"{section}.html" if number == 1 else f"{section}.seite-{number}.html"
    return list_path(section, number)


def _own_only(rows: Sequence[Version]) -> bool:
    """Whether there are measures among the rows, and the municipality made all of them."""
    return {LEVELS[row.facts.rank] for row in rows if row.kind == "measure"} == {Level.GEMEINDE}


def _groups(edition: Edition, rows: Sequence[Version]) -> list[dict[str, Any]]:
    """The entries under headings: measures by level, a mixed list by kind, others under none."""
    groups: list[dict[str, Any]] = []
    mixed = len({row.kind for row in rows}) > 1
    for row in rows:
        name = ""
        if mixed:
            name = edition.words(TITLES[row.kind])
        elif row.kind == "measure":
            name = edition.words(LEVEL_NAMES[Level(LEVELS[row.facts.rank])])
        if not groups or groups[-1]["name"] != name:
            groups.append({"name": name, "items": []})
        groups[-1]["items"].append(item(edition, row))
    return groups


def _topics_index(site: Site, names: dict[str, str], counts: dict[str, int]) -> Unit:
    rows = sorted((name, each, counts[each]) for each, name in names.items())

    def files() -> Iterable[File]:
        for edition in site.editions:
            topics = [
                {"name": edition.phrase(None, name), "path": f"{edition.prefix}themen/{each}.html", "count": n}
                for name, each, n in rows
            ]
            yield edition.file("themen/index.html", "topics.html", title=edition.words("Themen"), topics=topics)

    return Unit("list/themen", repr(rows), files)


def _parts(site: Site, asked: Sequence[Version]) -> Iterator[Unit]:
    """What applies in each named part of the municipality: what is for all of it, and what is for the part."""
    everywhere = [each for each in asked if each.kind in ("measure", "alert") and _everywhere(each)]
    for part in site.municipality.parts:
        here = [each for each in asked if part.id in each.facts.area]
        rows = sorted({each.key: each for each in (*everywhere, *here)}.values(), key=partial(_by_kind, site))
        inputs = f"{part.id};" + site.inputs(rows)
        yield Unit(f"part/{part.id}", inputs, partial(_part_files, site, part.id, rows))


def _by_kind(site: Site, version: Version) -> tuple[Any, ...]:
    return (KIND_ORDER.index(version.kind), *_order(site, version))


def _everywhere(version: Version) -> bool:
    area = version.facts.area
    return not area or any(each.isdigit() or each == "DE" for each in area)


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
