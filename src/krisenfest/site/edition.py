"""What every page of a build shares: the release, the moment, the templates; and one edition per language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import minijinja

from krisenfest import __version__
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.periods import midnight
from krisenfest.domain.records import Phase, Record
from krisenfest.domain.releases import Release, Version
from krisenfest.domain.texts import LANGUAGES, Text, direction
from krisenfest.filetree import File
from krisenfest.site.addresses import SECTIONS, prefix, record_path, to_root
from krisenfest.site.markdown import Renderer
from krisenfest.site.pieces import Pieces
from krisenfest.site.words import Words

HORIZON = timedelta(days=14)
HORIZON_S = int(HORIZON.total_seconds())


@lru_cache(maxsize=1)
def templates() -> Mapping[str, str]:
    """Every template by its name."""
    folder = files("krisenfest") / "site" / "templates"
    return {each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.name.endswith(".html")}


@lru_cache(maxsize=1)
def assets() -> Mapping[str, bytes]:
    """The style sheets, scripts and fonts that every site carries, by their path."""
    folder = files("krisenfest") / "site" / "assets"
    found = {f"assets/{each.name}": each.read_bytes() for each in _plain(folder)}
    found |= {f"assets/{each.name}": each.read_bytes() for each in _plain(folder / "vendor")}
    return {path: data for path, data in sorted(found.items()) if not path.endswith(".json")}


def _plain(folder: Traversable) -> list[Traversable]:
    return [each for each in folder.iterdir() if each.is_file()]


@lru_cache(maxsize=1)
def made_with() -> str:
    """A digest of all that turns a folder into records and records into files: code, templates, styles, words."""
    digest = sha256(__version__.encode())
    root = files("krisenfest")
    for folder in (root / "site", root / "standards", root / "domain", root / "sources"):
        for each in sorted(_plain(folder), key=lambda one: one.name):
            digest.update(each.read_bytes())
    for text in (*templates().values(), *(data.hex() for data in assets().values())):
        digest.update(text.encode())
    for lang in sorted(LANGUAGES):
        compiled = root / "locale" / lang / "LC_MESSAGES" / "krisenfest.mo"
        digest.update(compiled.read_bytes() if compiled.is_file() else b"")
    return digest.hexdigest()


@dataclass
class Site:
    """One build: a release as of `at`, for the address `base_url` ("" if none is known)."""

    release: Release
    at: datetime
    base_url: str
    pieces: Pieces = field(default_factory=Pieces)

    @classmethod
    def of(cls, release: Release, at: datetime, base_url: str) -> Site:
        """The build of a release; without a base URL the municipality's own is taken."""
        url = base_url or release.municipality.site_url or ""
        return cls(release, at, url.rstrip("/"))

    @property
    def municipality(self) -> Municipality:
        """Who publishes."""
        return self.release.municipality

    @cached_property
    def at_s(self) -> int:
        """The moment of the build in seconds since 1970."""
        return int(self.at.timestamp())

    @property
    def steady_until_s(self) -> int:
        """Until when the same records give the same files: the next change of a state, its entry into the horizon,
        or midnight, in seconds since 1970."""
        at = self.at_s
        today = self.at.astimezone(self.municipality.zone).date()
        cuts = {midnight(today + timedelta(days=1), self.municipality.zone).timestamp()}
        for version in self.current:
            for _, start, _ in version.facts.states:
                if start is not None and start > at:
                    cuts |= {start, start - HORIZON_S}
            cuts.add(version.facts.published or 0)
        return int(min(cut for cut in cuts if cut > at))

    @cached_property
    def current(self) -> tuple[Version, ...]:
        """The newest version of each record, by kind and id."""
        return tuple(self.release.current())

    @cached_property
    def by_kind(self) -> Mapping[str, Sequence[Version]]:
        """The newest version of each record of a kind, by id."""
        found: dict[str, list[Version]] = {kind: [] for kind in SECTIONS}
        for version in self.current:
            found[version.kind].append(version)
        return found

    def phases(self, version: Version) -> tuple[Phase, ...]:
        """All states of a record, oldest first."""
        return version.facts.phases()

    def state(self, version: Version) -> str:
        """The state of a record at the moment of the build."""
        return version.facts.state_at(self.at_s)

    @cached_property
    def inputs_of(self) -> Mapping[tuple[str, str], str]:
        """What the appearance of each record depends on: its version, and which of its states holds."""
        at_s = self.at_s
        return {
            each[:2]: f"{each[0]}/{each[1]}/{each[2]}/{each[5][:16]}/{each.facts.number_at(at_s)}"
            for each in self.current
        }

    def inputs(self, versions: Iterable[Version]) -> str:
        """What the appearance of these records depends on."""
        known = self.inputs_of
        return ";".join([known[version[:2]] for version in versions])

    @cached_property
    def menu(self) -> tuple[Version, ...]:
        """The pages that stand at the foot of every page: the law's first, then those with `menu`."""
        town = self.municipality
        legal = [each for each in (town.imprint, town.privacy, town.accessibility) if each]
        chosen: list[tuple[int, str, Version]] = []
        for version in self.by_kind["page"]:
            menu = version.facts.menu
            if version.id in legal or menu is not None:
                order = legal.index(version.id) + 2000 if version.id in legal else int(menu or 0)
                chosen.append((order, version.id, version))
        return tuple(version for _, _, version in sorted(chosen))

    @cached_property
    def environment(self) -> str:
        """What every file depends on beside its own inputs: the program, the municipality, the foot of the pages."""
        parts = [made_with(), self.municipality.model_dump_json(), self.base_url]
        parts += [f"{each.id}:{each.digest}" for each in self.menu]
        return sha256("|".join(parts).encode()).hexdigest()[:24]

    @cached_property
    def editions(self) -> tuple[Edition, ...]:
        """One edition for each language, the one that binds first."""
        return tuple(Edition(self, lang) for lang in self.municipality.languages)

    @property
    def source(self) -> Edition:
        """The edition in the language that binds."""
        return self.editions[0]


