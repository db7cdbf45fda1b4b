"""The forms of the verbs: the shortest that can be right. What they say is checked by the domain's own models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import orjson
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from krisenfest.domain.approval import Verb
from krisenfest.domain.continuity import Status
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.measures import Form, Level
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.notices import AlertKind
from krisenfest.domain.periods import YEARS
from krisenfest.domain.records import Reading, Record
from krisenfest.domain.texts import LANGUAGES
from krisenfest.site.addresses import slug
from krisenfest.web.desk.messages import in_german

Values = dict[str, Any]
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


class Moment(forms.CharField):
    """A local time, as the browser's own field writes it: 2026-07-01T18:00."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: Any) -> str:
        """The text, if it is a time."""
        text = str(super().clean(value))
        if text:
            try:
                datetime.fromisoformat(text)
            except ValueError:
                raise forms.ValidationError(
                    gettext("Schreiben Sie Tag und Uhrzeit, zum Beispiel 2026-07-01T18:00.")
                ) from None
        return text


class Day(forms.CharField):
    """A day: 2026-07-01."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> str:
        """The text, if it is a day."""
        text = str(super().clean(value))
        if text:
            try:
                year = date.fromisoformat(text).year
            except ValueError:
                raise forms.ValidationError(gettext("Schreiben Sie einen Tag, zum Beispiel 2026-07-01.")) from None
            if year not in YEARS:
                raise forms.ValidationError(gettext("Dieses Jahr kann nicht gemeint sein."))
        return text


def _text(label: Any, *, rows: int = 0, required: bool = False, most: int = 4000, hint: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, required=required, max_length=most, widget=widget, help_text=hint)


def _choice(label: Any, choices: Mapping[Any, Any], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[(each.value, name) for each, name in choices.items()], **more)


class RecordForm(forms.Form):
    """One verb's form. `record` gives the record that it has become, or puts every problem beside its field."""

    kind: ClassVar[str]
    verb: ClassVar[Verb]
    said: ClassVar[tuple[str, ...]] = ("title", "summary", "body")  # fields that are words of the source text
    translated: ClassVar[tuple[str, ...]] = ("title", "summary")
    moments: ClassVar[tuple[str, ...]] = ()
    days: ClassVar[tuple[str, ...]] = ()

    title = _text(_("Überschrift"), required=True, most=300)
    correction = _text(
        _("Berichtigung"), rows=2, most=2000, hint=_("Nur wenn etwas falsch war: was, in einem Satz. Das lesen alle.")
    )

    def __init__(self, town: Municipality, *arguments: Any, **named: Any) -> None:
        named.setdefault("label_suffix", "")
        super().__init__(*arguments, **named)
        self.town = town
        where = str((self.data if self.is_bound else self.initial).get("area") or "")
        if town.parts or where:
            choices = {"": gettext("ganze Kommune"), **{each.id: each.name("de") for each in town.parts}}
            choices.setdefault(where, where)  # what a folder has brought: a Kreis, a Land, several parts
            self.fields["area"] = forms.ChoiceField(label=gettext("Wo"), choices=list(choices.items()), required=False)
        self.order_fields(self.field_order)
        for lang in town.languages[1:]:
            for name in self.translated:
                original = self.fields[name]
                self.fields[f"{name}__{lang}"] = forms.CharField(
                    label=f"{original.label} ({LANGUAGES.get(lang, lang)})",
                    required=False,
                    max_length=300 if name == "title" else 4000,
                    widget=type(original.widget)(attrs={"lang": lang, "dir": "auto", **original.widget.attrs}),
                )

    def main_fields(self) -> list[forms.BoundField]:
        """The fields that are always asked."""
        return [self[name] for name in self.fields if "__" not in name and name != "correction"]

    def language_fields(self) -> list[forms.BoundField]:
        """The fields of the other languages."""
        return [self[name] for name in self.fields if "__" in name]

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of a record that is there already."""
        source = payload["texts"][0]
        found: Values = {name: source.get(name, "") for name in cls.said}
        for text in payload["texts"][1:]:
            found |= {f"{name}__{text['lang']}": text.get(name, "") for name in cls.translated}
        if payload.get("area"):
            found["area"] = " ".join(payload["area"])
        for name in cls.moments:
            if payload.get(name):
                found[name] = local(payload[name], town)
        found |= {name: payload[name] for name in cls.days if payload.get(name)}
        return found

    def record(self, record_id: str, base: Mapping[str, Any] | None) -> Record | None:
        """The record that the form has become; None if something is wrong, with every problem beside its field."""
        whole = self.is_valid()
        # Where a field is wrong another stands in, so that the rest is checked too and all is told at once.
        given = {name: self.cleaned_data.get(name, "" if whole else "-") for name in self.fields}
        dates = [name for name, field in self.fields.items() if isinstance(field, Moment | Day)]
        given |= {name: "" for name in dates if given[name] == "-"}
        values: Values = dict(base) if base else {"kind": self.kind}
        values["id"] = record_id
        values["texts"] = self._texts(base, given)
        if "area" in self.fields:
            values["area"] = given["area"].split()
        for name in (*self.moments, *self.days):
            values[name] = given[name] or None
        values |= self.own(given, base)
        values = {name: value for name, value in values.items() if value is not None}
        try:
            record = KINDS[self.kind].model_validate(values, context=Reading(zone=self.town.zone))
        except ValidationError as error:
            self._tell(error)
            return None
        return record if whole and self.is_valid() else None

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """The fields that only this form has."""
        return {}

    def _texts(self, base: Mapping[str, Any] | None, given: Values) -> list[Values]:
        before: dict[str, Values] = {each["lang"]: dict(each) for each in base["texts"]} if base else {}
        lang = self.town.source_lang
        source = before.get(lang, {"lang": lang}) | {name: given[name] for name in self.said}
        texts = [{name: value for name, value in source.items() if value != ""}]
        for other in sorted({*self.town.languages, *before} - {lang}):
            text = before.get(other, {"lang": other})
            asked = [name for name in self.translated if f"{name}__{other}" in given]
            new = {name: given[f"{name}__{other}"] for name in asked}
            if any(text.get(name, "") != value for name, value in new.items()):
                text.pop("translates", None)
            text |= new
            if text.get("title"):
                texts.append({name: value for name, value in text.items() if value != ""})
            elif any(new.values()):
                field = "title" if "title" in asked else asked[0]
                self.add_error(f"{field}__{other}", gettext("Eine Übersetzung braucht eine Überschrift."))
        return texts

    def _tell(self, error: ValidationError) -> None:
        for each in error.errors():
            field = str(each["loc"][0]) if each["loc"] else ""
            message = each["msg"].removeprefix("Value error, ")
            if not field and (found := re.match(r"([a-z_]+): (.*)", message)):
                field, message = found.groups()
            if field == "texts":
                field = str(each["loc"][2]) if len(each["loc"]) > 2 else "title"
            shown = {"valid_until": "valid_through"}.get(field, field)
            if each["type"] == "missing" or {field, shown} & set(self.errors):
                continue  # the form has told it already
            known = next((name for name in (field, shown) if name in self.fields), None)
            self.add_error(known, in_german(message) if known else f"{field}: {in_german(message)}")


class WarnForm(RecordForm):
    """Warn: what of, where, what to do, until when."""

    kind, verb = "alert", Verb.WARN
    said = ("title", "instructions", "body")
    translated = ("title", "instructions")
    moments = ("valid_from", "valid_until")

    hazard = _choice(_("Wovor"), HAZARDS)
    instructions = _text(_("Was ist zu tun"), rows=5, required=True)
    valid_from = Moment(label=_("Gilt ab"))
    valid_until = Moment(label=_("Gilt bis"), help_text=_("Eine Warnung endet von selbst. Verlängern geht jederzeit."))
    body = _text(_("Mehr dazu"), rows=4, most=20000)

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
    all_clear = _text(_("Entwarnung"), rows=4, required=True)
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

    level = _choice(_("Ebene"), LEVELS)
    issued_by = _text(_("Erlassen von"), required=True, most=300)
    form = _choice(_("Rechtsform"), FORMS)
    summary = _text(
        _("Kurz gesagt"), rows=3, required=True, most=2000, hint=_("In einfachen Worten: was gilt, für wen.")
    )
    legal_basis = _text(_("Rechtsgrundlage"), most=500)
    binding_text = _text(_("Verbindlicher Text (Adresse, oder angehängtes PDF)"), most=2000)
    valid_from = Moment(label=_("Gilt ab"))
    valid_through = Day(label=_("Gilt bis einschließlich"), required=False)
    provided = Day(label=_("Bereitgestellt am"), required=False)
    promulgated = Day(label=_("Bekannt gemacht am"), required=False)
    review_by = Day(label=_("Prüfen bis"), required=False)
    topics = _text(_("Themen"), most=500, hint=_("Mit Komma getrennt."))
    body = _text(_("Text"), rows=8, most=50000)

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
        values["topics"] = _listed(given["topics"])
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
    title = None  # type: ignore[assignment]

    status = _choice(_("Betriebsstatus"), STATUSES, widget=forms.RadioSelect)
    instead = _text(_("Was stattdessen"), rows=3, hint=_("Was können Menschen tun, die das jetzt brauchen?"))
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


class Attached(forms.CharField):
    """Files with their titles as JSON: what the page of a draft's files has written."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> str:
        """The text, if it says what it should."""
        text = str(super().clean(value))
        try:
            found = orjson.loads(text or "[]")
            known = [{"path": str(each["path"]), "title": str(each["title"])} for each in found]
        except (ValueError, TypeError, KeyError):
            raise forms.ValidationError(gettext("Die Anlagen sind nicht zu lesen. Hängen Sie sie neu an.")) from None
        return orjson.dumps(known).decode() if known else ""


