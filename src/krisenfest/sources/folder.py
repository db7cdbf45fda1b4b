"""A municipality as a folder of plain files, read in one pass, with every problem told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

from pydantic import ValidationError

from krisenfest.domain.areas import Directory
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.links import FOLDERS
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import Reading, Record
from krisenfest.domain.releases import Incoming, Key
from krisenfest.domain.texts import Text
from krisenfest.errors import Problem
from krisenfest.processes import spread
from krisenfest.site.markdown import anchors
from krisenfest.sources import checks
from krisenfest.sources.directory import AREAS_FILE, read_areas
from krisenfest.sources.files import Found, Listing
from krisenfest.sources.front_matter import Document, FrontMatterError, load_mapping, read_text, split
from krisenfest.sources.known import Known, KnownRecord, NamedLink
from krisenfest.sources.notes import NOTES_FILE, read_notes
from krisenfest.sources.parts import PARTS_FILE, read_parts
from krisenfest.sources.record_fields import problems_of, record_input, set_inclusive_end, translation_text
from krisenfest.sources.text_links import What, links_of

MUNICIPALITY_FILE = "municipality.yaml"
LINKED_TEXTS = ("instructions", "instead", "recap")  # texts in front matter that are Markdown
LANGUAGE_SUFFIX = re.compile(r"\.([a-z]{2,3}(?:-[a-z0-9]{2,8})*)$")


@dataclass(slots=True)
class Content:
    """What a folder says: the municipality (None if it cannot be read), the records, and every problem.

    `incoming` holds None for a record that did not change since `known`.
    """

    municipality: Municipality | None
    incoming: dict[Key, Incoming] = field(default_factory=dict)
    notes: dict[Key, str] = field(default_factory=dict)  # why records were taken out
    media: dict[str, Found] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    directory: Directory = field(default_factory=Directory)
    anchor: date | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep a site from being built."""
        return [problem for problem in self.problems if not problem.advice]


# Below this many records a second process takes longer to start than it saves.
WORTH_SPREADING = 1000


def read(
    folder: Path,
    listing: Listing,
    *,
    at: datetime,
    anchor: date | None = None,
    known: Known | None = None,
    shares: int = 1,
) -> Content:
    """Read the files of a content folder as of the instant `at`; never raises for what is in them.

    `anchor` is the day to which the dates of an example are moved (default: the day of `at`). What `known` has
    seen with the same size and time of change is not opened again. Many files are read by `shares` processes.
    """
    content = Content(None, media=dict(listing.media), problems=list(listing.problems))
    _read_municipality(folder, listing, content)
    if content.municipality is None:
        content.problems.sort()
        return content
    content.anchor = anchor or at.astimezone(content.municipality.zone).date()
    shift = timedelta()
    if content.municipality.example_day:
        shift = content.anchor - content.municipality.example_day
    reading = Reading(zone=content.municipality.zone, shift=shift)
    context = sha256(f"{content.municipality.model_dump_json()} {shift} {sorted(content.directory.names)}".encode())
    content.known = Known(context.hexdigest())
    before = known if known and known.context == content.known.context else Known()
    reader = _Reader(folder, content.municipality, reading, at)
    groups = _groups(listing.records, content.problems)
    found: dict[str, _Outcome | KnownRecord | None] = {group.main.path: _known(before, group) for group in groups}
    for outcome in _read_all(reader, [group for group in groups if found[group.main.path] is None], shares):
        found[outcome.path] = outcome
        content.problems += outcome.problems
    paths: dict[str, str] = {}  # folded kind/id -> path that has it
    for path, result in found.items():
        if isinstance(result, KnownRecord):
            _take(path, result, Incoming(result.digest), paths, content)
        elif result is not None and result.seen is not None:
            _take(path, result.seen, result.incoming, paths, content, result.id_line)
    content.problems += checks.problems_at(content.known, content.municipality, set(content.media), listing.other, at)
    content.problems.sort()
    return content


class _Group(NamedTuple):
    """The files of one record: its main file and its translations by language."""

    kind: str
    main: Found
    siblings: Mapping[str, Found]

    @property
    def signature(self) -> list[list[Any]]:
        """Path, size in bytes and time of change in ns of each file: what tells that nothing changed."""
        return [list(self.main), *map(list, self.siblings.values())] if self.siblings else [list(self.main)]


def _groups(files: Sequence[Found], problems: list[Problem]) -> list[_Group]:
    mains: dict[str, Found] = {}
    siblings: dict[str, dict[str, Found]] = {}
    for found in files:
        stem = found.path.removesuffix(".md")
        if "." in stem and (suffix := LANGUAGE_SUFFIX.search(stem)):
            siblings.setdefault(stem[: suffix.start()], {})[suffix.group(1)] = found
        else:
            mains[stem] = found
    for stem, translations in siblings.items():
        if stem not in mains:
            for found in translations.values():
                what = f"is a translation, but {stem}.md is not there"
                problems.append(Problem(found.path, 1, "file", what, "add the original, or rename the file"))
    none: dict[str, Found] = {}
    return [
        _Group(
            FOLDERS[stem.partition("/")[0]], found, dict(sorted(siblings[stem].items())) if stem in siblings else none
        )
        for stem, found in mains.items()
    ]


