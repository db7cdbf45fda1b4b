"""The book while it is open: one lock, one step at a time, the places counted with it, the line moved up behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from krisenfest.domain.registrations import HOLDS, Act, State, offer_ends, step, takes_over
from krisenfest.errors import StepError
from krisenfest.web.events import links
from krisenfest.web.events.models import Book, Mail, Purpose, Registration, form_of


@contextmanager
def opened(book_id: int, at: datetime) -> Iterator[Book]:
    """The book in a transaction of its own, nobody else in it meanwhile; at the end the line moves up."""
    with transaction.atomic():
        # NO KEY: a row that only names the book need not wait. On SQLite the transaction itself is the lock.
        book = Book.objects.select_for_update(no_key=True).get(pk=book_id)
        yield book
        settle(book, at)


def walk(
    book: Book,
    registration: Registration,
    act: Act,
    *,
    at: datetime,
    purpose: Purpose | None = None,
    until: datetime | None = None,
) -> None:
    """Take a step of the table, count the places, and put the mail that tells of it into the outbox.

    The book must be opened. Raises StepError where the table has no such step, or no place is left for it.
    """
    before = State(registration.state)
    after = step(before, act)
    more = takes_over(before, after)
    if more > 0 and book.full:
        raise StepError("all places are taken: raise the number of places, or take somebody's back first")
    book.taken += more
    registration.state, registration.until = after, until
    registration.steps += 1
    registration.save()
    if purpose:
        Mail.objects.create(
            registration=registration,
            purpose=purpose,
            key=str(registration.steps),
            secret=links.secret_of(registration),
            due=at,
        )


def settle(book: Book, at: datetime) -> None:
    """Offer what is free to those who wait, in their order, and keep the book's count of places."""
    event = book.event
    form = form_of(event)
    # Fewer places than are held: nobody loses one, and the number goes down as they come free.
    book.capacity = max(form.capacity, book.taken) if form.capacity is not None else None
    deadline = offer_ends(event, form, at)
    off = book.withdrawn or (event.cancelled and at >= event.cancelled.on)
    if at < deadline and not off and not book.full:
        waiting = book.registrations.filter(state=State.WAITING).order_by("rank")
        for each in waiting[: book.free] if book.free is not None else waiting:
            walk(book, each, Act.OFFER, at=at, purpose=Purpose.MOVED_UP, until=deadline)
    book.save(update_fields=["taken", "issued", "capacity"])


def held(book: Book) -> int:
    """How many places are held, counted anew: what `taken` must say."""
    return book.registrations.filter(state__in=HOLDS).count()
