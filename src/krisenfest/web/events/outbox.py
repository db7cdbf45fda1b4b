"""The outbox: each mail is sent once, whatever dies in between (docs/adr/0010-one-mail-and-the-doubt.md).

::

    waiting -> sending (claimed, under a lease) -> handing (its last line is on the way to the server) -> sent

A worker that dies leaves `sending`, which the server has certainly not seen the end of: it waits again when the lease
is over. Or it leaves `handing`, and nobody can know whether the mail has arrived: it becomes `doubtful`, is shown to
the organiser, and goes out again, under the same Message-ID, when a person says so.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core import mail as django_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from krisenfest.errors import KrisenfestError
from krisenfest.web.events.compose import Composer
from krisenfest.web.events.models import Mail, Purpose
from krisenfest.web.rooms import files_for
from krisenfest.web.smtp import EmailBackend

logger = logging.getLogger("krisenfest.outbox")
BATCH = 20
LEASE = timedelta(minutes=15)  # longer than the server may take for the end of one mail (RFC 5321, 4.5.3.2.6)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=4)  # RFC 5321, 4.5.4.1: at least 4 to 5 days

# What the organiser reads; kept in German, shown in the language of who reads.
TOO_LATE = gettext_noop("nicht mehr nötig: zu spät oder abbestellt")
UNWRITTEN = gettext_noop("die Mail konnte nicht geschrieben werden")
UNREACHED = gettext_noop("der Mailserver war nicht zu erreichen")
BROKEN = gettext_noop("die Leitung brach ab, als die Mail fast fertig übergeben war")


class LostClaimError(KrisenfestError):
    """Another worker has this mail now: this one lets go before the last line."""


class End(StrEnum):
    """How one try ended."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    DOUBT = "doubt"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Tried:
    """How one try ended, what the server said, and whether the line to it still holds."""

    end: End
    problem: str = ""
    line_holds: bool = True


def claim(at: datetime) -> list[Mail]:
    """Take what is due, for this worker alone until the lease ends; oldest first."""
    due = Q(again_at=None) | Q(again_at__lte=at)
    with transaction.atomic():
        waiting = Mail.objects.filter(due, status=Mail.WAITING, due__lte=at).order_by("due", "pk")
        taken = [each.pk for each in waiting.select_for_update(skip_locked=True).only("pk")[:BATCH]]
        Mail.objects.filter(pk__in=taken).update(status=Mail.SENDING, attempts=F("attempts") + 1, again_at=at + LEASE)
    found = Mail.objects.filter(pk__in=taken).select_related("registration__book__municipality")
    return sorted(found, key=lambda each: (each.due, each.pk))


@dataclass(frozen=True, slots=True)
class Round:
    """So many mails went out; whether more may be due; whether the server could be reached."""

    sent: int = 0
    more: bool = False
    reached: bool = True


def send_due(at: datetime) -> Round:
    """Send what is due. Stops where the server cannot be reached."""
    mails = claim(at)
    if not mails:
        return Round()
    composer, sent, reached = Composer(at), 0, True
    connection = django_mail.get_connection()
    for number, mail in enumerate(mails):
        found = _one(mail, composer, connection, at)
        _keep(mail, found, at)
        sent += found.end is End.SENT
        if not found.line_holds and found.end is End.LATER:
            _release(mails[number + 1 :])
            reached = False
            break
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        logger.warning("the mail server hung up")
    if sent:
        logger.info("%d mails sent", sent)
    return Round(sent, more=len(mails) == BATCH, reached=reached)


def _one(mail: Mail, composer: Composer, connection: BaseEmailBackend, at: datetime) -> Tried:
    if composer.useless(mail):
        return Tried(End.NEVER, TOO_LATE)
    book = mail.registration.book
    if book.exercise:  # nothing leaves an exercise
        place = files_for(book.municipality, exercise=True).place / "mailbox"
        file_backend = "django.core.mail.backends.filebased.EmailBackend"
        connection = django_mail.get_connection(file_backend, file_path=str(place))
    try:
        message = composer.message(mail)
    except Exception:  # one mail that cannot be written must not stop the others; the organiser sees it
        logger.exception("a mail could not be written")
        return Tried(End.NEVER, UNWRITTEN)
    return _send(message, connection, before_the_end=lambda: hand_over(mail, message.message_id))


