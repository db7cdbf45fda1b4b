"""The post of a town: letters that a person must read, and what became of the mails about each event."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from krisenfest import clock
from krisenfest.domain.approval import Act, Role, Verb
from krisenfest.errors import KrisenfestError, RefusedError
from krisenfest.web.audit import log
from krisenfest.web.events import by_mail, inbox, outbox
from krisenfest.web.events.models import Book, Letter, Mail, Outcome
from krisenfest.web.place import Place, entering

in_town = entering(Place)
SHOWN = 200
PROBLEMS = (Mail.FAILED, Mail.BOUNCED, Mail.DOUBTFUL)
# minutes before the start, and how one says that
REMINDERS = (
    (7 * 24 * 60, gettext_lazy("eine Woche vorher")),
    (24 * 60, gettext_lazy("einen Tag vorher")),
    (120, gettext_lazy("zwei Stunden vorher")),
    (60, gettext_lazy("eine Stunde vorher")),
    (15, gettext_lazy("eine Viertelstunde vorher")),
)
PURPOSES = {
    "confirm": gettext_lazy("Bitte bestätigen"),
    "known": gettext_lazy("Schon angemeldet"),
    "proposed": gettext_lazy("Bestätigt"),
    "registered": gettext_lazy("Angemeldet"),
    "waiting": gettext_lazy("Warteliste"),
    "moved-up": gettext_lazy("Platz frei"),
    "changed": gettext_lazy("Geändert"),
    "cancelled": gettext_lazy("Abgemeldet"),
    "refused": gettext_lazy("Leider kein Platz"),
    "reminder": gettext_lazy("Erinnerung"),
    "thanks": gettext_lazy("Danke"),
}
STATES = {
    Mail.FAILED: gettext_lazy("nicht verschickt"),
    Mail.BOUNCED: gettext_lazy("kam zurück"),
    Mail.DOUBTFUL: gettext_lazy("vielleicht nicht angekommen"),
}


def _require_organiser(place: Place) -> None:
    """Letters and addresses are for those who may invite, and for administrators."""
    if not place.may(Act.SAVE, Verb.INVITE) and Role.ADMINISTRATOR not in place.roles:
        raise RefusedError("the post is for those who invite: ask an administrator for the role")


def _letters(place: Place) -> Any:
    """Those of the town; what belongs to no town is for administrators, who may pass it on."""
    mine = Q(municipality=place.town, exercise=place.exercise)
    if Role.ADMINISTRATOR in place.roles and not place.exercise:
        mine |= Q(municipality=None)
    return Letter.objects.filter(mine).select_related("book")


@require_safe
@in_town
def post(request: HttpRequest, place: Place) -> HttpResponse:
    """What waits for a person, first; then each event with what went out; then what was automatic or is done."""
    _require_organiser(place)
    letters = _letters(place)
    waiting = letters.filter(outcome=Outcome.PERSON, done=None)
    past = letters.exclude(pk__in=waiting.values("pk")).exclude(raw=b"")
    books = Book.objects.of(place.town, exercise=place.exercise).order_by("-start")[:SHOWN]
    context = {
        "waiting": [(each, _reason(each)) for each in waiting[:SHOWN]],
        "past": [(each, _reason(each)) for each in past[:SHOWN]],
        "books": [(each, title_of(each), progress(each)) for each in books],
    }
    return render(request, "events/post.html", context)


def _reason(letter: Letter) -> str:
    return gettext(letter.reasons[0]) if letter.reasons else ""


def title_of(book: Book) -> str:
    """What the event is called."""
    return str(book.payload["texts"][0].get("title", book.record_id))


def progress(book: Book) -> dict[str, int]:
    """How many mails about an event are sent, on their way, and in trouble."""
    counts = Counter(Mail.objects.filter(registration__book=book).values_list("status", flat=True))
    on_the_way = sum(counts[each] for each in (Mail.WAITING, Mail.SENDING, Mail.HANDING))
    return {"sent": counts[Mail.SENT], "waiting": on_the_way, "trouble": sum(counts[each] for each in PROBLEMS)}


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def letter(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One letter as plain text; mark it as done, or register who wrote it."""
    _require_organiser(place)
    found = get_object_or_404(_letters(place), pk=number)
    ahead = Book.objects.of(place.town, exercise=place.exercise).filter(end__gt=clock.now()).order_by("start")
    if request.method == "POST":
        return _dealt_with(request, place, found, ahead)
    context = {
        "letter": found,
        "reasons": [gettext(each) for each in found.reasons[:1]] + found.reasons[1:],
        "books": [(each, title_of(each)) for each in ahead],
    }
    return render(request, "events/letter.html", context)


