"""Tell what came of an event: one form of lines, filled beforehand from what happened, approved like everything else.

A line says one thing: "84 waren dabei"; "Folien https://…". A question stands with its answer below it, a poll with a
line for each choice ("12 Ja"); an empty line parts two of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from krisenfest.domain.approval import Verb
from krisenfest.domain.municipality import Municipality
from krisenfest.web.desk.record_form import RecordForm, Values
from krisenfest.web.recap_lines import joined, one_line, paragraph

_NUMBER = re.compile(r"(\d{1,7})\s+(\S.*)")
_LINK = re.compile(r"(\S.*?):?\s+(https?://\S+|media/\S+)")
_POLL = re.compile(r"(.*?)(?:\s*\[(\d{1,7})\])?")


def _blocks(text: str) -> list[list[str]]:
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n"))
    found = [[line.strip() for line in each.split("\n") if line.strip()] for each in parts]
    return [each for each in found if each]


def _rows(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _area(label: Any, rows: int, hint: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=50000, widget=widget, help_text=hint)


class RecapForm(RecordForm):
    """Recap: what came of an event that is over."""

    kind, verb = "event", Verb.RECAP
    said: ClassVar[tuple[str, ...]] = ("recap",)
    translated: ClassVar[tuple[str, ...]] = ("recap",)
    title = None  # type: ignore[assignment]  # Django's way to leave a field out

    recap = _area(_("Was herauskam"), 8, _("In eigenen Worten: was war, was haben alle gelernt, wie geht es weiter."))
    links = _area(_("Folien und Links"), 3, _("Eine Zeile je Link: Folien der Bürgermeisterin https://…"))
    numbers = _area(_("Zahlen"), 3, _("Eine Zeile je Zahl: 84 waren dabei"))
    questions = _area(
        _("Fragen und Antworten"), 8, _("Eine Frage, darunter die Antwort; dann eine leere Zeile. Ohne Namen.")
    )
    polls = _area(
        _("Umfragen"),
        6,
        _("Die Frage, darunter eine Zeile je Antwort: 12 Ja. Waren mehrere möglich: hinter der Frage [30] Stimmende."),
    )
    survey = forms.CharField(label=_("Umfrage danach (Adresse)"), required=False, max_length=2000)

    field_order = ("recap", "links", "numbers", "questions", "polls", "survey")

    def __init__(self, town: Municipality, *arguments: Any, **named: Any) -> None:
        super().__init__(town, *arguments, **named)
        self.fields.pop("area", None)

    @classmethod
    def fields_of(cls, payload: Mapping[str, Any], town: Municipality) -> Values:
        """What the form shows of a recap that is there already."""
        found = super().fields_of(payload, town)
        found.pop("area", None)
        recap = payload.get("recap") or {}
        found["links"] = "\n".join(f"{each['title']} {each['path']}" for each in recap.get("links", ()))
        found["numbers"] = "\n".join(f"{each['count']} {each['title']}" for each in recap.get("numbers", ()))
        found["questions"] = "\n\n".join(
            joined(one_line(each["question"]), paragraph(each.get("answer", ""))) for each in recap.get("questions", ())
        )
        found["polls"] = "\n\n".join(
            joined(
                one_line(each["question"]) + (f" [{each['voters']}]" if each.get("voters") is not None else ""),
                "\n".join(f"{choice['votes']} {choice['title']}" for choice in each["choices"]),
            )
            for each in recap.get("polls", ())
        )
        return found | {"survey": recap.get("survey") or ""}

    def clean_links(self) -> str:
        """Each line ends with an address."""
        return self._checked(
            "links", _LINK, gettext("„{line}“: schreiben Sie hinter den Namen die Adresse (https://…).")
        )

    def clean_numbers(self) -> str:
        """Each line begins with a number."""
        return self._checked(
            "numbers", _NUMBER, gettext("„{line}“: beginnen Sie mit der Zahl, zum Beispiel 84 waren dabei.")
        )

    def clean_polls(self) -> str:
        """Each poll has choices, and each of those begins with a number."""
        text = str(self.cleaned_data["polls"])
        for block in _blocks(text):
            wrong = [line for line in block[1:] if not _NUMBER.fullmatch(line)]
            if wrong or len(block) < 2:
                message = gettext("„{line}“: darunter eine Zeile je Antwort, zum Beispiel 12 Ja.")
                raise forms.ValidationError(message.format(line=(wrong or block)[0]))
        return text

    def _checked(self, field: str, shape: re.Pattern[str], message: str) -> str:
        text = str(self.cleaned_data[field])
        wrong = [line for line in _rows(text) if not shape.fullmatch(line)]
        if wrong:
            raise forms.ValidationError([message.format(line=each) for each in wrong])
        return text

    def own(self, given: Values, base: Mapping[str, Any] | None) -> Values:
        """What there is beside the words."""
        links = [found for line in _rows(given["links"]) if (found := _LINK.fullmatch(line))]
        numbers = [found for line in _rows(given["numbers"]) if (found := _NUMBER.fullmatch(line))]
        survey = given["survey"] if given["survey"] != "-" else ""
        recap: Values = {
            "links": [{"title": each[1], "path": each[2]} for each in links],
            "numbers": [{"count": int(each[1]), "title": each[2]} for each in numbers],
            "questions": [
                {"question": each[0], "answer": "\n".join(each[1:])}
                for each in _blocks(given["questions"] if given["questions"] != "-" else "")
            ],
            "polls": [poll for each in _blocks(given["polls"]) if (poll := _poll(each))],
            **({"survey": survey} if survey else {}),
        }
        known = (base or {}).get("recap") or {}
        shown = self.fields_of(base, self.town) if base else {}
        for name in ("links", "numbers", "questions", "polls"):
            if name in known and shown[name] == given[name].replace("\r\n", "\n").strip():
                recap[name] = known[name]  # what the lines cannot show, such as an empty line in an answer, stays
        return {"recap": {name: value for name, value in recap.items() if value} or None}


def _poll(block: Sequence[str]) -> Values | None:
    found = _POLL.fullmatch(block[0])
    choices = [match for line in block[1:] if (match := _NUMBER.fullmatch(line))]
    if not found or not found[1] or not choices:
        return None
    voters = {"voters": int(found[2])} if found[2] else {}
    return {
        "question": found[1],
        "choices": [{"votes": int(each[1]), "title": each[2]} for each in choices],
        **voters,
    }
