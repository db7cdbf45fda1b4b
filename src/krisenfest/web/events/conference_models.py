"""Where the conference of an event takes place: only here, never in a release."""

from __future__ import annotations

from django.db import models


class Conference(models.Model):
    """The conference of one book. `prepared` is the beginning of the time for which the room was made."""

    LINK, BIGBLUEBUTTON, JITSI = "link", "bigbluebutton", "jitsi"

    book = models.OneToOneField("events.Book", on_delete=models.CASCADE, related_name="conference")
    provider = models.CharField(max_length=20)
    link = models.CharField(max_length=2000, blank=True)  # of a provider "link"
    dial_in = models.TextField(max_length=2000, blank=True)  # numbers and codes, as people read them
    opens_minutes = models.PositiveSmallIntegerField(default=15)  # before the start
    prepared = models.DateTimeField(null=True)
    tried = models.DateTimeField(null=True)  # when it was last tried to make the room
    problem = models.CharField(max_length=500, blank=True)  # why that failed, and what to do

    class Meta:
        """One conference an event."""

        app_label = "events"
