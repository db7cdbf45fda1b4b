"""From the keys that a person writes to the fields of a record, and from the record's errors back to those keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from krisenfest.domain.kinds import KINDS
from krisenfest.domain.municipality import Municipality
from krisenfest.errors import Problem
from krisenfest.sources.front_matter import Document

TEXT_KEYS = ("title", "summary", "instructions", "instead", "recap", "image_alt")
# keys of the folder that are no fields of a record
FOLDER_KEYS = ("lang", "translations", "draft", "valid_through", "translates", *TEXT_KEYS)
SUSPENSION_KEYS = {"from": "start", "until": "end"}

HINTS = {
    "level": "write bund, land, kreis or gemeinde",
    "issued_by": "name the body that made the rule",
    "form": "write law, ordinance, general-order, bylaw or appeal",
    "valid_from": "write the day on which it begins, such as 2021-04-24",
    "valid_until": "write when it ends, such as 2026-07-15T12:00; an alert ends by itself",
    "hazard": "write what the alert warns of, such as flood, storm, power-outage, water, other",
    "start": "write when it begins, such as 2020-06-30T17:00",
    "title": "write what a resident should read first",
    "ars": 'write the 12 digits in quotes, for example "059130000000"',
    "land": 'write the two digits of the Land in quotes, "01" to "16"',
    "imprint": "name the page that holds the imprint, such as impressum (DDG § 5)",
    "privacy": "name the page that holds the privacy statement, such as datenschutz",
    "name": "write the name",
}


def record_input(kind: str, record_id: str, document: Document, municipality: Municipality) -> dict[str, Any]:
    """The input of the record's model for a file; translations are added by `with_translation`."""
    values = {key: value for key, value in document.values.items() if key not in FOLDER_KEYS}
    text: dict[str, Any] = {"lang": document.values.get("lang", municipality.source_lang), "body": document.body}
    text |= {key: document.values[key] for key in TEXT_KEYS if key in document.values}
    values["id"] = values.get("id", record_id)
    if kind == "alert":
        values = _alert_keys(values, text)
    if kind == "measure" and isinstance(values.get("suspended"), list):
        values["suspended"] = [_renamed(each) for each in values["suspended"]]
    values["kind"] = kind
    values["texts"] = [text]
    inline = document.values.get("translations", {})
    if isinstance(inline, dict):
        values["texts"] += [
            {**words, "lang": lang} if isinstance(words, dict) else {"lang": lang, "title": words}
            for lang, words in inline.items()
        ]
    return values


def _alert_keys(values: dict[str, Any], text: dict[str, Any]) -> dict[str, Any]:
    if "kind" in values:
        values["hazard"] = values.pop("kind")
    clear = values.get("all_clear")
    if isinstance(clear, dict) and "text" in clear:
        text["all_clear"] = clear["text"]
        values["all_clear"] = {key: value for key, value in clear.items() if key != "text"}
    return values


def _renamed(suspension: object) -> object:
    if not isinstance(suspension, dict):
        return suspension
    return {SUSPENSION_KEYS.get(key, key): value for key, value in suspension.items()}


def translation_text(lang: str, document: Document) -> tuple[dict[str, Any], list[str]]:
    """The text of a sibling file, and its keys that a translation cannot have."""
    clear = document.values.get("all_clear")
    text: dict[str, Any] = {"lang": lang, "body": document.body}
    text |= {key: value for key, value in document.values.items() if key in {*TEXT_KEYS, "phrases", "translates"}}
    if isinstance(clear, dict) and "text" in clear:
        text["all_clear"] = clear["text"]
    elif isinstance(clear, str):
        text["all_clear"] = clear
    known = {*TEXT_KEYS, "phrases", "translates", "all_clear", "lang"}
    return text, [key for key in document.values if key not in known]


