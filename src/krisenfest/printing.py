"""HTML as PDF/UA-1 (ISO 14289-1) with WeasyPrint: bundled fonts, nothing fetched; the same input, the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

FONTS = ("krisenfest-sans-400.woff2", "krisenfest-sans-600.woff2")
BASE = "krisenfest:/"  # what a relative name in a sheet is read from; no such address can be fetched
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


@lru_cache(maxsize=1)
def fonts() -> Mapping[str, bytes]:
    """The fonts of every sheet by their name."""
    folder = files("krisenfest") / "site" / "assets" / "vendor"
    return {name: (folder / name).read_bytes() for name in FONTS}


def pdf(html: str, pictures: Mapping[str, bytes] | None = None, *, styles: tuple[str, ...] = ("",)) -> bytes:
    """The sheet as PDF/UA-1; it may use our fonts and `pictures` by their name, and nothing else.

    `styles` are style sheets of which each is tried in turn until everything is on one page; the last one stays.
    """
    from weasyprint import CSS, HTML  # noqa: PLC0415  it takes a second to load

    source = HTML(string=html, base_url=BASE, url_fetcher=only({**fonts(), **(pictures or {})}))
    for style in styles:
        document = source.render(stylesheets=[CSS(string=style)] if style else None, pdf_variant="pdf/ua-1")
        if len(document.pages) == 1:
            break
    data: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return data


def only(known: Mapping[str, bytes]) -> Any:
    """A fetcher that opens these files and nothing else: a text must not make the server fetch an address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415  see above

    class Known(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix(BASE)
            if name not in known:
                raise ValueError(f"{url} is no part of the sheet")
            ending = name.rpartition(".")[2].lower()
            return URLFetcherResponse(url, known[name], {"Content-Type": _TYPES.get(ending, "font/woff2")})

    return Known()
