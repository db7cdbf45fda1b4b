"""When something comes again: RFC 5545 rules (RRULE), left-out days (EXDATE) and further dates (RDATE).

The rule is walked on the wall clock, so that "every Tuesday at 18:00" stays at 18:00 when the clocks change, and each
moment is then turned into an instant. Where RFC 5545 leaves a part to the start (3.3.10, "derived from DTSTART"), it is
taken from there, as libical does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from krisenfest.domain.records import Day, Instant, Model, Reading

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS: Mapping[str, str] = {  # RFC 5545 3.3.10
    "FREQ": "SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d{0,3}",
    "COUNT": r"[1-9]\d{0,3}",
    "UNTIL": r"\d{8}(?:T\d{6}Z?)?",
    "BYSECOND": r"\d{1,2}(?:,\d{1,2})*",
    "BYMINUTE": r"\d{1,2}(?:,\d{1,2})*",
    "BYHOUR": r"\d{1,2}(?:,\d{1,2})*",
    "BYDAY": r"[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU)(?:,[+-]?\d{0,2}(?:MO|TU|WE|TH|FR|SA|SU))*",
    "BYMONTHDAY": r"[+-]?\d{1,2}(?:,[+-]?\d{1,2})*",
    "BYYEARDAY": r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*",
    "BYWEEKNO": r"[+-]?\d{1,2}(?:,[+-]?\d{1,2})*",
    "BYMONTH": r"\d{1,2}(?:,\d{1,2})*",
    "BYSETPOS": r"[+-]?\d{1,3}(?:,[+-]?\d{1,3})*",
    "WKST": "MO|TU|WE|TH|FR|SA|SU",
}
OF_EVENTS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
# Calendar programs read these in different ways, and nobody says so to residents: a list of dates is clearer.
UNCLEAR = ("BYSECOND", "BYMINUTE", "BYHOUR", "BYWEEKNO", "BYYEARDAY")
# A rule without an end is counted so far; the calendar file carries the rule itself.
COUNTED_YEARS, COUNTED_TIMES = 10, 500


def parse_rule(text: str) -> dict[str, str]:
    """The parts of an RRULE value such as FREQ=MONTHLY;BYDAY=1TU, in order; raises ValueError if it is none."""
    parts: dict[str, str] = {}
    for each in text.upper().strip().removeprefix("RRULE:").strip(";").split(";"):
        name, _, value = each.strip().partition("=")
        if name not in _PARTS or name in parts or not re.fullmatch(_PARTS[name], value, re.ASCII):
            raise ValueError(f"{each!r} is no part of a rule; write one such as FREQ=MONTHLY;BYDAY=1TU (RFC 5545)")
        parts[name] = value
    if "FREQ" not in parts:
        raise ValueError("a rule begins with FREQ, such as FREQ=WEEKLY (RFC 5545)")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL exclude each other; keep one (RFC 5545 3.3.10)")
    return parts


def moments(parts: Mapping[str, str], start: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every moment of a rule from `start` on, both by the wall clock (naive); endless where the rule is."""
    own = _completed(parts, start)
    count = int(own.pop("COUNT", "0"))
    until = until_moment(own.pop("UNTIL", ""), zone)
    rule = rrulestr(";".join(f"{name}={value}" for name, value in own.items()), dtstart=_anchor(own, start))
    walk = (each for each in rule if each >= start)
    for each in islice(walk, count) if count else walk:
        if until is not None and each > until:
            return
        yield each


def _completed(parts: Mapping[str, str], start: datetime) -> dict[str, str]:
    own = dict(parts)
    if "BYWEEKNO" in own and "BYDAY" not in own:
        own["BYDAY"] = WEEKDAYS[start.weekday()]
    elsewhere = {"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYDAY"} & set(own)
    if own["FREQ"] == "YEARLY" and "BYMONTHDAY" in own and not elsewhere:
        own["BYMONTH"] = str(start.month)
    return own


def _anchor(parts: Mapping[str, str], start: datetime) -> datetime:
    """Where counting begins: BYSETPOS numbers the days of a whole week, month or year, not of its rest."""
    if "BYSETPOS" not in parts:
        return start
    if parts["FREQ"] == "WEEKLY":
        first = WEEKDAYS.index(parts.get("WKST", "MO"))
        return start - timedelta(days=(start.weekday() - first) % 7)
    if parts["FREQ"] == "MONTHLY":
        return start.replace(day=1)
    return start.replace(month=1, day=1) if parts["FREQ"] == "YEARLY" else start


