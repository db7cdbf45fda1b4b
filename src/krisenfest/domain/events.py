"""Events: webinars, consultations, council meetings; with agenda, hosts, how to register, and what came of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from krisenfest.domain.periods import Span
from krisenfest.domain.recaps import Attachment, Recap
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
from krisenfest.domain.recurrence import Repeats, keeps_its_start, starts


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


class FormQuestion(Model):
    """A question of the organiser's own; a choice has `options`, of a checkbox the label is what it says."""

    id: Annotated[str, Field(max_length=40, pattern="^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
    kind: Literal["text", "choice", "checkbox"] = "text"
    label: Word
    options: Words = ()
    required: bool = False

    @model_validator(mode="after")
    def _has_options(self) -> FormQuestion:
        if (self.kind == "choice") != (len(self.options) > 1):
            raise ValueError("options: a choice needs two or more, other questions none")
        return self


class RegistrationForm(Model):
    """How a person gets a place: by mail, on a page, or without asking; `capacity` None is without limit.

    With `form` the event's own page takes registrations; the address for mails stands there for when it cannot.
    """

    mail: MailAddress | None = None
    url: Link | None = None
    capacity: int | None = Field(default=None, ge=1, le=1_000_000)
    opens: Instant | None = None
    closes: Instant | None = None
    required: bool = True
    form: bool = False
    questions: tuple[FormQuestion, ...] = Field(default=(), max_length=30)
    purpose: str = Field(default="", max_length=1000)  # what the data are for; GDPR Art. 13 (1) c
    consent: str = Field(default="", max_length=2000)  # a text to agree to; empty: none
    waiting_list: bool = True
    moderated: bool = False  # an organiser approves each registration
    keep_days: int = Field(default=30, ge=0, le=3650)  # after the end of the event
    confirm_within_h: int = Field(default=24, ge=1, le=720)
    move_up_within_h: int = Field(default=24, ge=1, le=720)

    @model_validator(mode="after")
    def _in_order(self) -> RegistrationForm:
        require_order(self.opens, self.closes, "closes", "closes before it opens; swap or mend the two")
        ids = [each.id for each in self.questions]
        if len(set(ids)) != len(ids):
            raise ValueError("questions: each id may stand once")
        if self.form and self.mail is None:
            raise ValueError("mail: is missing; a form needs an address too, for when it cannot be reached")
        return self


class Cancellation(Model):
    """The event does not take place."""

    on: Instant
    reason: str = Field(default="", max_length=2000)


class Event(Record):
    """Something that people come to: from `start` to the exclusive `end` (None: the end is open), once or again.

    `join` is read by everybody; what only the registered may see lies with their registrations. `logos` are media of
    hosts, by name. `invitation` says whether a sheet to pass on is made (None: where there is a registration).
    """

    kind: Literal["event"] = "event"
    start: Instant
    end: Instant | None = None
    repeats: Repeats | None = None
    place: str = Field(default="", max_length=500)
    online: bool = False
    join: Link | None = None
    hosts: Words = ()
    logos: dict[Word, Link] = Field(default={})
    agenda: tuple[AgendaItem, ...] = ()
    registration: RegistrationForm | None = None
    attachments: tuple[Attachment, ...] = ()
    image: Link | None = None
    preview: str = Field(default="", max_length=1000)
    invitation: bool | None = None
    cancelled: Cancellation | None = None
    recap: Recap | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Event:
        require_order(self.start, self.end, "end", "the end does not come after the start; mend one of the two")
        if self.repeats and not keeps_its_start(self.repeats, self.start):
            raise ValueError("repeats: the start is no day of the rule; write the first day of the rule as start")
        if strangers := sorted(set(self.logos) - set(self.hosts)):
            raise ValueError(f"logos: {strangers[0]} is none of the hosts; write the name as it stands there")
        return self


class EventState(StrEnum):
    """What an event is at an instant."""

    AHEAD = "ahead"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


# Where nobody has said when an event ends, it counts as running for so long.
OPEN_END = timedelta(hours=3)


def occurrences(event: Event) -> tuple[Span, ...]:
    """Every time that it takes place, oldest first; one for an event that does not come again."""
    length = (event.end - event.start) if event.end else OPEN_END
    begins = starts(event.repeats, event.start) if event.repeats else (event.start,)
    # Where every single day was left out nothing remains; the record's own start then says when it would have been.
    return tuple(Span(each, each + length) for each in begins or (event.start,))


def occurrence_at(event: Event, at: datetime) -> Span:
    """The time that it takes place at the instant `at`, else the next one, else the last."""
    times = occurrences(event)
    return next((each for each in times if at < _end(each)), times[-1])


def has_been(event: Record, at: datetime) -> bool:
    """Whether an event is over at `at`, or has been once where it comes again: there can be a recap then."""
    return isinstance(event, Event) and _end(occurrences(event)[0]) <= at


def ends(event: Event) -> datetime:
    """The exclusive end of the last time that it takes place; `OPEN_END` after its start where none is known."""
    return _end(occurrences(event)[-1])


def _end(span: Span) -> datetime:
    assert span.end is not None
    return span.end


def event_state_at(event: Event, at: datetime) -> EventState:
    """What the event is at the instant `at`; one that comes again is ahead until it is over for good."""
    return _state_at(event, occurrences(event), at)


def _state_at(event: Event, times: Sequence[Span], at: datetime) -> EventState:
    if at >= _end(times[-1]):
        return EventState.OVER
    if event.cancelled and at >= event.cancelled.on:
        return EventState.CANCELLED
    begun = bisect_right(times, at, key=lambda each: each.start or at)
    return EventState.RUNNING if begun and at in times[begun - 1] else EventState.AHEAD


def event_phases(event: Event) -> tuple[Phase, ...]:
    """Every state of the event, oldest first: each time that it comes is one."""
    times = occurrences(event)
    cuts = [cut for each in times for cut in (each.start, each.end)]
    cuts.append(event.cancelled.on if event.cancelled else None)
    return phases_between(cuts, lambda at: _state_at(event, times, at))
