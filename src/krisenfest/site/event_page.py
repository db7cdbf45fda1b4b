"""What the page of an event shows beside its text: when and where, agenda, what to pass on, and what came of it."""

from __future__ import annotations

from typing import Any

from krisenfest.domain.events import Event, has_been, occurrence_at
from krisenfest.domain.recaps import PollResult, Recap
from krisenfest.domain.releases import Version
from krisenfest.site import registration_form, repeating, sharing
from krisenfest.site.addresses import media_link, record_path, to_root
from krisenfest.site.edition import Edition, Said
from krisenfest.standards import schemaorg

# Pictures that a preview in a messenger or a social network can show.
PREVIEWED = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def event_words(edition: Edition, version: Version, record: Event) -> dict[str, Any]:
    """When, where, by whom, in which order, how to register: what page and invitation say in the same words."""
    words, said = edition.words, edition.said(version)
    registration, time = record.registration, occurrence_at(record, edition.site.at)
    assert time.start is not None
    return {
        "when": repeating.span(words, time.start, time.end if record.end else None),
        "repeats": repeating.sentence(words, record.repeats, record.start) if record.repeats else "",
        "place": edition.phrase(said, record.place),
        "online": record.online,
        "hosts": [edition.phrase(said, each) for each in record.hosts],
        "agenda": [
            {
                "at": each.at or "",
                "day": words.weekday(each.day) if each.day else "",
                "title": edition.phrase(said, each.title),
                "who": edition.phrase(said, each.speaker),
            }
            for each in record.agenda
        ],
        "registration": registration.model_dump() if registration else None,
        "opens": words.start(registration.opens) if registration and registration.opens else "",
        "closes": words.end(registration.closes) if registration and registration.closes else "",
    }


def of(edition: Edition, version: Version, record: Event, full: str) -> dict[str, Any]:
    """The values of the event's template; `full` is the path of its page."""
    words, said, site = edition.words, edition.said(version), edition.site
    shown = event_words(edition, version, record)
    state = site.state(version)
    address = f"{site.base_url}/{edition.prefix}{record_path('event', version.id)}" if site.base_url else ""
    picture = record.image if record.image and record.image.lower().endswith(PREVIEWED) else ""
    return {
        **shown,
        "form": registration_form.of(edition, version, record),
        "coming": repeating.coming(words, record, site.at),
        "join": record.join,
        "attachments": [
            {"title": edition.phrase(said, each.title), "link": media_link(each.path, full)}
            for each in record.attachments
        ],
        "image": media_link(record.image, full),
        "image_alt": said.text.image_alt,
        "image_url": f"{site.base_url}/{picture}" if picture and site.base_url else "",
        "preview": (edition.said_shortly(said, record.preview) or said.text.summary or record.preview)
        if edition.lang != site.municipality.source_lang
        else record.preview or said.text.summary,
        "recap": _recap(edition, said, record, full) if has_been(record, site.at) else None,
        "cancelled": edition.phrase(said, record.cancelled.reason) if record.cancelled else "",
        "calendar": to_root(full) + f"veranstaltungen/{version.id}.ics",
        "share": sharing.of(words, said.text, shown, address) if state in ("ahead", "running") else None,
        "schema": schemaorg.dumps(schemaorg.event(version, site.municipality, said.text, site.base_url)),
    }


def _recap(edition: Edition, said: Said, record: Event, full: str) -> dict[str, Any] | None:
    """What came of it; None if nobody has written anything."""
    more = record.recap or Recap()
    text = edition.html("event", said.text.recap, full)
    if not text and more == Recap():
        return None
    return {
        "text": text,
        "numbers": [{"title": edition.phrase(said, each.title), "count": each.count} for each in more.numbers],
        "links": [
            {"title": edition.phrase(said, each.title), "link": media_link(each.path, full)} for each in more.links
        ],
        "questions": [
            {"question": edition.phrase(said, each.question), "answer": edition.phrase(said, each.answer)}
            for each in more.questions
        ],
        "polls": [_poll(edition, said, each) for each in more.polls],
        "survey": more.survey or "",
    }


def _poll(edition: Edition, said: Said, poll: PollResult) -> dict[str, Any]:
    """A poll with the share of each choice, in whole per cent of the votes, or of the voters where several count."""
    whole = poll.voters or sum(each.votes for each in poll.choices)
    return {
        "question": edition.phrase(said, poll.question),
        "voters": poll.voters,
        "choices": [
            {
                "title": edition.phrase(said, each.title),
                "votes": each.votes,
                "percent": round(100 * each.votes / whole) if whole else 0,
            }
            for each in poll.choices
        ],
    }
