"""Sitemaps for search engines: sitemaps.org 0.9, with an index above 50,000 addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from krisenfest.domain.records import utc
from krisenfest.standards.atom import escape

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST = 50_000  # addresses a file may hold
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def dumps(base_url: str, pages: Sequence[tuple[str, datetime]]) -> list[tuple[str, bytes]]:
    """The sitemap files as (path, bytes) for pages given as (path, last change)."""
    chunks = [pages[start : start + MOST] for start in range(0, len(pages), MOST)] or [[]]
    if len(chunks) == 1:
        return [("sitemap.xml", _urls(base_url, chunks[0]))]
    names = [f"sitemap-{number}.xml" for number in range(1, len(chunks) + 1)]
    rows = "".join(f"<sitemap><loc>{escape(f'{base_url}/{name}')}</loc></sitemap>\n" for name in names)
    index = f'{HEAD}<sitemapindex xmlns="{NAMESPACE}">\n{rows}</sitemapindex>\n'.encode()
    return [("sitemap.xml", index)] + [
        (name, _urls(base_url, chunk)) for name, chunk in zip(names, chunks, strict=True)
    ]


def _urls(base_url: str, pages: Sequence[tuple[str, datetime]]) -> bytes:
    rows = "".join(
        f"<url><loc>{escape(f'{base_url}/{path}')}</loc><lastmod>{utc(changed)}</lastmod></url>\n"
        for path, changed in pages
    )
    return f'{HEAD}<urlset xmlns="{NAMESPACE}">\n{rows}</urlset>\n'.encode()
