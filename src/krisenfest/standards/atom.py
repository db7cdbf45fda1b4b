"""News feeds: RFC 4287 (Atom), with tag URIs (RFC 4151) as ids that never change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from krisenfest.domain.records import utc
from krisenfest.errors import FieldError

NAMESPACE = "http://www.w3.org/2005/Atom"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2 Char


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: `link` is the page, `summary` plain text."""

    id: str
    title: str
    summary: str
    link: str
    published: datetime
    updated: datetime
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed; `link` is the page that it belongs to, `self_link` its own address ("" if none is known)."""

    id: str
    title: str
    author: str
    lang: str
    link: str
    self_link: str
    updated: datetime
    entries: tuple[Entry, ...]


def tag(host: str, what: str) -> str:
    """A tag URI; the year is fixed, since the id must never change (RFC 4151 2.1)."""
    return f"tag:{host},2020:{what}"


def escape(text: str) -> str:
    """Text for an element or a quoted attribute; characters that XML forbids are left out."""
    plain = _FORBIDDEN.sub("", text).replace("\r", "")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def dumps(feed: Feed) -> bytes:
    """The feed as XML in UTF-8."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<feed xmlns="{NAMESPACE}" xml:lang="{escape(feed.lang)}">']
    lines += [f"<id>{escape(feed.id)}</id>", f"<title>{escape(feed.title)}</title>"]
    lines += [f"<updated>{utc(feed.updated)}</updated>", f"<author><name>{escape(feed.author)}</name></author>"]
    lines.append(f'<link rel="alternate" type="text/html" href="{escape(feed.link)}"/>')
    if feed.self_link:
        lines.append(f'<link rel="self" type="application/atom+xml" href="{escape(feed.self_link)}"/>')
    for entry in feed.entries:
        lines += ["<entry>", f"<id>{escape(entry.id)}</id>", f"<title>{escape(entry.title)}</title>"]
        lines += [f"<published>{utc(entry.published)}</published>", f"<updated>{utc(entry.updated)}</updated>"]
        lines.append(f'<link rel="alternate" type="text/html" href="{escape(entry.link)}"/>')
        lines += [f'<category term="{escape(each)}"/>' for each in entry.categories]
        lines += [f"<summary>{escape(entry.summary)}</summary>", "</entry>"]
    lines.append("</feed>\n")
    return "\n".join(lines).encode()


def loads(data: bytes) -> Feed:
    """Read a feed that `dumps` wrote; raises FieldError for other XML.

    Only our own feeds are read; ElementTree expands no external entities.
    """
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  see above
    except ElementTree.ParseError as error:
        raise FieldError("feed", str(error), "must be well-formed XML") from None
    if root.tag != f"{{{NAMESPACE}}}feed":
        raise FieldError("feed", root.tag, "must be an Atom feed (RFC 4287 4.1.1)")

    def text(node: ElementTree.Element, name: str) -> str:
        return node.findtext(f"{{{NAMESPACE}}}{name}") or ""

    def link(node: ElementTree.Element, rel: str) -> str:
        found = [each for each in node.findall(f"{{{NAMESPACE}}}link") if each.get("rel") == rel]
        return str(found[0].get("href")) if found else ""

    entries = tuple(
        Entry(
            id=text(node, "id"),
            title=text(node, "title"),
            summary=text(node, "summary"),
            link=link(node, "alternate"),
            published=datetime.fromisoformat(text(node, "published")),
            updated=datetime.fromisoformat(text(node, "updated")),
            categories=tuple(str(each.get("term")) for each in node.findall(f"{{{NAMESPACE}}}category")),
        )
        for node in root.findall(f"{{{NAMESPACE}}}entry")
    )
    return Feed(
        id=text(root, "id"),
        title=text(root, "title"),
        author=root.findtext(f"{{{NAMESPACE}}}author/{{{NAMESPACE}}}name") or "",
        lang=str(root.get("{http://www.w3.org/XML/1998/namespace}lang")),
        link=link(root, "alternate"),
        self_link=link(root, "self"),
        updated=datetime.fromisoformat(text(root, "updated")),
        entries=entries,
    )


def newest(entries: Sequence[Entry], most: int) -> tuple[Entry, ...]:
    """The `most` entries that changed last, newest first."""
    return tuple(sorted(entries, key=lambda entry: (-entry.updated.timestamp(), entry.id))[:most])
