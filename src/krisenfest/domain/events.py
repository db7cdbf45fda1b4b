"""Events: webinars, consultations, council meetings; with agenda, hosts and how to register."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from krisenfest.domain.records import (
    Day,
    Instant,
    Link,
    Model,
    Phase,
    Record,
    Word,
    Words,
    phases_between,
    require_order,
)


def _clock_time(text: str) -> str:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60):
        raise ValueError('write a time of day in quotes, such as "17:20"')
    return f"{int(hours):02d}:{minutes}"


def _address(text: str) -> str:
    name, _, host = text.partition("@")
    if not name or "." not in host or any(c.isspace() for c in text) or "@" in host:
        raise ValueError("write an e-mail address such as anmeldung@musterstadt.example")
    return text


MailAddress = Annotated[str, Field(max_length=200), AfterValidator(_address)]


class AgendaItem(Model):
    """One item of the agenda: a local time of day ("17:20"), on the first day unless `day` says otherwise."""

    at: Annotated[str, AfterValidator(_clock_time)] | None = None
    day: Day | None = None
    title: Word
    speaker: str = Field(default="", max_length=300)


class RegistrationForm(Model):
    """How a person gets a place: by mail, on a page, or without asking; `capacity` None is without limit."""

    mail: MailAddress | None = None
    url: Link | None = None
    capacity: int | None = Field(default=None, ge=1, le=1_000_000)
    opens: Instant | None = None
    closes: Instant | None = None
    required: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> RegistrationForm:
        require_order(self.opens, self.closes, "closes", "closes before it opens; swap or mend the two")
        return self


class Attachment(Model):
    """A file to pass on, such as an invitation."""

    path: Link
    title: Word


class Cancellation(Model):
    """The event does not take place."""

    on: Instant
    reason: str = Field(default="", max_length=2000)


class Event(Record):
    """Something that people come to: from `start` to the exclusive `end` (None: the end is open)."""

    kind: Literal["event"] = "event"
    start: Instant
    end: Instant | None = None
    place: str = Field(default="", max_length=500)
    online: bool = False
    join: Link | None = None
    hosts: Words = ()
    agenda: tuple[AgendaItem, ...] = ()
    registration: RegistrationForm | None = None
    attachments: tuple[Attachment, ...] = ()
    image: Link | None = None
    preview: str = Field(default="", max_length=1000)
    cancelled: Cancellation | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Event:
        require_order(self.start, self.end, "end", "the end does not come after the start; mend one of the two")
        return self


class EventState(StrEnum):
    """What an event is at an instant."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


# Where nobody has said when an event ends, it counts as running for so long.
OPEN_END = timedelta(hours=3)


def ends(event: Event) -> datetime:
    """The exclusive end of the event, or `OPEN_END` after its start where none is known."""
    return event.end or event.start + OPEN_END


def event_state_at(event: Event, at: datetime) -> EventState:
    """What the event is at the instant `at`."""
    if at >= ends(event):
        return EventState.OVER
    if event.cancelled and at >= event.cancelled.on:
        return EventState.CANCELLED
    return EventState.AHEAD if at < event.start else EventState.RUNNING


def event_phases(event: Event) -> tuple[Phase, ...]:
    """Every state of the event, oldest first."""
    cuts = [event.start, ends(event), event.cancelled.on if event.cancelled else None]
    return phases_between(cuts, lambda at: event_state_at(event, at))
