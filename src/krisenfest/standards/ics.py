"""Calendar files: RFC 5545 (iCalendar), with RFC 7986 names.

Everything comes from the record: UID from its id, SEQUENCE from its version, DTSTAMP from the moment it was recorded.
So the same event gives the same bytes, and a calendar that has it moves its entry when a version follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from krisenfest.domain.events import Event
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.periods import is_midnight
from krisenfest.domain.recurrence import Repeats, parse_rule, starts, until_moment
from krisenfest.domain.releases import Version
from krisenfest.errors import FieldError

PRODUCT = "-//krisenfest//krisenfest//DE"
LINE_OCTETS = 75  # RFC 5545 3.1: without the line break
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # 3.1: CONTROL is no part of TEXT; the newline is escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One VEVENT. `start` and `end` are both instants, or both days (then `end` is the day after the last)."""

    uid: str
    sequence: int
    stamp: datetime
    start: datetime | date
    end: datetime | date | None
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    cancelled: bool = False
    rule: str = ""  # RRULE as `domain.recurrence` checks it
    also: tuple[datetime | date, ...] = ()  # RDATE
    without: tuple[datetime | date, ...] = ()  # EXDATE
    until_year: int = field(default=0, compare=False)  # the last year of which the time zone's changes are told


def from_event(version: Version, municipality: Municipality, base_url: str) -> CalendarEvent:
    """The calendar entry of an event in the language that binds; whole days where it begins and ends at midnight."""
    record = version.record
    if not isinstance(record, Event):
        raise FieldError("event", version.kind, "only events have a calendar entry")
    zone = municipality.zone
    start, end = record.start, record.end
    whole_days = is_midnight(start, zone) and (end is None or is_midnight(end, zone))
    agenda = "\n".join(f"{item.at or ''} {item.title}".strip() for item in record.agenda)
    url = f"{base_url}/veranstaltungen/{version.id}.html" if base_url else ""
    first = start.astimezone(zone).date()
    return CalendarEvent(
        uid=f"{version.id}@{host(municipality)}",
        sequence=version.number - 1,
        stamp=version.recorded,
        start=first if whole_days else start,
        end=(end.astimezone(zone).date() if end else first + timedelta(days=1)) if whole_days else end,
        summary=record.source.title,
        description="\n\n".join(part for part in (record.source.summary, agenda, url) if part),
        location=record.place,
        url=url,
        categories=record.topics,
        cancelled=record.cancelled is not None,
        **_repeated(record, zone, whole_days=whole_days),
    )


def _repeated(record: Event, zone: ZoneInfo, *, whole_days: bool) -> dict[str, Any]:
    """The rule of an event that comes again; its own days off become the moments that RFC 5545 3.8.5.1 asks for."""
    if record.repeats is None:
        return {}
    own = ZoneInfo(record.repeats.zone)
    every = starts(record.repeats.model_copy(update={"without": ()}), record.start)
    left = [each for each in every if each.astimezone(own).date() in record.repeats.without]
    return {
        "rule": _rule(record.repeats, own, whole_days=whole_days),
        "also": tuple(each.astimezone(zone).date() if whole_days else each for each in record.repeats.also),
        "without": tuple(each.astimezone(zone).date() if whole_days else each for each in left),
        "until_year": every[-1].year,
    }


def _rule(repeats: Repeats, zone: ZoneInfo, *, whole_days: bool) -> str:
    """The rule with UNTIL as DTSTART asks for it (3.3.10): a day where that is a day, else an instant in UTC."""
    parts = parse_rule(repeats.rule) if repeats.rule else {}
    if until := until_moment(parts.get("UNTIL", ""), zone):
        parts["UNTIL"] = f"{until:%Y%m%d}" if whole_days else _utc(until.replace(tzinfo=zone))
    return ";".join(f"{name}={value}" for name, value in parts.items())


def host(municipality: Municipality) -> str:
    """What makes identifiers of a municipality unique: the host of its site, else its key."""
    found = re.match(r"https?://([^/:]+)", municipality.site_url or "")
    return found.group(1) if found else f"{municipality.ars}.krisenfest.invalid"


def dumps(events: Sequence[CalendarEvent], zone: ZoneInfo, *, name: str = "") -> bytes:
    """The events as one VCALENDAR, with the VTIMEZONE that its times name."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if name:
        lines += [f"NAME:{escape(name)}", f"X-WR-CALNAME:{escape(name)}"]
    if any(isinstance(event.start, datetime) for event in events):
        years = [year for event in events for year in (event.start.year, event.until_year or event.start.year)]
        lines += _timezone(zone.key, min(years), max(years))
    for event in events:
        lines += _event(event, zone)
    lines.append("END:VCALENDAR")
    return "".join([fold(line) + "\r\n" for line in lines]).encode()


def _event(event: CalendarEvent, zone: ZoneInfo) -> list[str]:
    stamp = _utc(event.stamp)
    lines = ["BEGIN:VEVENT", f"UID:{escape(event.uid)}", f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}"]
    lines += [f"SEQUENCE:{event.sequence}", _when("DTSTART", event.start, zone)]
    if event.end is not None:
        lines.append(_when("DTEND", event.end, zone))
    if event.rule:
        lines.append(f"RRULE:{event.rule}")
    for name, dates in (("RDATE", event.also), ("EXDATE", event.without)):
        lines += [_when(name, each, zone) for each in dates]
    lines.append(f"SUMMARY:{escape(event.summary)}")
    for name, value in (("DESCRIPTION", event.description), ("LOCATION", event.location)):
        if value:
            lines.append(f"{name}:{escape(value)}")
    if event.url:
        lines.append(f"URL:{_CONTROLS.sub('', event.url)}")
    if event.categories:
        lines.append("CATEGORIES:" + ",".join(escape(each) for each in event.categories))
    lines += [f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}", "END:VEVENT"]
    return lines


def _when(name: str, at: datetime | date, zone: ZoneInfo) -> str:
    if not isinstance(at, datetime):
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    local = at.astimezone(zone)
    if local.fold:  # 3.3.5: a local time that happens twice means the first; the second is told in UTC
        return f"{name}:{_utc(at)}"
    return f"{name};TZID={zone.key}:{local:%Y%m%dT%H%M%S}"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escape(text: str) -> str:
    """TEXT of RFC 5545 3.3.11."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def unescape(text: str) -> str:
    """What `escape` escaped."""
    return re.sub(r"\\(.)", lambda found: "\n" if found.group(1) in "nN" else found.group(1), text)


