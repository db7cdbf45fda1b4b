"""The warning on top of every page: a small page of its own, framed by all others.

So a new alert, or the end of one, writes a handful of files and not the whole site (docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from math import ceil
from typing import Any

from krisenfest.domain.notices import Alert, Severity
from krisenfest.domain.releases import Version
from krisenfest.filetree import File
from krisenfest.site.edition import HORIZON, Edition, Site
from krisenfest.site.states import item
from krisenfest.site.unit import Unit

PATH = "warnungen/banner.html"
STYLE = "warnungen/banner.css"
SEVERITY_ORDER = list(Severity)
STATE_ORDER = ["in-force", "announced", "all-clear", "ended"]
# Letters to a line of the banner's 1.125 rem text, by the width of the frame in CSS pixels; on the safe side.
LETTERS = {0: 26, 480: 44, 768: 74}


def shown(site: Site) -> tuple[Version, ...]:
    """The alerts that hold now or begin within the horizon, all-clears among them.

    What holds stands first, then what comes, then what is over; the gravest of each on top.
    """
    chosen: list[tuple[int, int, object, str, Version]] = []
    for version in site.current:
        record = version.record
        if not isinstance(record, Alert):
            continue
        live = [phase for phase in site.phases[version.key] if phase.state != "ended" and phase.start is not None]
        soon = [phase for phase in live if phase.start and phase.start < site.at + HORIZON]
        if record.valid_from <= site.at + HORIZON and any(each.end is None or each.end > site.at for each in soon):
            state = STATE_ORDER.index(site.state(version))
            chosen.append((state, SEVERITY_ORDER.index(record.severity), record.valid_from, version.id, version))
    return tuple(each[-1] for each in sorted(chosen, key=lambda each: each[:4]))


def units(site: Site) -> Iterator[Unit]:
    """The banner of each language."""
    alerts = shown(site)
    inputs = ";".join(site.inputs(version) for version in alerts)
    for edition in site.editions:
        yield Unit(f"banner/{edition.lang}", inputs, partial(_files, edition, alerts))


def _files(edition: Edition, alerts: tuple[Version, ...]) -> Iterable[File]:
    items = [item(edition, version) for version in alerts]
    yield edition.file(PATH, "banner.html", items=items)
    yield File(edition.prefix + STYLE, style([_length(each) for each in items]).encode())


def _length(entry: dict[str, Any]) -> int:
    sentences = [len(str(each["sentence"])) for each in entry["variants"]]
    return len(str(entry["title"])) + max(sentences, default=0) + 16


def style(lengths: list[int]) -> str:
    """The height of the frame for texts of so many letters, for a reader without script; none without alerts."""
    if not lengths:
        return ".kf-banner{display:none}\n"
    rules: list[str] = []
    for width, letters in LETTERS.items():
        lines = sum(ceil(length / letters) + 1 for length in lengths)
        rule = f".kf-banner{{height:{1.6875 * lines + 1.5 * len(lengths):.2f}rem}}"
        rules.append(f"@media (min-width:{width}px){{{rule}}}" if width else rule)
    return "\n".join(rules) + "\n"
