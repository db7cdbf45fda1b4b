"""People for the desk's tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from krisenfest.domain.approval import Role, Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.records import Record
from krisenfest.web.accounts.models import Membership, Municipality, User
from krisenfest.web.desk import publishing, work
from krisenfest.web.desk.models import Draft, Publication

PASSWORD = "a long enough sentence"
AT = datetime(2026, 7, 1, 10, tzinfo=UTC)


@dataclass(frozen=True)
class People:
    author: User
    approver: User
    emergency: User
    reader: User
    administrator: User


def person(town: Municipality, *roles: Role, name: str = "") -> User:
    email = f"{name or roles[0]}@{town.slug}.example"
    user = User.objects.create_user(username=email, email=email, password=PASSWORD)
    for role in roles:
        Membership.objects.create(municipality=town, user=user, role=role)
    return user


ALERT = {
    "kind": "alert",
    "id": "stromausfall",
    "texts": [{"lang": "de", "title": "Stromausfall", "instructions": "Kerzen sparen."}],
    "hazard": "power-outage",
    "valid_from": "2026-07-01T10:00:00Z",
    "valid_until": "2026-07-02T10:00:00Z",
}


def alert(words: str = "Kerzen sparen.", **more: Any) -> Record:
    texts = [{"lang": "de", "title": "Stromausfall", "instructions": words}]
    return KINDS["alert"].model_validate({**ALERT, "texts": texts, **more})


def handed_over(town: Municipality, by: User, record: Record | None = None, **more: Any) -> Draft:
    draft = work.begin(Verb.WARN, "alert", municipality=town, by=by, at=AT, **more)
    return work.submit(draft, record or alert(), version=draft.version, by=by, at=AT)


def approved(town: Municipality, people: People, record: Record | None = None, **more: Any) -> Publication:
    draft = handed_over(town, people.author, record, **more)
    return work.approve(draft, version=draft.version, by=people.approver, at=AT)


def published(town: Municipality, people: People, record: Record | None = None, **more: Any) -> Publication:
    publication = approved(town, people, record, **more)
    assert publishing.publish_waiting(town, exercise=publication.exercise) == 1
    publication.refresh_from_db()
    return publication
