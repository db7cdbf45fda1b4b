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


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days off of one municipality: its Land's holidays, and local ones that it adds."""

    land: str
    local: Mapping[date, str] = field(default_factory=dict)

    def holiday(self, day: date) -> str | None:
        """The German name of the holiday that `day` is, or None."""
        return self.local.get(day) or holidays_of(self.land, day.year).get(day)

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