def set_inclusive_end(values: dict[str, Any], document: Document) -> str | None:
    """Turn `valid_through` into the exclusive end, once, here; gives what is wrong with it, or None.

    The day after, as a bare day, is its first instant: what `periods.through` says.
    """
    if "valid_through" not in document.values:
        return None
    if "valid_until" in document.values:
        return "valid_until stands there too; keep one of the two"
    try:
        last_day = date.fromisoformat(str(document.values["valid_through"]))
        values["valid_until"] = (last_day + timedelta(days=1)).isoformat()
    except ValueError:
        return "write an existing day as year-month-day, such as 2021-06-30"
    except OverflowError:
        return "leave it out if the measure has no end"  # 9999-12-31, as other programs write it
    return None


def problems_of(error: ValidationError, kind: str, path: str, document: Document) -> list[Problem]:
    """Every error of a record as a problem with the line and the key that the person wrote."""
    # CAP's words follow from the alert's kind; where that is wrong, it alone is to be mended.
    follow = {("category",), ("severity",), ("urgency",), ("certainty",)}
    return [
        _problem(each, kind, path, document)
        for each in error.errors(include_url=False)
        if not (kind == "alert" and each["type"] == "missing" and each["loc"] in follow)
        and not (each["loc"] == ("texts",) and each["type"] == "too_short")  # its own error has been told
    ]


def _problem(error: Mapping[str, Any], kind: str, path: str, document: Document) -> Problem:
    location = _written_keys(kind, tuple(error["loc"]))
    message = str(error["msg"]).removeprefix("Value error, ")
    if not location and (found := re.match(r"([a-z_]+): (.*)", message, re.DOTALL)):
        location, message = (found.group(1),), found.group(2)
    location = _as_written(location, document)
    field = ".".join(str(step) for step in location) or "record"
    what, hint = _in_words(str(error["type"]), error, message, kind, str(location[-1]) if location else "")
    return Problem(path, document.line_of(location), field, what, hint)


def _written_keys(kind: str, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    if location[:1] == ("texts",):
        return location[2:]
    if kind == "alert" and location[:1] == ("hazard",):
        return ("kind", *location[1:])
    if location[:1] == ("suspended",):
        back = {new: old for old, new in SUSPENSION_KEYS.items()}
        return tuple(back.get(step, step) if isinstance(step, str) else step for step in location)
    return location


def _as_written(location: tuple[str | int, ...], document: Document) -> tuple[str | int, ...]:
    if location[:1] == ("valid_until",) and "valid_through" in document.values:
        return ("valid_through",)
    return location


def _in_words(code: str, error: Mapping[str, Any], message: str, kind: str, last: str) -> tuple[str, str]:
    value = error.get("input")
    shown = repr(value) if isinstance(value, str | int | float | bool) else "this"
    if code == "missing":
        return "is missing", HINTS.get("hazard" if kind == "alert" and last == "kind" else last, "write it")
    if code == "extra_forbidden":
        close = get_close_matches(last, [*KINDS[kind].model_fields, *FOLDER_KEYS, "kind"] if kind in KINDS else [], 1)
        return "is not known here", f"did you mean {close[0]}?" if close else "take it out, or see docs/how-to"
    if code in ("enum", "literal_error"):
        return f"is {shown}", f"write {error['ctx']['expected']}"
    if code == "value_error":
        return (
            ("is missing", message.removeprefix("is missing; "))
            if message.startswith("is missing")
            else (
                f"is {shown}" if shown != "this" and len(shown) < 120 else "does not fit",
                message,
            )
        )
    if code == "string_too_short":
        return "is empty", "write it, or take the key out"
    if code == "tuple_type":
        return f"is {shown}", "write a word, or words in brackets: [one, two]"
    if code == "string_type":
        return f"is {shown}, not a text", 'put it in quotes, for example "0123"'
    if code == "string_pattern_mismatch" and last == "leika":
        return f"is {shown}", "write the 14 digits of the LeiKa key in quotes"
    if code == "string_pattern_mismatch":
        return f"is {shown}", "use small letters, digits and hyphens, such as hochwasser-altstadt"
    return f"is {shown}", message[:1].lower() + message[1:]