@dataclass(frozen=True, slots=True)
class Said:
    """A record's text for one language: whether it is the language asked for, and whether it is outdated."""

    text: Text
    missing: bool
    outdated: bool


class Edition:
    """All pages of a site in one language."""

    def __init__(self, site: Site, lang: str) -> None:
        self.site, self.lang = site, lang
        town = site.municipality
        self.prefix = prefix(lang, town.source_lang)
        self.words = Words(lang, town.zone)
        self.items: dict[tuple[str, str], dict[str, Any]] = {}  # entries of lists, made once a build
        self._renderers = {kind: Renderer(kind, self.prefix) for kind in SECTIONS}

    @cached_property
    def _templates(self) -> minijinja.Environment:
        environment = minijinja.Environment(
            loader=templates().get, trim_blocks=True, lstrip_blocks=True, undefined_behavior="strict"
        )
        environment.add_global("_", self.words)
        town = self.site.municipality
        others = [
            {"lang": each, "name": LANGUAGES.get(each, each), "prefix": prefix(each, town.source_lang)}
            for each in town.languages
        ]
        shared = {
            "lang": self.lang,
            "dir": direction(self.lang),
            "source_lang": town.source_lang,
            "languages": others,
            "prefix": self.prefix,
            "town": town.display_name(self.lang),
            "hotline": self._hotline(),
            "contact": town.contact.model_dump(),
            "logo": town.logo.model_dump() if town.logo else None,
            "base_url": self.site.base_url,
            "menu": [
                {"path": self.prefix + record_path("page", each.id), "title": self.said(each).text.title}
                for each in self.site.menu
            ],
            "time_zone": town.time_zone,
        }
        for name, value in shared.items():
            environment.add_global(name, value)
        return environment

    def _hotline(self) -> dict[str, str] | None:
        hotline = self.site.municipality.hotline
        if hotline is None:
            return None
        return {
            "phone": hotline.phone,
            "hours": self.phrase(None, hotline.hours),
            "note": self.phrase(None, hotline.note),
        }

    def said(self, version: Version) -> Said:
        """What the record says in this language, or in its own where a translation is missing."""
        record: Record = version.record
        text = record.text(self.lang)
        if text is None:
            return Said(record.source, missing=True, outdated=False)
        return Said(text, missing=False, outdated=version.outdated(text))

    def said_shortly(self, said: Said | None, phrase: str) -> str | None:
        """A short text of a record, or with None of the town, in this language; None if it is not translated."""
        own = said.text.phrases if said else {}
        return own.get(phrase) or self.site.municipality.phrases.get(self.lang, {}).get(phrase)

    def phrase(self, said: Said | None, phrase: str) -> str:
        """The same for a page; what is not translated is marked as being in its own language (WCAG 2.2, 3.1.2)."""
        source = self.site.municipality.source_lang
        translated = self.said_shortly(said, phrase)
        if translated or not phrase or self.lang.partition("-")[0] == source.partition("-")[0]:
            return translated or phrase
        return minijinja.safe(f'<span lang="{source}" dir="auto">{minijinja.escape(phrase)}</span>')

    def joined(self, between: str, parts: Iterable[str]) -> str:
        """Parts, some of them from `phrase`, as one; empty ones are left out."""
        return minijinja.safe(between.join(str(minijinja.escape(part)) for part in parts if part))

    def html(self, kind: str, text: str, path: str, *, anchors: bool = False) -> str:
        """A record's text as safe HTML for the page at `path` (with the language); `anchors` names its headings."""
        return self._renderers[kind](text, to_root(path), anchors=anchors)

    def file(self, path: str, template: str, **values: Any) -> File:
        """The page at `path` (without the language) from a template and its values."""
        full = self.prefix + path
        html = self._templates.render_template(template, **{"page": path, "root": to_root(full), **values})
        # MiniJinja escapes slashes too, which HTML does not ask for and which hides links from plain-text tools.
        return File(full, html.replace("&#x2f;", "/").encode())