def _known(before: Known, group: _Group) -> KnownRecord | None:
    seen = before.records.get(group.main.path)
    return seen if seen is not None and seen.signature == group.signature else None


def _read_municipality(folder: Path, listing: Listing, content: Content) -> None:
    if MUNICIPALITY_FILE not in listing.other:
        hint = "write it: name, ars, land, imprint, privacy (docs/how-to/write-content.md)"
        content.problems.append(Problem(MUNICIPALITY_FILE, 1, "file", "is missing", hint))
        return
    try:
        text = read_text(folder / MUNICIPALITY_FILE)
        values = load_mapping(text)
    except FrontMatterError as error:
        content.problems.append(Problem(MUNICIPALITY_FILE, error.line, "file", error.what, error.hint))
        return
    document = Document(values, "", text, 1, 1)
    parts, problems = read_parts(folder) if PARTS_FILE in listing.other else ((), [])
    content.problems += problems
    names, problems = read_areas(folder / AREAS_FILE) if AREAS_FILE in listing.other else (Directory(), [])
    content.problems += problems
    content.notes, problems = read_notes(folder / NOTES_FILE) if NOTES_FILE in listing.other else ({}, [])
    content.problems += problems
    try:
        content.municipality = Municipality.model_validate({**values, "parts": parts})
    except ValidationError as error:
        content.problems += problems_of(error, "municipality", MUNICIPALITY_FILE, document)
        return
    content.directory = names.with_names([(content.municipality.ars, content.municipality.name)])


# What stands in for a field that cannot be read, while the rest of the record is checked.
STAND_INS: Mapping[str, str] = {
    "level": "gemeinde",
    "issued_by": "-",
    "form": "appeal",
    "hazard": "other",
    "binding_text": "https://unreadable.invalid/",
    "start": "1900-01-01",
    "valid_from": "1900-01-01",
    "valid_until": "2999-01-01",
}


class _Outcome(NamedTuple):
    """What came of reading one record, None where it cannot be read."""

    path: str
    problems: Sequence[Problem]
    seen: KnownRecord | None = None
    incoming: Incoming | None = None
    id_line: int = 1


def _read_all(reader: _Reader, groups: Sequence[_Group], shares: int) -> list[_Outcome]:
    if len(groups) < WORTH_SPREADING:
        shares = 1
    parts = spread(lambda share: [reader.read(group) for group in groups[share::shares]], shares)
    return [outcome for part in parts for outcome in part]


