"""The personal page behind the link in a mail. Opening it changes nothing: mail scanners open links, people press."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from krisenfest import clock
from krisenfest.domain.registrations import TIMED, Fault, State, read_application
from krisenfest.errors import StepError
from krisenfest.web.events import links, registering, shown
from krisenfest.web.events.models import Registration, form_of
from krisenfest.web.events.words import in_words

DOES: Mapping[str, Callable[..., object]] = {
    "confirm": registering.confirm,
    "cancel": registering.cancel,
    "delete": registering.delete,
}


# Whoever knows the address may act: that is what the link is for. No session, no cookie, nothing to forge.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def personal(request: HttpRequest, secret: str) -> HttpResponse:
    """See, confirm, cancel, delete."""
    registration = links.find(secret)
    if registration is None:
        return render(request, "counter/gone.html", status=410)
    problem = ""
    if request.method == "POST" and (do := DOES.get(request.POST.get("do", ""))):
        try:
            do(registration, at=clock.now())
        except StepError as error:
            with shown.spoken(registration.lang):
                problem = in_words(str(error))
        else:
            return _done(request, registration, secret, request.POST["do"])
    return _page(request, registration, problem, status=409 if problem else 200)


def _done(request: HttpRequest, registration: Registration, secret: str, did: str) -> HttpResponse:
    if did == "delete":
        return shown.page(request, "counter/deleted.html", registration.book, registration.lang, {})
    return redirect(links.personal_path(secret))


def _page(request: HttpRequest, registration: Registration, problem: str, *, status: int) -> HttpResponse:
    now = clock.now()
    form = form_of(registration.book.event)
    over = bool(registration.until and registration.until <= now and State(registration.state) in TIMED)
    labels = {each.id: each.label for each in form.questions}
    ticked = {each.id for each in form.questions if each.kind == "checkbox"}
    context = {
        "registration": registration,
        "state": State.EXPIRED.value if over else registration.state,
        "position": registering.position(registration),
        "until": shown.moment(registration.until, registration.lang) if registration.until else "",
        "answers": [
            (labels[key], "" if key in ticked else value, key in ticked)
            for key, value in registration.answers.items()
            if key in labels
        ],
        "begun": now >= registration.book.start,
        "problem": problem,
    }
    return shown.page(request, "counter/personal.html", registration.book, registration.lang, context, status=status)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, secret: str) -> HttpResponse:
    """Change name, organisation and answers; the address is what was confirmed and stays."""
    registration = links.find(secret)
    if registration is None:
        return render(request, "counter/gone.html", status=410)
    lang, event = registration.lang, registration.book.event
    form = form_of(event)
    said = {"name": registration.name, "organisation": registration.organisation}
    values = {**said, **shown.values_of(registration.answers)}
    fixed = {"email": registration.email, "consent": "1", "lang": lang}
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        values = {name: str(request.POST[name]) for name in request.POST} | fixed
        application, faults = read_application(form, values)
        if not faults:
            try:
                registering.change(registration, application, at=clock.now())
            except StepError as error:
                with shown.spoken(lang):
                    problem = in_words(str(error))
                return _page(request, registration, problem, status=409)
            return redirect(links.personal_path(secret))
    with shown.spoken(lang):
        fields = shown.fields(event, form, lang, values, faults)
    asked = [each for each in fields if each["name"] not in fixed]
    context = {"fields": asked, "faults": [each for each in asked if each["wrong"]], "registration": registration}
    return shown.page(request, "counter/change.html", registration.book, lang, context, status=422 if faults else 200)


@require_safe
def data(request: HttpRequest, secret: str) -> HttpResponse:
    """Everything that is kept about the person, as a file to take along."""
    registration = links.find(secret)
    if registration is None:
        return render(request, "counter/gone.html", status=410)
    body = orjson.dumps(registering.everything(registration), option=orjson.OPT_INDENT_2)
    headers = {"Content-Disposition": 'attachment; filename="anmeldung.json"'}
    return HttpResponse(body, content_type="application/json", headers=headers)
