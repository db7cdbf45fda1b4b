"""The pages of participants, of the projector, and of the door; each of them works without a script."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from krisenfest import clock
from krisenfest.domain.events import Event
from krisenfest.domain.participation import QuestionState, current_item
from krisenfest.errors import KrisenfestError, TooMuchError
from krisenfest.site.addresses import record_path
from krisenfest.web import passes
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.participation import asking, shapes, stages
from krisenfest.web.participation.models import Poll, PollVote, Question, Stage, Vote
from krisenfest.web.participation.words import in_words
from krisenfest.web.passes import Part, Pass
from krisenfest.web.rooms import MARK, site_address

Answer = dict[str, Any]


def with_pass(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view the holder of the pass in its address and the stage; an address that is over says so (410)."""

    @wraps(view)
    def entered(request: HttpRequest, token: str, **named: Any) -> HttpResponseBase:
        holder = passes.read(token, clock.now())
        stage = stages.find(holder.room, holder.record_id) if holder else None
        if holder is None or stage is None or holder.part is Part.MODERATOR:
            return _private(render(request, "live/over.html", status=410))
        return _private(view(request, token, holder, stage, **named))

    return entered


@csrf_exempt  # the address itself is the secret: no other site knows it, and no cookie is needed
@require_http_methods(["GET", "HEAD", "POST"])
@with_pass
def live(request: HttpRequest, token: str, holder: Pass, stage: Stage) -> HttpResponseBase:
    """Take part, or be the projector: that is what the pass says."""
    if holder.part is Part.SCREEN:
        return _screen(request, token, stage)
    said, status = "", 200
    if request.method == "POST":
        try:
            done = _act(request, stage, holder, clock.now())
        except KrisenfestError as error:
            said, status = in_words(error), 429 if isinstance(error, TooMuchError) else 422
            if _wants_json(request):
                return JsonResponse({"ok": False, "said": said}, status=status)
        else:
            return JsonResponse({"ok": True, **done}) if _wants_json(request) else redirect(request.path)
    stages.note_seen(stage, holder)
    context = _participant(stage, holder, clock.now())
    context |= {"stream": f"/counter/live/{token}/stream", "said": said, "wrong": bool(said)}
    return render(request, "live/participant.html", context, status=status)


def _act(request: HttpRequest, stage: Stage, holder: Pass, at: datetime) -> Answer:
    """Do what a form asks for; gives what the script needs to know."""
    do, _, row = request.POST.get("do", "").partition(":")
    number = int(row) if row.isascii() and row.isdigit() and len(row) < 18 else 0
    try:
        match do:
            case "ask":
                question = asking.ask(
                    stage, request.POST.get("text", ""), holder=holder, at=at, name=request.POST.get("name", "")
                )
                return _asked(question)
            case "vote" | "unvote":
                asking.vote(stage, number, holder=holder, given=do == "vote")
                return {"said": "", "voted": do == "vote"}
            case "poll":
                chosen = [int(each) for each in request.POST.getlist(f"poll-{number}") if each.isdecimal()]
                asking.answer_poll(stage, number, chosen, holder=holder)
                return {"said": "", "voted": True}
    except (Question.DoesNotExist, Poll.DoesNotExist):
        raise Http404 from None
    raise Http404


def _asked(question: Question) -> Answer:
    if question.state != QuestionState.NEW:
        return {"said": gettext("Ihre Frage ist da.")}
    waits = gettext("Ihre Frage ist da. Die Moderation liest sie, bevor alle sie sehen.")
    return {"said": waits, "items": [asdict(shapes.waiting_item(question))]}


def _participant(stage: Stage, holder: Pass, at: datetime) -> Answer:
    event = stage.event
    mine = shapes.Mine(
        votes=frozenset(
            Vote.objects.filter(question__stage=stage, key=holder.key, given=True).values_list("question", flat=True)
        ),
        ballots=dict(PollVote.objects.filter(poll__stage=stage, key=holder.key).values_list("poll", "choices")),
    )
    shown = shapes.items(stage, stage.questions.order_by("pk"), stage.polls.order_by("pk"), Part.PARTICIPANT, mine)
    return {
        **about(stage),
        "lists": shapes.lists(shown),
        "waiting": stage.questions.filter(key=holder.key, state=QuestionState.NEW).order_by("pk"),
        "agenda": _agenda(event, at),
        "has_end": event.end is not None,
        "join": _join(event, holder, at),
        "called": holder.name,  # offered, and only written where they choose it
    }


