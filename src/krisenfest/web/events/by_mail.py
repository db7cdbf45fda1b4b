"""Register somebody who has written a mail: the same use case as the form's, so each is confirmed by the same link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from krisenfest.domain.registrations import Application
from krisenfest.errors import StepError
from krisenfest.web.events import booking
from krisenfest.web.events.models import Book, form_of


def register(
    book: Book,
    *,
    name: str,
    email: str,
    organisation: str,
    answers: Mapping[str, str],
    lang: str,
    at: datetime,
) -> None:
    """A registration that waits for its confirmation; who is known already is told so by mail.

    Raises StepError where a mail cannot register: no place and no line, not open, or the form asks what a mail does
    not say (a consent, a question that has to be answered).
    """
    form = form_of(book.event)
    if form.consent or any(each.required for each in form.questions):
        raise StepError("the form asks what a mail does not say: answer with the address of the event's page")
    application = Application(
        name=name, email=email.lower(), organisation=organisation, lang=lang, answers=dict(answers)
    )
    answer = booking.register(book, application, at=at, by_mail=True)
    if answer is not booking.Answer.TOLD:
        raise StepError(f"the registration was not possible: {answer}")
