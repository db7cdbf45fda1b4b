"""Where a person is logged in, in words; and how they log a device out from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

# What a browser says of itself, the telling word before the one that it copies from others.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox"}
BROWSERS |= {"FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS"}
SYSTEMS |= {"Mac OS X": "macOS", "Linux": "Linux"}


@dataclass(frozen=True, slots=True)
class Device:
    """One session: the device in words, and whether it is the one that asks."""

    session: Any
    device: str
    current: bool


def in_words(user_agent: str) -> str:
    """Browser and system, such as "Firefox auf Windows"."""
    browser = next((name for word, name in BROWSERS.items() if word in user_agent), gettext("Unbekannter Browser"))
    system = next((name for word, name in SYSTEMS.items() if word in user_agent), "")
    return gettext("{browser} auf {system}").format(browser=browser, system=system) if system else browser


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Show where the person is logged in; a POST logs one device out (`end` is its number), or all `others`."""
    own = UserSession.objects.purge_and_list(request.user)
    mine = request.session.session_key
    if request.method == "POST":
        end = request.POST.get("end", "")
        ended = [each for each in own if each.session_key != mine and end in ("others", str(each.pk))]
        for each in ended:
            each.end()
        if ended:
            messages.success(request, gettext("Abgemeldet."))
        return redirect("usersessions_list")
    own.sort(key=lambda each: (each.session_key != mine, -each.last_seen_at.timestamp()))
    found = [Device(each, in_words(each.user_agent), each.session_key == mine) for each in own]
    return render(request, "usersessions/usersession_list.html", {"sessions": found})
