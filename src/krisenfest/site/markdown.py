"""Texts of records as safe HTML: CommonMark 0.31, then ammonia, so that no user text reaches a page unescaped."""

from __future__ import annotations

import re

import nh3
import pyromark

from krisenfest.domain.links import is_outside
from krisenfest.site.addresses import linked
from krisenfest.site.anchors import anchored, anchors_of

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "div", "dl", "dt", "em"),
    *("h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "small"),
    *("span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "*": {"lang", "dir"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
ROOT = "krisenfest-root:"  # stands for the way to the top of the site until the page is known
_SETEXT = re.compile(r"^[ ]{0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)  # a heading underlined (CommonMark 4.3)
_HEADING = re.compile(r"(</?h)([1-6])(?=[ >])")
_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
_renderer = pyromark.Markdown(options=_OPTIONS)


class Renderer:
    """Renders the texts of records of one kind in one language."""

    def __init__(self, kind: str, language_prefix: str) -> None:
        self._kind, self._prefix = kind, language_prefix
        self._cleaner = nh3.Cleaner(
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES | {ROOT.removesuffix(":")},
            attribute_filter=self._attribute,
            link_rel="noopener",
        )

    def __call__(self, text: str, root: str, *, anchors: bool = False) -> str:
        """`text` as HTML for a page from which `root` ("../") leads to the top of the site; headings begin at h2.

        With `anchors` each heading has a name; once a page, because a name stands only once on one.
        """
        if not text:
            return ""
        html = _renderer.html(text)
        if "<h" in html:
            html = _under_the_page(html)
        html = self._cleaner.clean(html).replace(ROOT, root)
        return anchored(html) if anchors and "<h" in html else html

    def _attribute(self, tag: str, attribute: str, value: str) -> str | None:
        if attribute not in ("href", "src"):
            return value
        if value.startswith(ROOT):
            return None
        if is_outside(value):
            # A picture from elsewhere would tell a third party who reads the page.
            return None if attribute == "src" else value
        path = linked(self._kind, value, self._prefix)
        return None if path is None else ROOT + path


def anchors(text: str) -> tuple[str, ...]:
    """The names of the headings of a text, as a page with `anchors` gives them."""
    return anchors_of(_cleaned(_renderer.html(text))) if "#" in text or "<h" in text or _SETEXT.search(text) else ()


def _cleaned(html: str) -> str:
    return nh3.clean(html, tags=TAGS | {"h1"}, attributes={})


def _under_the_page(html: str) -> str:
    """Headings of a text begin one below the page's own h1, whatever level its author began with."""
    levels = [int(level) for _, level in _HEADING.findall(html)]
    if not levels:
        return html
    down = 2 - min(levels)
    return _HEADING.sub(lambda found: f"{found.group(1)}{min(int(found.group(2)) + down, 6)}", html)
