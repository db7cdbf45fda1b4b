"""The way into the conference: for whom, from when, by which system, and what to do when that fails.

A failure of a system is kept at the conference and told to the organisers; it never touches a registration.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.db import transaction
from django_tasks import task

from krisenfest import clock
from krisenfest.config import Config
from krisenfest.domain.events import Event, EventState, event_state_at, occurrence_at
from krisenfest.errors import ConferenceError
from krisenfest.site.addresses import record_path
from krisenfest.web.accounts.models import User
from krisenfest.web.audit import log
from krisenfest.web.events.conference_models import Conference
from krisenfest.web.events.models import Book, Registration
from krisenfest.web.events.providers import Guest, Provider, Room
from krisenfest.web.events.providers.bigbluebutton import BigBlueButton
from krisenfest.web.events.providers.jitsi import Jitsi
from krisenfest.web.events.providers.link import TypedLink
from krisenfest.web.rooms import site_address

HAS_A_PLACE = "registered"  # state of a registration that is confirmed and has its place
STAYS_OPEN = timedelta(minutes=30)  # after the end: discussions run over
TRY_EVERY = timedelta(seconds=30)
SALT = "krisenfest.conference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a registered person is told of the conference: `state` is none, early, open, failed or over."""

    state: str
    opens: datetime | None = None
    link: str = ""
    direct: bool = False  # the link leads to the conference itself, and may be copied
    dial_in: str = ""


def systems(config: Config) -> dict[str, Provider]:
    """The systems that this server is set up for, beside a link typed by hand."""
    found: dict[str, Provider] = {}
    if config.bigbluebutton_url and config.bigbluebutton_secret:
        found[Conference.BIGBLUEBUTTON] = BigBlueButton(config.bigbluebutton_url, config.bigbluebutton_secret)
    if config.jitsi_url and config.jitsi_app and (config.jitsi_secret or config.jitsi_key):
        found[Conference.JITSI] = Jitsi(
            address=config.jitsi_url,
            app=config.jitsi_app,
            secret=config.jitsi_secret,
            key_file=config.jitsi_key,
            key_id=config.jitsi_key_id,
        )
    return found


def provider_of(conference: Conference) -> Provider:
    """The system of a conference. Raises ConferenceError if the server does not know it (any more)."""
    if conference.provider == Conference.LINK:
        return TypedLink(conference.link)
    try:
        return systems(settings.CONFIG)[conference.provider]
    except KeyError:
        raise ConferenceError(
            f"{conference.provider} is not set up on this server: set it up (docs/settings.md), or type a link by hand"
        ) from None


def _event(book: Book) -> Event:
    return Event.model_validate(book.payload)


def _time(book: Book, at: datetime) -> tuple[datetime, datetime]:
    """Beginning and end of the time that it takes place now, else next; just after the end that which ended."""
    time = occurrence_at(_event(book), at - STAYS_OPEN)
    assert time.start is not None
    assert time.end is not None
    return time.start, time.end


def room_of(conference: Conference, at: datetime) -> Room:
    """The room for the time that it takes place at `at`, or next; its key is a secret's, so nobody can guess it."""
    book = conference.book
    start, end = _time(book, at)
    named = f"{book.municipality.slug}/{book.exercise}/{book.record_id}/{start.isoformat()}"
    key = hmac.new(settings.SECRET_KEY.encode(), named.encode(), sha256).hexdigest()[:32]
    site = site_address(book.municipality, exercise=book.exercise)
    title = book.payload["texts"][0]["title"]
    return Room(key=key, title=title, start=start, end=end, back=f"{site}/{record_path('event', book.record_id)}")


def opens_at(conference: Conference, at: datetime) -> datetime:
    """From when people can come in, for the time that it takes place at `at`, or next."""
    return _time(conference.book, at)[0] - timedelta(minutes=conference.opens_minutes)


