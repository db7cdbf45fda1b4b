"""The room of a request at the desk, with its drafts, revisions and publications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest

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


def once_more(asked: Callable[[HttpRequest], bool]) -> Callable[[place.View], place.View]:
    """A decorator: where `asked` says so, nothing is done before the person has shown once more who it is (5 minutes).

    The request waits meanwhile and is then done as it was sent.
    """
    decorator: Callable[[place.View], place.View] = reauthentication_required(allow_get=True, enabled=asked)
    return decorator


def whole_number(text: str | None) -> int:
    """A number of a form; 0 for whatever is none."""
    return int(text) if text and len(text) < 10 and text.isascii() and text.isdigit() else 0
