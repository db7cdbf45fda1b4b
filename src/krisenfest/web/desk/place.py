"""The room of a request at the desk, with its drafts, revisions and publications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from krisenfest.web import place
from krisenfest.web.desk.models import Draft, Publication, Revision


@dataclass(frozen=True, slots=True)
class Place(place.Place):
    """A room with what the desk keeps in it."""

    def drafts(self) -> Any:
        """Its drafts."""
        return Draft.objects.of(self.town, exercise=self.exercise)

    def revisions(self) -> Any:
        """Its revisions."""
        return Revision.objects.of(self.town, exercise=self.exercise)

    def publications(self) -> Any:
        """Its publications."""
        return Publication.objects.of(self.town, exercise=self.exercise)


in_town = place.entering(Place)