def _dealt_with(request: HttpRequest, place: Place, found: Letter, books: Any) -> HttpResponse:
    at, number = clock.now(), request.POST.get("book", "")
    if request.POST.get("do") == "register":
        book = get_object_or_404(books, pk=number if number.isdigit() else 0)
        try:
            inbox.register_by_hand(found, book, register=by_mail.register, at=at)
        except KrisenfestError:
            messages.error(request, gettext("Die Anmeldung war nicht möglich: kein Platz, zu spät oder schon bekannt."))
            return redirect(f"{place.base}post/{found.pk}/")
        messages.success(request, gettext("Angemeldet. Die Person bekommt jetzt die Mail zum Bestätigen."))
    else:
        inbox.mark_done(found, at)
        messages.success(request, gettext("Erledigt."))
    log.record("letter.done", f"letter {found.pk}", municipality=place.town, by=place.user, at=at)
    return redirect(f"{place.base}post/")


@require_safe
@in_town
def raw(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The letter as it came, with its files, for a mail program; never shown by the browser."""
    _require_organiser(place)
    found = get_object_or_404(_letters(place), pk=number)
    headers = {
        "Content-Disposition": f'attachment; filename="brief-{found.pk}.eml"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(found.raw), content_type="application/octet-stream", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def mails(request: HttpRequest, place: Place, record_id: str) -> HttpResponse:
    """The mails about one event: how many went out, what did not arrive, when reminders go out."""
    _require_organiser(place)
    book = get_object_or_404(Book.objects.of(place.town, exercise=place.exercise), record_id=record_id)
    if request.method == "POST":
        _settle(request, book)
        return redirect(f"{place.base}post/mails/{record_id}/")
    trouble = Mail.objects.filter(registration__book=book, status__in=PROBLEMS).select_related("registration")
    context = {
        "book": book,
        "title": title_of(book),
        "progress": progress(book),
        "trouble": [
            (each, PURPOSES[each.purpose], STATES[each.status], gettext(each.problem) if each.problem else "")
            for each in trouble.order_by("-due")[:SHOWN]
        ],
        "reminders": [(minutes, text, minutes in book.reminders) for minutes, text in REMINDERS],
    }
    return render(request, "events/mails.html", context)


def _settle(request: HttpRequest, book: Book) -> None:
    known = {str(minutes): minutes for minutes, _ in REMINDERS}
    chosen = sorted({known[each] for each in request.POST.getlist("reminders") if each in known}, reverse=True)
    survey = request.POST.get("survey", "").strip()
    try:
        if survey:
            URLValidator(schemes=["https", "http"])(survey)
    except ValidationError:
        messages.error(request, gettext("Die Adresse der Umfrage beginnt mit https:// und hat keine Leerzeichen."))
        return
    Book.objects.filter(pk=book.pk).update(reminders=chosen, thanks="thanks" in request.POST, survey=survey[:500])
    messages.success(request, gettext("Gespeichert."))


@require_POST
@in_town
def again(request: HttpRequest, place: Place, record_id: str, number: int) -> HttpResponse:
    """Send once more what failed, came back or is in doubt."""
    _require_organiser(place)
    book = get_object_or_404(Book.objects.of(place.town, exercise=place.exercise), record_id=record_id)
    found = get_object_or_404(Mail, pk=number, registration__book=book)
    at = clock.now()
    outbox.send_again(found, at)
    log.record("mail.again", f"mail {found.pk}", municipality=place.town, by=place.user, at=at)
    messages.success(request, gettext("Geht noch einmal hinaus."))
    return redirect(f"{place.base}post/mails/{record_id}/")
