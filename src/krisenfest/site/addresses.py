"""Where each page lies. Links are relative and name the file: a site works under a sub-path and from a stick."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from krisenfest.domain.links import FOLDERS, resolve

SECTIONS: Mapping[str, str] = {
    "measure": "massnahmen",
    "notice": "mitteilungen",
    "alert": "warnungen",
    "service": "leistungen",
    "event": "veranstaltungen",
    "page": "seiten",
}
_FOLDER_OF = {kind: folder for folder, kind in FOLDERS.items()}
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """`text` as part of an address: small letters, digits and hyphens; never empty."""
    plain = text.lower().translate(_ASCII)
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "-"
    return "-index" if found == "index" else found  # index.html is the list of them all


def record_path(kind: str, record_id: str) -> str:
    """The page of a record, without the language."""
    return f"{SECTIONS[kind]}/{record_id}.html"


def version_path(kind: str, record_id: str, number: int) -> str:
    """The page of one version of a record, without the language."""
    return f"{SECTIONS[kind]}/{record_id}.v{number}.html"


def list_path(section: str, page: int) -> str:
    """A page of a list, counted from 1, without the language."""
    return f"{section}/index.html" if page == 1 else f"{section}/seite-{page}.html"


def prefix(lang: str, source_lang: str) -> str:
    """What stands before the paths of a language: nothing for the one that binds."""
    return "" if lang == source_lang else f"{lang}/"


def to_root(path: str) -> str:
    """The way from a page to the top of the site: "../" for each folder that it lies in."""
    return "../" * path.count("/")


def media_link(address: str | None, full: str) -> str:
    """A link of a record for the page at `full`: what lies in media/ is reached from there."""
    if not address:
        return ""
    return to_root(full) + address if address.startswith("media/") else address


def linked(kind: str, href: str, language_prefix: str) -> str | None:
    """The address, from the top of the site, of a link that a person wrote into a record of `kind`; or None."""
    target = resolve(_FOLDER_OF[kind], href)
    if target is None:
        return None
    tail = f"#{target.fragment}" if target.fragment else ""
    if target.kind == "media":
        return target.name + tail
    return language_prefix + record_path(target.kind, target.name) + tail