def join_for(registration: Registration, at: datetime) -> Way:
    """What this person is told at the instant `at`; only who is registered and confirmed is told anything."""
    conference = Conference.objects.filter(book=registration.book_id).select_related("book__municipality").first()
    if conference is None or registration.state != HAS_A_PLACE or registration.confirmed is None:
        return Way(state="none")
    if event_state_at(_event(conference.book), at) == EventState.CANCELLED:
        return Way(state="none")
    _, end = _time(conference.book, at)
    if at >= end + STAYS_OPEN:
        return Way(state="over")
    opens = opens_at(conference, at)
    if at < opens:
        return Way(state="early", opens=opens)
    direct = conference.provider == Conference.LINK
    link = conference.link if direct else f"/counter/konferenz/{_token(registration)}/"
    state = "failed" if conference.problem and not direct else "open"
    return Way(state=state, link=link, direct=direct, dial_in=conference.dial_in)


def _token(registration: Registration) -> str:
    return signing.dumps(registration.pk, salt=SALT)


def registration_of(token: str) -> Registration | None:
    """The registration that a link of `join_for` names, or None."""
    try:
        number = signing.loads(token, salt=SALT, max_age=timedelta(days=1))
    except signing.BadSignature:
        return None
    return Registration.objects.filter(pk=number).first()


def enter(registration: Registration, at: datetime) -> str:
    """The address by which this person comes in now. Raises ConferenceError, which is kept for the organisers."""
    if join_for(registration, at).state not in ("open", "failed"):
        raise ConferenceError("the conference is not open")
    conference = Conference.objects.select_related("book__municipality").get(book=registration.book_id)
    guest = Guest(name=registration.name, key=_pseudonym(f"registration {registration.pk}"))
    return _entered(conference, guest, at)


def moderate(conference: Conference, *, by: User, name: str, at: datetime) -> str:
    """The address by which an organiser comes in, at any time. Raises ConferenceError."""
    guest = Guest(name=name, key=_pseudonym(f"user {by.pk}"), moderator=True)
    return _entered(conference, guest, at)


def _pseudonym(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), sha256).hexdigest()[:16]


def _entered(conference: Conference, guest: Guest, at: datetime) -> str:
    prepare(conference, at)  # again each time: a system takes an empty room away
    return provider_of(conference).way_in(room_of(conference, at), guest, at)


def prepare(conference: Conference, at: datetime) -> None:
    """See that the room is there, and keep what came of it. Raises ConferenceError."""
    found = Conference.objects.filter(pk=conference.pk)
    room = room_of(conference, at)
    try:
        provider_of(conference).prepare(room)
    except ConferenceError as error:
        found.update(problem=str(error)[:500], tried=at)
        raise
    if conference.problem or conference.prepared != room.start:
        found.update(problem="", tried=at, prepared=room.start)


@task(queue_name="later")
def prepare_task(number: int) -> str:
    """Make the room of a conference whose time has come; gives what went wrong, or nothing."""
    conference = Conference.objects.select_related("book__municipality").filter(pk=number).first()
    if conference is None:
        return ""
    try:
        prepare(conference, clock.now())
    except ConferenceError as error:
        return str(error)  # it stands at the conference, and the sweep tries again
    return ""


def sweep(at: datetime) -> int:
    """Have the rooms made whose time has come, so that a failure is seen before people come; gives how many."""
    asked = 0
    waiting = Conference.objects.exclude(provider=Conference.LINK).filter(book__end__gt=at)
    for each in waiting.select_related("book__municipality"):
        start, end = _time(each.book, at)
        due = opens_at(each, at) <= at < end and each.prepared != start
        if due and (each.tried is None or each.tried <= at - TRY_EVERY):
            Conference.objects.filter(pk=each.pk).update(tried=at)
            prepare_task.enqueue(each.pk)
            asked += 1
    return asked


def settle(book: Book, *, values: dict[str, object], by: User, at: datetime) -> Conference:
    """Set where the conference takes place. What is set is logged, the link itself is not."""
    with transaction.atomic():
        fresh = {"prepared": None, "tried": None, "problem": ""}
        conference, _ = Conference.objects.update_or_create(book=book, defaults={**values, **fresh})
        details = {"provider": str(values["provider"])} | ({"exercise": True} if book.exercise else {})
        log.record(
            "conference.set", f"event {book.record_id}", municipality=book.municipality, by=by, at=at, details=details
        )
    return conference


def clear(book: Book, *, by: User, at: datetime) -> None:
    """The event has no conference any more."""
    with transaction.atomic():
        Conference.objects.filter(book=book).delete()
        log.record("conference.cleared", f"event {book.record_id}", municipality=book.municipality, by=by, at=at)
