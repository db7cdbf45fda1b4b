"""Public holidays of a Land, and working days (Werktage).

A Werktag is every day from Monday to Saturday that is no public holiday of the Land (BUrlG § 3 Abs. 2), unlike
an Arbeitstag, which is Monday to Friday.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from krisenfest.domain.areas import LAENDER
from krisenfest.errors import FieldError

SATURDAY, SUNDAY = 5, 6


# the languages in which the library names German holidays, by our tag
HOLIDAY_LANGUAGES = {"de": "de", "en": "en_US", "uk": "uk", "th": "th"}


@lru_cache(maxsize=512)
def holidays_of(land: str, year: int, lang: str = "de") -> Mapping[date, str]:
    """The public holidays of a Land (two digits of its ARS) in a year, with their names in one of HOLIDAY_LANGUAGES.

    Raises FieldError for a Land that is none.
    """
    if land not in LAENDER:
        raise FieldError("land", land, "two digits, 01 to 16")
    # Imported where it is needed: loading the holidays of the world costs a fifth of an incremental build.
    from holidays import country_holidays  # noqa: PLC0415  see above

    return dict(country_holidays("DE", subdiv=LAENDER[land][1], years=year, language=HOLIDAY_LANGUAGES[lang]))


CATHOLIC, AUGSBURG = "catholic", "augsburg"
# Holidays in a part of a Land only. Catholic: Corpus Christi in municipalities of SN (SächsSFG § 1 Abs. 1) and TH
# (ThürFtG § 2 Abs. 2), Assumption Day in those of BY (BayFTG Art. 1 Abs. 1 Nr. 2). Augsburg: its Peace Festival on
# 8 August (BayFTG Art. 1 Abs. 2), and Assumption Day.
REGIONS: Mapping[str, tuple[str, ...]] = {CATHOLIC: ("09", "14", "16"), AUGSBURG: ("09",)}
# counties that lie in such a part as a whole: Augsburg, and Eichsfeld
COUNTIES_WITH_REGION: Mapping[str, str] = {"09761": AUGSBURG, "16061": CATHOLIC}


@lru_cache(maxsize=512)
def regional_holidays(land: str, region: str, year: int) -> Mapping[date, str]:
    """What a region of a Land celebrates beside the Land's holidays, with German names.

    Raises FieldError if the Land has no such region.
    """
    if land not in REGIONS.get(region, ()):
        raise FieldError("region", region, f"a region of the Land {land} with holidays of its own")
    from holidays import country_holidays  # noqa: PLC0415  see above

    found = dict(country_holidays("DE", subdiv=LAENDER[land][1], years=year, language="de", categories=(CATHOLIC,)))
    if region == AUGSBURG:
        found[date(year, 8, 8)] = "Augsburger Friedensfest"
    return found


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off of one municipality: the holidays of its Land and region, and local ones that it adds."""

    land: str
    local: Mapping[date, str] = field(default_factory=dict)
    region: str = ""

    def holiday(self, day: date) -> str | None:
        """The German name of the holiday that `day` is, or None."""
        if self.region and (name := regional_holidays(self.land, self.region, day.year).get(day)):
            return name
        return self.local.get(day) or holidays_of(self.land, day.year).get(day)

    def holidays_of_year(self, year: int) -> Mapping[date, str]:
        """Every holiday of a year here, with its German name."""
        regional = regional_holidays(self.land, self.region, year) if self.region else {}
        return {**holidays_of(self.land, year), **self.local, **regional}

    def holiday_in(self, lang: str, day: date) -> str | None:
        """The name of the Land's holiday that `day` is in another language; None if it is none or has no such name."""
        if lang not in HOLIDAY_LANGUAGES or day in self.local:
            return None
        return holidays_of(self.land, day.year, lang).get(day)

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is a Werktag: Monday to Saturday and no holiday here."""
        return day.weekday() != SUNDAY and self.holiday(day) is None

    def next_working_day(self, day: date) -> date:
        """`day` itself if it is a Werktag, else the next one (BGB § 193 moves a deadline in the same way)."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The Werktag that lies `count` Werktage after `day`; `day` itself does not count (BGB § 187 Abs. 1)."""
        for _ in range(count):
            day = self.next_working_day(day + timedelta(days=1))
        return day


def calendar_of(key: str) -> Calendar:
    """The calendar of the area with this ARS or AGS, or a prefix of it: its Land's, and its region's if it has one.

    A county with holidays in a few of its municipalities only has the calendar of its Land. Raises FieldError for a
    key that begins with no Land.
    """
    if key[:2] not in LAENDER:
        raise FieldError("area", key, "the first two digits name a Land, 01 to 16")
    return Calendar(key[:2], region=COUNTIES_WITH_REGION.get(key[:5], ""))


def parse_calendar(text: str) -> Calendar:
    """The calendar of a Land by its number, letters or name, and a region: 09, BY, SN-catholic, Augsburg.

    Raises FieldError.
    """
    name, _, region = text.strip().partition("-") if text.strip() not in _NAMES else (text.strip(), "", "")
    if text.strip().casefold() == AUGSBURG:
        name, region = "09", AUGSBURG
    land = _NAMES.get(name) or _NAMES.get(name.upper())
    if land is None or (region and land not in REGIONS.get(region.casefold(), ())):
        raise FieldError(
            "holidays", text, "a Land such as 05, NW, or with a region: SN-catholic, TH-catholic, Augsburg"
        )
    return Calendar(land, region=region.casefold())


_NAMES: Mapping[str, str] = {name: land for land, (full, letters) in LAENDER.items() for name in (land, full, letters)}