def fold(line: str) -> str:
    """A content line in pieces of at most 75 octets, never within a character (3.1)."""
    if len(line) <= LINE_OCTETS and line.isascii():
        return line
    data = line.encode()
    pieces: list[str] = []
    start, room = 0, LINE_OCTETS
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:  # a continuation byte of UTF-8: step back to the character's first
            end -= 1
        pieces.append(data[start:end].decode())
        start, room = end, LINE_OCTETS - 1  # the space that begins a continuation counts
    pieces.append(data[start:].decode())
    return "\r\n ".join(pieces)


@lru_cache(maxsize=64)
def _timezone(key: str, first_year: int, last_year: int) -> list[str]:
    """VTIMEZONE (3.6.5): every change of offset from the year before the first event until the one after the last."""
    zone = ZoneInfo(key)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{key}"]
    day = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    end = datetime(last_year + 2, 1, 1, tzinfo=UTC)
    lines += _observance(day, zone, (day - timedelta(seconds=1)).astimezone(zone).utcoffset())
    while day < end:
        if day.astimezone(zone).utcoffset() != (day + timedelta(days=1)).astimezone(zone).utcoffset():
            before = day.astimezone(zone).utcoffset()
            hour = next(
                day + timedelta(minutes=15 * step)
                for step in range(1, 97)
                if (day + timedelta(minutes=15 * step)).astimezone(zone).utcoffset() != before
            )
            lines += _observance(hour, zone, before)
        day += timedelta(days=1)
    return [*lines, "END:VTIMEZONE"]


def _observance(at: datetime, zone: ZoneInfo, before: timedelta | None) -> list[str]:
    local = at.astimezone(zone)
    name = "DAYLIGHT" if local.dst() else "STANDARD"
    offset = before if before is not None else timedelta()
    return [
        f"BEGIN:{name}",
        f"DTSTART:{(at + offset):%Y%m%dT%H%M%S}",  # in the local time before the change
        f"TZOFFSETFROM:{_offset(offset)}",
        f"TZOFFSETTO:{_offset(local.utcoffset() or timedelta())}",
        f"TZNAME:{local.tzname()}",
        f"END:{name}",
    ]


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def loads(data: bytes) -> list[CalendarEvent]:
    """The events of a calendar that `dumps` wrote; raises FieldError for what is none."""
    text = data.decode().replace("\r\n ", "").replace("\r\n\t", "")
    if not text.startswith("BEGIN:VCALENDAR\r\n"):
        raise FieldError("calendar", text[:40], "begins with BEGIN:VCALENDAR (RFC 5545 3.4)")
    found: list[CalendarEvent] = []
    for block in re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL):
        values: dict[str, tuple[str, str]] = {}
        dates: dict[str, list[datetime | date]] = {"RDATE": [], "EXDATE": []}
        for line in block.split("\r\n"):
            head, _, value = line.partition(":")
            name, _, parameters = head.partition(";")
            values[name] = (parameters, value)
            if name in dates:
                dates[name].append(_instant(parameters, value))
        found.append(_loaded(values, dates))
    return found


def _loaded(values: dict[str, tuple[str, str]], dates: dict[str, list[datetime | date]]) -> CalendarEvent:
    def text(name: str) -> str:
        return unescape(values.get(name, ("", ""))[1])

    categories = values.get("CATEGORIES", ("", ""))[1]
    return CalendarEvent(
        uid=text("UID"),
        sequence=int(values["SEQUENCE"][1]),
        stamp=_instant(*values["DTSTAMP"]),  # type: ignore[arg-type]  # DTSTAMP is a time, never a day
        start=_instant(*values["DTSTART"]),
        end=_instant(*values["DTEND"]) if "DTEND" in values else None,
        summary=text("SUMMARY"),
        description=text("DESCRIPTION"),
        location=text("LOCATION"),
        url=values.get("URL", ("", ""))[1],
        categories=tuple(unescape(each) for each in re.split(r"(?<!\\),", categories)) if categories else (),
        cancelled=text("STATUS") == "CANCELLED",
        rule=values.get("RRULE", ("", ""))[1],
        also=tuple(dates["RDATE"]),
        without=tuple(dates["EXDATE"]),
    )


def _instant(parameters: str, value: str) -> datetime | date:
    if parameters == "VALUE=DATE":
        return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    zone = ZoneInfo(parameters.removeprefix("TZID="))
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)
