"""A rule of RFC 5545 in a sentence, and the dates that come next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from krisenfest.domain.events import Event, occurrences
from krisenfest.domain.periods import is_midnight
from krisenfest.domain.recurrence import WEEKDAYS, Repeats, parse_rule, until_moment
from krisenfest.site.states import N_
from krisenfest.site.words import Words

SHOWN = 8  # coming dates on a page
ORDINALS: Mapping[int, str] = {
    1: N_("ersten"),
    2: N_("zweiten"),
    3: N_("dritten"),
    4: N_("vierten"),
    5: N_("fünften"),
    -1: N_("letzten"),
    -2: N_("vorletzten"),
}
# frequency -> what it is every time, and every so many times
EVERY: Mapping[str, tuple[str, str]] = {
    "DAILY": (N_("jeden Tag"), N_("alle {number} Tage")),
    "WEEKLY": (N_("jeden {days}"), N_("alle {number} Wochen am {days}")),
    "MONTHLY": (N_("jeden {days} im Monat"), N_("alle {number} Monate am {days}")),
    "YEARLY": (N_("jedes Jahr am {days}"), N_("alle {number} Jahre am {days}")),
}


def sentence(words: Words, repeats: Repeats, start: datetime) -> str:
    """The rule as one would say it, such as "jeden ersten Dienstag im Monat, 6 Termine"."""
    parts = parse_rule(repeats.rule) if repeats.rule else {}
    zone = ZoneInfo(repeats.zone)
    said = _every(words, parts, start.astimezone(zone)) if parts else ""
    if not said:
        return words("mehrere Termine")
    if count := parts.get("COUNT"):
        return words("{rule}, {count} Termine").format(rule=said, count=count)
    if until := until_moment(parts.get("UNTIL", ""), zone):
        return words("{rule}, bis einschließlich {day}").format(rule=said, day=words.day(until.date()))
    return said


def _every(words: Words, parts: Mapping[str, str], start: datetime) -> str:
    """Frequency and days; "" for a rule that has no short sentence: the dates are listed then."""
    known = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYSETPOS"}
    if set(parts) - known or (parts["FREQ"] == "YEARLY" and len(set(parts) & {"BYDAY", "BYMONTHDAY"})):
        return ""
    days = _days(words, parts, start)
    if days is None:
        return ""
    number = int(parts.get("INTERVAL", "1"))
    by_date = parts["FREQ"] == "MONTHLY" and "BYDAY" not in parts
    once, often = (N_("jeden Monat am {days}"), EVERY["MONTHLY"][1]) if by_date else EVERY[parts["FREQ"]]
    return words(once if number == 1 else often).format(number=number, days=days)


def _days(words: Words, parts: Mapping[str, str], start: datetime) -> str | None:
    """The days of a rule in words; None where they have none."""
    frequency, chosen = parts["FREQ"], parts.get("BYDAY", "")
    if frequency == "DAILY":
        return None if len(set(parts) & {"BYDAY", "BYMONTHDAY", "BYSETPOS"}) else ""
    if frequency == "YEARLY":
        return words.day_of_year(start.date())
    if frequency == "MONTHLY" and not chosen:
        return _month_days(words, parts, start)
    places = parts.get("BYSETPOS", "")
    if "BYMONTHDAY" in parts or (places and ("," in chosen or "," in places or frequency == "WEEKLY")):
        return None
    names = [_weekday(words, each, places, frequency) for each in (chosen or WEEKDAYS[start.weekday()]).split(",")]
    return None if None in names else _joined(words, [each for each in names if each])


def _month_days(words: Words, parts: Mapping[str, str], start: datetime) -> str | None:
    if "BYSETPOS" in parts:
        return None
    numbers = [int(each) for each in parts.get("BYMONTHDAY", str(start.day)).split(",")]
    if numbers == [-1]:
        return words("letzten Tag")
    return None if min(numbers) < 1 else _joined(words, [words("{number}.").format(number=each) for each in numbers])


def _weekday(words: Words, text: str, place: str, frequency: str) -> str | None:
    """A weekday such as 1TU in words; within a month only one that has its place."""
    name = words.short_weekday_name(WEEKDAYS.index(text[-2:]))
    number = int(text[:-2] or place or 0)
    if frequency == "WEEKLY":
        return name if not number else None
    return f"{words(ORDINALS[number])} {name}" if number in ORDINALS else None


def _joined(words: Words, names: list[str]) -> str:
    return words("{first} und {last}").format(first=", ".join(names[:-1]), last=names[-1]) if names[1:] else names[0]


def span(words: Words, start: datetime, end: datetime | None) -> str:
    """When it is, from its start to its exclusive end: a day, a day with its hours, or two moments."""
    said = words.start(start)
    if end is None:
        return said
    local, until = start.astimezone(words.zone), end.astimezone(words.zone)
    if until.date() == local.date():
        return (said + "–" + words("{time} Uhr").format(time=until.strftime("%H:%M"))).replace(" Uhr–", "–")
    if is_midnight(start, words.zone) and end - start <= timedelta(hours=25):
        return said
    return said + ", " + words.end(end)


def coming(words: Words, event: Event, at: datetime) -> list[str]:
    """The next dates of an event that comes again, the present one first."""
    if event.repeats is None:
        return []
    ahead = (each for each in occurrences(event) if each.end is not None and at < each.end)
    return [
        span(words, each.start, each.end if event.end else None)
        for each in islice(ahead, SHOWN)
        if each.start is not None
    ]
