"""Books of registrations and the mails about them: personal data, kept apart from content and deleted on time."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from django.db import models

from krisenfest.web.accounts.models import Municipality, Room
from krisenfest.web.events.conference_models import Conference

__all__ = ["Book", "BookQuerySet", "Conference", "Mail", "Purpose", "Registration"]


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
    version = models.PositiveIntegerField(default=1)  # of the record; SEQUENCE of calendar entries
    start = models.DateTimeField()
    end = models.DateTimeField()
    capacity = models.PositiveIntegerField(null=True)
    taken = models.PositiveIntegerField(default=0)
    delete_on = models.DateField()  # the day on which personal data go, as people were told

    objects = BookQuerySet.as_manager()

    class Meta:
        """One book an event; never more places than there are."""

        constraints = (
            models.UniqueConstraint(fields=("municipality", "exercise", "record_id"), name="book_once"),
            models.CheckConstraint(
                condition=models.Q(capacity=None) | models.Q(taken__lte=models.F("capacity")), name="never_one_over"
            ),
        )


class Registration(models.Model):
    """A person's place at an event, or in the line for one. Links in mails carry a secret of which a digest is kept."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="registrations")
    number = models.PositiveIntegerField()  # in the order of arrival, within the book
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

    class Meta:
        """Each number once; one registration an address."""

        constraints = (
            models.UniqueConstraint(fields=("book", "number"), name="registration_number_once"),
            models.UniqueConstraint(fields=("book", "email"), name="one_registration_an_address"),
        )


class Purpose(StrEnum):
    """What a mail is for; each is sent once to a registration (`key` tells repeats apart, such as reminders)."""

    CONFIRM = "confirm"
    REGISTERED = "registered"
    WAITING = "waiting"
    MOVED_UP = "moved-up"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    REMINDER = "reminder"
    THANKS = "thanks"


class Mail(models.Model):
    """The outbox: a row is written in the transaction that causes the mail, and sent by the worker exactly once."""

    WAITING, SENDING, SENT, FAILED, BOUNCED = "waiting", "sending", "sent", "failed", "bounced"

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

    class Meta:
        """One mail a purpose and person."""

        constraints = (models.UniqueConstraint(fields=("registration", "purpose", "key"), name="one_mail_a_purpose"),)
        indexes = (models.Index(fields=("status", "due"), name="mails_that_wait"),)
