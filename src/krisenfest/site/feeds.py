"""Feeds and calendars: one Atom feed a section and one for all, one calendar for all events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from heapq import nsmallest

from krisenfest.domain.releases import Version
from krisenfest.filetree import File
from krisenfest.site.addresses import SECTIONS, record_path, to_root
from krisenfest.site.edition import Edition, Site
from krisenfest.site.lists import TITLES
from krisenfest.site.unit import Unit
from krisenfest.standards import atom, ics

MOST = 50


def units(site: Site) -> Iterator[Unit]:
    """The feeds of each kind and of all, in each language; the calendar."""
    for kind in (*SECTIONS, ""):
        chosen = nsmallest(MOST, site.by_kind[kind] if kind else site.current, key=_newest_first)
        inputs = ";".join(f"{each.kind}/{each.id}/{each.number}" for each in chosen)
        yield Unit(
            f"feed/{kind or 'all'}", f"{site.release.municipality.name};{inputs}", partial(_feeds, site, kind, chosen)
        )
    events = site.by_kind["event"]
    inputs = ";".join(f"{each.id}/{each.number}/{each.digest[:16]}" for each in events)
    yield Unit("calendar/all", inputs, partial(_calendar, site, events))


def _newest_first(version: Version) -> tuple[float, str, str]:
    return (-version.recorded.timestamp(), version.kind, version.id)


def _feeds(site: Site, kind: str, chosen: Sequence[Version]) -> Iterable[File]:
    name = SECTIONS[kind] if kind else "alle"
    for edition in site.editions:
        path = f"{edition.prefix}feeds/{name}.atom"
        yield File(path, atom.dumps(_feed(edition, kind, name, path, chosen)))


def _feed(edition: Edition, kind: str, name: str, path: str, chosen: Sequence[Version]) -> atom.Feed:
    site, town = edition.site, edition.site.municipality
    host, top = ics.host(town), f"{site.base_url}/" if site.base_url else to_root(path)
    title = f"{town.display_name(edition.lang)}: {edition.words(TITLES[kind]) if kind else edition.words('Alles Neue')}"
    return atom.Feed(
        id=atom.tag(host, f"feeds/{edition.lang}/{name}"),
        title=title,
        author=town.display_name(edition.lang),
        lang=edition.lang,
        link=top + edition.prefix + ("index.html" if not kind else f"{name}/index.html"),
        self_link=f"{site.base_url}/{path}" if site.base_url else "",
        updated=max((each.recorded for each in chosen), default=site.release.as_of),
        entries=tuple(_entry(edition, host, top, each) for each in chosen),
    )


def _entry(edition: Edition, host: str, top: str, version: Version) -> atom.Entry:
    text = edition.said(version).text
    first = edition.site.release.histories[version.key][0].recorded
    return atom.Entry(
        id=atom.tag(host, f"{version.kind}/{version.id}/{edition.lang}"),
        title=text.title,
        summary=text.summary or text.instructions,
        link=top + edition.prefix + record_path(version.kind, version.id),
        published=version.record.published or first,
        updated=version.recorded,
        categories=version.record.topics,
    )


def _calendar(site: Site, events: Sequence[Version]) -> Iterable[File]:
    town = site.municipality
    entries = [ics.from_event(each, town, site.base_url) for each in events]
    yield File("kalender/alle.ics", ics.dumps(entries, town.zone, name=town.name))