def hand_over(mail: Mail, message_id: str) -> None:
    """From now on it may have arrived. Raises LostClaimError if the lease was over and another worker took it."""
    mine = Mail.objects.filter(pk=mail.pk, status=Mail.SENDING, attempts=mail.attempts)
    if not mine.update(status=Mail.HANDING, message_id=message_id):
        raise LostClaimError(f"mail {mail.pk} was taken by another worker")
    mail.status = Mail.HANDING


def _send(message: django_mail.EmailMessage, connection: BaseEmailBackend, before_the_end: Callable[[], None]) -> Tried:
    handing = False

    def told() -> None:
        nonlocal handing
        before_the_end()
        handing = True

    try:
        if isinstance(connection, EmailBackend):
            connection.before_the_end = told
            connection.open()
        else:
            told()
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        return _refused(code, said, message.to)
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        return _refused(error.smtp_code, error.smtp_error, message.to)
    except (OSError, LostClaimError) as error:  # SMTPException is an OSError
        if isinstance(connection, EmailBackend):
            connection.hang_up()
        if isinstance(error, LostClaimError):
            return Tried(End.LOST, line_holds=False)
        return Tried(End.DOUBT, BROKEN, line_holds=False) if handing else Tried(End.LATER, UNREACHED, line_holds=False)
    return Tried(End.SENT)


def _refused(code: int, said: bytes | str, addresses: list[str]) -> Tried:
    """RFC 5321, 4.2.1: 4yz may pass later, 5yz will not."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for each in addresses:
        text = text.replace(each, "…")
    return Tried(End.NEVER if code >= 500 else End.LATER, f"{code} {text}"[:300])


def _keep(mail: Mail, found: Tried, at: datetime) -> None:
    """Write down how a try ended; in one statement, which a worker that lost its claim does not reach."""
    mine = Mail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    match found.end:
        case End.SENT:
            mine.update(status=Mail.SENT, sent=at, secret="", problem="", again_at=None)
        case End.DOUBT:
            mine.update(status=Mail.DOUBTFUL, problem=found.problem, again_at=None)
        case End.NEVER:
            status = Mail.DROPPED if found.problem == TOO_LATE else Mail.FAILED
            mine.update(status=status, problem=found.problem, again_at=None)
        case End.LATER if at - mail.due > GIVE_UP_AFTER:
            mine.update(status=Mail.FAILED, problem=found.problem, again_at=None)
        case End.LATER:
            mine.update(status=Mail.WAITING, problem=found.problem, again_at=at + pause(mail.attempts))
        case End.LOST:
            pass
    if found.end in (End.NEVER, End.DOUBT, End.LATER):
        logger.warning("a mail was not sent: %s", found.end, extra={"attempt": mail.attempts})


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, at most an hour."""
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _release(mails: list[Mail]) -> None:
    """Give back what was claimed and not begun; it was not tried."""
    for each in mails:
        mine = Mail.objects.filter(pk=each.pk, status=Mail.SENDING, attempts=each.attempts)
        mine.update(status=Mail.WAITING, attempts=F("attempts") - 1, again_at=None)


def sweep(at: datetime) -> int:
    """Pick up what a killed worker has left; gives the number of mails whose arrival nobody can know."""
    over = Mail.objects.filter(again_at__lte=at)
    over.filter(status=Mail.SENDING).update(status=Mail.WAITING, again_at=None)
    doubtful = over.filter(status=Mail.HANDING).update(status=Mail.DOUBTFUL, problem=BROKEN, again_at=None)
    if doubtful:
        logger.warning("%d mails may or may not have arrived", doubtful)
    return doubtful


@transaction.atomic
def send_again(mail: Mail, at: datetime) -> None:
    """A person says so: once more, under the same Message-ID: who has it already sees that it is the same."""
    again = Mail.objects.filter(pk=mail.pk, status__in=(Mail.DOUBTFUL, Mail.FAILED, Mail.BOUNCED))
    again.update(status=Mail.WAITING, due=at, again_at=None, problem="")


def put(registration_pk: int, purpose: Purpose, *, at: datetime, key: str = "", secret: str = "") -> bool:
    """Put a mail into the outbox, in the caller's transaction; gives False if it is there already."""
    _, new = Mail.objects.get_or_create(
        registration_id=registration_pk, purpose=purpose, key=key, defaults={"due": at, "secret": secret}
    )
    return new