def until_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The last moment that UNTIL lets in, by the wall clock (naive): a day counts to its end."""
    if not text:
        return None
    day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    if len(text) == 8:
        return datetime.combine(day, time.max)
    at = datetime.combine(day, time(int(text[9:11]), int(text[11:13]), int(text[13:15])))
    return at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if text.endswith("Z") else at


def _rule_of_event(text: str) -> str:
    if not text:
        return text
    parts = parse_rule(text)
    if parts["FREQ"] not in OF_EVENTS:
        raise ValueError("an event comes again by days, weeks, months or years: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    for name in UNCLEAR:
        if name in parts:
            raise ValueError(f"calendars read {name} in different ways; write the days under also: instead")
    if "UNTIL" in parts:
        try:
            until_moment(parts["UNTIL"], ZoneInfo("UTC"))
        except ValueError:
            raise ValueError("UNTIL is an existing day, such as UNTIL=20261231") from None
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("write a time zone such as Europe/Berlin") from None
    return text


class Repeats(Model):
    """How an event comes again after its start, on the clocks of `zone` (the municipality's).

    `rule` is an RRULE value, which may stand alone; `also` are further beginnings (RDATE); on the days of `without`
    it does not take place (EXDATE).
    """

    rule: Annotated[str, Field(max_length=300), AfterValidator(_rule_of_event)] = ""
    also: Annotated[tuple[Instant, ...], Field(max_length=COUNTED_TIMES)] = ()
    without: Annotated[tuple[Day, ...], Field(max_length=COUNTED_TIMES)] = ()
    zone: Annotated[str, AfterValidator(_zone)] = "Europe/Berlin"

    @model_validator(mode="before")
    @classmethod
    def _of_the_town(cls, values: object, info: ValidationInfo) -> object:
        if isinstance(values, str):
            values = {"rule": values}
        if isinstance(info.context, Reading) and isinstance(values, dict):
            return {"zone": info.context.zone.key, **values}
        return values

    @model_validator(mode="after")
    def _says_something(self) -> Repeats:
        if not self.rule and not self.also:
            raise ValueError("rule: write a rule such as FREQ=WEEKLY;COUNT=6, or further dates under also:")
        return self


def starts(repeats: Repeats, start: datetime) -> tuple[datetime, ...]:
    """Every instant (UTC) at which it begins, oldest first; a rule without an end is counted for ten years."""
    return _starts(repeats.rule, repeats.also, repeats.without, repeats.zone, start)


@lru_cache(maxsize=256)
def _starts(
    rule: str, also: tuple[datetime, ...], without: tuple[date, ...], zone_key: str, start: datetime
) -> tuple[datetime, ...]:
    zone = ZoneInfo(zone_key)
    found = {start, *also}
    if rule:
        first = start.astimezone(zone).replace(tzinfo=None)
        last = first.replace(year=first.year + COUNTED_YEARS, day=min(first.day, 28))
        for each in islice(moments(parse_rule(rule), first, zone), COUNTED_TIMES):
            if each > last:
                break
            # RFC 5545 3.3.5: a time that the clocks leave out is read with the offset before it, one that comes
            # twice is the first; Python's fold=0 says the same.
            found.add(each.replace(tzinfo=zone).astimezone(UTC))
    left = set(without)
    return tuple(sorted(each for each in found if each.astimezone(zone).date() not in left))


def keeps_its_start(repeats: Repeats, start: datetime) -> bool:
    """Whether the rule itself gives the start, as RFC 5545 3.8.5.3 asks for."""
    if not repeats.rule:
        return True
    zone = ZoneInfo(repeats.zone)
    first = start.astimezone(zone).replace(tzinfo=None)
    found = next(moments(parse_rule(repeats.rule), first, zone), None)
    return found is not None and found.replace(tzinfo=zone).astimezone(UTC) == start


def is_endless(repeats: Repeats) -> bool:
    """Whether the rule never ends by itself."""
    return bool(repeats.rule) and not {"COUNT", "UNTIL"} & set(parse_rule(repeats.rule))
