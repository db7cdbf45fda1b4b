"""What time does to registrations: places that nobody confirmed come free, and what people wrote is deleted."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from krisenfest.domain.registrations import TIMED, Act, State
from krisenfest.web.audit import log
from krisenfest.web.events.ledger import opened, walk
from krisenfest.web.events.models import Book, Registration


def sweep(at: datetime) -> None:
    """Everything that is due at the instant `at`; twice is the same as once."""
    expire(at)
    delete_due(at)


def expire(at: datetime) -> int:
    """End the links and offers whose time is over, and let the line move up; gives how many have ended."""
    due = Registration.objects.filter(until__lte=at, state__in=TIMED)
    ended = 0
    for book_id in due.order_by().values_list("book_id", flat=True).distinct():
        with opened(book_id, at) as book:
            for each in book.registrations.filter(until__lte=at, state__in=TIMED).order_by("number"):
                walk(book, each, Act.LAPSE, at=at)
                ended += 1
    return ended


def delete_due(at: datetime) -> int:
    """Delete what people wrote, on the day that they were told; counts stay. Gives the number of events."""
    today = timezone.localdate(at)
    due = Book.objects.filter(delete_on__lte=today, deleted=None).values_list("pk", flat=True)
    for pk in list(due):
        with opened(pk, at) as book:
            empty(book, at)
    return len(due)


def empty(book: Book, at: datetime) -> None:
    """Delete the registrations of an opened book; what is left is how many there were of each state."""
    counts = dict(book.registrations.order_by().values_list("state").annotate(Count("pk")))
    book.registrations.all().delete()
    book.counts = {state.value: counts[state] for state in State if state in counts}
    book.taken, book.deleted = 0, at
    book.save(update_fields=["counts", "deleted"])
    log.record(
        "registrations.deleted",
        f"event {book.record_id}",
        municipality=book.municipality,
        by=None,
        at=at,
        details={"counts": book.counts, **({"exercise": True} if book.exercise else {})},
    )
