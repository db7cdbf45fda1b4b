"""What the page of each kind of record shows beside its text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from krisenfest.domain import areas
from krisenfest.domain.continuity import Service
from krisenfest.domain.events import Event
from krisenfest.domain.measures import Form, Level, Measure
from krisenfest.domain.notices import Alert
from krisenfest.domain.opening_hours import Interval, OpeningHours, parse
from krisenfest.domain.records import Record
from krisenfest.domain.releases import Version
from krisenfest.site import event_page
from krisenfest.site.addresses import media_link
from krisenfest.site.edition import Edition, Said
from krisenfest.site.states import N_
from krisenfest.standards import schemaorg

LEVEL_NAMES: Mapping[str, str] = {
    Level.BUND: N_("Bund"),
    Level.LAND: N_("Land"),
    Level.KREIS: N_("Kreis"),
    Level.GEMEINDE: N_("Gemeinde"),
}
FORM_NAMES: Mapping[str, str] = {
    Form.LAW: N_("Gesetz"),
    Form.ORDINANCE: N_("Rechtsverordnung"),
    Form.GENERAL_ORDER: N_("Allgemeinverfügung"),
    Form.BYLAW: N_("Satzung"),
    Form.APPEAL: N_("Aufruf (bindet nicht)"),
}
CHANNEL_NAMES: Mapping[str, str] = {
    "office": N_("Vor Ort"),
    "online": N_("Online"),
    "phone": N_("Telefon"),
    "mail": N_("E-Mail"),
}
SEVERITIES: Mapping[str, str] = {
    "extreme": N_("Extreme Gefahr"),
    "severe": N_("Große Gefahr"),
    "moderate": N_("Mittlere Gefahr"),
    "minor": N_("Geringe Gefahr"),
    "unknown": N_("Gefahr nicht bekannt"),
}


def area_names(edition: Edition, record: Record) -> str:
    """Where the record applies, in words."""
    town = edition.site.municipality
    return edition.joined(", ", (_area_name(edition, area) for area in record.area or (town.ars,)))


def _area_name(edition: Edition, area: str) -> str:
    town = edition.site.municipality
    if area == town.ars:
        return town.display_name(edition.lang)
    if part := town.part(area):
        return part.name(edition.lang)
    if area == "DE":
        return edition.words("ganz Deutschland")
    if area == town.ars[:5] and town.kreis:
        return edition.phrase(None, town.kreis)
    return edition.phrase(None, areas.LAENDER[area][0]) if area in areas.LAENDER else area


def of(edition: Edition, version: Version, full: str) -> dict[str, Any]:
    """Further values for the template of the record's kind; `full` is the path of its page."""
    record, said = version.record, edition.said(version)
    instructions = edition.html(version.kind, said.text.instructions, full)
    match record:
        case Measure():
            return {
                "facts": facts(edition, version),
                "binding_text": media_link(record.binding_text, full),
                "binds": record.form is not Form.APPEAL,
            }
        case Alert():
            return {
                "instructions": instructions,
                "all_clear": edition.html("alert", said.text.all_clear, full),
                "severity": edition.words(SEVERITIES[record.severity]),
                "schema": schemaorg.dumps(schemaorg.alert(version, edition.site.municipality, said.text)),
            }
        case Service():
            return _service(edition, version, record, full)
        case Event():
            return event_page.of(edition, version, record, full)
    return {}


def facts(edition: Edition, version: Version) -> list[dict[str, str]]:
    """The legal data of a measure, its dates apart, as pairs of name and value."""
    record, words, said = version.record, edition.words, edition.said(version)
    if not isinstance(record, Measure):
        return []

    def short(text: str) -> str:
        return edition.phrase(said, text)

    found = [
        (words("Ebene"), words(LEVEL_NAMES[record.level])),
        (words("Erlassen von"), short(record.issued_by)),
        (words("Rechtsform"), words(FORM_NAMES[record.form])),
        (words("Rechtsgrundlage"), short(record.legal_basis)),
        (words("Gebiet"), area_names(edition, record)),
        (words("Für wen"), edition.joined(", ", map(short, record.audience))),
        (words("Bereitgestellt am"), words.day(record.provided) if record.provided else ""),
        (words("Bekannt gemacht am"), words.day(record.promulgated) if record.promulgated else ""),
        (words("Gilt ab"), words.start(record.valid_from)),
        (words("Gilt"), words.end(record.valid_until) if record.valid_until else words("bis auf Weiteres")),
    ]
    for each in record.suspended:
        until = words.end(each.end) if each.end else words("bis auf Weiteres")
        by = edition.joined("", ("(", short(each.by), ")")) if each.by else ""
        found.append((words("Ausgesetzt"), edition.joined(" ", (f"{words.start(each.start)}, {until}", by))))
    if record.withdrawn:
        told = (f"{words.start(record.withdrawn.on)}.", short(record.withdrawn.reason))
        found.append((words("Zurückgenommen"), edition.joined(" ", told)))
    if record.repealed:
        ended = (f"{words.start(record.repealed.on)}.", short(record.repealed.by), short(record.repealed.reason))
        found.append((words("Aufgehoben"), edition.joined(" ", ended)))
    return [{"name": name, "value": value} for name, value in found if value]


