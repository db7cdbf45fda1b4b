"""Drafts, what was decided about them, and what was published: every query begins with the municipality."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from krisenfest.domain.approval import State, Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.records import Record
from krisenfest.web.accounts.models import Municipality, Room

KIND_CHOICES = [(each, each) for each in sorted(KINDS)]


class RevisionQuerySet(models.QuerySet["Revision"]):
    """Revisions of one room."""

    def of(self, municipality: Municipality, *, exercise: bool = False) -> Self:
        """Those of one municipality, real or exercise."""
        return self.filter(municipality=municipality, exercise=exercise)

    def newest(self, kind: str, record_id: str) -> Revision | None:
        """The newest revision of a record, which may say that it was taken out."""
        return self.filter(kind=kind, record_id=record_id).order_by("-number").first()

    def current(self) -> Self:
        """The newest revision of each record that was not taken out, in the order of kind and id."""
        later = Revision.objects.filter(
            municipality=models.OuterRef("municipality"),
            exercise=models.OuterRef("exercise"),
            kind=models.OuterRef("kind"),
            record_id=models.OuterRef("record_id"),
            number__gt=models.OuterRef("number"),
        )
        return self.filter(~models.Exists(later), payload__isnull=False).order_by("kind", "record_id")


class Revision(Room):
    """One published state of a record: canonical JSON of the domain's model; None says that it was taken out."""

    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    record_id = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    payload = models.JSONField(null=True)
    recorded = models.DateTimeField()

    objects = RevisionQuerySet.as_manager()

    class Meta:
        """Each number once."""

        constraints = (
            models.UniqueConstraint(
                fields=("municipality", "exercise", "kind", "record_id", "number"), name="revision_number_once"
            ),
        )

    @property
    def record(self) -> Record:
        """The record; raises ValidationError if there is none."""
        return KINDS[self.kind].model_validate(self.payload)


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts of one room."""

    def of(self, municipality: Municipality, *, exercise: bool = False) -> Self:
        """Those of one municipality, real or exercise."""
        return self.filter(municipality=municipality, exercise=exercise)

    def at_work(self) -> Self:
        """Those that somebody still has to do something with, the last touched first."""
        return self.filter(state__in=(State.DRAFT, State.RETURNED, State.IN_REVIEW)).order_by("-changed")


class Draft(Room):
    """A change that somebody prepares: the fields of the form as they stand, and when submitted, the record.

    `version` counts every save; a save that does not name the newest is refused, so that nothing is overwritten.
    """

    verb = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Verb])
    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    record_id = models.CharField(max_length=120, blank=True)  # empty until a title has given it one
    base = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, related_name="+")  # what it changes
    state = models.CharField(max_length=20, choices=[(each.value, each.value) for each in State], default=State.DRAFT)
    title = models.CharField(max_length=300, blank=True)
    fields = models.JSONField(default=dict)
    payload = models.JSONField(null=True)  # the record as submitted
    correction = models.TextField(blank=True, max_length=2000)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField()
    changed = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    submitted = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened = models.DateTimeField(null=True)  # when somebody last had it open to edit
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = DraftQuerySet.as_manager()

    class Meta:
        """What is submitted has a record or takes one away."""

        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=(State.IN_REVIEW, State.APPROVED, State.PUBLISHED))
                | Q(submitted_by__isnull=False),
                name="submitted_by_somebody",
            ),
        )

    @property
    def removes(self) -> bool:
        """Whether the record is to be taken out."""
        return self.verb == Verb.REMOVE

    @property
    def public_note(self) -> str:
        """Why the record is taken out, for everybody to read."""
        return " ".join(str(self.fields.get("note", "")).split())[:1000] if self.removes else ""

    @property
    def scheduled(self) -> datetime | None:
        """The instant from which the record says something new, if it names one."""
        values: dict[str, Any] = self.payload or {}
        text = values.get("valid_from") or values.get("status_from")
        return datetime.fromisoformat(text) if text else None


class Step(models.Model):
    """What was done with a draft: the steps of the workflow and the comments, oldest first."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True, max_length=4000)

    class Meta:
        """Oldest first."""

        ordering = ("pk",)


class Approval(models.Model):
    """The second pair of eyes: whoever submitted cannot approve, and the database holds to it.

    `alone` is an emergency alert that one person published because the municipality permits it; a second person
    confirms it until `confirm_by`.
    """

    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, related_name="approval")
    exercise = models.BooleanField(default=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    alone = models.BooleanField(default=False)
    confirm_by = models.DateTimeField(null=True)
    confirmed = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    missed = models.DateTimeField(null=True)  # when it was noted that nobody had confirmed in time

    class Meta:
        """Four eyes; what a constraint cannot say of two tables the triggers of migration 0002 say."""

        constraints = (
            models.CheckConstraint(
                name="four_eyes",
                condition=Q(exercise=True)
                | (Q(alone=False) & Q(approved_by__isnull=False) & ~Q(approved_by=F("submitted_by")))
                | (
                    Q(alone=True)
                    & Q(approved_by__isnull=True)
                    & Q(confirm_by__isnull=False)
                    & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("submitted_by")))
                ),
            ),
        )


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Publications of one room."""

    def of(self, municipality: Municipality, *, exercise: bool = False) -> Self:
        """Those of one municipality, real or exercise, in order."""
        return self.filter(municipality=municipality, exercise=exercise).order_by("number")

    def waiting(self) -> Self:
        """Those that are still to become public, in order."""
        return self.filter(status__in=(Publication.WAITING, Publication.FAILED)).order_by("number")

    def of_record(self, kind: str, record_id: str) -> Self:
        """Those of one record."""
        return self.filter(revision__kind=kind, revision__record_id=record_id)


class Publication(Room):
    """An approval on its way to the public: waiting, failed (the old site stays), done, or overtaken by a newer one."""

    WAITING, FAILED, DONE, SUPERSEDED = "waiting", "failed", "done", "superseded"

    number = models.PositiveIntegerField()  # in the order of approvals, without a gap
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="publication")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="publications")
    status = models.CharField(
        max_length=10, default=WAITING, choices=[(each, each) for each in (WAITING, FAILED, DONE, SUPERSEDED)]
    )
    attempts = models.PositiveIntegerField(default=0)
    again_at = models.DateTimeField(null=True)  # not before this; after a failure
    problem = models.TextField(blank=True)
    release = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the record as published
    looked = models.DateTimeField(null=True)  # when the desk itself last tried to fetch it back
    visible = models.DateTimeField(null=True)  # and when it succeeded

    objects = PublicationQuerySet.as_manager()

    class Meta:
        """Each number once."""

        constraints = (
            models.UniqueConstraint(fields=("municipality", "exercise", "number"), name="publication_number_once"),
        )


class Review(Room):
    """Somebody has looked at a record and found it still correct."""

    kind = models.CharField(max_length=20, choices=KIND_CHOICES)
    record_id = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    until = models.DateField()  # look again by this day


class PreviewLink(models.Model):
    """A link that shows a draft to people without an account until it expires; only a digest of it is kept."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()


class Template(models.Model):
    """A prepared text of the municipality's own, which fills a form."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE)
    verb = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Verb])
    name = models.CharField(max_length=100)
    fields = models.JSONField(default=dict)