def about(stage: Stage) -> Answer:
    """What every page of an event says."""
    return {
        "stage": stage,
        "number": stage.number,
        "title": title_of(stage),
        "town": stage.municipality,
        "exercise": stage.exercise,
        "site": site_address(stage.municipality, exercise=stage.exercise) + "/",
        "page": page_of(stage),
    }


def title_of(stage: Stage) -> str:
    """The event's title in the present language, or as it was written."""
    event = stage.event
    text = event.text((get_language() or "de")[:2])
    title = text.title if text and text.title else event.source.title
    return f"{MARK}: {title}" if stage.exercise else title


def page_of(stage: Stage) -> str:
    """The event's public page."""
    return f"{site_address(stage.municipality, exercise=stage.exercise)}/{record_path('event', stage.record_id)}"


def _agenda(event: Event, at: datetime) -> list[Answer]:
    text = event.text((get_language() or "de")[:2])
    phrases = text.phrases if text else {}
    now = current_item(event, at, get_current_timezone())
    return [
        {
            "at": each.at,
            "title": phrases.get(each.title, each.title),
            "speaker": phrases.get(each.speaker, each.speaker),
            "now": place == now,
        }
        for place, each in enumerate(event.agenda)
    ]


def _join(event: Event, holder: Pass, at: datetime) -> str:
    """The way into the conference: what `events` says for this person, or what the event says to everybody."""
    for _, link in passes.joining.send(Stage, holder=holder, at=at):
        if link:
            return str(link)
    return event.join or ""


def _screen(request: HttpRequest, token: str, stage: Stage) -> HttpResponseBase:
    shown = shapes.items(stage, stage.questions.order_by("pk"), stage.polls.order_by("pk"), Part.SCREEN)
    context = {
        **about(stage),
        "lists": shapes.lists(shown),
        "stream": f"/counter/live/{token}/stream",
        "qr": f"/counter/live/{token}/qr.svg",
        "address": address_for_all(stage).partition("://")[2],
    }
    return render(request, "live/screen.html", context)


def address_for_all(stage: Stage) -> str:
    """What the QR code leads to: the door where it is open, the event's public page where it is not."""
    if not stage.door:
        return page_of(stage)
    room = "uebung/" if stage.exercise else ""
    return f"{settings.CONFIG.desk_url}/counter/mitmachen/{stage.municipality.slug}/{room}{stage.record_id}/"


@require_safe
@with_pass
def qr(request: HttpRequest, token: str, holder: Pass, stage: Stage) -> HttpResponseBase:
    """The QR code of the address for everybody; error correction M (ISO/IEC 18004), readable across a hall."""
    out = BytesIO()
    segno.make(address_for_all(stage), error="m", micro=False).save(
        out, kind="svg", border=3, light="#fff", xmldecl=False, omitsize=True
    )
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@csrf_exempt  # gives what everybody may have, and changes nothing
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, slug: str, record_id: str, *, exercise: bool = False) -> HttpResponseBase:
    """Where whoever is in the hall gets a pass of their own, while organisers leave the door open."""
    town = get_object_or_404(Municipality, slug=slug)
    stage = stages.find({"municipality": town, "exercise": exercise}, record_id)
    if stage is None:
        raise Http404
    cookie = f"live-{stage.pk}"
    token = request.COOKIES.get(cookie, "")
    if passes.read(token, clock.now()) is not None:
        return redirect(f"/counter/live/{token}/")
    if request.method == "POST" and stage.door and stage.open:
        key = passes.key_of("door", secrets.token_hex(16))
        token = passes.issue(town, record_id, ends=stage.end, key=key, exercise=exercise)
        answer = redirect(f"/counter/live/{token}/")
        rules: dict[str, Any] = {"path": "/counter/", "secure": settings.SESSION_COOKIE_SECURE, "httponly": True}
        answer.set_cookie(cookie, token, expires=stage.end + passes.AFTER, samesite="Lax", **rules)
        return answer
    return _private(render(request, "live/door.html", about(stage)))


def _private(answer: HttpResponseBase) -> HttpResponseBase:
    """The address is a secret and the page is one person's: kept in no cache, told to no other site."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
