"""What a draft changes against what is public, in words that a non-technical person reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from krisenfest.domain.municipality import Municipality
from krisenfest.domain.texts import LANGUAGES
from krisenfest.site.differences import pieces
from krisenfest.site.words import Words
from krisenfest.web.desk import forms, register_fields

LABELS: Mapping[str, Any] = {
    # What people are to do comes first: it is what the second person has to look at.
    "instructions": _("Was ist zu tun"),
    "all_clear": _("Entwarnung"),
    "status": _("Betriebsstatus"),
    "instead": _("Was stattdessen"),
    "title": _("Überschrift"),
    "summary": _("Kurz gesagt"),
    "valid_from": _("Gilt ab"),
    "valid_until": _("Gilt bis"),
    "area": _("Wo"),
    "hazard": _("Wovor"),
    "body": _("Text"),
    "recap": _("Rückblick"),
    "phrases": _("Kurze Texte"),
    "image": _("Bild"),
    "image_alt": _("Bildbeschreibung"),
    "attachments": _("Anlagen"),
    "level": _("Ebene"),
    "issued_by": _("Erlassen von"),
    "form": _("Rechtsform"),
    "legal_basis": _("Rechtsgrundlage"),
    "binding_text": _("Verbindlicher Text"),
    "provided": _("Bereitgestellt am"),
    "promulgated": _("Bekannt gemacht am"),
    "review_by": _("Prüfen bis"),
    "status_from": _("Ab"),
    "status_until": _("Voraussichtlich bis"),
    "start": _("Beginn"),
    "end": _("Ende"),
    "repeats": _("Wiederholt sich"),
    "rule": _("Regel"),
    "also": _("Weitere Termine"),
    "without": _("Fällt aus am"),
    "place": _("Ort"),
    "online": _("Online"),
    "hosts": _("Wer einlädt"),
    "agenda": _("Ablauf"),
    "registration": _("Anmeldung"),
    "topics": _("Themen"),
    "at": _("Ab wann"),
}
NAMES: Mapping[str, Mapping[Any, Any]] = {
    "hazard": forms.HAZARDS,
    "level": forms.LEVELS,
    "form": forms.FORMS,
    "status": forms.STATUSES,
}
SILENT = frozenset({"kind", "id", "texts", "category", "severity", "urgency", "certainty"})


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any], town: Municipality) -> list[dict[str, Any]]:
    """For each field that differs: its name, and the pieces that stay, go ("del") and come ("ins").

    What is said in the language that binds comes first, with everything that is no text; then one language after the
    other. `lang` is empty for the first, `language` its name.
    """
    said = Words(get_language() or "de", town.zone)
    old, new = _flat(before or {}, town, said), _flat(after, town, said)
    languages = ["", *sorted({lang for lang, _ in (*old, *new)} - {""})]
    places = {name: place for place, name in enumerate(LABELS)}
    found = []
    for key in sorted(
        {*new, *old}, key=lambda each: (languages.index(each[0]), places.get(each[1], len(places)), each)
    ):
        was, now = old.get(key, ""), new.get(key, "")
        if was != now:
            lang, name = key
            label = str(LABELS.get(name, name))
            each = {"lang": lang, "language": LANGUAGES.get(lang, lang), "label": label, "new": not was}
            found.append({**each, "pieces": list(pieces(was, now))})
    return found


def _flat(payload: Mapping[str, Any], town: Municipality, said: Words) -> dict[tuple[str, str], str]:
    """What each field says, by its language (empty: the one that binds) and its name."""
    found: dict[tuple[str, str], str] = {}
    for number, text in enumerate(payload.get("texts", ())):
        for name, value in text.items():
            if name not in ("lang", "translates"):
                found[text["lang"] if number else "", name] = _shown(name, value, town, said)
    for name, value in payload.items():
        if name not in SILENT and value not in (None, "", [], ()):
            found["", name] = _shown(name, value, town, said)
    return found


def _shown(name: str, value: Any, town: Municipality, said: Words) -> str:
    if name == "area":
        parts = [town.part(each) for each in value]
        return ", ".join(part.name("de") if part else each for part, each in zip(parts, value, strict=True))
    if name == "registration" and isinstance(value, Mapping):
        return "; ".join(_part(*each, town, said) for each in value.items())
    if name in NAMES:
        return str(next((label for key, label in NAMES[name].items() if str(key) == value), value))
    if isinstance(value, bool):
        return gettext("ja") if value else gettext("nein")
    if isinstance(value, str) and value.endswith("Z") and value[:4].isdigit():
        return said.moment(datetime.fromisoformat(value).astimezone(UTC))
    if isinstance(value, Mapping):
        return ", ".join(f"{LABELS.get(key, key)} {_shown(key, each, town, said)}" for key, each in value.items())
    if isinstance(value, list):
        return "; ".join(_shown("", each, town, said) for each in value)
    return str(value)


def _part(name: str, value: Any, town: Municipality, said: Words) -> str:
    """One thing that a registration says; a question is its label, and what it gives to choose from."""
    if name == "questions":
        value = [" | ".join([each["label"], *each.get("options", ())]) for each in value]
    return f"{register_fields.LABELS.get(name, name)}: {_shown('', value, town, said)}"
