"""The states of a record in words, each with the span in which it is to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from krisenfest.domain.records import Phase
from krisenfest.domain.releases import Version
from krisenfest.site.addresses import record_path
from krisenfest.site.edition import Edition
from krisenfest.site.words import Words


def N_(msgid: str) -> str:  # noqa: N802  the name by which gettext knows texts that are translated later
    """Mark a text for translation; it is translated where it is shown."""
    return msgid


# kind and state -> the word on the badge, and KERN's tone of it
BADGES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("measure", "announced"): (N_("Angekündigt"), "info"),
    ("measure", "in-force"): (N_("Gilt"), "success"),
    ("measure", "suspended"): (N_("Vom Gericht ausgesetzt"), "warning"),
    ("measure", "withdrawn"): (N_("Zurückgenommen"), "info"),
    ("measure", "repealed"): (N_("Aufgehoben"), "info"),
    ("measure", "expired"): (N_("Abgelaufen"), "info"),
    ("alert", "announced"): (N_("Angekündigt"), "warning"),
    ("alert", "in-force"): (N_("Warnung"), "danger"),
    ("alert", "all-clear"): (N_("Entwarnung"), "success"),
    ("alert", "ended"): (N_("Beendet"), "info"),
    ("notice", "current"): (N_("Aktuell"), "info"),
    ("notice", "past"): (N_("Vergangen"), "info"),
    ("service", "normal"): (N_("Läuft normal"), "success"),
    ("service", "restricted"): (N_("Eingeschränkt"), "warning"),
    ("service", "online-only"): (N_("Nur online"), "info"),
    ("service", "suspended"): (N_("Ausgesetzt"), "danger"),
    ("event", "ahead"): (N_("Geplant"), "info"),
    ("event", "running"): (N_("Läuft gerade"), "success"),
    ("event", "over"): (N_("Vorbei"), "info"),
    ("event", "cancelled"): (N_("Abgesagt"), "danger"),
    ("page", "current"): (N_("Aktuell"), "info"),
}

# kind and state -> what stands beside the badge while the state has an end, and where it has none
SENTENCES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("measure", "announced"): (N_("ab {next}"),) * 2,
    ("measure", "in-force"): ("{end}", N_("bis auf Weiteres")),
    ("measure", "suspended"): ("{end}", N_("bis auf Weiteres")),
    ("measure", "withdrawn"): (N_("nie in Kraft getreten"),) * 2,
    ("measure", "repealed"): (N_("gilt nicht mehr seit {start}"),) * 2,
    ("measure", "expired"): (N_("gilt nicht mehr seit {start}"),) * 2,
    ("alert", "announced"): (N_("ab {next}"),) * 2,
    ("alert", "in-force"): ("{end}", ""),
    ("alert", "all-clear"): (N_("Gefahr vorüber seit {start}"),) * 2,
    ("alert", "ended"): (N_("seit {start}"),) * 2,
    ("notice", "current"): ("{end}", ""),
    ("notice", "past"): (N_("seit {start}"),) * 2,
    ("service", "normal"): ("{end}", ""),
    ("service", "restricted"): ("{end}", N_("bis auf Weiteres")),
    ("service", "online-only"): ("{end}", N_("bis auf Weiteres")),
    ("service", "suspended"): ("{end}", N_("bis auf Weiteres")),
    ("event", "ahead"): ("{next}", ""),
    ("event", "running"): (N_("seit {start}"),) * 2,
    ("event", "over"): ("", ""),
    ("event", "cancelled"): ("", ""),
    ("page", "current"): ("", ""),
}

SHOWN = 60  # states that a page picks from by the clock; a weekly event has so many in half a year

PAST = frozenset({"withdrawn", "repealed", "expired", "ended", "past", "over"})


def sentence(words: Words, kind: str, phase: Phase) -> str:
    """The state of a record with its dates, such as "bis einschließlich Dienstag, 30. Juni 2026"."""
    bounded, unbounded = SENTENCES[kind, phase.state]
    text = bounded if phase.end else unbounded
    if not text:
        return ""
    dates = {
        "start": words.start(phase.start) if phase.start else "",
        "next": words.start(phase.end) if phase.end else "",
        "end": words.end(phase.end) if phase.end else "",
    }
    return (words(text) if text not in {"{end}", "{next}"} else text).format(**dates)


def variant(edition: Edition, kind: str, phase: Phase, at: datetime) -> dict[str, Any]:
    """One state for a template: its words, the span in epoch seconds, and whether it is hidden at `at`."""
    badge, tone = BADGES[kind, phase.state]
    return {
        "state": phase.state,
        "label": edition.words(badge),
        "tone": tone,
        "sentence": sentence(edition.words, kind, phase),
        "since": int(phase.start.timestamp()) if phase.start else "",
        "until": int(phase.end.timestamp()) if phase.end else "",
        "hidden": at not in phase,
        "past": phase.state in PAST,
    }


def variants(edition: Edition, version: Version) -> list[dict[str, Any]]:
    """Every state of a record that can still come, the present one first: what the page shows by the clock."""
    at = edition.site.at
    return [
        variant(edition, version.kind, phase, at)
        for phase in islice((each for each in edition.site.phases(version) if each.end is None or each.end > at), SHOWN)
    ]


def item(edition: Edition, version: Version) -> dict[str, Any]:
    """A record as an entry of a list: title, summary, address from the top of the site, states."""
    if known := edition.items.get((version.kind, version.id)):
        return known
    said = edition.said(version)
    found: dict[str, Any] = {
        "kind": version.kind,
        "id": version.id,
        "title": said.text.title,
        "summary": said.text.summary,
        "text_lang": said.text.lang,
        "foreign": said.missing,
        "outdated": said.outdated,
        "path": edition.prefix + record_path(version.kind, version.id),
        "variants": variants(edition, version),
        "level": getattr(version.record, "level", ""),
        "published": edition.words.day(version.record.published.astimezone(edition.words.zone).date())
        if version.record.published
        else "",
    }
    edition.items[version.kind, version.id] = found
    return found
