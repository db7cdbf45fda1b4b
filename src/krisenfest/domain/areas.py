"""Areas of Germany by their Regionalschlüssel (ARS).

The key has 12 digits: Land 2, Regierungsbezirk 1, Kreis 2, Gemeindeverband 4, Gemeinde 3 (Statistisches
Bundesamt, Gemeindeverzeichnis GV-ISys). A shorter prefix names the larger area; the AGS of 8 digits is the same
key without the Gemeindeverband. The country itself is the empty prefix, written "DE" where a word is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NewType

from krisenfest.errors import FieldError

Ars = NewType("Ars", str)

LENGTHS = {2: "Land", 5: "Kreis", 9: "Gemeindeverband", 12: "Gemeinde"}
COUNTRY = Ars("")

LAENDER: Mapping[str, tuple[str, str]] = {
    "01": ("Schleswig-Holstein", "SH"),
    "02": ("Hamburg", "HH"),
    "03": ("Niedersachsen", "NI"),
    "04": ("Bremen", "HB"),
    "05": ("Nordrhein-Westfalen", "NW"),
    "06": ("Hessen", "HE"),
    "07": ("Rheinland-Pfalz", "RP"),
    "08": ("Baden-Württemberg", "BW"),
    "09": ("Bayern", "BY"),
    "10": ("Saarland", "SL"),
    "11": ("Berlin", "BE"),
    "12": ("Brandenburg", "BB"),
    "13": ("Mecklenburg-Vorpommern", "MV"),
    "14": ("Sachsen", "SN"),
    "15": ("Sachsen-Anhalt", "ST"),
    "16": ("Thüringen", "TH"),
}


def parse_prefix(text: str) -> Ars:
    """Return `text` as an ARS prefix of 2, 5, 9 or 12 digits; spaces are dropped.

    "DE" is the whole country. Raises FieldError for another length, other characters, or a Land that is none.
    """
    digits = text.replace(" ", "")
    if digits == "DE":
        return COUNTRY
    if not re.fullmatch("[0-9]+", digits) or len(digits) not in LENGTHS:
        raise FieldError("area", text, "write an ARS of 2, 5, 9 or 12 digits, for example 05 9 13 0000 000")
    if digits[:2] not in LAENDER:
        raise FieldError("area", text, "the first two digits name a Land, 01 to 16")
    return Ars(digits)


def parse_ars(text: str) -> Ars:
    """Return `text` as a 12-digit Regionalschlüssel; spaces are dropped. Raises FieldError."""
    digits = text.replace(" ", "")
    if not re.fullmatch("[0-9]{12}", digits):
        raise FieldError("ars", text, "must have 12 digits, for example 05 9 13 0000 000")
    return parse_prefix(digits)


def parse_ags(text: str) -> str:
    """Return `text` as an 8-digit Amtlicher Gemeindeschlüssel; raises FieldError."""
    digits = text.replace(" ", "")
    if not re.fullmatch("[0-9]{8}", digits) or digits[:2] not in LAENDER:
        raise FieldError("ags", text, "must have 8 digits that begin with a Land, for example 05913000")
    return digits


def ags(ars: Ars) -> str:
    """The 8-digit AGS of a 12-digit ARS: the same key without the Gemeindeverband (digits 6 to 9)."""
    return ars[:5] + ars[9:]


def contains(outer: Ars, inner: Ars) -> bool:
    """Whether the area `inner` lies in `outer` (an area lies in itself; the country holds all)."""
    return inner.startswith(outer)


def parents(ars: Ars) -> tuple[Ars, ...]:
    """The larger areas of `ars`, nearest first, up to the Land."""
    return tuple(Ars(ars[:length]) for length in sorted(LENGTHS, reverse=True) if length < len(ars))


def kind(ars: Ars) -> str:
    """The German word for the kind of area that a prefix names ("Land", "Kreis", ...)."""
    return LENGTHS[len(ars)] if ars else "Bund"


@dataclass(frozen=True, slots=True)
class Directory:
    """Names of areas by ARS, as far as they are known; the Laender always are."""

    names: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, ars: object) -> bool:
        return self.name(Ars(str(ars))) is not None

    def name(self, ars: Ars) -> str | None:
        """The name of the area, or None if this directory does not hold it."""
        if not ars:
            return "Deutschland"
        if len(ars) == 2:
            return LAENDER[ars][0] if ars in LAENDER else None
        return self.names.get(ars)

    def below(self, ars: Ars) -> Iterator[tuple[Ars, str]]:
        """Every known area within `ars`, itself left out, in the order of the keys."""
        for each in sorted(self.names):
            if len(each) > len(ars) and each.startswith(ars):
                yield Ars(each), self.names[each]

    def with_names(self, more: Iterable[tuple[Ars, str]]) -> Directory:
        """This directory with further names; a later name for the same key wins."""
        return Directory({**self.names, **dict(more)})
