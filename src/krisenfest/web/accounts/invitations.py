"""Invite a person, and take an invitation up."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from krisenfest.domain.approval import Role
from krisenfest.errors import RefusedError, StepError
from krisenfest.web.accounts.models import Invitation, Membership, Municipality, User, token_digest

OPEN_FOR = timedelta(days=7)


def invite(
    email: str, roles: Iterable[Role], *, municipality: Municipality, by: User | None, at: datetime
) -> tuple[Invitation, str]:
    """An invitation and the secret of its link, which is shown once and kept nowhere.

    `by` None is the break-glass command on the server. Raises RefusedError unless an administrator invites.
    """
    if by is not None and Role.ADMINISTRATOR not in by.roles_in(municipality):
        raise RefusedError("only an administrator invites: ask one")
    chosen = sorted(set(roles))
    if not chosen:
        raise StepError("choose at least one role")
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        municipality=municipality, email=email.lower(), roles=chosen, digest=token_digest(token), expires=at + OPEN_FOR
    )
    return invitation, token


def take_up(invitation: Invitation) -> User:
    """The account of an invitation: the one that has the address, or a new one without any way to log in yet."""
    with transaction.atomic():
        user, _ = User.objects.get_or_create(email=invitation.email, defaults={"username": invitation.email})
        if not user.password:
            user.set_unusable_password()
            user.save()
        for role in invitation.named_roles():
            Membership.objects.get_or_create(municipality=invitation.municipality, user=user, role=role)
        invitation.user = user
        invitation.save()
    return user


def close(user: User, at: datetime) -> int:
    """A person has a way to log in now: the links that led there open nothing any more."""
    return Invitation.objects.filter(user=user, accepted=None).update(accepted=at)
