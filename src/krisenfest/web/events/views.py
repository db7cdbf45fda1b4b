"""The counter's pages for registering: the form where it must be mended, and the answer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from krisenfest import clock
from krisenfest.domain.registrations import TRAP, Fault, Standing, standing_at
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events import receiving, shown
from krisenfest.web.events.booking import Answer, Asked, register
from krisenfest.web.events.models import Book, form_of

STATUS = {Answer.LIMITED: 429}


# A static page holds no token, and nothing here hangs on a session: there is nothing that a forged request could use.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, slug: str, record_id: str, *, exercise: bool) -> HttpResponse:
    """Register, or show the form with what is wrong beside each field: what the fast path leaves to be done."""
    book = _book(request, slug, record_id, exercise=exercise)
    given = request.POST if request.method == "POST" else request.GET
    lang = str(given.get("lang", "de"))[:10]
    values = {name: str(given[name]) for name in given} if request.method == "POST" else {}
    faults: tuple[Fault, ...] = ()
    if request.method == "POST":
        client = str(request.META.get("REMOTE_ADDR", ""))
        what = receiving.receive(receiving.door_of(book), values, client=client, at=clock.now())
        if isinstance(what, Asked):
            what = register(book, what.application, at=clock.now())
        if isinstance(what, Answer) and what is not Answer.STALE:
            return redirect(f"{request.path}{what}/?lang={lang}")
        faults = what if isinstance(what, tuple) else ()
    standing = standing_at(book.event, clock.now())
    if standing is not Standing.OPEN:
        return _answer(request, book, Answer.CLOSED, lang)
    with shown.spoken(lang):
        fields = shown.fields(book.event, form_of(book.event), lang, values, faults)
    context = {"fields": fields, "faults": [each for each in fields if each["wrong"]], "trap": TRAP}
    return shown.page(request, "counter/form.html", book, lang, context, status=422 if faults else 200)


@require_safe
def answered(request: HttpRequest, slug: str, record_id: str, answer: str, *, exercise: bool) -> HttpResponse:
    """What a person is told after the form; the same for everybody."""
    if answer not in list(Answer) or answer == Answer.STALE:
        raise Http404
    book = _book(request, slug, record_id, exercise=exercise)
    return _answer(request, book, Answer(answer), request.GET.get("lang", "de")[:10])


def _answer(request: HttpRequest, book: Book, answer: Answer, lang: str) -> HttpResponse:
    event = book.event
    standing = Standing.CLOSED if book.withdrawn else standing_at(event, clock.now())
    registration = form_of(event)
    context = {
        "answer": answer.value,
        "standing": standing.value,
        "opens": shown.moment(registration.opens, lang) if registration.opens else "",
    }
    return shown.page(request, "counter/answer.html", book, lang, context, status=STATUS.get(answer, 200))


def _book(request: HttpRequest, slug: str, record_id: str, *, exercise: bool) -> Book:
    """The book of an event; without a town in the address the one of the host name, or the only one."""
    towns = Municipality.objects.order_by("pk")
    host = request.get_host().partition(":")[0]
    town = towns.filter(slug=slug).first() if slug else towns.filter(host=host).first() or towns.first()
    books = Book.objects.of(town, exercise=exercise) if town else Book.objects.none()
    book = books.select_related("municipality").filter(record_id=record_id).first()
    if book is None:
        raise Http404
    return book
