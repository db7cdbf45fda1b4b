"""The organisers' pages: which events there are, who comes, who waits, and what was taken out of here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from krisenfest import clock
from krisenfest.domain.approval import Act as DraftAct
from krisenfest.domain.approval import Verb
from krisenfest.domain.events import FormQuestion
from krisenfest.domain.registrations import STEPS, Act, State, read_application
from krisenfest.errors import RefusedError, StepError
from krisenfest.web.audit.models import Entry
from krisenfest.web.events import organising, shown
from krisenfest.web.events.models import Book, Mail, Registration, form_of
from krisenfest.web.events.words import ACTS, STATES, in_words
from krisenfest.web.place import Place, entering

in_town = entering(Place)
PAGE = 100
FIRST = (State.PROPOSED, State.REGISTERED, State.OFFERED, State.WAITING, State.HELD, State.QUEUED)


@require_safe
@in_town
def events(request: HttpRequest, place: Place) -> HttpResponse:
    """The events of a room, the next first, with how many come and wait."""
    _require(place)
    counts = {
        each.value.replace("-", "_"): Count("registrations", filter=Q(registrations__state=each)) for each in FIRST
    }
    books = Book.objects.of(place.town, exercise=place.exercise).annotate(**counts).order_by("start")
    now = clock.now()
    rows = [(each, each.payload["texts"][0]["title"], each.end <= now) for each in books]
    context = {"coming": [row for row in rows if not row[2]], "past": [row for row in reversed(rows) if row[2]][:50]}
    return render(request, "events/events.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def event(request: HttpRequest, place: Place, record_id: str) -> HttpResponse:
    """One event: who comes, who waits, who is to be decided on; add, move, cancel, look for somebody."""
    book = _book(place, record_id)
    values: dict[str, str] = {}
    faults: Any = ()
    sought = ""
    if request.method == "POST":
        values = {name: str(request.POST[name]) for name in request.POST}
        sought = values.get("sought", "").strip()
        do = values.get("do", "")
        if do == "add":
            faults = _add(request, place, book, values)
        elif do != "seek":
            _act(request, place, book, values)
        if do != "seek" and not faults:
            return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    state = request.GET.get("state", "")
    context = {**_shown(book, state, sought, request.GET.get("page", "1")), "sought": sought}
    fields = shown.fields(book.event, form_of(book.event), "de", values, faults)
    context["fields"] = [each for each in fields if each["name"] != "consent"]
    context["faults"] = [each for each in fields if each["wrong"]]
    return render(request, "events/event.html", context, status=422 if faults else 200)


def _shown(book: Book, state: str, sought: str, page: str) -> dict[str, Any]:
    found = book.registrations.order_by("number")
    if state in list(State):
        found = found.filter(state=state)
    if sought:
        found = found.filter(Q(name__icontains=sought) | Q(email__icontains=sought))
    pages = Paginator(found, PAGE).get_page(page)
    counts = dict(book.registrations.order_by().values_list("state").annotate(Count("pk"))) or book.counts
    log = Entry.objects.of(book.municipality).filter(subject=organising.subject_of(book))
    log = log.filter(details__exercise=True) if book.exercise else log.filter(details__exercise__isnull=True)
    questions = form_of(book.event).questions
    return {
        "book": book,
        "title": book.payload["texts"][0]["title"],
        "form": form_of(book.event),
        "pages": pages,
        "rows": [(each, STATES[each.state], _said(each, questions), _acts(each)) for each in pages],
        "state": state,
        "counts": [(each.value, STATES[each.value], counts[each.value]) for each in State if each.value in counts],
        "failed": Mail.objects.filter(registration__book=book, status__in=(Mail.FAILED, Mail.BOUNCED)).count(),
        "exports": log.filter(act="registrations.exported").select_related("by").order_by("-number")[:20],
    }


def _said(registration: Registration, questions: Sequence[FormQuestion]) -> list[tuple[str, str]]:
    """The answers beside their questions; of a box that was ticked the question says it all."""
    ticked = gettext("ja")
    return [
        (each.label, ticked if each.kind == "checkbox" else registration.answers[each.id])
        for each in questions
        if each.id in registration.answers
    ]


def _acts(registration: Registration) -> list[tuple[str, Any]]:
    """What an organiser may do with it: the table's steps from where it stands."""
    return [(act.value, ACTS[act.value]) for act in organising.ACTS if (State(registration.state), act) in STEPS]


def _act(request: HttpRequest, place: Place, book: Book, values: dict[str, str]) -> None:
    number = values.get("number", "")
    registration = book.registrations.filter(number=int(number) if number.isdecimal() else 0)
    found = registration.select_related("book__municipality").first()
    if found is None or values["do"] not in ACTS:
        raise Http404
    try:
        organising.act(found, Act(values["do"]), by=place.user, at=clock.now())
    except StepError as error:
        messages.error(request, in_words(str(error)))
    else:
        messages.success(request, gettext("Erledigt. Die Person bekommt eine E-Mail."))


def _add(request: HttpRequest, place: Place, book: Book, values: dict[str, str]) -> Any:
    application, faults = read_application(form_of(book.event), {**values, "consent": "1"})
    if faults:
        return faults
    try:
        organising.add(book, application, by=place.user, at=clock.now())
    except StepError as error:
        messages.error(request, in_words(str(error)))
    else:
        messages.success(request, gettext("Angemeldet. Die Person bekommt eine E-Mail."))
    return ()


@require_POST
@in_town
def export(request: HttpRequest, place: Place, record_id: str) -> HttpResponse:
    """The registrations as CSV; it is logged who took them."""
    book = _book(place, record_id)
    return HttpResponse(
        b"".join(organising.export(book, by=place.user, at=clock.now())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="anmeldungen-{book.pk}.csv"'},
    )


def _require(place: Place) -> None:
    if not place.may(DraftAct.SAVE, Verb.INVITE):
        raise RefusedError("your roles do not permit to see registrations: ask an administrator")


def _book(place: Place, record_id: str) -> Book:
    _require(place)
    room = Book.objects.of(place.town, exercise=place.exercise).select_related("municipality")
    found = room.filter(record_id=record_id).first()
    if found is None:
        raise Http404
    return found
