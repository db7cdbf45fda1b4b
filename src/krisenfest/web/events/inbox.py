"""What becomes of a mail that comes in: a registration, a note at the mail that came back, or a letter for a person.

Each mail is taken over once, in one transaction with what follows from it; what is not understood is for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from krisenfest.errors import KrisenfestError
from krisenfest.standards import mail as mails
from krisenfest.standards import replies
from krisenfest.standards.mail import Failure, Incoming, Kind
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events import marks
from krisenfest.web.events.models import Book, Letter, Mail, Outcome, Registration

MAX_BYTES = 10_000_000  # a longer mail is read as far as this
KEPT_BYTES = 2_000_000  # and so much of it is kept for a person
AN_HOUR = 10  # so many mails of one address an hour register by themselves
KEEP_DONE = timedelta(days=30)

# Why a person must read it; kept in German, shown in the language of who reads.
NO_EVENT = gettext_noop("zu keiner Veranstaltung gehörig")
OVER = gettext_noop("die Veranstaltung ist vorbei oder nimmt keine Anmeldungen an")
ANSWER = gettext_noop("eine Antwort auf eine Mail von uns")
UNCLEAR = gettext_noop("nicht klar als Anmeldung zu verstehen")
ASKS = gettext_noop("angemeldet; die Mail enthält noch eine Frage oder eine Datei")
REFUSED = gettext_noop("die Anmeldung war nicht möglich")
TOO_MANY = gettext_noop("sehr viele Mails von dieser Adresse")
UNKNOWN_BOUNCE = gettext_noop("eine unzustellbare Mail, die keiner von uns zuzuordnen ist")
COMPLAINT = gettext_noop("jemand hat eine Mail von uns als Spam gemeldet; es gehen keine Erinnerungen mehr dorthin")
CALENDAR = gettext_noop("eine Antwort aus einem Kalender")
UNREADABLE = gettext_noop("die Mail ist nicht richtig lesbar")
AUTOMATIC = gettext_noop("eine automatische Antwort oder eine Mail von einem Programm")
LOOP = gettext_noop("eine Mail von uns selbst, die zurückkam")
DELAYED = gettext_noop("eine Mail von uns ist noch unterwegs")
RETURNED = gettext_noop("kam als unzustellbar zurück")
REGISTERED = gettext_noop("angemeldet")


class Register(Protocol):
    """The use case that the form uses: the registration waits until its link is confirmed."""

    def __call__(
        self,
        book: Book,
        *,
        name: str,
        email: str,
        organisation: str,
        answers: Mapping[str, Any],
        lang: str,
        at: datetime,
    ) -> object:
        """Register; raises KrisenfestError where that is not possible."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a mail, and why."""

    outcome: Outcome
    reason: str
    book: Book | None = None


def receive(data: bytes, *, at: datetime, register: Register, recipients: Sequence[str] = ()) -> Letter:
    """Take a mail over. Twice is the same as once. Raises only if the database fails: then nothing has happened."""
    digest = sha256(data).hexdigest()
    known = Letter.objects.filter(digest=digest).first()
    if known:
        return known
    seen = mails.read(data[:MAX_BYTES], recipients=recipients, own=_own())
    try:
        with transaction.atomic():
            fate = _fate(seen, at, register)
            return _keep(seen, fate, data, digest, at)
    except IntegrityError:
        # Another worker was faster with the same mail; anything else would raise again here.
        return Letter.objects.get(digest=digest)


def _own() -> list[str]:
    return [each for each in (settings.CONFIG.mail_from, settings.CONFIG.inbox_address) if each]


def _fate(seen: Incoming, at: datetime, register: Register) -> Fate:
    match seen.kind:
        case Kind.BOUNCE:
            return _returned(seen)
        case Kind.COMPLAINT:
            return _complained(seen)
        case Kind.AUTOMATIC:
            return Fate(Outcome.AUTOMATIC, AUTOMATIC, _book(seen, at))
        case Kind.LOOP:
            return Fate(Outcome.AUTOMATIC, LOOP, _book(seen, at))
        case Kind.CALENDAR:
            return Fate(Outcome.PERSON, CALENDAR, _book(seen, at))
        case Kind.UNREADABLE:
            return Fate(Outcome.PERSON, UNREADABLE, _book(seen, at))
    return _written(seen, at, register)


def _ours(seen: Incoming) -> Mail | None:
    """The mail of ours that came back: named by the address that it came back to, or by its Message-ID."""
    for address in seen.recipients:
        tag = marks.tag_of(address, settings.CONFIG.inbox_address)
        if tag and (found := marks.mail_of(tag)):
            return found
    known = Mail.objects.filter(message_id__in=seen.about).select_related("registration__book")
    return known.first() if seen.about else None


def _returned(seen: Incoming) -> Fate:
    ours = _ours(seen)
    if ours is None:
        return Fate(Outcome.PERSON, UNKNOWN_BOUNCE)
    book = ours.registration.book
    if seen.failure is Failure.DELAYED:
        return Fate(Outcome.BOUNCE, DELAYED, book)
    sent = Mail.objects.filter(pk=ours.pk, status__in=(Mail.SENT, Mail.HANDING, Mail.DOUBTFUL))
    sent.update(status=Mail.BOUNCED, problem=RETURNED, secret="")
    return Fate(Outcome.BOUNCE, RETURNED, book)


