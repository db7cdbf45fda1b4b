"""What pages about a registration show: the event in the visitor's language, the form with what was said, faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext

from krisenfest.domain.events import Event, RegistrationForm
from krisenfest.domain.registrations import LONGEST, LONGEST_ANSWER, Fault, question_field
from krisenfest.domain.texts import direction
from krisenfest.site.addresses import record_path
from krisenfest.site.words import Words
from krisenfest.web.events.models import Book, form_of
from krisenfest.web.events.words import FAULTS
from krisenfest.web.rooms import site_address


@contextmanager
def spoken(lang: str) -> Iterator[None]:
    """The counter's own words in a language of the site: German for German, else English."""
    with translation.override("de" if lang.startswith("de") else "en"):
        yield


def page(
    request: HttpRequest, template: str, book: Book, lang: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of the counter about an event."""
    with spoken(lang):
        return render(request, template, {**about(book, lang), **context}, status=status)


def about(book: Book, lang: str) -> dict[str, Any]:
    """The event, for every page of the counter."""
    event = book.event
    said = event.text(lang) or event.text(lang.partition("-")[0]) or event.source
    spoken_lang = "de" if lang.startswith("de") else "en"
    words = Words(spoken_lang, ZoneInfo(settings.TIME_ZONE))
    source = event.source.lang
    folder = "" if lang == source or not event.text(lang) else f"{lang}/"
    site = f"{site_address(book.municipality, exercise=book.exercise)}/"
    return {
        "book": book,
        "event": event,
        "title": said.title,
        "title_lang": said.lang,
        "title_dir": direction(said.lang),
        "lang": lang,
        "town": book.municipality,
        "site": site,
        "event_page": f"{site}{folder}{record_path('event', book.record_id)}",
        "when": words.moment(book.start),
        "deleted_on": words.day(book.delete_on),
        "form": form_of(event),
        "moment": words.moment,
    }


def moment(at: datetime, lang: str) -> str:
    """An instant in words, on the installation's clocks."""
    return Words("de" if lang.startswith("de") else "en", ZoneInfo(settings.TIME_ZONE)).moment(at)


def fields(
    event: Event, form: RegistrationForm, lang: str, values: Mapping[str, str], faults: Sequence[Fault] = ()
) -> list[dict[str, Any]]:
    """The fields of a form with what was typed, and beside each what is wrong with it."""
    own: list[tuple[str, str, str, Any, bool, int]] = [
        ("name", "text", gettext("Name"), (), True, LONGEST["name"]),
        ("email", "email", gettext("E-Mail-Adresse"), (), True, LONGEST["email"]),
        ("organisation", "text", gettext("Organisation"), (), False, LONGEST["organisation"]),
    ]
    text = event.text(lang)
    phrases = text.phrases if text else {}
    for each in form.questions:
        options = [(option, phrases.get(option, option)) for option in each.options]
        label = phrases.get(each.label, each.label)
        kind = "lines" if each.kind == "text" else each.kind
        own.append((question_field(each), kind, label, options, each.required, LONGEST_ANSWER))
    if form.consent:
        own.append(("consent", "checkbox", phrases.get(form.consent, form.consent), (), True, 0))
    wrong = {each.field: str(FAULTS[each.what]) for each in faults}
    return [
        {
            "name": name,
            "kind": kind,
            "label": label,
            "options": options,
            "required": required,
            "longest": longest,
            "value": values.get(name, ""),
            "wrong": wrong.get(name, ""),
        }
        for name, kind, label, options, required, longest in own
    ]


def values_of(answers: Mapping[str, str]) -> dict[str, str]:
    """Answers as the fields of a form."""
    return {f"q_{name}": value for name, value in answers.items()}
