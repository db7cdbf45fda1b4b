"""The link of an invitation, and the pages that say that accounts come from there."""

from __future__ import annotations

from allauth.account.utils import perform_login
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from krisenfest import clock
from krisenfest.web.accounts import invitations
from krisenfest.web.accounts.models import Invitation, User


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what; a button makes the account and leads on to its first passkey.

    A link that somebody's mail scanner opens changes nothing: only the button does.
    """
    invitation = Invitation.objects.open_at(token, clock.now())
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=410)
    known = User.objects.filter(email=invitation.email).first()
    own = known if known is not None and request.user == known else None
    if known and not own and not invitations.logs_in(invitation, known):
        # Whoever holds the link must not get into an account that is somebody's already.
        return redirect(f"/desk/konto/login/?next={request.path}")
    if request.method != "POST":
        return render(request, "accounts/invitation.html", {"invitation": invitation})
    user = invitations.take_up(invitation, at=clock.now(), by=own)
    if invitations.has_a_way_in(user):
        return redirect("/desk/")
    if not own:
        perform_login(request, user, email_verification="none")
    messages.info(request, gettext("Richten Sie jetzt einen Passkey ein: damit melden Sie sich künftig an."))
    return redirect("mfa_add_webauthn")


@require_safe
def by_invitation(request: HttpRequest) -> HttpResponse:
    """Accounts come from an administrator; so does help for who has lost every way in."""
    return render(request, "accounts/by_invitation.html")


def reauthenticate(request: HttpRequest) -> HttpResponseBase:
    """Ask who it is once more: straight for the passkey where a person has one."""
    kinds = set(Authenticator.objects.filter(user=request.user.pk).values_list("type", flat=True))
    if request.method == "GET" and "webauthn" in kinds:
        return redirect(f"{reverse('mfa_reauthenticate_webauthn')}?{request.GET.urlencode()}")
    answer: HttpResponseBase = mfa.reauthenticate(request)
    return answer
