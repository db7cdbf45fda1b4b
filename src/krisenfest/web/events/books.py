"""A book of registrations for each event that is public, kept in step with what the desk publishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from krisenfest.domain.events import Event, ends
from krisenfest.domain.registrations import State, deletion_day
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events import links
from krisenfest.web.events.ledger import opened
from krisenfest.web.events.models import Book, Mail, Purpose

# what a person who comes must be told of when it changes
TOLD = ("start", "end", "place", "online")


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
    if kind != "event":
        return
    if payload is None:
        Book.objects.of(municipality, exercise=exercise).filter(record_id=record_id).update(withdrawn=True)
        return
    event = Event.model_validate(payload)
    capacity = event.registration.capacity if event.registration else None
    values = {"payload": dict(payload), "start": event.start, "end": ends(event)}
    first = {**values, "capacity": capacity, "delete_on": deletion_day(event)}
    book, new = Book.objects.of(municipality, exercise=exercise).get_or_create(
        record_id=record_id, defaults={**first, "municipality": municipality, "exercise": exercise}
    )
    if new or (book.payload == values["payload"] and not book.withdrawn):
        return
    with opened(book.pk, at) as found:  # settles at its end: a place more is offered to who waits
        before = found.event
        found.delete_on = _day_of_deletion(found, event)
        found.payload, found.version = dict(payload), found.version + 1
        found.start, found.end, found.withdrawn = event.start, ends(event), False
        found.save(update_fields=["payload", "version", "start", "end", "withdrawn", "delete_on"])
        _tell(found, before, event, at)


def _day_of_deletion(book: Book, event: Event) -> date:
    """The day that follows from the event; but nobody who was told a shorter time is kept for longer."""
    day = deletion_day(event)
    if not book.registrations.exists():
        return day
    kept = book.delete_on - (deletion_day(book.event) - timedelta(days=_days(book.event)))
    return min(day, day - timedelta(days=_days(event)) + kept)


def _days(event: Event) -> int:
    return (deletion_day(event) - ends(event).date()).days


def _tell(book: Book, before: Event, after: Event, at: datetime) -> None:
    """A mail to everybody who comes or waits, where the event was moved or cancelled."""
    if after.cancelled and not before.cancelled:
        purpose, key = Purpose.CANCELLED, "event"
    elif any(getattr(before, name) != getattr(after, name) for name in TOLD) and not after.cancelled:
        purpose, key = Purpose.CHANGED, f"v{book.version}"
    else:
        return
    concerned = book.registrations.filter(state__in=(State.REGISTERED, State.WAITING, State.OFFERED, State.PROPOSED))
    mails = [
        Mail(registration=each, purpose=purpose, key=key, secret=links.secret_of(each), due=at) for each in concerned
    ]
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
