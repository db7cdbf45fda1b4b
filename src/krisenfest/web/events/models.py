"""Books of registrations and the mails about them: personal data, kept apart from content and deleted on time."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from django.db import models

from krisenfest.domain.events import Event, RegistrationForm
from krisenfest.web.accounts.models import Municipality, Room
from krisenfest.web.events.conference_models import Conference

__all__ = ["Book", "BookQuerySet", "Conference", "Mail", "Purpose", "Registration"]


def a_day_and_an_hour() -> list[int]:
    """When reminders are sent unless an organiser says otherwise, in minutes before the start."""
    return [24 * 60, 60]


class BookQuerySet(models.QuerySet["Book"]):
    """Books of one room."""

    def of(self, municipality: Municipality, *, exercise: bool = False) -> Self:
        """Those of one municipality, real or exercise."""
        return self.filter(municipality=municipality, exercise=exercise)


class Book(Room):
    """The registrations of one published event; `payload` is the event's record, which names nobody.

    `taken` counts the places that are held or had; it never exceeds `capacity` (None is without limit), and the
    database holds to it.
    """

    record_id = models.CharField(max_length=120)
    payload = models.JSONField()
    withdrawn = models.BooleanField(default=False)  # the event is not public any more
    version = models.PositiveIntegerField(default=1)  # of the record; SEQUENCE of calendar entries
    start = models.DateTimeField()
    end = models.DateTimeField()
    capacity = models.PositiveIntegerField(null=True)
    taken = models.PositiveIntegerField(default=0)
    issued = models.PositiveIntegerField(default=0)  # the last number given to a registration
    delete_on = models.DateField()  # the day on which personal data go, as people were told
    deleted = models.DateTimeField(null=True)  # when they went; `counts` is what is left of them
    counts = models.JSONField(default=dict)  # state -> number of registrations
    reminders = models.JSONField(default=a_day_and_an_hour)  # minutes before the start
    thanks = models.BooleanField(default=True)  # a mail after the event
    survey = models.URLField(max_length=500, blank=True)  # what that mail asks to fill in

    objects = BookQuerySet.as_manager()

    class Meta:
        """One book an event; never more places than there are."""

        constraints = (
            models.UniqueConstraint(fields=("municipality", "exercise", "record_id"), name="book_once"),
            models.CheckConstraint(
                condition=models.Q(capacity=None) | models.Q(taken__lte=models.F("capacity")), name="never_one_over"
            ),
        )
        indexes = (models.Index(fields=("delete_on",), condition=models.Q(deleted=None), name="books_to_empty"),)

    @property
    def event(self) -> Event:
        """What is public of the event."""
        return Event.model_validate(self.payload)

    @property
    def free(self) -> int | None:
        """How many places nobody holds; None is without limit."""
        return None if self.capacity is None else self.capacity - self.taken

    @property
    def full(self) -> bool:
        """Whether no place is left."""
        return self.free is not None and self.free <= 0


def form_of(event: Event) -> RegistrationForm:
    """How people register; an event that says nothing takes everybody."""
    return event.registration or RegistrationForm(required=False)


class Registration(models.Model):
    """A person's place at an event, or in the line for one. Links in mails carry a secret of which a digest is kept."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="registrations")
    number = models.PositiveIntegerField()  # in the order of arrival, within the book
    rank = models.PositiveIntegerField()  # in the line: the number, or later for who was set back
    state = models.CharField(max_length=20)  # of domain.registrations
    name = models.CharField(max_length=200)
    email = models.EmailField()
    organisation = models.CharField(max_length=200, blank=True)
    lang = models.CharField(max_length=10, default="de")
    answers = models.JSONField(default=dict)  # id of a question -> what was said
    asked = models.DateTimeField()
    confirmed = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)  # the link or the offered place holds until then
    digest = models.CharField(max_length=64, unique=True)  # of the secret in the personal link
    consented = models.TextField(blank=True)  # the text that the person agreed to
    steps = models.PositiveIntegerField(default=0)  # so many steps were taken; tells their mails apart
    reminded = models.BooleanField(default=True)  # wants reminders and thanks

    class Meta:
        """Each number once; one registration an address."""

        constraints = (
            models.UniqueConstraint(fields=("book", "number"), name="registration_number_once"),
            models.UniqueConstraint(fields=("book", "email"), name="one_registration_an_address"),
        )
        indexes = (
            models.Index(fields=("book", "state", "rank"), name="registrations_in_line"),
            models.Index(fields=("until",), condition=models.Q(until__isnull=False), name="registrations_timed"),
        )


class Purpose(StrEnum):
    """What a mail is for; each is sent once to a registration (`key` tells repeats apart, such as reminders)."""

    CONFIRM = "confirm"
    KNOWN = "known"  # the address was given again: here is what there is, and the personal link
    PROPOSED = "proposed"  # confirmed; the organisers decide
    REGISTERED = "registered"
    WAITING = "waiting"
    MOVED_UP = "moved-up"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    REMINDER = "reminder"
    THANKS = "thanks"


class Mail(models.Model):
    """The outbox: a row is written in the transaction that causes the mail, and sent by the worker exactly once.

    `sending` is claimed by a worker until `again_at`; `handing`: its last line is on the way to the server;
    `doubtful`: the worker died, or the line broke, just then, and nobody can know (docs/adr/0010).
    """

    WAITING, SENDING, HANDING, SENT = "waiting", "sending", "handing", "sent"
    DOUBTFUL, FAILED, BOUNCED, DROPPED = "doubtful", "failed", "bounced", "dropped"

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="mails")
    purpose = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Purpose])
    key = models.CharField(max_length=60, blank=True)
    secret = models.CharField(max_length=64, blank=True)  # for the link in it; emptied when sent
    due = models.DateTimeField()
    status = models.CharField(max_length=10, default=WAITING)
    attempts = models.PositiveIntegerField(default=0)
    again_at = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=300, blank=True, db_index=True)  # by which a bounce finds it

    class Meta:
        """One mail a purpose and person."""

        constraints = (models.UniqueConstraint(fields=("registration", "purpose", "key"), name="one_mail_a_purpose"),)
        indexes = (models.Index(fields=("status", "due"), name="mails_that_wait"),)


class Outcome(StrEnum):
    """What became of a mail that came in."""

    REGISTERED = "registered"  # it is a registration now
    BOUNCE = "bounce"  # it belongs to a mail of ours, which says so
    AUTOMATIC = "automatic"  # a robot, an out-of-office reply, a list
    PERSON = "person"  # somebody must read it


class Letter(models.Model):
    """A mail that came in. The text is kept only where a person must read it, and goes when that is done.

    `digest` is that of its bytes: a mail that is fetched twice is taken over once.
    """

    digest = models.CharField(max_length=64, unique=True)
    came = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Outcome])
    reasons = models.JSONField(default=list)  # words of ours, none of the mail
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, null=True)  # None: nobody's yet
    exercise = models.BooleanField(default=False)
    book = models.ForeignKey(Book, on_delete=models.SET_NULL, null=True, related_name="letters")
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    raw = models.BinaryField(default=bytes)
    done = models.DateTimeField(null=True)

    class Meta:
        """The newest first."""

        ordering = ("-came", "-pk")
        indexes = (models.Index(fields=("municipality", "exercise", "outcome", "done"), name="letters_to_read"),)
