"""How to register, as fields of the form with which an event is written: a line each question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from krisenfest.domain.registrations import KEEP_DAYS
from krisenfest.site.addresses import slug

FIELDS = ("form", "capacity", "waiting_list", "moderated", "questions", "purpose", "consent", "keep_days")


class RegistrationFields(forms.Form):
    """The fields that InviteForm has for registrations on the page."""

    register_form = forms.BooleanField(label=_("Anmeldung auf der Seite der Veranstaltung"), required=False)
    register_capacity = forms.IntegerField(
        label=_("Plätze"), required=False, min_value=1, max_value=1_000_000, help_text=_("Leer: ohne Grenze.")
    )
    register_waiting_list = forms.BooleanField(
        label=_("Warteliste, wenn alle Plätze vergeben sind"), required=False, initial=True
    )
    register_moderated = forms.BooleanField(label=_("Wir sagen jeder Anmeldung einzeln zu"), required=False)
    register_questions = forms.CharField(
        label=_("Eigene Fragen"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Eine Zeile je Frage. Zur Auswahl: „Was essen Sie? | mit Fleisch | ohne Fleisch“. Zum Ankreuzen: „[ ] Ich"
            " brauche Gebärdensprache“. Ein * am Ende: muss beantwortet werden."
        ),
    )
    register_purpose = forms.CharField(
        label=_("Wofür die Angaben gebraucht werden"), required=False, max_length=1000, help_text=_("Ein Satz.")
    )
    register_consent = forms.CharField(
        label=_("Zustimmung"), required=False, max_length=2000, help_text=_("Leer: es wird keine verlangt.")
    )
    register_keep_days = forms.IntegerField(
        label=_("Angaben löschen, Tage nach dem Ende"),
        required=False,
        min_value=0,
        max_value=3650,
        initial=KEEP_DAYS,
    )


NAMES = tuple(f"register_{name}" for name in FIELDS)


def shown(registration: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show of a registration that is there."""
    found = {f"register_{name}": registration.get(name, "") for name in ("form", "moderated", "capacity")}
    found |= {f"register_{name}": registration.get(name, "") for name in ("purpose", "consent")}
    found["register_waiting_list"] = registration.get("waiting_list", True)
    found["register_keep_days"] = registration.get("keep_days", KEEP_DAYS)
    found["register_questions"] = "\n".join(_line(each) for each in registration.get("questions", ()))
    return found


def said(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields say as parts of a registration; a question that stays keeps its id, and so its answers."""
    values: dict[str, Any] = {"form": bool(given["register_form"]), "moderated": bool(given["register_moderated"])}
    values |= {"capacity": given["register_capacity"], "waiting_list": bool(given["register_waiting_list"])}
    values |= {name: given[f"register_{name}"] for name in ("purpose", "consent")}
    days = given["register_keep_days"]
    values["keep_days"] = days if isinstance(days, int) else KEEP_DAYS
    values["questions"] = questions(str(given["register_questions"]), before.get("questions", ()))
    # What says no more than the default stays out, so that an event without a form has none.
    plain: dict[str, Any] = {
        "form": False,
        "moderated": False,
        "capacity": None,
        "waiting_list": True,
        "purpose": "",
        "consent": "",
    }
    plain |= {"keep_days": KEEP_DAYS, "questions": []}
    return {name: value for name, value in values.items() if value != plain[name] and value != "-"}


def questions(text: str, before: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The questions of a text, a line each."""
    known = {each["label"]: each["id"] for each in before}
    taken = set(known.values())
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        required = line.endswith("*")
        label, *options = (each.strip() for each in line.removesuffix("*").split("|"))
        tick = re.fullmatch(r"\[\s*\]\s*(.+)", label)
        question: dict[str, Any] = {"label": tick[1] if tick else label}
        question["kind"] = "checkbox" if tick else "choice" if options else "text"
        question |= {"options": [each for each in options if each]} if options else {}
        question |= {"required": True} if required else {}
        question["id"] = known.get(question["label"]) or _free(question["label"], taken)
        taken.add(question["id"])
        found.append(question)
    return found


def _free(label: str, taken: Iterable[str]) -> str:
    stem = slug(label)[:30].strip("-") or "frage"
    found, number = stem, 2
    while found in set(taken):
        found, number = f"{stem}-{number}", number + 1
    return found


def _line(question: Mapping[str, Any]) -> str:
    head = f"[ ] {question['label']}" if question.get("kind") == "checkbox" else question["label"]
    return " | ".join([head, *question.get("options", ())]) + (" *" if question.get("required") else "")


def problem(given: Mapping[str, Any]) -> str:
    """What is wrong between the fields; empty if nothing is."""
    if given.get("register_form") and not given.get("registration"):
        return gettext("Bitte auch eine E-Mail-Adresse nennen: sie hilft, wenn das Formular nicht erreichbar ist.")
    return ""


LABELS = {
    "form": _("auf der Seite"),
    "mail": _("E-Mail"),
    "capacity": _("Plätze"),
    "waiting_list": _("Warteliste"),
    "moderated": _("mit Zusage"),
    "questions": _("Fragen"),
    "purpose": _("wofür"),
    "consent": _("Zustimmung"),
    "keep_days": _("gelöscht nach Tagen"),
    "opens": _("ab"),
    "closes": _("bis"),
}
