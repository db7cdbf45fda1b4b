"""What happens to accounts is written down too: in every municipality where the person is somebody, without a name."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_set
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.dispatch import receiver

from krisenfest import clock
from krisenfest.web.accounts.invitations import taken_up
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.audit import log


@receiver(taken_up)
def invitation_taken_up(sender: Any, invitation: Any, user: Any, at: Any, **_: Any) -> None:
    """Somebody has roles now."""
    details = {"account": user.pk, "roles": sorted(invitation.roles)}
    subject = f"invitation {invitation.pk}"
    log.record("invitation.taken-up", subject, municipality=invitation.municipality, by=user, at=at, details=details)


@receiver(authenticator_added)
def way_added(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """A passkey, an authenticator app, or codes on paper."""
    _account("account.way-added", user, authenticator.type)


@receiver(authenticator_removed)
def way_removed(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """The same, taken away."""
    _account("account.way-removed", user, authenticator.type)


@receiver(authenticator_reset)
def way_renewed(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
    """Codes on paper, printed anew."""
    _account("account.way-renewed", user, authenticator.type)


@receiver(password_set)
@receiver(password_changed)
def password_is_new(sender: Any, user: Any, **_: Any) -> None:
    """A password, set or changed."""
    _account("account.way-renewed", user, "password")


@receiver(social_account_added)
def server_added(sender: Any, sociallogin: Any, **_: Any) -> None:
    """The town's own log-in server."""
    _account("account.way-added", sociallogin.user, "oidc")


@receiver(social_account_removed)
def server_removed(sender: Any, socialaccount: Any, **_: Any) -> None:
    """The same, taken away."""
    _account("account.way-removed", socialaccount.user, "oidc")


def _account(act: str, user: User, way: str) -> None:
    """One entry in each municipality where the account has a role; in the installation's log if it has none."""
    towns: list[Municipality | None] = list(Municipality.objects.filter(memberships__user=user).distinct())
    for town in towns or [None]:
        log.record(act, f"account {user.pk}", municipality=town, by=user, at=clock.now(), details={"way": way})
