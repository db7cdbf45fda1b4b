"""Register: one person, or all who came at the same moment, in one transaction. The only way into a book."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from krisenfest.domain.registrations import (
    UNCONFIRMED,
    Act,
    Application,
    Standing,
    State,
    link_ends,
    standing_at,
    step,
    takes_over,
)
from krisenfest.web.accounts.models import token_digest
from krisenfest.web.events import links
from krisenfest.web.events.models import Book, Mail, Purpose, Registration, form_of


class Answer(StrEnum):
    """What a person is told; TOLD is the same whether or not the address is known."""

    TOLD = "told"  # look into your mail
    FULL = "full"  # no place, and no waiting list
    LIMITED = "limited"  # too many from this network
    CLOSED = "closed"  # not open (any more): look at the event's page
    STALE = "stale"  # the form has changed since it was read: read it anew


@dataclass(frozen=True, slots=True)
class Asked:
    """An application for a book, read by the form of a version of its event."""

    book_id: int
    version: int
    application: Application
    by_mail: bool = False  # written in a mail, which an event without a form takes too


def register(book: Book, application: Application, *, at: datetime, by_mail: bool = False) -> Answer:
    """Register one person; `at` is the moment of asking."""
    return register_all([Asked(book.pk, book.version, application, by_mail)], at=at)[0]


def register_all(asked: Sequence[Asked], *, at: datetime) -> list[Answer]:
    """Register many in one transaction, in their order; what it answers is durable.

    Each book is locked once, so that the number of places is exact however many servers register. Mails go into the
    outbox in the same transaction.
    """
    answers = dict.fromkeys(range(len(asked)), Answer.CLOSED)
    with transaction.atomic():
        ids = {each.book_id for each in asked}
        # In one order everywhere, so that two servers never wait for each other in a ring.
        books = Book.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
        for book in books:
            mine = [number for number, each in enumerate(asked) if each.book_id == book.pk]
            found = _Batch(book, at).take([asked[number] for number in mine])
            answers.update(zip(mine, found, strict=True))
    return [answers[number] for number in range(len(asked))]


class _Batch:
    """The registrations of one book in one transaction."""

    def __init__(self, book: Book, at: datetime) -> None:
        self.book, self.at = book, at
        self.event = book.event
        self.form = form_of(self.event)
        self.new: list[Registration] = []
        self.mended: list[Registration] = []
        self.mails: list[Mail] = []
        self.known: dict[str, Registration] = {}

    def take(self, asked: Sequence[Asked]) -> list[Answer]:
        """Register them in order and write everything."""
        if self.book.deleted or self.book.withdrawn:
            return [Answer.CLOSED] * len(asked)
        emails = {each.application.email for each in asked}
        self.known = {each.email: each for each in self.book.registrations.filter(email__in=emails)}
        answers = [self._answer(each) for each in asked]
        self._write()
        return answers

    def _answer(self, asked: Asked) -> Answer:
        if standing_at(self.event, self.at, by_mail=asked.by_mail) is not Standing.OPEN:
            return Answer.CLOSED
        return Answer.STALE if asked.version != self.book.version else self._one(asked.application)

    def _one(self, application: Application) -> Answer:
        if self.book.full and not self.form.waiting_list:
            return Answer.FULL  # said to everybody, known or not
        known = self.known.get(application.email)
        if known is None:
            known = Registration(book=self.book, email=application.email, state=State.NEW)
            self._begin(known, application)
            self.new.append(known)
        elif State(known.state) in (State.CANCELLED, State.EXPIRED):
            self._begin(known, application)
            self.mended.append(known)
        elif known.pk is not None:  # else: twice in this moment; its mail is on the way
            self._again(known, application)
        self.known[application.email] = known
        return Answer.TOLD

    def _begin(self, registration: Registration, application: Application) -> None:
        """A place is held until the link ends; where none is free, a place in the line."""
        book = self.book
        act = Act.QUEUE if book.full else Act.HOLD
        before = State(registration.state)
        after = step(before, act)
        book.taken += takes_over(before, after)
        book.issued += 1
        registration.number = registration.rank = book.issued
        registration.state = after
        registration.asked, registration.until = self.at, link_ends(self.event, self.form, self.at)
        registration.confirmed = None
        registration.steps += 1
        _fill(registration, application)
        secret = links.secret_for(book.pk, registration.number, registration.email)
        registration.digest = token_digest(secret)
        self._mail(registration, Purpose.CONFIRM, str(registration.steps), secret)

    def _again(self, known: Registration, application: Application) -> None:
        """The address is known: nothing is told on the page, a mail says it; at most one such mail an hour."""
        unconfirmed = State(known.state) in UNCONFIRMED
        if unconfirmed:  # whoever mends a slip before confirming means the newer form
            _fill(known, application)
            self.mended.append(known)
        purpose = Purpose.CONFIRM if unconfirmed else Purpose.KNOWN
        key = f"{known.number}/{self.at:%Y-%m-%dT%H}"
        self._mail(known, purpose, key, links.secret_of(known))

    def _mail(self, registration: Registration, purpose: Purpose, key: str, secret: str) -> None:
        self.mails.append(Mail(registration=registration, purpose=purpose, key=key, secret=secret, due=self.at))

    def _write(self) -> None:
        Registration.objects.bulk_create(self.new)
        for each in _once(self.mended):
            each.save()
        for mail in self.mails:
            mail.registration_id = mail.registration.pk
        Mail.objects.bulk_create(self.mails, ignore_conflicts=True)
        Book.objects.filter(pk=self.book.pk).update(taken=self.book.taken, issued=self.book.issued)


def _fill(registration: Registration, application: Application) -> None:
    registration.name, registration.organisation = application.name, application.organisation
    registration.lang, registration.answers = application.lang, dict(application.answers)
    registration.consented = application.consented


def _once(registrations: Iterable[Registration]) -> list[Registration]:
    return list({each.pk: each for each in registrations}.values())
