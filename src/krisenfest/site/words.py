"""The interface's words and dates in one language: gettext for words (GNU .mo), CLDR for dates."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo

from krisenfest.domain.periods import is_midnight

SOURCE = "de"  # the msgids are German


@lru_cache(maxsize=32)
def translations(lang: str, name: str = "krisenfest") -> NullTranslations:
    """A catalogue of a language; what it lacks is read from its main language, then from the German msgids."""
    found: NullTranslations = NullTranslations()
    for tag in dict.fromkeys([lang.partition("-")[0], lang]):
        compiled = files("krisenfest") / "locale" / tag / "LC_MESSAGES" / f"{name}.mo"
        if compiled.is_file():
            catalogue = GNUTranslations(BytesIO(compiled.read_bytes()))
            catalogue.add_fallback(found)
            found = catalogue
    return found


class Words:
    """Words and dates for the pages of one language in the municipality's time zone."""

    def __init__(self, lang: str, zone: ZoneInfo) -> None:
        self.lang, self.zone = lang, zone
        self._catalogue = translations(lang)
        self._stamps: dict[datetime, str] = {}  # a build asks for the same few moments on every page

    def __call__(self, msgid: str) -> str:
        """The interface text in this language."""
        return self._catalogue.gettext(msgid)

    @cached_property
    def _locale(self) -> str:
        main = self.lang.partition("-")[0]
        return "en_GB" if main == "en" else main  # the day before the month, as all over Europe

    def day(self, day: date) -> str:
        """A day in words, such as 1. Juli 2026."""
        return _day(day, self._locale)

    def weekday(self, day: date) -> str:
        """A day with its weekday, such as Mittwoch, 1. Juli 2026."""
        return _weekday(day, self._locale)

    def day_of_year(self, day: date) -> str:
        """A day without its year, such as 24. Dezember."""
        from babel.dates import format_skeleton  # noqa: PLC0415  see below

        return str(format_skeleton("MMMMd", day, locale=self._locale))

    def short_weekday_name(self, weekday: int) -> str:
        """The name of a weekday, Monday is 0."""
        return _weekday_names(self._locale)[weekday]

    def moment(self, at: datetime) -> str:
        """An instant by the municipality's clock, such as Mittwoch, 1. Juli 2026, 18:00 Uhr."""
        local = at.astimezone(self.zone)
        return self("{date}, {time} Uhr").format(date=self.weekday(local.date()), time=local.strftime("%H:%M"))

    def stamp(self, at: datetime) -> str:
        """An instant without its weekday, for "as of" lines."""
        if at not in self._stamps:
            local = at.astimezone(self.zone)
            text = self("{date}, {time} Uhr").format(date=self.day(local.date()), time=local.strftime("%H:%M"))
            self._stamps[at] = text
        return self._stamps[at]

    def told(self, at: datetime) -> str:
        """When something was published: a day, with the time of day where one is named."""
        return self.day(at.astimezone(self.zone).date()) if is_midnight(at, self.zone) else self.stamp(at)

    def start(self, at: datetime) -> str:
        """When something begins: a day alone if it begins with the day."""
        return self.weekday(at.astimezone(self.zone).date()) if is_midnight(at, self.zone) else self.moment(at)

    def end(self, at: datetime) -> str:
        """Until when something holds, from its exclusive end: "bis einschließlich" a day, or until a time."""
        if is_midnight(at, self.zone):
            last = date.fromordinal(at.astimezone(self.zone).date().toordinal() - 1)
            return self("bis einschließlich {day}").format(day=self.weekday(last))
        return self("bis {moment}").format(moment=self.moment(at))


@lru_cache(maxsize=4096)
def _day(day: date, locale: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  loading CLDR costs as much as an incremental build

    return str(format_date(day, "long", locale=locale))


@lru_cache(maxsize=4096)
def _weekday(day: date, locale: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  see above

    return str(format_date(day, "full", locale=locale))


@lru_cache(maxsize=32)
def _weekday_names(locale: str) -> tuple[str, ...]:
    from babel.dates import get_day_names  # noqa: PLC0415  see above

    names = get_day_names("wide", locale=locale)
    return tuple(str(names[number]) for number in range(7))
