"""The pages and files that every site has: not found, offline, the worker that keeps pages, styles and fonts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

import orjson

from krisenfest.filetree import File
from krisenfest.site import banner
from krisenfest.site.addresses import SECTIONS, record_path
from krisenfest.site.edition import Site, assets
from krisenfest.site.states import PAST
from krisenfest.site.unit import Unit

KEPT_OFFLINE = 150  # pages that a phone keeps before it has been there: some 1.5 MB


def units(site: Site) -> Iterator[Unit]:
    """Units that depend on little."""
    yield Unit("fixed/pages", "", lambda: _pages(site))
    yield Unit("fixed/assets", "", lambda: (File(path, data) for path, data in assets().items() if _is_asset(path)))
    yield Unit("fixed/worker", "", lambda: [File("sw.js", assets()["assets/sw.js"])])
    kept = _kept(site)
    yield Unit("fixed/kept", f"{site.release.number};{len(kept)}", lambda: [_kept_file(site, kept)])


def _is_asset(path: str) -> bool:
    return path != "assets/sw.js"


def _pages(site: Site) -> Iterable[File]:
    for edition in site.editions:
        # A web server shows this page at any address, however deep: its links start at the top of the host.
        title, top = edition.words("Diese Seite gibt es nicht"), f"{urlsplit(site.base_url).path}/"
        yield edition.file("404.html", "missing.html", title=title, root=top, framed=False)
        yield edition.file("offline.html", "offline.html", title=edition.words("Keine Verbindung"))
    sitemap = f"Sitemap: {site.base_url}/sitemap.xml\n" if site.base_url else ""
    yield File("robots.txt", f"User-agent: *\nAllow: /\n{sitemap}".encode())


def _kept(site: Site) -> list[str]:
    """What the worker fetches ahead: start pages and lists, then what holds, alerts and measures first."""
    paths: list[str] = []
    for edition in site.editions:
        names = ["index.html", "offline.html", banner.PATH, banner.STYLE]
        names += [f"{section}/index.html" for section in SECTIONS.values() if section != "seiten"]
        paths += [edition.prefix + name for name in names]
    for kind in ("alert", "measure", "service", "page", "event"):
        shown = (each for each in site.by_kind[kind] if site.state(each) not in PAST)
        paths += [record_path(kind, each.id) for each in islice(shown, KEPT_OFFLINE)]
    return paths[:KEPT_OFFLINE]


def _kept_file(site: Site, paths: list[str]) -> File:
    files = [path for path in assets() if path.endswith((".css", ".js", ".woff2")) and _is_asset(path)]
    values = {"release": site.release.number, "paths": [*paths, *files]}
    return File("offline.json", orjson.dumps(values, option=orjson.OPT_SORT_KEYS) + b"\n")
