"""The use case that a mail registers by; the form's own takes its place as soon as both are in one tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from krisenfest.web.accounts.models import token_digest
from krisenfest.web.events import links, outbox
from krisenfest.web.events.models import Book, Purpose, Registration

CONFIRM_WITHIN = timedelta(hours=24)


def register(
    book: Book,
    *,
    name: str,
    email: str,
    organisation: str,
    answers: Mapping[str, Any],
    lang: str,
    at: datetime,
) -> Registration:
    """A registration that waits for its confirmation; who is known already gets no second one."""
    found = Registration.objects.filter(book=book, email=email).first()
    if found:
        return found
    number = 1 + max(book.registrations.values_list("number", flat=True), default=0)
    secret = links.secret_for(book.pk, number, email)
    found = Registration.objects.create(
        book=book,
        number=number,
        state="held",
        name=name,
        email=email,
        organisation=organisation,
        answers=dict(answers),
        lang=lang,
        asked=at,
        until=at + CONFIRM_WITHIN,
        digest=token_digest(secret),
    )
    outbox.put(found.pk, Purpose.CONFIRM, at=at, secret=secret)
    return found
