"""Mails that the clock causes: reminders before an event, thanks after it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from krisenfest.domain.events import Event
from krisenfest.web.events import links
from krisenfest.web.events.compose import HAS_PLACE
from krisenfest.web.events.models import Book, Mail, Purpose, Registration

LONGEST_MIN = 14 * 24 * 60  # a reminder comes at most so long before
THANKS_WITHIN = timedelta(days=3)  # after the end; sooner once there is a recap
LOOK_BACK = timedelta(days=14)


def plan(at: datetime) -> int:
    """Put what is due into the outbox; twice is the same as once. Gives the number of mails."""
    made = 0
    soon = Book.objects.filter(start__gt=at, start__lte=at + timedelta(minutes=LONGEST_MIN))
    for book in soon:
        for minutes in book.reminders:
            made += _remind(book, minutes, at)
    over = Book.objects.filter(thanks=True, end__lte=at, end__gt=at - LOOK_BACK, delete_on__gt=at.date())
    for book in over:
        made += _thank(book, at)
    return made


def _remind(book: Book, minutes: int, at: datetime) -> int:
    """Everybody who comes and had registered before the moment of the reminder; an event that moves reminds anew."""
    due = book.start - timedelta(minutes=minutes)
    if not due <= at < book.start or Event.model_validate(book.payload).cancelled:
        return 0
    people = Registration.objects.filter(book=book, state=HAS_PLACE, reminded=True)
    known = people.filter(Q(confirmed=None) | Q(confirmed__lte=due))
    return _put(known, Purpose.REMINDER, f"{minutes}@{book.start:%Y%m%dT%H%M}", due)


def _thank(book: Book, at: datetime) -> int:
    event = Event.model_validate(book.payload)
    if event.cancelled or not (any(text.recap for text in event.texts) or at >= book.end + THANKS_WITHIN):
        return 0
    people = Registration.objects.filter(book=book, state=HAS_PLACE, reminded=True)
    return _put(people, Purpose.THANKS, "", at)


def _put(people: QuerySet[Registration], purpose: Purpose, key: str, due: datetime) -> int:
    has = Mail.objects.filter(registration=OuterRef("pk"), purpose=purpose, key=key)
    mails = [
        Mail(registration=each, purpose=purpose, key=key, secret=links.secret_of(each), due=due)
        for each in people.exclude(Exists(has))
    ]
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    return len(mails)