def _service(edition: Edition, version: Version, record: Service, full: str) -> dict[str, Any]:
    words, said = edition.words, edition.said(version)
    channels = [
        {
            **channel.model_dump(),
            "name": edition.phrase(said, channel.name),
            "note": edition.phrase(said, channel.note),
            "address": edition.phrase(said, channel.address),
            "label": words(CHANNEL_NAMES[channel.kind]),
            "link": media_link(channel.url, full),
        }
        for channel in record.channels
    ]
    hours = parse(record.opening_hours) if record.opening_hours else None
    return {
        "instead": edition.html("service", said.text.instead, full),
        "channels": channels,
        "fees": edition.phrase(said, record.fees),
        "documents": [edition.phrase(said, each) for each in record.documents],
        "responsible": edition.phrase(said, record.responsible),
        "week": _week(edition, hours) if hours else [],
        "days_off": _days_off(edition, said, record, hours) if hours else [],
        "hours_data": _hours_data(edition, record, hours) if hours else "",
        "schema": schemaorg.dumps(schemaorg.service(version, edition.site.municipality, said.text)),
    }


def _first_of_month(edition: Edition) -> date:
    return edition.site.at.astimezone(edition.words.zone).date().replace(day=1)


def _after_next_month(edition: Edition) -> date:
    return (_first_of_month(edition) + timedelta(days=62)).replace(day=1)


def _week(edition: Edition, hours: OpeningHours) -> list[dict[str, str]]:
    words = edition.words
    rows: list[dict[str, str]] = []
    for weekday, intervals in enumerate(hours.regular_week(_first_of_month(edition))):
        rows.append({"day": words.short_weekday_name(weekday), "hours": _times(edition, intervals)})
    return rows


def _times(edition: Edition, intervals: tuple[Interval, ...]) -> str:
    return ", ".join(str(each).replace("-", "–") for each in intervals) or edition.words("geschlossen")


def _hours_on(edition: Edition, record: Service, hours: OpeningHours, day: date) -> tuple[Interval, ...]:
    for each in record.exceptions:
        if each.date == day:
            if each.hours in ("off", "closed"):
                return ()
            return parse(f"Mo {each.hours}").regular_week(day)[0]
    return hours.on(day, edition.site.municipality.calendar)


def _days_off(edition: Edition, said: Said, record: Service, hours: OpeningHours) -> list[dict[str, str]]:
    """The days of this month and the next whose hours are not those of their weekday, with the reason."""
    words, calendar = edition.words, edition.site.municipality.calendar
    found: list[dict[str, str]] = []
    day = _first_of_month(edition)
    while day < _after_next_month(edition):
        open_then = _hours_on(edition, record, hours, day)
        if open_then != hours.regular_week(day)[day.weekday()]:
            note = next((each.note for each in record.exceptions if each.date == day), "")
            named = calendar.holiday_in(edition.lang.partition("-")[0], day) if not note else None
            reason = named or edition.phrase(said, note or calendar.holiday(day) or "")
            found.append({"day": words.weekday(day), "hours": _times(edition, open_then), "reason": reason})
        day += timedelta(days=1)
    return found


def _hours_data(edition: Edition, record: Service, hours: OpeningHours) -> str:
    """The open spans of this month and the next as "day:opens-closes,..." in minutes, for the script's "open now"."""
    found: list[str] = []
    day = _first_of_month(edition)
    while day < _after_next_month(edition):
        spans = ",".join(f"{each.opens}-{each.closes}" for each in _hours_on(edition, record, hours, day))
        found.append(f"{day.isoformat()}:{spans}")
        day += timedelta(days=1)
    return ";".join(found)