def _complained(seen: Incoming) -> Fate:
    ours = _ours(seen)
    if ours is None:
        return Fate(Outcome.PERSON, UNKNOWN_BOUNCE)
    Registration.objects.filter(pk=ours.registration_id).update(reminded=False)
    return Fate(Outcome.PERSON, COMPLAINT, ours.registration.book)


def _written(seen: Incoming, at: datetime, register: Register) -> Fate:
    """A person has written: they register, plainly; or somebody reads what they want."""
    answered = Mail.objects.filter(message_id__in=seen.answers).select_related("registration__book").first()
    if answered:
        return Fate(Outcome.PERSON, ANSWER, answered.registration.book)
    book = _book(seen, at)
    if book is None:
        return Fate(Outcome.PERSON, NO_EVENT)
    if not replies.wants_to_register(seen.subject, seen.text):
        return Fate(Outcome.PERSON, UNCLEAR, book)
    if not _open(book, at):
        return Fate(Outcome.PERSON, OVER, book)
    if Letter.objects.filter(email=seen.sender, came__gt=at - timedelta(hours=1)).count() >= AN_HOUR:
        return Fate(Outcome.PERSON, TOO_MANY, book)
    try:
        validate_email(seen.sender)
        with transaction.atomic():
            register(
                book,
                name=(seen.name or seen.sender.partition("@")[0])[:200],
                email=seen.sender,
                organisation="",
                answers={},
                lang=seen.lang or "de",
                at=at,
            )
    except (KrisenfestError, ValidationError):
        return Fate(Outcome.PERSON, REFUSED, book)
    if replies.asks_something(seen.text) or seen.attachments:
        return Fate(Outcome.PERSON, ASKS, book)
    return Fate(Outcome.REGISTERED, REGISTERED, book)


def _open(book: Book, at: datetime) -> bool:
    form = book.payload.get("registration") or {}
    opens, closes = (datetime.fromisoformat(form[name]) if form.get(name) else None for name in ("opens", "closes"))
    in_time = (opens is None or opens <= at) and at < (closes or book.start)
    return in_time and not book.payload.get("cancelled")


def _book(seen: Incoming, at: datetime) -> Book | None:
    """The event that a mail is for: the tag of its address names it, or one event that is not over has the address."""
    real = Book.objects.filter(exercise=False).select_related("municipality")
    for address in seen.recipients:
        tag = marks.tag_of(address, settings.CONFIG.inbox_address)
        if tag:
            town, _, event = tag.rpartition(".")
            tagged = real.filter(record_id=event, **({"municipality__slug": town} if town else {}))
            if len(tagged) == 1:
                return tagged[0]
    ahead = real.filter(end__gt=at)
    for address in seen.recipients:
        there = list(ahead.filter(payload__registration__mail__iexact=address))
        named = [each for each in there if _title(each).lower() in seen.subject.lower()]
        if len(there) == 1 or len(named) == 1:
            return (named or there)[0]
    return None


def _title(book: Book) -> str:
    return str(book.payload["texts"][0]["title"])


def _town(seen: Incoming) -> Municipality | None:
    """Whose a mail without an event is: the tag names the town, or there is only one."""
    for address in seen.recipients:
        tag = marks.tag_of(address, settings.CONFIG.inbox_address)
        if tag and (town := Municipality.objects.filter(slug=tag.rpartition(".")[0] or tag).first()):
            return town
    towns = list(Municipality.objects.all()[:2])
    return towns[0] if len(towns) == 1 else None


def _keep(seen: Incoming, fate: Fate, data: bytes, digest: str, at: datetime) -> Letter:
    """The row of the mail; its words only if a person must, or may want to, read them."""
    letter = Letter(digest=digest, came=at, outcome=fate.outcome, reasons=[fate.reason, *seen.reasons], book=fate.book)
    letter.municipality = fate.book.municipality if fate.book else _town(seen)
    letter.email = seen.sender[:320]
    if fate.outcome in (Outcome.PERSON, Outcome.AUTOMATIC):
        letter.name, letter.subject = seen.name[:200], seen.subject[:300]
        letter.text, letter.raw = seen.whole, data[:KEPT_BYTES]
    letter.save(force_insert=True)
    return letter


@transaction.atomic
def register_by_hand(letter: Letter, book: Book, *, register: Register, at: datetime) -> None:
    """A person has read it: it is a registration, for this event. Raises KrisenfestError where that is not possible."""
    seen = replace(mails.read(bytes(letter.raw)), name=letter.name)
    name, lang = (seen.name or letter.email.partition("@")[0])[:200], seen.lang or "de"
    register(book, name=name, email=letter.email, organisation="", answers={}, lang=lang, at=at)
    Letter.objects.filter(pk=letter.pk).update(done=at, book=book, municipality=book.municipality)


def mark_done(letter: Letter, at: datetime) -> None:
    """Somebody has dealt with it."""
    Letter.objects.filter(pk=letter.pk, done=None).update(done=at)


def sweep(at: datetime) -> int:
    """Delete what is done, or was never for a person, after 30 days, and everything on the day of its event.

    That day is what people were told (GDPR Art. 13 (2) a). Gives how many.
    """
    old = Q(came__lt=at - KEEP_DONE) & (~Q(outcome=Outcome.PERSON) | Q(done__lt=at - KEEP_DONE))
    gone, _ = Letter.objects.filter(old | Q(book__delete_on__lte=timezone.localdate(at))).delete()
    return gone
