"""The stage of an event: questions, votes and polls. People are pseudonyms here, and those go on time.

Whatever participants see carries `number`, the stage's count of changes as of its last change: what somebody who has
seen everything up to N must still be told is the rows whose number is greater than N.
"""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from krisenfest.domain.events import Event
from krisenfest.domain.participation import PollState, QuestionState
from krisenfest.web.accounts.models import Municipality, Room


class StageQuerySet(models.QuerySet["Stage"]):
    """Stages of one room."""

    def of(self, municipality: Municipality | int, *, exercise: bool = False) -> Self:
        """Those of one municipality, real or exercise."""
        return self.filter(municipality=municipality, exercise=exercise)


class Stage(Room):
    """Where one published event is held; `payload` is its record, which names nobody.

    `seen` counts the distinct passes once nobody can be told apart any more; before that `Seen` has a row for each.
    """

    record_id = models.CharField(max_length=120)
    payload = models.JSONField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    forget_on = models.DateField()  # the day on which names and pseudonyms go
    forgotten = models.BooleanField(default=False)
    open = models.BooleanField(default=False)
    moderated = models.BooleanField(default=True)  # a question is read by a moderator before everybody sees it
    asking = models.BooleanField(default=True)
    door = models.BooleanField(default=False)  # whoever is in the hall may take part without having registered
    number = models.PositiveBigIntegerField(default=0)  # changes so far
    changed = models.PositiveBigIntegerField(default=0)  # the change that last touched the stage itself
    seen = models.PositiveIntegerField(default=0)
    peak = models.PositiveIntegerField(default=0)  # the most people who were connected at once

    objects = StageQuerySet.as_manager()

    class Meta:
        """One stage an event."""

        constraints = (models.UniqueConstraint(fields=("municipality", "exercise", "record_id"), name="stage_once"),)

    @property
    def event(self) -> Event:
        """The event as it was published last."""
        return Event.model_validate(self.payload)


class Question(models.Model):
    """What somebody asks. `key` and `name` are emptied on the day that personal data go."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="questions")
    number = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=[(each.value, each.value) for each in QuestionState])
    text = models.CharField(max_length=500)
    name = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=64, blank=True)
    votes = models.PositiveIntegerField(default=0)
    answer = models.TextField(blank=True, max_length=4000)
    at = models.DateTimeField()

    class Meta:
        """Found by what changed since."""

        indexes = (models.Index(fields=("stage", "number"), name="questions_changed_since"),)


class Vote(models.Model):
    """That somebody wants a question answered; `given` is False once it was taken back."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="cast")
    key = models.CharField(max_length=64)
    given = models.BooleanField(default=True)
    turns = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """One vote a person."""

        constraints = (models.UniqueConstraint(fields=("question", "key"), name="vote_once"),)


class Poll(models.Model):
    """A question of the organisers with answers to choose from; `counts` follows `options`, `ballots` are people."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="polls")
    number = models.PositiveBigIntegerField()
    text = models.CharField(max_length=500)
    options = models.JSONField()
    multiple = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=[(each.value, each.value) for each in PollState])
    shown = models.BooleanField(default=False)  # the results, to everybody
    counts = models.JSONField()
    ballots = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        """Found by what changed since."""

        indexes = (models.Index(fields=("stage", "number"), name="polls_changed_since"),)


class PollVote(models.Model):
    """What somebody chose: places in the poll's options."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="cast")
    key = models.CharField(max_length=64)
    choices = models.JSONField()
    turns = models.PositiveSmallIntegerField(default=1)

    class Meta:
        """One ballot a person."""

        constraints = (models.UniqueConstraint(fields=("poll", "key"), name="ballot_once"),)


class Ban(models.Model):
    """Somebody may read and no more; `lifted` once that was taken back."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="bans")
    key = models.CharField(max_length=64)
    lifted = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        """One a person."""

        constraints = (models.UniqueConstraint(fields=("stage", "key"), name="ban_once"),)


class Deed(models.Model):
    """What a moderator did, so that it can be undone: of each row and field the value before and after."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="deeds")
    act = models.CharField(max_length=40)
    changes = models.JSONField()  # [[model, pk, field, before, after], ...]
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    at = models.DateTimeField()
    undone = models.BooleanField(default=False)


class Seen(models.Model):
    """A pass was used at an event: what the count of participants is made of."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="passes")
    key = models.CharField(max_length=64)

    class Meta:
        """Each pass once."""

        constraints = (models.UniqueConstraint(fields=("stage", "key"), name="seen_once"),)


class Audience(models.Model):
    """How many people a server process has connected right now; no word about who."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="audiences")
    process = models.CharField(max_length=120)
    people = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        """One row a process."""

        constraints = (models.UniqueConstraint(fields=("stage", "process"), name="audience_once"),)
