"""The links and pictures of a Markdown text, with their lines."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any

import pyromark

_HTML_LINK = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_HTML_PICTURE = re.compile(r"<img\b([^>]*)>", re.IGNORECASE)
_HTML_ALT = re.compile(r"""\balt\s*=\s*(?:"\s*[^"\s]|'\s*[^'\s]|[^"'\s>])""", re.IGNORECASE)
_HTML_SRC = re.compile(r"""\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)

_HTML_LEFT_OUT = re.compile(r"<(iframe|video|audio|object|embed|script|style|form|svg)\b", re.IGNORECASE)


class What(IntEnum):
    """What stands in a text."""

    LINK = 0
    PICTURE = 1
    BARE_PICTURE = 2  # without alternative text
    LEFT_OUT = 3  # an element that no page shows


# (line in the text from 0, address or name of the element, what it is)
Link = tuple[int, str, What]


def links_of(text: str) -> list[Link]:
    """Every link and picture of a CommonMark text, in order."""
    if "](" not in text and "]:" not in text and "<" not in text:
        return []
    data = text.encode()
    found: list[Link] = []
    picture: list[Any] | None = None
    for event, where in pyromark.events_with_range(text):
        if not isinstance(event, dict):
            continue
        line = data.count(b"\n", 0, where["start"])
        start = event.get("Start")
        if isinstance(start, dict) and "Link" in start:
            found.append((line, start["Link"]["dest_url"], What.LINK))
        elif isinstance(start, dict) and "Image" in start:
            picture = [line, start["Image"]["dest_url"], What.BARE_PICTURE]
        elif picture is not None and ("Text" in event or "Code" in event):
            if str(event.get("Text") or event.get("Code")).strip():
                picture[2] = What.PICTURE
        elif event.get("End") == "Image" and picture is not None:
            found.append((picture[0], picture[1], picture[2]))
            picture = None
        elif html := event.get("Html") or event.get("InlineHtml"):
            found += _in_html(str(html), line)
    return found


def _in_html(html: str, line: int) -> list[Link]:
    found: list[Link] = [(line, each, What.LINK) for each in _HTML_LINK.findall(html)]
    found += [(line, f"<{each.lower()}>", What.LEFT_OUT) for each in _HTML_LEFT_OUT.findall(html)]
    for attributes in _HTML_PICTURE.findall(html):
        source = _HTML_SRC.search(attributes)
        what = What.PICTURE if _HTML_ALT.search(attributes) else What.BARE_PICTURE
        found.append((line, source.group(1) if source else "", what))
    return found
