"""An event with a form for the tests of registrations, and people who register."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from krisenfest.domain.registrations import Application
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.desk.models import Revision
from krisenfest.web.events import links
from krisenfest.web.events.models import Book, Mail, Registration
from krisenfest.web.published import published

AT = datetime(2026, 7, 1, 10, tzinfo=UTC)
START = datetime(2026, 7, 9, 15, tzinfo=UTC)
QUESTIONS = [{"id": "essen", "kind": "choice", "label": "Essen", "options": ["mit", "ohne"], "required": True}]


def payload(**registration: Any) -> dict[str, Any]:
    given = {"mail": "anmeldung@musterstadt.example", "form": True, **registration}
    return {
        "kind": "event",
        "id": "treffen",
        "texts": [{"lang": "de", "title": "Treffen"}, {"lang": "en", "title": "Meeting"}],
        "start": START.isoformat(),
        "end": (START + timedelta(hours=2)).isoformat(),
        "place": "Rathaus",
        "registration": given,
    }


def publish(
    town: Municipality, told: dict[str, Any] | None = None, *, at: datetime = AT, exercise: bool = False
) -> Book:
    where = {"municipality": town, "exercise": exercise, "kind": "event", "record_id": "treffen"}
    published.send(Revision, **where, payload=told or payload(), at=at)
    return Book.objects.of(town, exercise=exercise).get(record_id="treffen")


def person(number: int = 1, **more: Any) -> Application:
    return Application(**{"name": f"Person {number}", "email": f"p{number}@muster.example", **more})


def registration(number: int = 1) -> Registration:
    return Registration.objects.select_related("book__municipality").get(email=f"p{number}@muster.example")


def states() -> list[str]:
    return list(Registration.objects.order_by("number").values_list("state", flat=True))


def mails(number: int = 1) -> list[str]:
    return list(
        Mail.objects.filter(registration__email=f"p{number}@muster.example")
        .order_by("pk")
        .values_list("purpose", flat=True)
    )


def link(number: int = 1) -> str:
    return links.personal_path(links.secret_of(registration(number)))
