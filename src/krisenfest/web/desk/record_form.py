"""What every form of the desk is: fields, and a record or every problem beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

import orjson
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from krisenfest.domain.approval import Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.periods import YEARS
from krisenfest.domain.records import Reading, Record
from krisenfest.domain.texts import LANGUAGES
from krisenfest.site.addresses import slug
from krisenfest.web.desk.messages import in_german

Values = dict[str, Any]


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


def text_field(
    label: Any, *, rows: int = 0, required: bool = False, most: int = 4000, hint: Any = ""
) -> forms.CharField:
    """A line, or `rows` lines, of at most `most` characters."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, required=required, max_length=most, widget=widget, help_text=hint)


def choice_field(label: Any, choices: Mapping[Any, Any], **more: Any) -> forms.ChoiceField:
    """One of the choices, shown by their names."""
    return forms.ChoiceField(label=label, choices=[(each.value, name) for each, name in choices.items()], **more)


class RecordForm(forms.Form):
    """One verb's form. `record` gives the record that it has become, or puts every problem beside its field."""

    kind: ClassVar[str]
    verb: ClassVar[Verb]
    said: ClassVar[tuple[str, ...]] = ("title", "summary", "body")  # fields that are words of the source text
    translated: ClassVar[tuple[str, ...]] = ("title", "summary")
    moments: ClassVar[tuple[str, ...]] = ()
    days: ClassVar[tuple[str, ...]] = ()

    title = text_field(_("Überschrift"), required=True, most=300)
    correction = text_field(
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


def local(text: str, town: Municipality) -> str:
    """An instant of a record on the municipality's clocks, as the browser's field writes it."""
    return datetime.fromisoformat(text).astimezone(town.zone).strftime("%Y-%m-%dT%H:%M")


def lines_of(text: str) -> Sequence[str]:
    """The lines that say something, without the spaces around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def listed(text: str) -> list[str]:
    """What stands between commas."""
    return [each.strip() for each in text.split(",") if each.strip()]


def free_id(title: str, taken: Iterable[str]) -> str:
    """An id made from a title that nobody has yet."""
    stem = slug(title).strip("-")[:80].strip("-") or "eintrag"
    names = set(taken)
    found, number = stem, 2
    while found in names or found in ("index", "banner") or re.fullmatch("seite-[0-9]+", found):
        found, number = f"{stem}-{number}", number + 1
    return found
