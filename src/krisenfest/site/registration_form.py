"""The form on an event's page: it needs no script and no account, and goes to the counter."""

from __future__ import annotations

from typing import Any

from krisenfest.domain.events import Event, EventState
from krisenfest.domain.registrations import LONGEST, LONGEST_ANSWER, TRAP, deletion_day, question_field
from krisenfest.domain.releases import Version
from krisenfest.site.edition import Edition


def of(edition: Edition, version: Version, event: Event) -> dict[str, Any] | None:
    """What the template needs for the form; None where the page takes no registrations (any more)."""
    form = event.registration
    state = edition.site.state(version)
    if form is None or not form.form or state in (EventState.OVER, EventState.CANCELLED):
        return None
    said, words = edition.said(version), edition.words
    questions = [
        {
            "field": question_field(each),
            "kind": each.kind,
            "label": edition.phrase(said, each.label),
            "options": [{"value": option, "name": edition.phrase(said, option)} for option in each.options],
            "required": each.required,
        }
        for each in form.questions
    ]
    return {
        "action": f"{edition.site.counter}veranstaltungen/{version.id}/",
        "questions": questions,
        "purpose": edition.phrase(said, form.purpose),
        "consent": edition.phrase(said, form.consent),
        "deleted": words.day(deletion_day(event)),
        "moderated": form.moderated,
        "waiting_list": form.waiting_list and form.capacity is not None,
        "confirm_within_h": form.confirm_within_h,
        "trap": TRAP,
        "longest": {**LONGEST, "answer": LONGEST_ANSWER},
        "privacy": f"{edition.prefix}seiten/{edition.site.municipality.privacy}.html",
    }
