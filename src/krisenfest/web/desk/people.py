"""Who may do what in a municipality: for its administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from krisenfest import clock
from krisenfest.domain.approval import Role
from krisenfest.domain.promulgation import default_profile
from krisenfest.errors import RefusedError, StepError
from krisenfest.web.accounts import invitations
from krisenfest.web.accounts.models import Invitation, Membership, Municipality, User
from krisenfest.web.audit import log
from krisenfest.web.desk.place import Place, in_town, whole_number
from krisenfest.web.desk.words import ROLES

CONFIRM_WITHIN_MIN = range(5, 24 * 60 + 1)


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def people(request: HttpRequest, place: Place) -> HttpResponse:
    """Invite, take a role away, switch single-person alerts on and off."""
    if Role.ADMINISTRATOR not in place.roles:
        raise RefusedError("your roles do not permit to administrate: ask an administrator")
    context: dict[str, Any] = {}
    if request.method == "POST":
        match request.POST.get("do"):
            case "invite":
                context = _invited(request, place)
            case "remove":
                _removed(request, place)
                return redirect(f"{place.base}menschen/")
            case "alone":
                minutes = whole_number(request.POST.get("minutes"))
                if minutes in CONFIRM_WITHIN_MIN:
                    _set_alone(place, on="on" in request.POST, minutes=minutes)
                    return redirect(f"{place.base}menschen/")
                context = {"problem": gettext("Die Bestätigung muss innerhalb von 5 Minuten bis 24 Stunden kommen.")}
            case "profile":
                _set_profile(place, request.POST.get("profile", ""))
                return redirect(f"{place.base}menschen/")
    rows: dict[User, list[Membership]] = {}
    for each in Membership.objects.of(place.town).select_related("user").order_by("user__email", "role"):
        rows.setdefault(each.user, []).append(each)
    now = clock.now()
    land = place.files.standing_municipality(now).land
    context |= {
        "profile": place.town.notice_profile or default_profile(land),
        "rows": [(user, [(each, ROLES[each.role]) for each in held]) for user, held in rows.items()],
        "open": Invitation.objects.of(place.town).filter(accepted=None, expires__gt=now),
        "roles": ROLES.items(),
    }
    return render(request, "desk/people.html", context, status=422 if context.get("problem") else 200)


def _invited(request: HttpRequest, place: Place) -> dict[str, Any]:
    email, roles = request.POST.get("email", ""), request.POST.getlist("roles")
    try:
        validate_email(email)
        chosen = [Role(each) for each in roles]
        invitation, token = invitations.invite(email, chosen, municipality=place.town, by=place.user, at=clock.now())
    except (ValidationError, ValueError, StepError):
        problem = gettext("Es braucht eine E-Mail-Adresse und mindestens eine Rolle.")
        return {"problem": problem, "email": email, "chosen": roles}
    log.record(
        "person.invited", f"invitation {invitation.pk}", municipality=place.town, by=place.user, at=clock.now(),
        details={"roles": sorted(chosen)},
    )  # fmt: skip
    return {"link": request.build_absolute_uri(f"/desk/konto/einladung/{token}/"), "invitation": invitation}


@transaction.atomic
def _set_alone(place: Place, *, on: bool, minutes: int) -> None:
    """Whether one person may warn alone, and within how many minutes a second one has to confirm."""
    Municipality.objects.filter(pk=place.town.pk).update(emergency_alone=on, confirm_within_min=minutes)
    details = {"on": on, "minutes": minutes}
    log.record(
        "town.emergency-alone", place.town.slug, municipality=place.town, by=place.user, at=clock.now(), details=details
    )


@transaction.atomic
def _set_profile(place: Place, text: str) -> None:
    """Where and how the municipality legally announces; what it says is on every proof, so not in the log."""
    Municipality.objects.filter(pk=place.town.pk).update(notice_profile=text.strip()[:4000])
    log.record("town.notice-profile", place.town.slug, municipality=place.town, by=place.user, at=clock.now())


def _removed(request: HttpRequest, place: Place) -> None:
    number = request.POST.get("membership", "")
    found = get_object_or_404(Membership.objects.of(place.town), pk=whole_number(number))
    others = Membership.objects.of(place.town).filter(role=Role.ADMINISTRATOR).exclude(pk=found.pk)
    if found.role == Role.ADMINISTRATOR and not others.exists():
        messages.error(request, gettext("Die letzte verwaltende Person kann ihre Rolle nicht verlieren."))
        return
    found.delete()
    log.record(
        "role.removed", f"account {found.user_id}", municipality=place.town, by=place.user, at=clock.now(),
        details={"role": found.role},
    )  # fmt: skip
