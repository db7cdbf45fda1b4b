"""The forms of allauth, where our staff need less to decide."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A passkey replaces the password unless its owner wants it as a second step only."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label = gettext("Damit ohne Passwort anmelden")
        passwordless.help_text = ""
        self.fields["name"].label = gettext("Name des Geräts")
        there = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN).count()
        self.initial["name"] = f"Passkey {there + 1}"


class CodeAppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The number that a code app shows, asked for in plain words."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["code"].label = gettext("Zahl aus der Code-App")
        self.fields["code"].widget.attrs |= {"placeholder": "", "inputmode": "numeric"}
