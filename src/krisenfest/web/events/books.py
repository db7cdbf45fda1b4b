"""A book of registrations for each event that is public, kept in step with what the desk publishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from krisenfest.domain.events import Event, ends
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events.models import Book

KEEP_DAYS = 30  # personal data go so many days after the end, unless the event says otherwise


def follow(
    sender: object,
    *,
    municipality: Municipality,
    exercise: bool,
    kind: str,
    record_id: str,
    payload: Mapping[str, Any] | None,
    at: datetime,
    **_: Any,
) -> None:
    """Open or renew the book of an event that has become public; receiver of `published`."""
    if kind != "event" or payload is None:
        return
    event = Event.model_validate(payload)
    values = {
        "payload": dict(payload),
        "start": event.start,
        "end": ends(event),
        "capacity": event.registration.capacity if event.registration else None,
        "delete_on": (ends(event) + timedelta(days=KEEP_DAYS)).date(),
    }
    book, new = Book.objects.of(municipality, exercise=exercise).get_or_create(
        record_id=record_id, defaults={**values, "municipality": municipality, "exercise": exercise}
    )
    if not new and book.payload != values["payload"]:
        Book.objects.filter(pk=book.pk).update(**values, version=book.version + 1)
