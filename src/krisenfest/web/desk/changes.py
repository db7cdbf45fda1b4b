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
from krisenfest.web.desk import forms

LABELS: Mapping[str, Any] = {
    "title": _("Überschrift"),
    "hazard": _("Wovor"),
    "summary": _("Kurz gesagt"),
    "body": _("Text"),
    "instructions": _("Was ist zu tun"),
    "instead": _("Was stattdessen"),
    "all_clear": _("Entwarnung"),
    "recap": _("Rückblick"),
    "phrases": _("Kurze Texte"),
    "image_alt": _("Bildbeschreibung"),
    "area": _("Wo"),
    "valid_from": _("Gilt ab"),
    "valid_until": _("Gilt bis"),
    "level": _("Ebene"),
    "issued_by": _("Erlassen von"),
    "form": _("Rechtsform"),
    "legal_basis": _("Rechtsgrundlage"),
    "binding_text": _("Verbindlicher Text"),
    "provided": _("Bereitgestellt am"),
    "promulgated": _("Bekannt gemacht am"),
    "review_by": _("Prüfen bis"),
    "status": _("Betriebsstatus"),
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
    """For each field that differs: its name, and the pieces that stay, go ("del") and come ("ins")."""
    said = Words(get_language() or "de", town.zone)
    old, new = _flat(before or {}, town, said), _flat(after, town, said)
    found = []
    places = {str(label): place for place, label in enumerate(LABELS.values())}
    for label in sorted({*new, *old}, key=lambda each: (places.get(each.partition(" (")[0], len(places)), each)):
        was, now = old.get(label, ""), new.get(label, "")
        if was != now:
            found.append({"label": label, "pieces": list(pieces(was, now)), "new": not was})
    return found


def _flat(payload: Mapping[str, Any], town: Municipality, said: Words) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, text in enumerate(payload.get("texts", ())):
        tail = f" ({LANGUAGES.get(text['lang'], text['lang'])})" if number else ""
        for name, value in text.items():
            if name not in ("lang", "translates"):
                found[str(LABELS.get(name, name)) + tail] = _shown(name, value, town, said)
    for name, value in payload.items():
        if name not in SILENT and value not in (None, "", [], ()):
            found[str(LABELS.get(name, name))] = _shown(name, value, town, said)
    return found


def _shown(name: str, value: Any, town: Municipality, said: Words) -> str:
    if name == "area":
        parts = [town.part(each) for each in value]
        return ", ".join(part.name("de") if part else each for part, each in zip(parts, value, strict=True))
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
