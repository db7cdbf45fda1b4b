"""A book with people in it, for the tests of mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events import books, links
from krisenfest.web.events.models import Book, Mail, Purpose, Registration

AT = datetime(2026, 7, 1, 10, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "kind": "event",
    "id": "webinar",
    "texts": [
        {"lang": "de", "title": "Webinar: Als kleine Verwaltung durch die Krise"},
        {"lang": "en", "title": "Webinar: a small town through the crisis"},
    ],
    "start": "2026-07-09T15:00:00Z",
    "end": "2026-07-09T16:30:00Z",
    "place": "Videokonferenz",
    "online": True,
    "registration": {"mail": "anmeldung@musterstadt.example", "capacity": 100},
}


def publish(town: Municipality, at: datetime = AT, *, exercise: bool = False, **values: Any) -> Book:
    """Publish the event, or a change of it."""
    event = EVENT | values
    books.follow(None, municipality=town, exercise=exercise, kind="event", record_id=event["id"], payload=event, at=at)
    return Book.objects.of(town, exercise=exercise).get(record_id=event["id"])


def registered(book: Book, name: str = "Ayşe Öztürk", **values: Any) -> Registration:
    """A person with a place, unless `values` say otherwise."""
    number = book.registrations.count() + 1
    email = values.pop("email", f"person{number}@example.org")
    return Registration.objects.create(
        book=book,
        number=number,
        rank=number,
        name=name,
        email=email,
        asked=AT,
        digest=links.token_digest(links.secret_for(book.pk, number, email)),
        **({"state": "registered", "confirmed": AT} | values),
    )


def put(registration: Registration, purpose: Purpose, **values: Any) -> Mail:
    """A mail in the outbox."""
    return Mail.objects.create(registration=registration, purpose=purpose, **({"due": AT} | values))


def in_an_hour(at: datetime = AT) -> datetime:
    return at + timedelta(hours=1)
