"""Where a request is: in which municipality, in its real room or its exercise, as whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase

from krisenfest.domain.approval import Act, Role, Verb, may
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.rooms import Files, files_for, site_address


@dataclass(frozen=True, slots=True)
class Place:
    """The room of a request."""

    town: Municipality
    exercise: bool
    user: User
    roles: frozenset[Role]

    @property
    def base(self) -> str:
        """What every address of the room begins with."""
        return f"/desk/{self.town.slug}/" + ("uebung/" if self.exercise else "")

    @property
    def site(self) -> str:
        """Where its public site is, with a slash at the end."""
        return site_address(self.town, exercise=self.exercise) + "/"

    @property
    def files(self) -> Files:
        """Its folders."""
        return files_for(self.town, exercise=self.exercise)

    @property
    def room(self) -> dict[str, Any]:
        """What its rows are found by."""
        return {"municipality": self.town, "exercise": self.exercise}

    def may(self, act: Act, verb: Verb | str) -> bool:
        """Whether the person may do this here."""
        return may(self.roles, act, Verb(verb))

    def verbs(self) -> list[Verb]:
        """The verbs that the person may begin."""
        return [each for each in Verb if self.may(Act.SAVE, each)]


View = Callable[..., HttpResponseBase]


def entering(kind: type[Place]) -> Callable[[View], View]:
    """A decorator that gives a view its place; a town where the person has no role does not exist for them (404)."""

    def in_town(view: View) -> View:
        @login_required
        @wraps(view)
        def placed(request: HttpRequest, slug: str, *given: Any, exercise: bool = False, **named: Any) -> Any:
            assert isinstance(request.user, User)
            town = Municipality.objects.filter(slug=slug, memberships__user=request.user).distinct().first()
            if town is None:
                raise Http404
            place = kind(town, exercise, request.user, request.user.roles_in(town))
            request.place = place  # type: ignore[attr-defined]  # for the templates
            return view(request, place, *given, **named)

        return placed

    return in_town
