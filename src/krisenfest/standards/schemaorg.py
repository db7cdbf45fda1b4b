"""Data for search engines: schema.org as JSON-LD.

It stands in a `<script type="application/ld+json">`. That is a data block (HTML 4.12.1): it is never executed, so a
Content Security Policy without inline script does not stop it.
"""

from __future__ import annotations

from typing import Any

import orjson

from krisenfest.domain.continuity import Service
from krisenfest.domain.events import Event
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.notices import Alert
from krisenfest.domain.records import utc
from krisenfest.domain.releases import Version
from krisenfest.domain.texts import Text

CONTEXT = "https://schema.org"


def dumps(values: dict[str, Any]) -> str:
    """JSON that cannot end the script element that it stands in: <, > and & are written as escapes."""
    text = orjson.dumps({"@context": CONTEXT, **values}, option=orjson.OPT_SORT_KEYS).decode()
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def organization(municipality: Municipality) -> dict[str, Any]:
    """The municipality as GovernmentOrganization."""
    found: dict[str, Any] = {"@type": "GovernmentOrganization", "name": municipality.name}
    if municipality.site_url:
        found["url"] = municipality.site_url
    return found


def event(version: Version, municipality: Municipality, text: Text, base_url: str) -> dict[str, Any]:
    """An event as Event, with status and attendance mode."""
    record = version.record
    assert isinstance(record, Event)
    address = f"{base_url}/veranstaltungen/{version.id}.html" if base_url else None
    status = "EventCancelled" if record.cancelled else "EventScheduled"
    mode = "OnlineEventAttendanceMode" if record.online else "OfflineEventAttendanceMode"
    place: dict[str, Any] = {"@type": "Place", "name": record.place, "address": record.place}
    if record.online:
        place = {"@type": "VirtualLocation", "url": record.join or address or record.place or "urn:online"}
    hosts = [{"@type": "Organization", "name": host} for host in record.hosts]
    found = {
        "@type": "Event",
        "name": text.title,
        "description": text.summary,
        "startDate": record.start.astimezone(municipality.zone).isoformat(),
        "endDate": record.end.astimezone(municipality.zone).isoformat() if record.end else None,
        "eventStatus": f"{CONTEXT}/{status}",
        "eventAttendanceMode": f"{CONTEXT}/{mode}",
        "location": place,
        "organizer": hosts or organization(municipality),
        "url": address,
        "image": f"{base_url}/{record.image}" if record.image and base_url else None,
        "inLanguage": text.lang,
    }
    return {name: value for name, value in found.items() if value}


def alert(version: Version, municipality: Municipality, text: Text) -> dict[str, Any]:
    """An alert as SpecialAnnouncement."""
    record = version.record
    assert isinstance(record, Alert)
    return {
        "@type": "SpecialAnnouncement",
        "name": text.title,
        "text": text.summary or text.instructions or text.title,
        "datePosted": utc(record.published or record.valid_from),
        "expires": utc(record.all_clear.at if record.all_clear else record.valid_until),
        "spatialCoverage": {"@type": "AdministrativeArea", "name": municipality.name},
        "publisher": organization(municipality),
    }


def service(version: Version, municipality: Municipality, text: Text) -> dict[str, Any]:
    """A service as GovernmentService, with the ways to it."""
    record = version.record
    assert isinstance(record, Service)
    channels = []
    for each in record.channels:
        channel: dict[str, Any] = {"@type": "ServiceChannel", "name": each.name or each.kind.value}
        if each.url:
            channel["serviceUrl"] = each.url
        if each.phone:
            channel["servicePhone"] = {"@type": "ContactPoint", "telephone": each.phone}
        if each.address:
            channel["serviceLocation"] = {"@type": "Place", "address": each.address}
        channels.append(channel)
    return {
        "@type": "GovernmentService",
        "name": text.title,
        "description": text.summary or text.title,
        "serviceOperator": organization(municipality),
        "areaServed": {"@type": "AdministrativeArea", "name": municipality.name},
        **({"availableChannel": channels} if channels else {}),
    }
