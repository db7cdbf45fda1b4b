"""The moderators' page at the desk; every deed is a form, so that it works without a script too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from krisenfest import clock
from krisenfest.domain.participation import PollAct, QuestionAct
from krisenfest.errors import KrisenfestError
from krisenfest.web import passes
from krisenfest.web.participation import moderating, pages, shapes, stages
from krisenfest.web.participation.models import Stage
from krisenfest.web.participation.words import in_words
from krisenfest.web.passes import Part
from krisenfest.web.place import Place, entering

HEADINGS = {
    "new": _("Neu"),
    "air": _("Auf der Leinwand"),
    "shown": _("Für alle zu sehen"),
    "answered": _("Beantwortet"),
    "hidden": _("Verborgen"),
}
LINE_FOR = timedelta(hours=12)  # the live connection of a moderator's page holds so long
QUESTION_ACTS = {each.value: each for each in QuestionAct}
POLL_ACTS = {f"poll-{each}": each for each in PollAct}


@require_http_methods(["GET", "HEAD", "POST"])
@entering(Place)
def moderate(request: HttpRequest, place: Place, record_id: str) -> HttpResponse:
    """Open and close, read and show questions, make polls, exclude, undo."""
    stage = stages.find(place.room, record_id)
    if stage is None:
        raise Http404
    moderating.require_moderator(stage, place.user)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            anchor, said = _act(request, place, stage, clock.now())
        except ObjectDoesNotExist:
            raise Http404 from None
        except KrisenfestError as error:
            said = in_words(error)
            if request.headers.get("Accept") == "application/json":
                return JsonResponse({"ok": False, "said": said}, status=422)
            messages.error(request, said)
            context = {"poll_text": request.POST.get("text", ""), "poll_options": request.POST.get("options", "")}
        else:
            if request.headers.get("Accept") == "application/json":
                return JsonResponse({"ok": True, "said": said, "reload": anchor == "bans"})
            messages.success(request, said)
            return redirect(f"{request.path}#{anchor}" if anchor else request.path)
    return render(request, "live/desk.html", {**_page(place, stage), **context}, status=422 if context else 200)


def _act(request: HttpRequest, place: Place, stage: Stage, at: datetime) -> tuple[str, str]:
    """Do what a form asks for; gives where to look afterwards, and what to say."""
    do, _, row = request.POST.get("do", "").partition(":")
    number = int(row) if row.isascii() and row.isdigit() and len(row) < 18 else 0
    me: dict[str, Any] = {"by": place.user, "at": at}
    said = gettext("Getan.")
    if do in QUESTION_ACTS:
        answer = request.POST.get(f"answer-{number}", "")
        moderating.move(stage, number, QUESTION_ACTS[do], answer=answer, **me)
        return f"q{number}", said
    if do in POLL_ACTS:
        moderating.move_poll(stage, number, POLL_ACTS[do], **me)
        return f"p{number}", said
    match do:
        case "results-on" | "results-off":
            moderating.show_results(stage, number, shown=do == "results-on", **me)
            return f"p{number}", said
        case "poll-new":
            options = request.POST.get("options", "").splitlines()
            multiple = "multiple" in request.POST
            poll = moderating.draft_poll(stage, request.POST.get("text", ""), options, multiple=multiple, **me)
            return f"p{poll.pk}", gettext("Angelegt. Öffnen Sie die Abstimmung, wenn es so weit ist.")
        case "ban":
            moderating.ban(stage, number, **me)
            return "bans", gettext("Ausgeschlossen. Mit „Letztes rückgängig“ nehmen Sie es zurück.")
        case "lift":
            moderating.lift(stage, number, **me)
            return "bans", said
        case "undo":
            moderating.undo(stage, **me)
            return "bans", gettext("Rückgängig gemacht.")
        case "switch":
            name, _, on = row.partition(":")
            moderating.switch(stage, {name: on == "1"}, **me)
            return "", said
    raise Http404


def _page(place: Place, stage: Stage) -> dict[str, Any]:
    found = shapes.items(stage, stage.questions.order_by("pk"), stage.polls.order_by("pk"), Part.MODERATOR)
    lists = shapes.lists(found)
    line, screen = (
        passes.issue(stage.municipality, stage.record_id, ends=stage.end, key="", exercise=stage.exercise, **more)
        for more in ({"part": Part.MODERATOR, "until": clock.now() + LINE_FOR}, {"part": Part.SCREEN})
    )
    return {
        **pages.about(stage),
        "lists": lists,
        "filled": list(lists.items()),
        "headings": HEADINGS.items(),
        "bans": stage.bans.filter(lifted=False).order_by("pk"),
        "people": stages.participants(stage),
        "stream": f"/counter/live/{line}/stream",
        "screen": f"/counter/live/{screen}/",
        "door": pages.address_for_all(stage),
        "lang": (get_language() or "de")[:2],
    }
