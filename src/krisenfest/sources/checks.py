"""What only a person notices in a content folder: dead links, passed reviews, missing texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import unquote

from krisenfest.domain.areas import LAENDER, parents
from krisenfest.domain.links import Target, is_outside, resolve
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import utc
from krisenfest.errors import Problem
from krisenfest.site.anchors import OWN
from krisenfest.sources.known import Known, KnownRecord
from krisenfest.sources.text_links import What

MUNICIPALITY_FILE = "municipality.yaml"
Targets = Mapping[tuple[str, str], Sequence[str]]  # kind and id -> the headings to which a link may lead
PATH_FIELDS = ("binding_text", "image", "attachments")  # written from the top of the folder


def problems_at(
    known: Known, municipality: Municipality, media: Collection[str], other: Collection[str], at: datetime
) -> list[Problem]:
    """Every problem of records that can each be read, as of the instant `at`.

    `media` and `other` are the paths of the folder's further files.
    """
    found = list(_legal_pages(known, municipality))
    targets = {(each.kind, each.id): each.headings for each in known.records.values() if not each.draft}
    areas = {part.id for part in municipality.parts} | {"DE", municipality.ars, *parents(municipality.ars)}
    for seen in known.records.values():
        if seen.quiet:
            continue
        found += _areas(seen, areas)
        found += _dates(seen, municipality, at)
        found += _measure(seen, at)
        found += _links(seen, targets, media)
        found += _languages(seen, municipality)
        if seen.trigger and not {f"triggers/{seen.trigger}.{ending}" for ending in ("yaml", "yml")} & set(other):
            what = f"triggers/{seen.trigger}.yaml is not there"
            found.append(_advice(seen, "trigger", what, "add the file, or mend the name"))
    return found


def _advice(seen: KnownRecord, key: str, what: str, hint: str) -> Problem:
    return Problem(str(seen.signature[0][0]), seen.line(key), key, what, hint, advice=True)


def _advice_at(path: str, line: int, key: str, what: str, hint: str) -> Problem:
    return Problem(path, line, key, what, hint, advice=True)


def _legal_pages(known: Known, municipality: Municipality) -> Iterator[Problem]:
    pages = {each.id for each in known.records.values() if each.kind == "page" and not each.draft}
    laws = {"imprint": "DDG § 5", "privacy": "GDPR Art. 13", "accessibility": "BITV 2.0 § 7"}
    for key, law in laws.items():
        page = getattr(municipality, key)
        if page is not None and page not in pages:
            what = f"the page {page} is not there"
            yield Problem(MUNICIPALITY_FILE, 1, key, what, f"write pages/{page}.md; the law asks for it ({law})")
    if municipality.accessibility is None:
        hint = f"write pages/barrierefreiheit.md and name it here; the law asks for it ({laws['accessibility']})"
        yield Problem(MUNICIPALITY_FILE, 1, "accessibility", "is missing", hint, advice=True)


def _areas(seen: KnownRecord, known_areas: Collection[str]) -> Iterator[Problem]:
    path, line = str(seen.signature[0][0]), seen.line("area")
    for area in seen.areas:
        if area in known_areas:
            continue
        if not area.isdigit():
            names = ", ".join(sorted(each for each in known_areas if not each.isdigit() and each != "DE")) or "none"
            hint = f"write an ARS, or a part that areas.geojson names ({names})"
            yield Problem(path, line, "area", f"{area} does not exist", hint)
        elif area[:2] not in LAENDER or len(area) > 2:
            what = f"{area} is not in this municipality's directory"
            hint = "check the number, or bring the directory with: krisenfest areas import FILE --into FOLDER"
            yield Problem(path, line, "area", what, hint)


def _dates(seen: KnownRecord, municipality: Municipality, at: datetime) -> Iterator[Problem]:
    review = seen.review_day()
    if review and review < at.astimezone(municipality.zone).date():
        hint = "look whether the entry is still right, and set a new day"
        yield _advice(seen, "review_by", f"the day {review} has passed", hint)
    if seen.published and seen.published > utc(at):
        hint = "the entry is visible at once; use draft: true to hold it back"
        yield _advice(seen, "published", "lies in the future", hint)


def _measure(seen: KnownRecord, at: datetime) -> Iterator[Problem]:
    if not seen.measure:
        return
    start, end, binding, promulgated, provided, gone = seen.measure
    if start is None or (end is not None and end <= utc(at)) or gone:
        return
    if binding is None and start <= utc(at):
        what = "the measure is in force, but its binding text is not linked"
        yield _advice(seen, "binding_text", what, "add binding_text: https://... or media/....pdf")
    if promulgated is None and start <= utc(at):
        what = "the measure is in force, but no day of public notice is named"
        yield _advice(seen, "promulgated", what, "add promulgated: and the day of the Bekanntmachung")
    if promulgated and provided and provided > promulgated:
        yield _advice(seen, "promulgated", f"comes before provided ({provided})", "check the two days")


def _links(seen: KnownRecord, targets: Targets, media: Collection[str]) -> Iterator[Problem]:
    for path, line, field, href, what in seen.links:
        if what == What.LEFT_OUT:
            yield _advice_at(path, line, field, f"{href} is not shown on any page", "put a link there instead")
            continue
        folder = path.partition("/")[0]
        if what == What.BARE_PICTURE:
            hint = "describe what it shows: ![what it shows](...), or image_alt"
            yield _advice_at(path, line, field, f"the picture {href} has no alternative text", hint)
        target: Target | None
        if href.startswith("#"):
            target = Target(seen.kind, seen.id, unquote(href[1:]))
        elif is_outside(href):
            if what in (What.PICTURE, What.BARE_PICTURE) and field == "body":
                hint = "a picture from elsewhere would tell others who reads: put a copy into media/, or a link here"
                yield _advice_at(path, line, field, f"the picture {href} is not shown", hint)
            continue
        else:
            target = resolve("" if field in PATH_FIELDS else folder, href)
        if target and target.fragment and not _has_heading(target, targets):
            hint = "write the words of a heading there, in small letters with hyphens, such as #so-geht-es"
            yield _advice_at(path, line, field, f"no heading answers to {href}", hint)
        elif not _exists(target, targets, media):
            hint = "write a path such as ../services/personalausweis.md or media/plan.pdf"
            yield _advice_at(path, line, field, f"the link {href} leads nowhere", hint)


def _has_heading(target: Target, targets: Targets) -> bool:
    """Whether the record has such a heading; one that is not there at all is told as a dead link."""
    headings = targets.get((target.kind, target.name))
    return headings is None or target.fragment in headings or target.fragment in OWN


def _exists(target: Target | None, records: Collection[tuple[str, str]], media: Collection[str]) -> bool:
    if target is None:
        return False
    return target.name in media if target.kind == "media" else (target.kind, target.name) in records


def _languages(seen: KnownRecord, municipality: Municipality) -> Iterator[Problem]:
    for lang, phrase in seen.strays:
        what = f"the original does not say {phrase!r} (translated into {lang})"
        yield _advice(seen, "phrases", what, "write the phrase as it stands in the original, or take it out")
    for lang in seen.languages:
        if lang not in municipality.languages:
            hint = f"add {lang} to languages in municipality.yaml, or take the translation out"
            yield _advice(seen, "title", f"the language {lang} is not shown", hint)
