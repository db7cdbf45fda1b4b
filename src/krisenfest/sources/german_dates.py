"""Dates as German invitations write them, as values: never guessed, but told as ambiguous where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from krisenfest.sources.german_times import TimeMention, times_in, without_addresses

__all__ = ["MONTHS", "DayMention", "TimeMention", "days_in", "local", "sentences", "times_in"]

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jan january jänner",
            "februar feb february feber",
            "märz mär mrz maerz march mar",
            "april apr",
            "mai may",
            "juni jun june",
            "juli jul july",
            "august aug",
            "september sep sept",
            "oktober okt october oct",
            "november nov",
            "dezember dez december dec",
        ),
        1,
    )
    for name in names.split()
}
_ENGLISH_MONTHS = {"january", "february", "march", "may", "june", "july", "october", "december"}
_WEEKDAY_NAMES = (
    *("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "sonnabend"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
)
_WEEKDAYS = {"mo": 0, "di": 1, "tu": 1, "mi": 2, "we": 2, "do": 3, "th": 3, "fr": 4, "sa": 5, "so": 6, "su": 6}
_UNITS = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_FIRST_ORDINALS = (
    *("erste", "zweite", "dritte", "vierte", "fünfte", "sechste", "siebte", "achte", "neunte", "zehnte"),
    *("elfte", "zwölfte", "dreizehnte", "vierzehnte", "fünfzehnte", "sechzehnte", "siebzehnte", "achtzehnte"),
    *("neunzehnte", "zwanzigste", *(f"{unit}undzwanzigste" for unit in _UNITS), "dreißigste", "einunddreißigste"),
)
_ORDINALS = {name: number for number, name in enumerate(_FIRST_ORDINALS, 1)}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_NUM = r"(?:0?[1-9]|[12]\d|3[01])"
_WD = (
    rf"(?:(?:{'|'.join(_WEEKDAY_NAMES)})(?:s|[- ]?(?:abend|vormittag|nachmittag|morgen|mittag|nacht)s?)?"
    r"|(?-i:Mo|Di|Mi|Do|Fr|Sa|So)(?=[.,)\s]))\b\.?"
)
_BEFORE = rf"(?:\b(?P<weekday>{_WD}),?\s?(?:\(|de[nmr]\s)?)?"
_AFTER = rf"(?:\s?\((?P<in_brackets>{_WD})\)?|,\s(?P<behind>{'|'.join(_WEEKDAY_NAMES)})\b(?!,?\s?(?:de[nmr]\s)?\d))?"
_FREE = r"(?<![\d.,:/§])"
_TO = r"\s?(?P<to>–|—|-|/|bis(?:\s(?:einschließlich|zum|zu))?|und|oder|\+|u\.|&)\s?"
_YEAR = r"(?:\s?,?\s?(?P<year>(?:19|20)\d\d)(?!\d)|\s['’‘](?P<short>\d\d)\b)?"
_DIGIT_YEAR = r"(?:\s?(?P<year>(?:19|20)\d\d)(?!\d)|(?P<short>\d\d)(?!\d|\s?(?:uhr|h)\b|[.:]\d))"
# 30. Juni 2020 · 14.-16. Juni · 14., 15. und 16. Juni · vom 11. bis zum 17. Oktober · am dreißigsten Juni
_WORDS = re.compile(
    rf"{_BEFORE}{_FREE}(?:(?P<first>{_NUM})(?P<dot>\.?)(?P<more>(?:(?<=\.),\s?{_NUM}\.){{1,6}})?"
    rf"(?:{_TO}(?:(?P<weekday2>{_WD}),?\s?(?:de[nmr]\s)?)?(?P<last>{_NUM})\.?)?"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)})[nr]?)"
    rf"\s?(?P<month>{_MONTH})\b(?!-?[a-zäöü])\.?{_YEAR}{_AFTER}",
    re.IGNORECASE,
)
# 14.-16.6.2020 · 14./15.6. · 14. und 15.6.
_RANGE_DIGITS = re.compile(
    rf"{_BEFORE}{_FREE}(?P<first>{_NUM})(?P<dot>\.?){_TO}(?:(?P<weekday2>{_WD}),?\s?)?(?P<last>{_NUM})\.\s?"
    rf"(?P<month>0?[1-9]|1[0-2])\.(?!\d{{3}}\b)(?:{_DIGIT_YEAR}|(?!\d)){_AFTER}",
    re.IGNORECASE,
)
# 14.5. · 14.5.2020 · Di, 14.5., · 23.11.
_DIGITS = re.compile(
    rf"{_BEFORE}{_FREE}(?P<first>{_NUM})\.\s?(?P<month>0?[1-9]|1[0-2])\.(?:{_DIGIT_YEAR}|(?!\d)){_AFTER}",
    re.IGNORECASE,
)
# am 10.7 · Do. 14.8 um · Donnerstag (9.10): without its last full stop only where a word says that it is a day
_OPEN_DIGITS = re.compile(
    rf"(?:\b(?P<weekday>{_WD}),?\s?(?:\(|de[nmr]\s)?|\b(?:am|vom|zum|de[nmr]|(?P<doubtful>ab))\s|\(){_FREE}"
    rf"(?P<first>{_NUM})\.(?P<month>0?[1-9]|1[0-2])(?=[\s,)!?]|$)(?!\s?(?:uhr|h|prozent|euro|mi[ol]\w{{0,9}})\b|\s?[%€]"
    r"|\s?(?:–|—|-|bis)\s?\d)",
    re.IGNORECASE,
)
_ISO = re.compile(rf"(?<![\d/.-])(?P<year>(?:19|20)\d\d)-(?P<month>0\d|1[0-2])-(?P<first>[0-3]\d)(?![\d-]){_AFTER}")
# 30/6/2020: the day comes first, and is in doubt where the first number could be a month
_SLASHES = re.compile(
    rf"{_BEFORE}{_FREE}(?P<first>{_NUM})/(?P<month>0?[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)(?![\d/])", re.IGNORECASE
)
# July 3rd, 2020 · Monday March 9
_ENGLISH = re.compile(
    rf"{_BEFORE}\b(?P<month>{_MONTH})\.?\s(?P<first>{_NUM})(?P<suffix>st|nd|rd|th)?\b(?!\.?\s?(?:{_MONTH})\b|[:.]\d)"
    r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\)?,?\s?(?:–|—|-|bis(?:\s(?:einschließlich|einschl\.|inkl\.|zum|zu|de[nm])){0,2})\s?", re.IGNORECASE
)
_AND = re.compile(r"\s?(?:und|\+|&|u\.)\s?(?:am\s)?", re.IGNORECASE)
_ABBREVIATED = re.compile(
    r"(?:\S{0,10}[^\w\s:.,])?\d{1,2}|\d{1,2}\.(?:0?[1-9]|1[0-2])|[a-zäöü]|ca|bzw|inkl|einschl|ggf|evtl|max|min|str|nr|prof|dr|hr|fr|st|tel|abs|art|"
    r"mo|di|mi|do|sa|so|jan|feb|mär|mrz|apr|jun|jul|aug|sept?|okt|nov|dez|geb|usw|[a-zäöü]\.[a-zäöü]",
    re.IGNORECASE,
)
_SAYS_SPAN = re.compile(r"(?:\b(?:vom|am|von|de[nm]|zwischen)\s|[(:|]\s?|^\W{0,4})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DayMention:
    """A day, or a span of days, in a text; `year` (of the first day) is None where the text has none."""

    first: tuple[int, int]  # month, day
    last: tuple[int, int]
    year: int | None
    weekday: int | None  # 0 is Monday
    position: int
    text: str
    finish: int = 0
    last_year: int | None = None
    last_weekday: int | None = None
    doubt: str = ""

    def days(self, not_before: date) -> tuple[date, date] | None:
        """The first and last day: in the year named, else the next ones from `not_before` on. None if impossible."""
        years = [self.year] if self.year else [not_before.year, not_before.year + 1]
        for year in years:
            try:
                first, last = date(year, *self.first), date(self.last_year or year, *self.last)
                if last < first and self.last_year is None:
                    last = date(year + 1, *self.last)
            except ValueError:
                continue
            if last >= first and (self.year or last >= not_before):
                return first, last
        return None

    def weekday_fits(self, first: date, last: date | None = None) -> bool:
        """Whether the weekdays that stand beside the date, if any, are those of the days."""
        fits = self.weekday is None or first.weekday() == self.weekday
        return fits and (self.last_weekday is None or (last or first).weekday() == self.last_weekday)


def days_in(text: str) -> list[DayMention]:
    """Every day that a text names, in order; a longer reading wins over one inside it."""
    if not any(character.isdigit() for character in text) and "te" not in text:
        return []
    text = without_addresses(text)
    found: list[DayMention] = []
    taken = bytearray(len(text) + 1)
    for pattern in (_ISO, _WORDS, _RANGE_DIGITS, _DIGITS, _OPEN_DIGITS, _SLASHES, _ENGLISH):
        for each in pattern.finditer(text):
            if any(taken[each.start() : each.end()]):
                continue
            if mentions := _read(each, text):
                taken[each.start() : each.end()] = b"\1" * (each.end() - each.start())
                found += mentions
    found.sort(key=lambda mention: mention.position)
    return _joined(found, text)


def _read(found: re.Match[str], text: str) -> list[DayMention]:
    groups = found.groupdict()
    month_text = groups["month"].lower()
    month = MONTHS.get(month_text) or int(month_text)
    year = int(groups["year"]) if groups.get("year") else 2000 + int(groups["short"]) if groups.get("short") else None
    if found.re is _ENGLISH and not (groups.get("suffix") or year or month_text in _ENGLISH_MONTHS):
        return []
    if found.re is _DIGITS and not (year or groups["weekday"]) and _is_heading(found, text):
        return []
    days = [int(groups["first"])] if groups["first"] else [_ORDINALS[groups["ordinal"].lower()]]
    days += [int(number) for number in re.findall(r"\d+", groups.get("more") or "")]
    joins = (groups.get("to") or "").lower()
    if groups.get("last"):
        days.append(int(groups["last"]))
    ahead = text[max(0, found.start() - 12) : found.start()]
    spanned = joins in {"–", "—", "-"} or joins.startswith("bis")
    if len(days) == 2 and not groups["dot"] and not (spanned and (groups["weekday"] or _SAYS_SPAN.search(ahead))):
        days = days[1:]  # "Saal 3 - 14. Juni", "Punkt 3 und 14. Juni": the first number is no day
    if year is None and (found.re is not _WORDS) and not any(_possible(month, day) for day in days):
        return []
    doubt = "a day or a time" if groups.get("doubtful") else ""
    if found.re is _SLASHES and days[0] <= 12:
        doubt = "of which the first number is the day or the month"
    position = found.start("first") if found.re is _OPEN_DIGITS and not groups["weekday"] else found.start()
    whole = DayMention(
        (month, days[0]),
        (month, days[-1]),
        year,
        _weekday(groups.get("weekday")) if len(days) > 1 else _one_weekday(groups),
        position,
        text[position : found.end()].lstrip(" ,(|").rstrip(" ,(|"),
        found.end(),
        last_weekday=_weekday(groups.get("weekday2") or groups.get("in_brackets") if len(days) > 1 else None),
        doubt=doubt,
    )
    spanned = spanned or days == list(range(days[0], days[0] + len(days)))
    if len(days) == 1 or (spanned and joins != "oder" and days[0] < days[-1]):
        return [whole]
    return [replace(whole, first=(month, day), last=(month, day), weekday=None, last_weekday=None) for day in days]


def _is_heading(found: re.Match[str], text: str) -> bool:
    """ "1.2. Anfahrt" at the beginning of a line numbers a chapter."""
    return found.start() == 0 and re.match(r"\s[A-ZÄÖÜ]", text[found.end() : found.end() + 2]) is not None


def _possible(month: int, day: int) -> bool:
    try:
        date(2024, month, day)  # a leap year: 29 February may stand without one
    except ValueError:
        return False
    return True


def _weekday(text: str | None) -> int | None:
    return _WEEKDAYS.get(text[:2].lower()) if text else None


def _one_weekday(groups: dict[str, str | None]) -> int | None:
    """The weekday before or behind a day; -1, which fits no day, if the two differ."""
    named = {_weekday(groups.get(key)) for key in ("weekday", "in_brackets", "behind")} - {None}
    return named.pop() if len(named) == 1 else -1 if named else None


def _joined(found: list[DayMention], text: str) -> list[DayMention]:
    """Two days with "bis" between them, and two neighbouring days with "und", are one span."""
    joined: list[DayMention] = []
    for each in found:
        before = joined[-1] if joined else None
        if before and before.first == before.last and each.first == each.last and before.last_year is None:
            between = text[before.finish : each.position]
            until = len(between) < 40 and _UNTIL.fullmatch(between)
            if until or (len(between) < 10 and _AND.fullmatch(between) and _neighbours(before, each)):
                joined[-1] = span(before, each, text)
                continue
        joined.append(each)
    return joined


def span(first: DayMention, last: DayMention, text: str) -> DayMention:
    """The days from one mention to another; a year beside the last counts for both."""
    year = first.year or (last.year and (last.year if first.first <= last.last else last.year - 1))
    return replace(
        first,
        last=last.last,
        year=year,
        last_year=last.year,
        last_weekday=last.weekday,
        text=text[first.position : last.finish].lstrip(" ,(|").rstrip(" ,(|"),
        finish=last.finish,
        doubt=first.doubt or last.doubt,
    )


def _neighbours(first: DayMention, last: DayMention) -> bool:
    year = first.year or last.year or 2023
    try:
        return date(last.year or year, *last.first) - date(year, *first.first) == timedelta(days=1)
    except ValueError:
        return False


def local(day: date, minutes: int | None) -> str:
    """A day, or a day and a time, as local ISO 8601: 2020-06-30 or 2020-06-30T17:00."""
    if minutes is None:
        return day.isoformat()
    day += timedelta(days=minutes // 1440)
    return f"{day.isoformat()}T{minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def sentences(line: str) -> Iterator[str]:
    """The sentences of a line; a full stop after a number or a short word does not end one."""
    start = 0
    for stop in re.finditer(r"[.!?]{1,3}[\"“)*_]{0,4}\s(?=[\"„(*_\[]{0,4}[A-ZÄÖÜ])", line):
        before = line[max(line.rfind(" ", start, stop.start()) + 1, start) : stop.start()][-12:].strip("(*_[")
        if _ABBREVIATED.fullmatch(before):
            continue
        yield line[start : stop.end()].strip()
        start = stop.end()
    if rest := line[start:].strip():
        yield rest
