"""What follows when a person has got a way to log in."""

from __future__ import annotations

from typing import Any

from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver

from krisenfest import clock
from krisenfest.web.accounts import invitations


@receiver(authenticator_added)
def way_in_added(sender: Any, request: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """The invitation is used up as soon as its person can come back without it."""
    if authenticator.type == "webauthn":
        invitations.close(user, clock.now())
