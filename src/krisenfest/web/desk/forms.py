"""The forms of the verbs: the shortest that can be right. What they say is checked by the domain's own models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from krisenfest.domain.approval import Verb
from krisenfest.domain.continuity import Status
from krisenfest.domain.measures import Form, Level
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.notices import AlertKind
from krisenfest.web.desk import register_fields
from krisenfest.web.desk.record_form import (
    Attached,
    Day,
    Moment,
    RecordForm,
    Values,
    choice_field,
    lines_of,
    listed,
    text_field,
)

AGENDA_LINE = re.compile(r"\d{1,2}[:.]\d{2}\s+\S")

HAZARDS = {
    AlertKind.FLOOD: _("Hochwasser"),
    AlertKind.STORM: _("Sturm"),
    AlertKind.HEAT: _("Hitze"),
    AlertKind.FIRE: _("Brand und Rauch"),
    AlertKind.POWER_OUTAGE: _("Stromausfall"),
    AlertKind.WATER: _("Trinkwasser"),
    AlertKind.CYBER: _("IT-Ausfall oder Cyberangriff"),
    AlertKind.EVACUATION: _("Evakuierung"),
    AlertKind.CLOSURE: _("Sperrung"),
    AlertKind.HEALTH: _("Gesundheit"),
    AlertKind.HAZARDOUS_SUBSTANCE: _("Gefahrstoff"),
    AlertKind.BOMB: _("Bombenfund"),
    AlertKind.OTHER: _("Anderes"),
}
LEVELS = {
    Level.GEMEINDE: _("Gemeinde"),
    Level.KREIS: _("Kreis"),
    Level.LAND: _("Land"),
    Level.BUND: _("Bund"),
}
FORMS = {
    Form.GENERAL_ORDER: _("Allgemeinverfügung"),
    Form.BYLAW: _("Satzung"),
    Form.ORDINANCE: _("Verordnung"),
    Form.LAW: _("Gesetz"),
    Form.APPEAL: _("Appell (bittet, bindet nicht)"),
}
STATUSES = {
    Status.RESTRICTED: _("eingeschränkt"),
    Status.ONLINE_ONLY: _("nur online"),
    Status.SUSPENDED: _("ausgesetzt"),
    Status.NORMAL: _("wieder wie üblich"),
}


class WarnForm(RecordForm):
    """Warn: what of, where, what to do, until when."""

    kind, verb = "alert", Verb.WARN
    said = ("title", "instructions", "body")
    translated = ("title", "instructions")
    moments = ("valid_from", "valid_until")

    hazard = choice_field(_("Wovor"), HAZARDS)
    instructions = text_field(_("Was ist zu tun"), rows=5, required=True)
    valid_from = Moment(label=_("Gilt ab"))
    valid_until = Moment(label=_("Gilt bis"), help_text=_("Eine Warnung endet von selbst. Verlängern geht jederzeit."))
    body = text_field(_("Mehr dazu"), rows=4, most=20000)

    field_order = ("hazard", "title", "instructions", "area", "valid_from", "valid_until", "body")

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of an alert."""
        return super().fields_of(payload, town) | {"hazard": payload["hazard"]}

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """The hazard; the words of CAP follow from it where it is a new one."""
        values: Values = {"hazard": given["hazard"]}
        if base and base["hazard"] != given["hazard"]:
            values |= dict.fromkeys(("category", "severity", "urgency", "certainty"))
        return values


