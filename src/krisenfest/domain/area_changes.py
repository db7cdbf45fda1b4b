"""Which area's figures count for an area on a day: one area of several districts, the Land's figure, mergers.

Figures come by county (Landkreis, kreisfreie Stadt: the first five digits of ARS and AGS) or by Land (the first
two). Keys are those of the Gemeindeverzeichnis (GV-ISys) of the Statistisches Bundesamt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from krisenfest.domain.areas import LAENDER
from krisenfest.errors import FieldError


class AreaLevel(StrEnum):
    """For which areas an indicator is published."""

    KREIS = "kreis"  # county or county-borough
    GEMEINDE = "gemeinde"
    LAND = "land"  # one figure for the Land, which counts for each of its towns
    BUND = "bund"
    STATION = "station"  # a gauge or weather station, known by the name that its operator gave it


class Merger(NamedTuple):
    """From the day `on` the county `gone` is a part of `into`."""

    on: date
    gone: str
    into: str


# Changes of the territory of counties since 2016 as the Länder enacted them.
MERGERS = (
    Merger(date(2016, 11, 1), "03152", "03159"),  # Göttingen and Osterode am Harz: Landkreis Göttingen
    Merger(date(2016, 11, 1), "03156", "03159"),
    Merger(date(2021, 7, 1), "16056", "16063"),  # Eisenach: Wartburgkreis (ThürGNGG 2019)
)

# Berlin and Hamburg are one area; the RKI lists Berlin's districts under keys of its own, 11001 to 11012.
CITY_STATES = {"02": "02000", "11": "11000"}


def successor(county: str, day: date) -> str:
    """The county to which the territory of `county` belongs on `day` (5 digits)."""
    for merger in MERGERS:
        if merger.gone == county and merger.on <= day:
            return successor(merger.into, day)
    return county


def is_city_district(key: str) -> bool:
    """Whether this is the key of a district of Berlin, which is no area of its own for a rule that counts counties."""
    return len(key) == 5 and key[:2] == "11" and key != CITY_STATES["11"]


def parse_area_key(text: str) -> str:
    """The key of a Land (2), county (5) or municipality (8 or 12 digits); spaces are dropped. Raises FieldError."""
    digits = text.replace(" ", "")
    if (
        not digits.isdecimal()
        or not digits.isascii()
        or len(digits) not in (2, 5, 8, 9, 12)
        or digits[:2] not in LAENDER
    ):
        raise FieldError("area", text, "write an AGS of 5 or 8 digits or a Land of 2, for example 05913")
    return digits


def keys_for(area: str, level: AreaLevel, day: date) -> tuple[str, ...]:
    """Under which keys the figure of this level may stand for `area` on `day`, the nearest first.

    `area` is the key of a Land, county or municipality, or the name of a station.
    """
    if level in (AreaLevel.STATION, AreaLevel.GEMEINDE):
        return (area,)
    if level is AreaLevel.BUND:
        return ("DE", "00")
    land = area[:2]
    if level is AreaLevel.LAND:
        return (land, f"{land}000")
    if land in CITY_STATES:
        return (CITY_STATES[land], land)
    if len(area) < 5:
        return (area,)
    county = successor(area[:5], day)
    return (county, f"{county}000", f"{county}0000000")  # AGS and ARS of a county-borough name it too


def key_in(area: str, level: AreaLevel, day: date, present: Mapping[str, object] | Iterable[str]) -> str | None:
    """The key among `present` whose figure counts for `area` on `day`, or None if none of them does."""
    return next((key for key in keys_for(area, level, day) if key in present), None)
