"""The warning on top of every page: a small page of its own, framed by all others.

So a new alert, or the end of one, writes a handful of files and not the whole site (docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from math import ceil
from operator import itemgetter
from typing import Any

from krisenfest.domain.releases import Version
from krisenfest.filetree import File
from krisenfest.site.edition import HORIZON_S, Edition, Site
from krisenfest.site.states import item
from krisenfest.site.unit import Unit

PATH = "warnungen/banner.html"
STYLE = "warnungen/banner.css"
STATE_ORDER = ["in-force", "announced", "all-clear", "ended"]
# Letters to a line of the banner's 1.125 rem text, by the width of the frame in CSS pixels; on the safe side.
LETTERS = {0: 26, 480: 44, 768: 74}


def shown(site: Site) -> tuple[Version, ...]:
    """The alerts that hold now or begin within the horizon, all-clears among them.

    What holds stands first, then what comes, then what is over; the gravest of each on top.
    """
    chosen: list[tuple[int, int, int, str, Version]] = []
    at, soon = site.at_s, site.at_s + HORIZON_S
    for version in site.by_kind["alert"]:
        facts = version.facts
        begins = facts.begins or 0
        live = [state for state in facts.states if state[0] != "ended" and state[1] is not None and state[1] < soon]
        if begins <= soon and any(end is None or end > at for _, _, end in live):
            order = STATE_ORDER.index(site.state(version))
            chosen.append((order, facts.rank, begins, version.id, version))
    return tuple(each[-1] for each in sorted(chosen, key=itemgetter(0, 1, 2, 3)))


def units(site: Site) -> Iterator[Unit]:
    """The banner of each language."""
    alerts = shown(site)
    inputs = site.inputs(alerts)
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
