"""The way of a registered person to the live questions and polls, and from there into the conference.

A pass names nobody: its key follows from the number of the registration, and only here does it lead back to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from krisenfest.domain.registrations import State
from krisenfest.web import passes
from krisenfest.web.events.conferences import join_for
from krisenfest.web.events.models import Book, Registration

BEFORE = timedelta(hours=1)  # the live page is shown so long before the start, and as long as a pass holds


def key_of(registration_pk: int) -> str:
    """The key in the pass of a registration."""
    return passes.key_of("registration", registration_pk)


def address_for(registration: Registration, at: datetime) -> str:
    """The live page of a registered person; "" for all others, and while it is not yet time, or over."""
    book = registration.book
    if registration.state != State.REGISTERED or not book.start - BEFORE <= at < book.end + passes.AFTER:
        return ""
    town, key = book.municipality, key_of(registration.pk)
    token = passes.issue(
        town, book.record_id, ends=book.end, key=key, name=registration.name[:60], exercise=book.exercise
    )
    return f"/counter/live/{token}/"


def answer(sender: object, *, holder: passes.Pass, at: datetime, **_: Any) -> str:
    """The way into the conference for the holder of a pass, if it is a registered person; receiver of `joining`."""
    book = Book.objects.filter(**holder.room, record_id=holder.record_id).first()
    if book is None:
        return ""
    registered = book.registrations.filter(state=State.REGISTERED)
    found = next((pk for pk in registered.values_list("pk", flat=True) if key_of(pk) == holder.key), None)
    return join_for(registered.get(pk=found), at).link if found is not None else ""
