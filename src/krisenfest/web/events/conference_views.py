"""Pages of the conference: where organisers set it and come in as hosts, and the door of those who registered."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from krisenfest import clock
from krisenfest.domain.approval import Act, Verb
from krisenfest.errors import ConferenceError, RefusedError
from krisenfest.web.events import conferences
from krisenfest.web.events.conference_models import Conference
from krisenfest.web.events.conference_words import in_german
from krisenfest.web.events.models import Book
from krisenfest.web.place import Place, entering

in_town = entering(Place)
NAMES = {
    Conference.LINK: _("Ein Link, den ich hier eintrage (Zoom, Webex, …)"),
    Conference.BIGBLUEBUTTON: _("BigBlueButton: der Raum entsteht von selbst"),
    Conference.JITSI: _("Jitsi Meet: der Raum entsteht von selbst"),
}


class ConferenceForm(forms.Form):
    """Where the conference takes place."""

    opens: ClassVar[tuple[tuple[int, Any], ...]] = tuple(
        (each, _("{number} Minuten vorher")) for each in (5, 10, 15, 30, 60)
    )

    provider = forms.ChoiceField(label=_("Womit"), widget=forms.RadioSelect)
    link = forms.CharField(
        label=_("Link"),
        required=False,
        max_length=2000,
        help_text=_("Nur bei einem eigenen Link. Nur Angemeldete sehen ihn."),
    )
    dial_in = forms.CharField(
        label=_("Einwahl per Telefon"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Nummern und Kennziffern, so wie Menschen sie lesen sollen."),
    )
    opens_minutes = forms.TypedChoiceField(label=_("Der Zugang öffnet"), coerce=int)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        named.setdefault("label_suffix", "")
        super().__init__(*arguments, **named)
        known = [Conference.LINK, *conferences.systems(settings.CONFIG)]
        if (now := self.initial.get("provider")) and now not in known:
            known.append(now)  # it was set up once: the page says what to do
        self.fields["provider"].choices = [(each, NAMES[each]) for each in known]  # type: ignore[attr-defined]
        choices = [(each, str(name).format(number=each)) for each, name in self.opens]
        self.fields["opens_minutes"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """A typed link is an address that is encrypted."""
        values = super().clean() or {}
        if values.get("provider") == Conference.LINK:
            parts = urlsplit(str(values.get("link", "")).strip())
            if parts.scheme != "https" or not parts.hostname or any(each.isspace() for each in values["link"].strip()):
                self.add_error("link", gettext("Schreiben Sie die ganze Adresse, die mit https:// beginnt."))
            values["link"] = values.get("link", "").strip()
        else:
            values["link"] = ""
        return values


def _book(place: Place, record_id: str) -> Book:
    if not place.may(Act.SAVE, Verb.INVITE):
        raise RefusedError("your roles do not permit to organise events: ask an administrator")
    book = Book.objects.of(place.town, exercise=place.exercise).filter(record_id=record_id).first()
    if book is None:
        raise Http404
    return book


def _conference(place: Place, record_id: str) -> Conference:
    found = Conference.objects.select_related("book__municipality").filter(book=_book(place, record_id)).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def conference(request: HttpRequest, place: Place, record_id: str) -> HttpResponse:
    """Set where the conference takes place; see what is wrong with it and what to do."""
    book, now = _book(place, record_id), clock.now()
    found = Conference.objects.filter(book=book).select_related("book__municipality").first()
    initial = {"provider": Conference.LINK, "opens_minutes": 15}
    if found:
        initial = {name: getattr(found, name) for name in ("provider", "link", "dial_in", "opens_minutes")}
    form = ConferenceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and "clear" in request.POST:
        conferences.clear(book, by=place.user, at=now)
        messages.success(request, gettext("Es ist keine Konferenz mehr eingetragen."))
        return redirect(request.path)
    if request.method == "POST" and form.is_valid():
        found = conferences.settle(book, values=form.cleaned_data, by=place.user, at=now)
        messages.success(request, gettext("Gespeichert. Nur wer angemeldet ist, sieht den Zugang."))
        return _tried(request, found)
    context = {"book": book, "title": book.payload["texts"][0]["title"], "form": form, "conference": found}
    if found:
        context |= {"opens": conferences.opens_at(found, now), "problem": in_german(found.problem)}
        context["typed"] = found.provider == Conference.LINK
    return render(request, "events/conference.html", context, status=422 if form.errors else 200)


def _tried(request: HttpRequest, found: Conference) -> HttpResponse:
    """Try the system at once, so that whoever sets it up sees whether it works."""
    try:
        if found.provider != Conference.LINK:
            conferences.prepare(found, clock.now())
            messages.success(request, gettext("Probe gelungen: das System antwortet."))
    except ConferenceError as error:
        messages.error(request, in_german(str(error)))
    return redirect(request.path.removesuffix("probe/"))


@require_POST
@in_town
def try_out(request: HttpRequest, place: Place, record_id: str) -> HttpResponse:
    """See whether the system answers."""
    return _tried(request, _conference(place, record_id))


@require_safe
@in_town
def moderate(request: HttpRequest, place: Place, record_id: str) -> HttpResponse:
    """Come in as host."""
    found = _conference(place, record_id)
    name = place.user.get_full_name() or place.town.name
    try:
        return _out(conferences.moderate(found, by=place.user, name=name, at=clock.now()))
    except ConferenceError as error:
        messages.error(request, in_german(str(error)))
        return redirect(f"{place.base}veranstaltungen/{record_id}/konferenz/")


@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The door of a registered person: into the conference, or a page that says what to do."""
    registration = conferences.registration_of(token)
    if registration is None:
        raise Http404
    now = clock.now()
    try:
        return _out(conferences.enter(registration, now))
    except ConferenceError:
        context = {
            "way": conferences.join_for(registration, now),
            "layout": select_template(["counter/base.html", "desk/base.html"]),
        }
        return _private(render(request, "events/conference_failed.html", context, status=503))


def _out(address: str) -> HttpResponse:
    """Away from here, telling the other side nothing of where one comes from."""
    return _private(HttpResponseRedirect(address))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
