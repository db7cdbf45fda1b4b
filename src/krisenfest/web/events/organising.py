"""What organisers do with registrations; each thing is checked, done, logged by number, never by name."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

from krisenfest.domain.approval import Act as DraftAct
from krisenfest.domain.approval import Verb, may
from krisenfest.domain.registrations import Act, Application, State
from krisenfest.errors import RefusedError, StepError
from krisenfest.web.accounts.models import User, token_digest
from krisenfest.web.audit import log
from krisenfest.web.events import links
from krisenfest.web.events.ledger import opened, walk
from krisenfest.web.events.models import Book, Purpose, Registration, form_of

# what an organiser may do with a registration, and the mail that tells the person
ACTS = {
    Act.APPROVE: Purpose.REGISTERED,
    Act.REFUSE: Purpose.REFUSED,
    Act.PLACE: Purpose.REGISTERED,
    Act.SET_BACK: Purpose.WAITING,
    Act.CANCEL: Purpose.CANCELLED,
}


def may_organise(user: User, book: Book) -> bool:
    """Whether the person may see and move the registrations: who may invite may also see who comes."""
    return may(user.roles_in(book.municipality), DraftAct.SAVE, Verb.INVITE)


def require_organiser(user: User, book: Book) -> None:
    """Raise RefusedError unless the person may organise."""
    if not may_organise(user, book):
        raise RefusedError("your roles do not permit to see registrations: ask an administrator")


def act(registration: Registration, chosen: Act, *, by: User, at: datetime) -> Registration:
    """Approve, refuse, give a place, set back into the line, cancel. Raises StepError where that cannot be."""
    require_organiser(by, registration.book)
    if chosen not in ACTS:
        raise StepError(f"an organiser cannot {chosen}")
    with opened(registration.book_id, at) as book:
        found = book.registrations.get(pk=registration.pk)
        if chosen is Act.SET_BACK:  # to the end, or the place would come back at once
            book.issued += 1
            found.rank = book.issued
        if chosen is Act.PLACE:
            found.confirmed = found.confirmed or at
        walk(book, found, chosen, at=at, purpose=ACTS[chosen])
        _logged(f"registration.{chosen}", book, by=by, at=at, number=found.number)
    return found


def add(book: Book, application: Application, *, by: User, at: datetime) -> Registration:
    """Register somebody who has asked by telephone or in person; they get the mail and the personal link.

    Raises StepError if the address is there already, or all places are taken and there is no waiting list.
    """
    require_organiser(by, book)
    with opened(book.pk, at) as found:
        if found.deleted:
            raise StepError("the registrations of this event are deleted")
        registration = found.registrations.filter(email=application.email).first()
        if registration and State(registration.state) not in (State.CANCELLED, State.EXPIRED, State.REFUSED):
            raise StepError("this address is registered already")
        line = found.full and form_of(found.event).waiting_list
        found.issued += 1
        registration = registration or Registration(book=found, email=application.email)
        registration.number = registration.rank = found.issued
        registration.state = State.NEW
        registration.asked = registration.confirmed = at
        registration.name, registration.organisation = application.name, application.organisation
        registration.lang, registration.answers = application.lang, dict(application.answers)
        registration.digest = token_digest(links.secret_for(found.pk, found.issued, application.email))
        purpose = Purpose.WAITING if line else Purpose.REGISTERED
        walk(found, registration, Act.WAIT if line else Act.PLACE, at=at, purpose=purpose)
        _logged("registration.add", found, by=by, at=at, number=registration.number)
    return registration


def export(book: Book, *, by: User, at: datetime) -> Iterator[bytes]:
    """The registrations as CSV, a row each; that it was taken, by whom and how many rows, is logged first."""
    require_organiser(by, book)
    rows = list(book.registrations.order_by("number"))
    _logged("registrations.exported", book, by=by, at=at, rows=len(rows))
    questions = form_of(book.event).questions
    head = ["number", "state", "name", "email", "organisation", "language", "asked", "confirmed"]
    yield "\ufeff".encode() + _line([*head, *(each.label for each in questions)])
    for each in rows:
        answers = [str(each.answers.get(question.id, "")) for question in questions]
        known = [str(each.number), each.state, each.name, each.email, each.organisation, each.lang]
        moments = [moment.isoformat() if moment else "" for moment in (each.asked, each.confirmed)]
        yield _line([*known, *moments, *answers])


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (CWE-1236): it then begins with an apostrophe."""
    return f"'{text}" if re.match(r"\s*[=+\-@\t\r＝＋－＠]", text) else text


def _line(cells: list[str]) -> bytes:
    written = StringIO()
    csv.writer(written).writerow(map(defused, cells))
    return written.getvalue().encode()


def subject_of(book: Book) -> str:
    """What the log calls the event."""
    return f"event {book.record_id}"


def _logged(name: str, book: Book, *, by: User, at: datetime, **details: int) -> None:
    more = {"exercise": True} if book.exercise else {}
    log.record(name, subject_of(book), municipality=book.municipality, by=by, at=at, details={**details, **more})
