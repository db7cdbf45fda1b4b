"""How allauth behaves here: accounts come from invitations only."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from krisenfest.web.accounts.models import Municipality, User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody signs up by themselves, and no mail is sent that would say who has an account."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "Zu viele falsche Passwörter. Warten Sie fünf Minuten, oder melden Sie sich mit Ihrem Passkey an."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an administrator invites."""
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to say who one is once more: the passkey first, whoever has one."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return sorted(methods, key=lambda each: "webauthn" not in each["id"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send what is for a person who has an account; "unknown account" goes to nobody."""
        if "unknown_account" not in template_prefix:
            super().send_mail(template_prefix, email, context)


class TownAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The town's own log-in server opens accounts that an invitation has made; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """It vouches for members of its own town only: nobody else's log-in server opens a way into another town."""
        known = [sociallogin.user] if sociallogin.is_existing else []
        if sociallogin.state.get("process") == "connect" and isinstance(request.user, User):
            known.append(request.user)
        if not known or not all(map(self._vouches_for, known)):
            raise ImmediateHttpResponse(render(request, "accounts/not_vouched_for.html", status=403))

    def _vouches_for(self, user: User) -> bool:
        towns = set(Municipality.objects.filter(memberships__user=user).values_list("slug", flat=True))
        known = list(Municipality.objects.order_by("pk").values_list("slug", flat=True)[:2])
        own = settings.CONFIG.oidc_town or (known[0] if len(known) == 1 else "")
        return towns == {own}

    def get_requests_session(self) -> Any:
        """A session that waits no longer for the town's server than a person does."""
        session = super().get_requests_session()
        session.request = partial(session.request, timeout=settings.OIDC_TIMEOUT_S)
        return session
