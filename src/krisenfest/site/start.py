"""The start page: what applies, what is open, what to do; and when that changes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from krisenfest.domain.records import from_epoch_s
from krisenfest.domain.releases import Version
from krisenfest.filetree import File
from krisenfest.site import banner
from krisenfest.site.edition import HORIZON_S, Edition, Site
from krisenfest.site.states import BADGES, PAST, item
from krisenfest.site.unit import Unit

NEWEST_NOTICES = 5
NEXT_EVENTS = 4
MOST_ITEMS = 25  # a resident reads one screen; the rest is a link away


def units(site: Site) -> Iterator[Unit]:
    """The start page of each language."""
    chosen = _Chosen(site)
    inputs = f"{site.release.number};" + site.inputs(chosen.all())
    inputs += f";{[(at, version.key) for at, version, _ in chosen.next_changes()]}"
    for edition in site.editions:
        yield Unit(f"start/{edition.lang}", inputs, partial(_files, edition, chosen))


class _Chosen:
    """The records that the start page shows."""

    def __init__(self, site: Site) -> None:
        self.site = site
        soon = site.at_s + HORIZON_S
        self.alerts = banner.shown(site)
        self.measures = self._of("measure", {"in-force", "suspended", "announced"}, soon)
        self.measures.sort(key=lambda version: (version.facts.rank, version.id))
        self.services = self._of("service", {"restricted", "online-only", "suspended"}, soon)
        events = self._of("event", {"ahead", "running", "cancelled"}, None)
        events.sort(key=lambda version: (version.facts.comes_at(site.at_s) or 0, version.id))
        self.events = events[:NEXT_EVENTS]
        notices = self._of("notice", {"current"}, soon)
        self.notices = sorted(notices, key=newest_first)[:NEWEST_NOTICES]

    def _of(self, kind: str, states: set[str], soon: int | None) -> list[Version]:
        """Records of a kind that are in one of `states` now, or will be before `soon` (seconds since 1970)."""
        return [version for version in self.site.by_kind[kind] if self._shows(version, states, soon)]

    def _shows(self, version: Version, states: set[str], soon: int | None) -> bool:
        for state, start, end in version.facts.states:
            begun = start is None or soon is None or start < soon
            if state == "announced" and soon is not None:
                begun = end is not None and end < soon
            if begun and state in states and (end is None or end > self.site.at_s):
                return True
        return False

    def all(self) -> Iterator[Version]:
        """Everything shown."""
        for each in (self.alerts, self.measures, self.services, self.events, self.notices):
            yield from each

    def next_changes(self) -> list[tuple[datetime, Version, str]]:
        """Every change of a shown record within the horizon, earliest first."""
        at = self.site.at_s
        found = [
            (from_epoch_s(start), version, state)
            for version in (*self.alerts, *self.measures, *self.services)
            for state, start, _ in version.facts.states
            if start is not None and at < start < at + HORIZON_S
        ]
        return sorted(found, key=lambda each: (each[0], each[1].kind, each[1].id))


def newest_first(version: Version) -> tuple[float, str]:
    """Sorts news: the latest published first, then by id."""
    published = version.facts.published
    return (-(version.recorded.timestamp() if published is None else published), version.id)


def _files(edition: Edition, chosen: _Chosen) -> Iterable[File]:
    site, words = edition.site, edition.words
    lists = {
        name: [item(edition, version) for version in getattr(chosen, name)][:MOST_ITEMS]
        for name in ("alerts", "measures", "services", "events", "notices")
    }
    alerts = []
    for version, entry in zip(chosen.alerts, lists["alerts"], strict=False):
        said = edition.said(version)
        alerts.append(
            {**entry, "instructions": edition.html("alert", said.text.instructions, edition.prefix + "index.html")}
        )
    counts = {name: len(getattr(chosen, name)) for name in ("measures", "services")}
    yield edition.file(
        "index.html",
        "start.html",
        title=words("Was gilt, was offen ist, was zu tun ist"),
        **{**lists, "alerts": alerts},
        counts=counts,
        most=MOST_ITEMS,
        quiet=_quiet(chosen),
        changes=_changes(edition, chosen),
        release=site.release.number,
        as_of=words.stamp(site.release.as_of),
        parts=[{"id": part.id, "name": part.name(edition.lang)} for part in site.municipality.parts],
    )


def _quiet(chosen: _Chosen) -> dict[str, list[dict[str, Any]]]:
    """For each list the spans in which nothing of it holds, so that "nothing" is said by the clock too."""
    site = chosen.site
    quiet: dict[str, list[dict[str, Any]]] = {}
    for name, states in (
        ("alerts", {"in-force", "all-clear", "announced"}),
        ("measures", {"in-force"}),
        ("services", {"restricted", "online-only", "suspended"}),
    ):
        spans = [phase for version in getattr(chosen, name) for phase in site.phases(version) if phase.state in states]
        cuts = sorted({site.at, *(cut for span in spans for cut in (span.start, span.end) if cut and cut > site.at)})
        gaps = []
        for number, cut in enumerate(cuts):
            if not any(cut in span for span in spans):
                until = cuts[number + 1] if number + 1 < len(cuts) else None
                gaps.append(
                    {
                        "since": int(cut.timestamp()) if number else "",
                        "until": int(until.timestamp()) if until else "",
                        "hidden": number > 0,
                    }
                )
        quiet[name] = gaps
    return quiet


def _changes(edition: Edition, chosen: _Chosen) -> list[dict[str, Any]]:
    """The next change as seen from each step of the timetable: from one change until the next."""
    found: list[dict[str, Any]] = []
    since: int | str = ""
    for at, version, state in chosen.next_changes():
        label = edition.words(BADGES[version.kind, state][0])
        found.append(
            {
                "since": since,
                "until": int(at.timestamp()),
                "hidden": since != "",
                "when": edition.words.moment(at),
                "title": edition.said(version).text.title,
                "label": label,
                "past": state in PAST,
            }
        )
        since = int(at.timestamp())
    found.append({"since": since, "until": "", "hidden": since != "", "when": ""})
    return found
