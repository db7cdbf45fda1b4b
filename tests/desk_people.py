"""People for the desk's tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from krisenfest.domain.approval import Role
from krisenfest.web.accounts.models import Membership, Municipality, User

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
