"""What changed between two neighbouring versions of a record, in words and marks that a resident can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel

from krisenfest.domain.releases import Version
from krisenfest.site.states import N_
from krisenfest.site.words import Words

FIELDS: Mapping[str, str] = {
    "title": N_("Titel"),
    "summary": N_("Kurz gesagt"),
    "body": N_("Text"),
    "level": N_("Ebene"),
    "issued_by": N_("Erlassen von"),
    "form": N_("Rechtsform"),
    "legal_basis": N_("Rechtsgrundlage"),
    "binding_text": N_("Verbindlicher Text"),
    "provided": N_("Bereitgestellt am"),
    "promulgated": N_("Bekannt gemacht am"),
    "valid_from": N_("Beginn der Geltung"),
    "valid_until": N_("Ende der Geltung"),
    "suspended": N_("Aussetzung"),
    "withdrawn": N_("Zurücknahme"),
    "repealed": N_("Aufhebung"),
    "area": N_("Gebiet"),
    "audience": N_("Für wen"),
    "topics": N_("Themen"),
    "review_by": N_("Wird geprüft bis"),
}
TEXT_FIELDS = ("title", "summary", "body")


def differences(words: Words, before: Version, after: Version) -> list[dict[str, Any]]:
    """For each field that differs: its name, and the pieces that stayed, went ("del") and came ("ins")."""
    old, new = before.record, after.record
    found = []
    for name, label in FIELDS.items():
        if name in TEXT_FIELDS:
            was, now = getattr(old.source, name), getattr(new.source, name)
        else:
            was, now = _shown(words, getattr(old, name, None)), _shown(words, getattr(new, name, None))
        if was != now:
            found.append({"field": words(label), "pieces": list(pieces(was, now))})
    return found


def pieces(before: str, after: str) -> Iterator[dict[str, str]]:
    """The two texts as one, word by word: each piece with its mark "", "del" or "ins"."""
    old, new = re.findall(r"\s+|[^\s]+", before), re.findall(r"\s+|[^\s]+", after)
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield {"mark": "", "text": "".join(old[i1:i2])}
            continue
        if i2 > i1:
            yield {"mark": "del", "text": "".join(old[i1:i2])}
        if j2 > j1:
            yield {"mark": "ins", "text": "".join(new[j1:j2])}


def _shown(words: Words, value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, datetime):
        return words.moment(value)
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, tuple):
        return "; ".join(_shown(words, each) for each in value)
    if isinstance(value, BaseModel):
        return ", ".join(_shown(words, each) for each in dict(value).values() if each)
    return str(value)