class AllClearForm(RecordForm):
    """All clear: an alert ends now, with a message."""

    kind, verb = "alert", Verb.ALL_CLEAR
    said = ("all_clear",)
    translated = ("all_clear",)
    title = None  # type: ignore[assignment]  # Django's way to leave a field out
    all_clear = text_field(_("Entwarnung"), rows=4, required=True)
    at = Moment(label=_("Ab wann"))

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of an alert that ends."""
        found = super().fields_of(payload, town)
        found.pop("area", None)
        return found

    def __init__(self, town: Municipality, *arguments: Any, **named: Any) -> None:
        super().__init__(town, *arguments, **named)
        self.fields.pop("area", None)

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """The moment of the all-clear."""
        return {"all_clear": {"at": given["at"]}}


class RuleForm(RecordForm):
    """Change a rule: who makes it, on which basis, what binds, from when until when."""

    kind, verb = "measure", Verb.RULE
    moments = ("valid_from",)
    days = ("provided", "promulgated", "review_by")

    level = choice_field(_("Ebene"), LEVELS)
    issued_by = text_field(_("Erlassen von"), required=True, most=300)
    form = choice_field(_("Rechtsform"), FORMS)
    summary = text_field(
        _("Kurz gesagt"), rows=3, required=True, most=2000, hint=_("In einfachen Worten: was gilt, für wen.")
    )
    legal_basis = text_field(_("Rechtsgrundlage"), most=500)
    binding_text = text_field(_("Verbindlicher Text (Adresse, oder angehängtes PDF)"), most=2000)
    valid_from = Moment(label=_("Gilt ab"))
    valid_through = Day(label=_("Gilt bis einschließlich"), required=False)
    provided = Day(label=_("Bereitgestellt am"), required=False)
    promulgated = Day(label=_("Bekannt gemacht am"), required=False)
    review_by = Day(label=_("Prüfen bis"), required=False)
    topics = text_field(_("Themen"), most=500, hint=_("Mit Komma getrennt."))
    body = text_field(_("Text"), rows=8, most=50000)

    field_order = ("title", "summary", "area", "valid_from", "valid_through", "level", "issued_by", "form")

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of a measure."""
        found = super().fields_of(payload, town)
        found |= {name: payload.get(name, "") for name in ("level", "issued_by", "form", "legal_basis", "binding_text")}
        if payload.get("valid_until"):
            end = datetime.fromisoformat(payload["valid_until"]).astimezone(town.zone)
            found["valid_through"] = (end - timedelta(seconds=1)).date().isoformat()
        return found | {"topics": ", ".join(payload.get("topics", ()))}

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """What only a measure has; the inclusive last day is turned once, here."""
        values: Values = {name: given[name] for name in ("level", "issued_by", "form", "legal_basis")}
        values["binding_text"] = given["binding_text"] or None
        values["topics"] = listed(given["topics"])
        last = given["valid_through"]
        unchanged = base and self.fields_of(base, self.town).get("valid_through") == last
        if not unchanged:  # an end within a day stays as it was unless the day changes
            values["valid_until"] = (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else None
        return values


class RestrictForm(RecordForm):
    """Restrict a service: how far, from when until when, what to do instead."""

    kind, verb = "service", Verb.RESTRICT
    said = ("instead",)
    translated = ("instead",)
    moments = ("status_from", "status_until")
    title = None  # type: ignore[assignment]  # Django's way to leave a field out

    status = choice_field(_("Betriebsstatus"), STATUSES, widget=forms.RadioSelect)
    instead = text_field(_("Was stattdessen"), rows=3, hint=_("Was können Menschen tun, die das jetzt brauchen?"))
    status_from = Moment(label=_("Ab"), required=False)
    status_until = Moment(label=_("Voraussichtlich bis"), required=False)

    def __init__(self, town: Municipality, *arguments: Any, **named: Any) -> None:
        super().__init__(town, *arguments, **named)
        self.fields.pop("area", None)

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of a service."""
        found = super().fields_of(payload, town) | {"status": payload.get("status", Status.NORMAL)}
        found.pop("area", None)
        return found

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """The status; a service that runs as usual has no dates."""
        if given["status"] == Status.NORMAL:
            return {"status": Status.NORMAL, "status_from": None, "status_until": None}
        return {"status": given["status"]}


class InviteForm(register_fields.RegistrationFields, RecordForm):
    """Invite: what, when, where, who, how to register."""

    kind, verb = "event", Verb.INVITE
    said = ("title", "summary", "body", "image_alt")
    moments = ("start", "end")

    summary = text_field(_("Kurz gesagt"), rows=2, most=2000)
    start = Moment(label=_("Beginn"))
    end = Moment(label=_("Ende"), required=False)
    place = text_field(_("Ort"), most=500, hint=_("Anschrift, oder der Name der Videokonferenz."))
    online = forms.BooleanField(label=_("findet online statt"), required=False)
    hosts = text_field(_("Wer einlädt"), most=1000, hint=_("Mit Komma getrennt."))
    agenda = text_field(_("Ablauf"), rows=4, hint=_("Eine Zeile je Punkt: 17:00 Begrüßung"))
    registration = forms.EmailField(label=_("Anmeldung per E-Mail an"), required=False)
    body = text_field(_("Text"), rows=8, most=50000)
    image = forms.CharField(required=False, widget=forms.HiddenInput)
    image_alt = forms.CharField(required=False, widget=forms.HiddenInput, max_length=1000)
    attachments = Attached(required=False)

    field_order = (
        *("title", "summary", "start", "end", "place", "online", "hosts", "agenda", "body"),
        *("registration", *register_fields.NAMES),
    )

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of an event."""
        found = super().fields_of(payload, town)
        found["place"], found["online"] = payload.get("place", ""), payload.get("online", False)
        found["hosts"] = ", ".join(payload.get("hosts", ()))
        found["registration"] = (payload.get("registration") or {}).get("mail", "")
        found |= register_fields.shown(payload.get("registration") or {})
        found["agenda"] = "\n".join(
            f"{each.get('at', '')} {each['title']}".strip() for each in payload.get("agenda", ())
        )
        found["image"] = payload.get("image") or ""
        there = payload.get("attachments", ())
        return found | {"attachments": orjson.dumps(there).decode() if there else ""}

    def clean_agenda(self) -> str:
        """Each line begins with a time."""
        text = str(self.cleaned_data["agenda"])
        wrong = [line for line in lines_of(text) if not AGENDA_LINE.match(line)]
        if wrong:
            raise forms.ValidationError(
                [
                    gettext("„{line}“: beginnen Sie mit der Uhrzeit, zum Beispiel 17:00.").format(line=each)
                    for each in wrong
                ]
            )
        return text

    def clean(self) -> Values:
        """A form on the page needs an address for mails too."""
        cleaned = super().clean() or self.cleaned_data
        if wrong := register_fields.problem(cleaned):
            self.add_error("registration", wrong)
        return cleaned

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """Place, hosts, agenda, registration."""
        before = {(each.get("at"), each["title"]): each for each in (base or {}).get("agenda", ())}
        agenda = []
        for line in filter(AGENDA_LINE.match, lines_of(given["agenda"])):
            at, title = line.split(maxsplit=1)
            clock = at.replace(".", ":").zfill(5)
            agenda.append(before.get((clock, title), {"at": clock, "title": title}))
        registered = (base or {}).get("registration") or {}
        registration = {
            name: each for name, each in registered.items() if name not in ("mail", *register_fields.FIELDS)
        }
        registration |= {"mail": given["registration"]} if given["registration"] else {}
        registration |= register_fields.said(given, registered)
        return {
            "place": given["place"],
            "online": given["online"],
            "hosts": listed(given["hosts"]),
            "agenda": agenda,
            "registration": registration or None,
            "image": given["image"] or None,
            "attachments": orjson.loads(given["attachments"]) if given["attachments"] not in ("", "-") else [],
        }


class TellForm(RecordForm):
    """Tell: news for ordinary days."""

    kind, verb = "notice", Verb.TELL
    moments = ("valid_until",)

    summary = text_field(_("Kurz gesagt"), rows=2, most=2000)
    body = text_field(_("Text"), rows=8, most=50000)
    valid_until = Moment(label=_("Zeigen bis"), required=False)
    topics = text_field(_("Themen"), most=500, hint=_("Mit Komma getrennt."))

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of a notice."""
        return super().fields_of(payload, town) | {"topics": ", ".join(payload.get("topics", ()))}

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """Its topics."""
        return {"topics": listed(given["topics"])}


class PageForm(RecordForm):
    """Tell: a page that stands at any time."""

    kind, verb = "page", Verb.TELL
    summary = text_field(_("Kurz gesagt"), rows=2, most=2000)
    body = text_field(_("Text"), rows=12, most=50000)


FORMS_BY: Mapping[tuple[Verb, str], type[RecordForm]] = {
    (each.verb, each.kind): each
    for each in (WarnForm, AllClearForm, RuleForm, RestrictForm, InviteForm, TellForm, PageForm)
}
# the verb with which a record that is there is changed
CHANGING: Mapping[str, Verb] = {
    "alert": Verb.WARN,
    "measure": Verb.RULE,
    "service": Verb.RESTRICT,
    "event": Verb.INVITE,
    "notice": Verb.TELL,
    "page": Verb.TELL,
}
