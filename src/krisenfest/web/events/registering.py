"""What a person does with their registration by the link in their mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from krisenfest.domain.records import utc
from krisenfest.domain.registrations import UNCONFIRMED, Act, Application, State, takes_over
from krisenfest.errors import StepError
from krisenfest.web.events.ledger import opened, walk
from krisenfest.web.events.models import Book, Purpose, Registration, form_of

TOO_LATE = "the time of this link is over: register once more"


def confirm(registration: Registration, *, at: datetime) -> Registration:
    """Confirm the address, or take the place that was offered.

    Raises StepError if it is too late, or there is nothing to confirm.
    """
    with opened(registration.book_id, at) as book:
        found = _again(registration)
        if found.until is None or found.until <= at:
            raise StepError(TOO_LATE if found.until else "there is nothing to confirm")
        found.confirmed = found.confirmed or at
        takes = takes_over(State(found.state), State.REGISTERED)
        if takes and book.full:
            walk(book, found, Act.WAIT, at=at, purpose=Purpose.WAITING)
        elif form_of(book.event).moderated:
            walk(book, found, Act.PROPOSE, at=at, purpose=Purpose.PROPOSED)
        else:
            walk(book, found, Act.CONFIRM, at=at, purpose=Purpose.REGISTERED)
    return found


def cancel(registration: Registration, *, at: datetime) -> Registration:
    """Give the place back; whoever waits moves up. Who has never confirmed gets no mail about it."""
    with opened(registration.book_id, at) as book:
        found = _again(registration)
        quiet = State(found.state) in UNCONFIRMED
        walk(book, found, Act.CANCEL, at=at, purpose=None if quiet else Purpose.CANCELLED)
    return found


def change(registration: Registration, application: Application, *, at: datetime) -> Registration:
    """Change what was said; the address stays, because it is what was confirmed."""
    with opened(registration.book_id, at):
        found = _again(registration)
        if State(found.state) in (State.CANCELLED, State.EXPIRED, State.REFUSED):
            raise StepError(f"a registration that is {found.state} cannot change")
        found.name, found.organisation = application.name, application.organisation
        found.answers = dict(application.answers)
        found.save()
    return found


def delete(registration: Registration, *, at: datetime) -> None:
    """Delete everything about the person here, now (GDPR Art. 17); a place that was held comes free."""
    with opened(registration.book_id, at) as book:
        found = _again(registration)
        book.taken -= takes_over(State.NEW, State(found.state))
        found.delete()


def position(registration: Registration) -> int | None:
    """The place in the line, counted from 1; None for who is not in it."""
    if registration.state != State.WAITING:
        return None
    before = Registration.objects.filter(book=registration.book_id, state=State.WAITING, rank__lt=registration.rank)
    return before.count() + 1


def everything(registration: Registration) -> dict[str, Any]:
    """All that is kept about a person, for them to take along (GDPR Art. 15 and 20)."""
    book: Book = registration.book
    questions = {each.id: each.label for each in form_of(book.event).questions}
    return {
        "event": book.payload["texts"][0]["title"],
        "start": utc(book.start),
        "state": registration.state,
        "name": registration.name,
        "email": registration.email,
        "organisation": registration.organisation,
        "language": registration.lang,
        "answers": {questions.get(key, key): value for key, value in registration.answers.items()},
        "consented": registration.consented,
        "asked": utc(registration.asked),
        "confirmed": utc(registration.confirmed) if registration.confirmed else None,
        "until": utc(registration.until) if registration.until else None,
        "delete_on": book.delete_on.isoformat(),
        "mails": [
            {"purpose": each.purpose, "due": utc(each.due), "sent": utc(each.sent) if each.sent else None}
            for each in registration.mails.order_by("pk")
        ],
    }


def _again(registration: Registration) -> Registration:
    """The registration as it stands now that its book is opened."""
    return Registration.objects.select_related("book__municipality").get(pk=registration.pk)
