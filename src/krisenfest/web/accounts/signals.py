"""What follows when a person has got a way to log in."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_set
from allauth.mfa.signals import authenticator_added
from allauth.socialaccount.signals import social_account_added
from django.dispatch import receiver

from krisenfest import clock
from krisenfest.web.accounts import invitations


@receiver(authenticator_added)
def way_in_added(sender: Any, request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """The invitation is used up as soon as its person can come back without it."""
    if authenticator.type == "webauthn":
        invitations.close(user, clock.now())


@receiver(password_set)
@receiver(password_changed)
def password_added(sender: Any, request: Any, user: Any, **_: Any) -> None:
    """The same with a password."""
    invitations.close(user, clock.now())


@receiver(social_account_added)
def log_in_server_added(sender: Any, request: Any, sociallogin: Any, **_: Any) -> None:
    """The same with the town's own log-in server."""
    invitations.close(sociallogin.user, clock.now())
