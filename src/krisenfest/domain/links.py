"""Links as a person writes them in a text: `../services/personalausweis.md`, `media/plan.pdf`, `#hilfe`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote

FOLDERS: Mapping[str, str] = {
    "measures": "measure",
    "notices": "notice",
    "alerts": "alert",
    "services": "service",
    "events": "event",
    "pages": "page",
}


class Target(NamedTuple):
    """Where a link inside the content leads: to a record (kind and id), or to a file (kind "media" and path)."""

    kind: str
    name: str
    fragment: str


def is_outside(href: str) -> bool:
    """Whether the link names another site, a mail address, a telephone, or a place on the same page."""
    return href.startswith(("#", "//")) or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", href) is not None


def resolve(folder: str, href: str) -> Target | None:
    """Where `href`, written in a file of the content folder's `folder` ("measures", ...), leads.

    None if it leads outside, or to nothing that a content folder can hold.
    """
    if is_outside(href) or not href:
        return None
    path, _, fragment = unquote(href).partition("#")
    path = path.partition("?")[0]
    at_top = path.startswith(("/", "media/"))
    full = posixpath.normpath(path.lstrip("/") if at_top else posixpath.join(folder, path))
    first, _, rest = full.partition("/")
    if first == "media" and rest:
        return Target("media", full, fragment)
    if first in FOLDERS and rest.endswith(".md") and "/" not in rest:
        return Target(FOLDERS[first], rest.removesuffix(".md").partition(".")[0], fragment)
    return None
