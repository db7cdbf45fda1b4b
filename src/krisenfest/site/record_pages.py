"""The page of each record, in each language; of a measure also one page a version, with what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from krisenfest.domain.events import Event
from krisenfest.domain.releases import Version, since_taken_out
from krisenfest.filetree import File
from krisenfest.site import details
from krisenfest.site.addresses import record_path, slug, version_path
from krisenfest.site.differences import differences
from krisenfest.site.edition import Edition, Site
from krisenfest.site.states import item
from krisenfest.site.unit import Unit
from krisenfest.standards import ics

AHEAD = ("announced", "ahead")  # the states before anything has begun


def units(site: Site) -> Iterator[Unit]:
    """One unit a record: its page in every language, its earlier versions, its calendar file."""
    month = f"{site.at.astimezone(site.municipality.zone):%Y-%m}"
    for key, history in site.release.histories.items():
        newest = history[-1]
        inputs = f"{key.kind}/{key.id}/{newest.number}" if newest.removed else site.inputs_of[key]
        if key.kind == "service" and not newest.removed:
            inputs += f";{month}"  # the next days off are named
        yield Unit(f"record/{key.kind}/{key.id}", inputs, partial(_files, site, history))


def _files(site: Site, history: tuple[Version, ...]) -> Iterable[File]:
    newest = history[-1]
    for edition in site.editions:
        if newest.removed:
            yield _removed(edition, history)
            continue
        yield _page(edition, newest, since_taken_out(history))
        if newest.kind == "measure" and len(since_taken_out(history)) > 1:
            yield from _versions(edition, since_taken_out(history))
    if isinstance(event := None if newest.removed else newest.record, Event):
        yield File(
            record_path("event", event.id).removesuffix(".html") + ".ics",
            ics.dumps([ics.from_event(newest, site.municipality, site.base_url)], site.municipality.zone),
        )
    for version in history:
        version.forget_record()


def _page(edition: Edition, version: Version, history: Sequence[Version]) -> File:
    path = record_path(version.kind, version.id)
    return edition.file(path, f"{version.kind}.html", **_values(edition, version, path), versions=_links(history))


def _values(edition: Edition, version: Version, path: str) -> dict[str, Any]:
    said, words = edition.said(version), edition.words
    record, full = version.record, edition.prefix + path
    return {
        "title": said.text.title,
        "description": said.text.summary,
        "item": item(edition, version),
        "text_lang": said.text.lang,
        "body": edition.html(version.kind, said.text.body, full, anchors=True),
        "text": said.text.model_dump(),
        "missing": said.missing,
        "outdated": said.outdated,
        "binding": _binding(edition, version, full) if said.outdated else None,
        "id": version.id,
        "version": version.number,
        "as_of": words.stamp(version.recorded),
        "published": words.told(record.published) if record.published else "",
        "area": details.area_names(edition, record),
        "topics": [
            {"name": edition.phrase(said, topic), "path": f"{edition.prefix}themen/{slug(topic)}.html"}
            for topic in record.topics
        ],
        **details.of(edition, version, full),
    }


def _binding(edition: Edition, version: Version, full: str) -> dict[str, str]:
    """The text that binds, for a page whose translation is older than it."""
    source = version.record.source
    parts = (source.all_clear, source.instructions, source.instead, source.body)
    html = "".join(edition.html(version.kind, text, full) for text in parts)
    return {"title": source.title, "summary": source.summary, "html": html}


def _links(history: Sequence[Version]) -> list[dict[str, Any]]:
    return [{"number": each.number} for each in history] if len(history) > 1 else []


def _versions(edition: Edition, history: Sequence[Version]) -> Iterator[File]:
    words = edition.words
    before: Version | None = None
    for version in history:
        path = version_path(version.kind, version.id, version.number)
        said = edition.said(version)
        yield edition.file(
            path,
            "version.html",
            title=said.text.title,
            text_lang=said.text.lang,
            id=version.id,
            version=version.number,
            newest=history[-1].number,
            current=edition.prefix + record_path(version.kind, version.id),
            as_of=words.stamp(version.recorded),
            summary=said.text.summary,
            body=edition.html(version.kind, said.text.body, edition.prefix + path),
            facts=details.facts(edition, version),
            earlier=before.number if before else None,
            changes=differences(words, before, version) if before else [],
            versions=_links(history),
        )
        before = version


def _removed(edition: Edition, history: tuple[Version, ...]) -> File:
    last, words = history[-1], edition.words
    state = history[-2].facts.state_at(int(last.recorded.timestamp())) if not history[-2].removed else ""
    ahead = state in AHEAD
    title = words("Abgesagt, bevor es begann") if ahead else words("Dieser Eintrag wurde entfernt")
    return edition.file(
        record_path(last.kind, last.id),
        "removed.html",
        title=title,
        ahead=ahead,
        note=last.note,
        note_lang=edition.site.municipality.source_lang,
        id=last.id,
        version=last.number,
        as_of=edition.words.stamp(last.recorded),
    )
