"""The audit log as rows that are only ever added; each holds the digest of the one before."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from krisenfest.web.accounts.models import Municipality


class Chain(models.Model):
    """The end of a municipality's chain (or, without one, of the installation's): locked while an entry is added."""

    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT, null=True)
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        """One for the installation."""

        constraints = (
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(municipality=None), name="one_chain_of_the_installation"
            ),
        )


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries of one chain."""

    def of(self, municipality: Municipality | None) -> Self:
        """Those of one municipality, or with None those of the installation, oldest first."""
        return self.filter(municipality=municipality).order_by("number")


class Entry(models.Model):
    """One thing that was done. `details` name records and numbers, never what a person is called or wrote."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True)
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, db_constraint=False, related_name="+"
    )  # None: the program itself
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        """Each number once in a chain."""

        constraints = (
            models.UniqueConstraint(fields=("municipality", "number"), name="entry_number_once"),
            models.UniqueConstraint(
                fields=("number",), condition=models.Q(municipality=None), name="installation_entry_number_once"
            ),
        )