def _take(
    path: str, seen: KnownRecord, incoming: Incoming | None, paths: dict[str, str], content: Content, id_line: int = 1
) -> None:
    """Take a record in, unless it is a draft or its id stands elsewhere too."""
    content.known.records[path] = seen
    key = Key(seen.kind, seen.id)
    folded = f"{key.kind}/{key.id if key.id.isascii() else normalize('NFC', key.id)}".casefold()
    if folded in paths:
        what = f"{key.id} is the id of {paths[folded]} too"
        content.problems.append(Problem(path, id_line, "id", what, "rename one of the two files"))
        return
    paths[folded] = path
    if incoming is not None and not seen.draft:
        content.incoming[key] = incoming


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    municipality: Municipality
    reading: Reading
    at: datetime

    def read(self, group: _Group) -> _Outcome:
        """Read one record with its translations, and tell what is wrong."""
        path = group.main.path
        problems: list[Problem] = []
        document = self._document(group.main, problems)
        if document is None:
            return _Outcome(path, problems)
        record_id = path.rpartition("/")[2].removesuffix(".md")
        values = record_input(group.kind, record_id, document, self.municipality)
        if wrong := set_inclusive_end(values, document):
            line = document.line_of(["valid_through"])
            problems.append(Problem(path, line, "valid_through", f"is {document.values['valid_through']!r}", wrong))
        draft = values.pop("draft", document.values.get("draft", False))
        if draft not in (True, False):
            problems.append(Problem(path, document.line_of(["draft"]), "draft", f"is {draft!r}", "write true or false"))
        links = self._links(path, document, group.kind, values)
        problems += self._add_translations(group, document, values, links)
        record = self._record(group.kind, values, path, document, problems)
        if record is None:
            return _Outcome(path, problems)
        incoming = Incoming.of(record)
        lang = self.municipality.source_lang
        seen = KnownRecord.of(
            record,
            incoming.digest,
            group.signature,
            links,
            document,
            draft=draft is True,
            headings=sorted({name for text in record.texts for name in anchors(text.body)}),
            source_lang=lang,
            at=self.at,
        )
        id_line = document.line_of(["id"]) if "id" in document.values else document.yaml_line
        return _Outcome(path, problems, seen, incoming, id_line)

    def _record(
        self, kind: str, values: dict[str, Any], path: str, document: Document, problems: list[Problem]
    ) -> Record | None:
        """The record; where fields are wrong, one with stand-ins, so that the remaining checks can speak too."""
        try:
            return KINDS[kind].model_validate(values, context=self.reading)
        except ValidationError as error:
            problems += problems_of(error, kind, path, document)
            wrong = {str(each["loc"][0]) for each in error.errors() if each["loc"]}
        if not wrong:
            return None
        mended = {key: value for key, value in values.items() if key not in wrong - {"texts"}}
        mended |= {key: STAND_INS[key] for key in wrong & set(STAND_INS)}
        if "texts" in wrong:
            mended["texts"] = [{"lang": self.municipality.source_lang, "title": path}]
        if "id" in wrong:
            mended["id"] = f"unreadable-{sha256(path.encode()).hexdigest()[:8]}"
        try:
            return KINDS[kind].model_validate(mended, context=self.reading)
        except ValidationError as error:
            problems += problems_of(error, kind, path, document)
            return None

    def _document(self, found: Found, problems: list[Problem]) -> Document | None:
        try:
            return split(read_text(f"{self.folder}/{found.path}"))
        except FrontMatterError as error:
            problems.append(Problem(found.path, error.line, "file", error.what, error.hint))
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
            problems.append(Problem(found.path, 1, "file", what, "check its permissions"))
        return None

    def _add_translations(
        self, group: _Group, original: Document, values: dict[str, Any], links: list[NamedLink]
    ) -> list[Problem]:
        problems = _inline_problems(group.main.path, original, values["texts"][1:])
        inline = {str(text.get("lang")) for text in values["texts"][1:]}
        for lang, found in group.siblings.items():
            document = self._document(found, problems)
            if document is None:
                continue
            text, unknown = translation_text(lang, document)
            for key in unknown:
                what, hint = "does not belong into a translation", "write it into the original only"
                problems.append(Problem(found.path, document.line_of([key]), key, what, hint))
            if lang in inline:
                what = f"{lang} stands under translations of {group.main.path} too"
                problems.append(Problem(found.path, 1, "file", what, "keep one of the two"))
            elif not text.get("title"):
                what, hint = "is missing", "write the title in this language"
                problems.append(Problem(found.path, document.yaml_line, "title", what, hint))
            else:
                problems += _unfit_text(text, found.path, document, group.kind)
                values["texts"].append(text)
            links += self._links(found.path, document, group.kind, {})
        # One order, whether they lie beside the original or stand in it, so that moving one changes no record.
        values["texts"][1:] = sorted(values["texts"][1:], key=lambda text: str(text.get("lang")))
        return problems

    def _links(self, path: str, document: Document, kind: str, values: Mapping[str, Any]) -> list[NamedLink]:
        found: list[NamedLink] = [
            (path, document.body_line + line, "body", href, what) for line, href, what in links_of(document.body)
        ]
        clear = document.values.get("all_clear")
        texts = {key: document.values.get(key) for key in LINKED_TEXTS}
        texts["all_clear"] = clear.get("text") if isinstance(clear, dict) else clear
        for key, text in texts.items():
            for _, href, what in links_of(text) if isinstance(text, str) else ():
                found.append((path, document.line_of([key]), key, href, what))
        for key in ("binding_text", "image"):
            if isinstance(values.get(key), str):
                bare = key == "image" and kind in ("event",) and not document.values.get("image_alt")
                what = What.BARE_PICTURE if bare else What.PICTURE if key == "image" else What.LINK
                found.append((path, document.line_of([key]), key, values[key], what))
        attachments = values.get("attachments")
        for number, each in enumerate(attachments if isinstance(attachments, list) else []):
            if isinstance(each, dict) and isinstance(each.get("path"), str):
                found.append(
                    (path, document.line_of(["attachments", number, "path"]), "attachments", each["path"], What.LINK)
                )
        return found


def _inline_problems(path: str, document: Document, texts: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """What is wrong with the translations that stand in the original's front matter."""
    inline = document.values.get("translations", {})
    if not isinstance(inline, dict):
        what, hint = "is no list of languages", "write the language, a colon and the title, such as en: Flood"
        return [Problem(path, document.line_of(["translations"]), "translations", what, hint)]
    return [
        Problem(
            path,
            document.line_of(["translations", str(text["lang"])]),
            f"translations.{text['lang']}.title",
            "is missing",
            "write the title in this language",
        )
        for text in texts
        if not text.get("title")
    ]


def _unfit_text(text: dict[str, Any], path: str, document: Document, kind: str) -> list[Problem]:
    """What is wrong with a translation's own words; told with the translation's path and lines."""
    try:
        Text.model_validate(text)
    except ValidationError as error:
        problems = problems_of(error, kind, path, document)
        for key in {str(each["loc"][0]) for each in error.errors() if each["loc"]}:
            text.pop(key, None)
        return problems
    return []
