"""Calendar entries that go to a person: RFC 5546 (iTIP) objects, for the mails of RFC 6047 (iMIP).

REQUEST, not PUBLISH: a PUBLISH (3.2.1) names no attendee and is imported once and for all by Outlook and Google, so
that a later one makes a second entry; a REQUEST (3.2.2) with the same UID and a higher SEQUENCE, or the same and a
later DTSTAMP (2.1.5), moves the entry in Outlook, Thunderbird, Apple and Google, and a CANCEL (3.2.5) takes it away.
The one attendee has said yes already (PARTSTAT=ACCEPTED, RFC 5545 3.2.12) and is asked nothing (RSVP=FALSE, 3.2.17).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from krisenfest.standards import ics

_NOT_QUOTED = re.compile(r'[\x00-\x1f\x7f"]')  # RFC 5545 3.1: no part of a quoted parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A calendar user: an address and the name beside it."""

    name: str
    email: str


def request(
    event: ics.CalendarEvent, zone: ZoneInfo, *, organizer: Person, attendee: Person, sent_by: str = ""
) -> bytes:
    """The event for one attendee, new or moved (RFC 5546 3.2.2).

    `sent_by` is the address that the mail comes from where that is not the organizer's (RFC 5545 3.2.18, RFC 6047 2.3).
    """
    return _addressed(event, zone, "REQUEST", [_organizer(organizer, sent_by), _attendee(attendee, "ACCEPTED")])


def cancel(
    event: ics.CalendarEvent, zone: ZoneInfo, *, organizer: Person, attendee: Person, sent_by: str = ""
) -> bytes:
    """The event taken out of one attendee's calendar (RFC 5546 3.2.5).

    STATUS:CANCELLED stands there only if nobody comes, because the event itself is cancelled; an attendee who alone
    is taken out must not read it.
    """
    return _addressed(event, zone, "CANCEL", [_organizer(organizer, sent_by), _attendee(attendee, "")])


def _organizer(person: Person, sent_by: str) -> str:
    by = f';SENT-BY="mailto:{_quoted(sent_by)}"' if sent_by and sent_by != person.email else ""
    return f'ORGANIZER;CN="{_quoted(person.name)}"{by}:mailto:{_quoted(person.email)}'


def _attendee(person: Person, status: str) -> str:
    said = f";PARTSTAT={status}" if status else ""
    head = f'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{said};RSVP=FALSE;CN="{_quoted(person.name)}"'
    return f"{head}:mailto:{_quoted(person.email)}"


def _quoted(text: str) -> str:
    return _NOT_QUOTED.sub("'", text)


def _addressed(event: ics.CalendarEvent, zone: ZoneInfo, method: str, people: list[str]) -> bytes:
    """The calendar file of the event with another METHOD and with people in it: the rest is the site's own."""
    lines = ics.dumps([event], zone).decode().split("\r\n")
    lines[lines.index("METHOD:PUBLISH")] = f"METHOD:{method}"
    if method == "CANCEL" and not event.cancelled:
        lines.remove("STATUS:CONFIRMED")
    end = lines.index("END:VEVENT")
    lines[end:end] = [ics.fold(each) for each in people]
    return "\r\n".join(lines).encode()
