"""Invite to something that comes again: the usual rules by name, made from the day of the first time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from krisenfest.domain.municipality import Municipality
from krisenfest.domain.recurrence import WEEKDAYS, Repeats, parse_rule, until_moment
from krisenfest.site.repeating import sentence
from krisenfest.site.words import Words
from krisenfest.web.desk.forms import InviteForm
from krisenfest.web.desk.record_form import Day, Values, local

ONCE, OWN = "", "own"
RHYTHMS = {
    ONCE: _("nein, einmal"),
    "daily": _("jeden Tag"),
    "weekly": _("jede Woche am selben Wochentag"),
    "fortnightly": _("alle zwei Wochen am selben Wochentag"),
    "monthly-weekday": _("jeden Monat am selben Wochentag, zum Beispiel am ersten Dienstag"),
    "monthly": _("jeden Monat am selben Tag, zum Beispiel am 15."),
    "yearly": _("jedes Jahr am selben Tag"),
}


def rule_of(rhythm: str, first: date) -> str:
    """The rule (RFC 5545) of a rhythm whose first day is `first`."""
    place = (first.day - 1) // 7 + 1
    return {
        "daily": "FREQ=DAILY",
        "weekly": "FREQ=WEEKLY",
        "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
        "monthly-weekday": f"FREQ=MONTHLY;BYDAY={place if place < 5 else -1}{WEEKDAYS[first.weekday()]}",
        "monthly": "FREQ=MONTHLY",
        "yearly": "FREQ=YEARLY",
    }[rhythm]


class SeriesForm(InviteForm):
    """Invite, once or again and again."""

    rhythm = forms.ChoiceField(label=_("Wiederholt sich"), required=False, choices=list(RHYTHMS.items()))
    until = Day(label=_("Letzter Tag der Reihe"), required=False, help_text=_("Leer: ohne Ende."))
    without = forms.CharField(
        label=_("Fällt aus am"),
        required=False,
        max_length=2000,
        help_text=_("Tage mit Komma, zum Beispiel 2026-12-29."),
    )

    field_order = (
        *InviteForm.field_order[:4],
        *("rhythm", "until", "without"),
        *InviteForm.field_order[4:],
    )

    def __init__(self, town: Municipality, *arguments: Any, **named: Any) -> None:
        super().__init__(town, *arguments, **named)
        chosen = str((self.data if self.is_bound else self.initial).get("rhythm") or "")
        if chosen.startswith(OWN):
            self.fields["rhythm"].choices = [*RHYTHMS.items(), (chosen, self._told(chosen))]  # type: ignore[attr-defined]

    def _told(self, chosen: str) -> str:
        """A rule that no rhythm names, as a sentence."""
        try:
            rule = Repeats(rule=chosen.partition(":")[2] or "FREQ=DAILY")
            start = datetime.fromisoformat(str((self.data if self.is_bound else self.initial).get("start") or ""))
        except (ValidationError, ValueError):
            return gettext("wie bisher")
        return sentence(Words(get_language() or "de", self.town.zone), rule, start.replace(tzinfo=self.town.zone))

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of an event that may come again."""
        found = super().fields_of(payload, town)
        repeats = payload.get("repeats") or {}
        found["without"] = ", ".join(repeats.get("without", ()))
        found["rhythm"], found["until"] = ONCE, ""
        if repeats:
            parts = parse_rule(repeats["rule"]) if repeats.get("rule") else {}
            until = until_moment(parts.pop("UNTIL", ""), town.zone)
            bare = ";".join(f"{name}={value}" for name, value in parts.items())
            first = datetime.fromisoformat(local(payload["start"], town)).date()
            known = [each for each in RHYTHMS if each and rule_of(each, first) == bare]
            found["rhythm"] = known[0] if known else f"{OWN}:{bare}"
            found["until"] = until.date().isoformat() if until else ""
        return found

    def clean_without(self) -> str:
        """Days, with commas between them."""
        text = str(self.cleaned_data["without"])
        for each in filter(None, (part.strip() for part in text.split(","))):
            try:
                date.fromisoformat(each)
            except ValueError:
                raise forms.ValidationError(gettext("Schreiben Sie einen Tag, zum Beispiel 2026-07-01.")) from None
        return text

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """The rule beside what every invitation has; where nothing of it was changed it stays as it is."""
        return super().own(given, base) | {"repeats": self._repeats(given, base)}

    def _repeats(self, given: Values, base: Mapping[str, Any] | None) -> Values | None:
        known = (base or {}).get("repeats") or None
        shown = self.fields_of(base, self.town) if base else {}
        if known and all(shown[name] == given[name] for name in ("rhythm", "until", "without", "start")):
            return dict(known)
        rhythm = given["rhythm"] if given["rhythm"] != "-" else ONCE
        try:
            first = datetime.fromisoformat(given["start"]).date()
        except ValueError:
            return None  # the field of the start tells it
        rule = rhythm.partition(":")[2] if rhythm.startswith(OWN) else rule_of(rhythm, first) if rhythm else ""
        also = list((known or {}).get("also", ())) if rhythm.startswith(OWN) else []
        if not rule and not also:
            return None
        if given["until"] and rule and "COUNT" not in rule:
            rule += f";UNTIL={given['until'].replace('-', '')}"
        without = [each.strip() for each in given["without"].split(",") if each.strip() not in ("", "-")]
        return {"rule": rule, "without": without, "also": also, "zone": self.town.time_zone}