class InviteForm(RecordForm):
    """Invite: what, when, where, who, how to register."""

    kind, verb = "event", Verb.INVITE
    said = ("title", "summary", "body", "image_alt")
    moments = ("start", "end")

    summary = _text(_("Kurz gesagt"), rows=2, most=2000)
    start = Moment(label=_("Beginn"))
    end = Moment(label=_("Ende"), required=False)
    place = _text(_("Ort"), most=500, hint=_("Anschrift, oder der Name der Videokonferenz."))
    online = forms.BooleanField(label=_("findet online statt"), required=False)
    hosts = _text(_("Wer einlädt"), most=1000, hint=_("Mit Komma getrennt."))
    agenda = _text(_("Ablauf"), rows=4, hint=_("Eine Zeile je Punkt: 17:00 Begrüßung"))
    registration = forms.EmailField(label=_("Anmeldung per E-Mail an"), required=False)
    body = _text(_("Text"), rows=8, most=50000)
    image = forms.CharField(required=False, widget=forms.HiddenInput)
    image_alt = forms.CharField(required=False, widget=forms.HiddenInput, max_length=1000)
    attachments = Attached(required=False)

    field_order = ("title", "summary", "start", "end", "place", "online", "hosts", "agenda", "registration", "body")

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of an event."""
        found = super().fields_of(payload, town)
        found["place"], found["online"] = payload.get("place", ""), payload.get("online", False)
        found["hosts"] = ", ".join(payload.get("hosts", ()))
        found["registration"] = (payload.get("registration") or {}).get("mail", "")
        found["agenda"] = "\n".join(
            f"{each.get('at', '')} {each['title']}".strip() for each in payload.get("agenda", ())
        )
        found["image"] = payload.get("image") or ""
        there = payload.get("attachments", ())
        return found | {"attachments": orjson.dumps(there).decode() if there else ""}

    def clean_agenda(self) -> str:
        """Each line begins with a time."""
        text = str(self.cleaned_data["agenda"])
        wrong = [line for line in _lines(text) if not AGENDA_LINE.match(line)]
        if wrong:
            raise forms.ValidationError(
                [
                    gettext("„{line}“: beginnen Sie mit der Uhrzeit, zum Beispiel 17:00.").format(line=each)
                    for each in wrong
                ]
            )
        return text

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """Place, hosts, agenda, registration."""
        before = {(each.get("at"), each["title"]): each for each in (base or {}).get("agenda", ())}
        agenda = []
        for line in filter(AGENDA_LINE.match, _lines(given["agenda"])):
            at, title = line.split(maxsplit=1)
            clock = at.replace(".", ":").zfill(5)
            agenda.append(before.get((clock, title), {"at": clock, "title": title}))
        registration = dict((base or {}).get("registration") or {})
        registration.pop("mail", None)
        registration |= {"mail": given["registration"]} if given["registration"] else {}
        return {
            "place": given["place"],
            "online": given["online"],
            "hosts": _listed(given["hosts"]),
            "agenda": agenda,
            "registration": registration or None,
            "image": given["image"] or None,
            "attachments": orjson.loads(given["attachments"]) if given["attachments"] not in ("", "-") else [],
        }


class TellForm(RecordForm):
    """Tell: news for ordinary days."""

    kind, verb = "notice", Verb.TELL
    moments = ("valid_until",)

    summary = _text(_("Kurz gesagt"), rows=2, most=2000)
    body = _text(_("Text"), rows=8, most=50000)
    valid_until = Moment(label=_("Zeigen bis"), required=False)
    topics = _text(_("Themen"), most=500, hint=_("Mit Komma getrennt."))

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of a notice."""
        return super().fields_of(payload, town) | {"topics": ", ".join(payload.get("topics", ()))}

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """Its topics."""
        return {"topics": _listed(given["topics"])}


class PageForm(RecordForm):
    """Tell: a page that stands at any time."""

    kind, verb = "page", Verb.TELL
    summary = _text(_("Kurz gesagt"), rows=2, most=2000)
    body = _text(_("Text"), rows=12, most=50000)


def form_for(verb: Verb, kind: str) -> type[RecordForm]:
    """The form of a verb for a kind of record."""
    return FORMS_BY[verb, kind]


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


def local(text: str, town: Municipality) -> str:
    """An instant of a record on the municipality's clocks, as the browser's field writes it."""
    return datetime.fromisoformat(text).astimezone(town.zone).strftime("%Y-%m-%dT%H:%M")


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def free_id(title: str, taken: Iterable[str]) -> str:
    """An id made from a title that nobody has yet."""
    stem = slug(title).strip("-")[:80].strip("-") or "eintrag"
    names = set(taken)
    found, number = stem, 2
    while found in names or found in ("index", "banner") or re.fullmatch("seite-[0-9]+", found):
        found, number = f"{stem}-{number}", number + 1
    return found
