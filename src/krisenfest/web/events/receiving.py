"""What comes in by the form of an event's page: read, checked and counted in one place for every way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from krisenfest.domain.events import RegistrationForm
from krisenfest.domain.registrations import TRAP, Fault, read_application
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events.booking import Answer, Asked
from krisenfest.web.events.limits import limits
from krisenfest.web.events.models import Book, form_of


@dataclass(frozen=True, slots=True)
class Door:
    """What has to be known of a book to read a form for it."""

    book_id: int
    version: int
    form: RegistrationForm


def door(slug: str, record_id: str, *, exercise: bool) -> Door | None:
    """The door of an event's book; None where there is none."""
    town = Municipality.objects.filter(slug=slug).first()
    if town is None:
        return None
    book = Book.objects.of(town, exercise=exercise).filter(record_id=record_id).first()
    return door_of(book) if book else None


def door_of(book: Book) -> Door:
    """The door of a book."""
    return Door(book.pk, book.version, form_of(book.event))


def receive(door: Door, fields: Mapping[str, str], *, client: str, at: datetime) -> Asked | Answer | tuple[Fault, ...]:
    """What to do with a form: register it, answer at once, or have it mended.

    A robot that fills in the trap, and an address that asked too often, are answered as everybody.
    """
    if fields.get(TRAP):
        return Answer.TOLD
    application, faults = read_application(door.form, fields)
    if faults:
        return faults
    if not limits.network_may(client, settings.CONFIG.register_per_network, at):
        return Answer.LIMITED
    if not limits.address_may(str(door.book_id), application.email, at):
        return Answer.TOLD
    return Asked(door.book_id, door.version, application)
