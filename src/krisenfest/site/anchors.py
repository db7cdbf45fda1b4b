"""Names of the headings of a text, so that a link can lead to one: `#oeffnungszeiten`."""

from __future__ import annotations

import re
from html import unescape

from krisenfest.site.addresses import slug

_HEADING = re.compile(r"<(h[1-6])(?: [^>]*)?>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
OWN = frozenset({"inhalt"})  # names that the page around the text has


def anchored(html: str) -> str:
    """`html` with a name on each heading: its words as part of an address, a number behind where one comes again."""
    names = iter(anchors_of(html))
    return _HEADING.sub(lambda found: f'<{found[1]} id="{next(names)}">{found[2]}</{found[1]}>', html)


def anchors_of(html: str) -> tuple[str, ...]:
    """The names that `anchored` gives, in order."""
    found: list[str] = []
    for heading in _HEADING.finditer(html):
        stem = slug(unescape(_TAG.sub("", heading[2])).strip())
        name, number = stem, 2
        while name in found or name in OWN:
            name, number = f"{stem}-{number}", number + 1
        found.append(name)
    return tuple(found)
