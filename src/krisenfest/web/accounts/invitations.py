"""Invite a person, take an invitation up, and whom its link may log in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.dispatch import Signal

from krisenfest.domain.approval import Role
from krisenfest.errors import RefusedError, StepError
from krisenfest.web.accounts.models import Invitation, Membership, Municipality, User, token_digest

OPEN_FOR = timedelta(days=7)
taken_up = Signal()  # with `invitation`, `user` and `at`, in the transaction that gives the roles


def invite(
    email: str,
    roles: Iterable[Role],
    *,
    municipality: Municipality,
    by: User | None,
    at: datetime,
    reset: bool = False,
) -> tuple[Invitation, str]:
    """An invitation and the secret of its link, which is shown once and kept nowhere.

    `by` None is the break-glass command on the server, which alone may open an account that has lost every way in
    (`reset`). Raises RefusedError unless an administrator invites.
    """
    if reset and by is not None:
        raise RefusedError("an account that has lost every way in is opened on the server only")
    if by is not None and Role.ADMINISTRATOR not in by.roles_in(municipality):
        raise RefusedError("only an administrator invites: ask one")
    chosen = sorted(set(roles))
    if not chosen:
        raise StepError("choose at least one role")
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        municipality=municipality,
        email=email.lower(),
        roles=chosen,
        digest=token_digest(token),
        expires=at + OPEN_FOR,
        reset=reset,
    )
    return invitation, token


def has_a_way_in(user: User) -> bool:
    """Whether a person can log in again: with a password, a passkey, or the town's own log-in server."""
    return (
        user.has_usable_password()
        or Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()
        or SocialAccount.objects.filter(user=user).exists()
    )


def logs_in(invitation: Invitation, user: User) -> bool:
    """Whether the link itself may log its holder into this account.

    Only into one that this very invitation has made, or that is nobody's yet: whoever invites must not get into an
    account that has roles from elsewhere, or that its person has come back to before. What the server's operator has
    reset is the exception.
    """
    if has_a_way_in(user):
        return False
    if invitation.reset:
        return True
    if Invitation.objects.filter(user=user, accepted__isnull=False).exclude(pk=invitation.pk).exists():
        return False
    held = Membership.objects.filter(user=user)
    if invitation.user_id == user.pk:
        held = held.exclude(municipality=invitation.municipality_id, role__in=invitation.roles)
    return not held.exists()


def take_up(invitation: Invitation, *, at: datetime, by: User | None = None) -> User:
    """The account of an invitation, with its roles: a new one without any way to log in yet, or that of `by`.

    `by` is who is logged in already; the invitation is used up then. Raises RefusedError if the account is somebody's
    and `by` is somebody else.
    """
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
        user, new = User.objects.get_or_create(email=invitation.email, defaults={"username": invitation.email})
        if invitation.accepted or not (new or by == user or logs_in(invitation, user)):
            raise RefusedError("this invitation opens no account that is in use: log in first")
        if not user.password:
            user.set_unusable_password()
            user.save()
        for role in invitation.named_roles():
            Membership.objects.get_or_create(municipality=invitation.municipality, user=user, role=role)
        invitation.user = user
        invitation.accepted = at if by == user and has_a_way_in(user) else None
        invitation.save()
        taken_up.send(Invitation, invitation=invitation, user=user, at=at)
    return user


def close(user: User, at: datetime) -> int:
    """A person has a way to log in now: the links that led there open nothing any more."""
    return Invitation.objects.filter(user=user, accepted=None).update(accepted=at)
