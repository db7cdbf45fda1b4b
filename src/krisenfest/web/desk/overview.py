"""What the desk shows first: what is public now, what changes next, what waits, what is overdue for review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from krisenfest.domain.kinds import phases
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.notices import Alert, AlertState, Severity
from krisenfest.domain.periods import is_midnight
from krisenfest.domain.records import Phase, Record
from krisenfest.domain.releases import HOLDING
from krisenfest.site.addresses import record_path
from krisenfest.site.details import SEVERITIES
from krisenfest.site.words import Words
from krisenfest.web.desk.models import Review
from krisenfest.web.desk.place import Place
from krisenfest.web.desk.words import STATES

NEXT = timedelta(days=60)
MOST = 30  # lines of a list
LOOK_AGAIN_DAYS = 90
AHEAD = ("announced", "ahead")


@dataclass(frozen=True, slots=True)
class Line:
    """A record in a list: what it is, how it stands, where its public page is."""

    kind: str
    id: str
    title: str
    state: str
    at: datetime | None = None
    day: date | None = None
    until: str = ""  # in words, "bis einschließlich ..."; empty: open
    severity: str = ""  # of an alert, in words
    tone: str = ""  # how loud the severity is: danger, warning, or success for an all-clear

    @property
    def page(self) -> str:
        """Its page, from the top of the site."""
        return record_path(self.kind, self.id)

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(STATES.get(self.state, self.state))


@dataclass(frozen=True, slots=True)
class Overview:
    """The lists of the start page; what is public now as residents see it: alerts, measures, services."""

    alerts: list[Line]
    measures: list[Line]
    services: list[Line]
    coming: list[Line]
    overdue: list[Line]


LOUD = (Severity.EXTREME, Severity.SEVERE)
SHOWN = HOLDING | {"alert": frozenset({AlertState.IN_FORCE, AlertState.ALL_CLEAR})}


def overview(place: Place, at: datetime) -> Overview:
    """The lists as of an instant."""
    records = [each.record for each in place.revisions().current()]
    zone = place.files.standing_municipality(at).zone
    said = Words(get_language() or "de", zone)
    shown = [(record, line(record, at, said)) for record in records if record.kind in SHOWN]
    lines = [each for _, each in sorted(shown, key=_gravest) if each.state in SHOWN[each.kind]]
    return Overview(
        alerts=[each for each in lines if each.kind == "alert"],
        measures=[each for each in lines if each.kind == "measure"],
        services=[each for each in lines if each.kind == "service"],
        coming=sorted(_coming(records, at), key=lambda line: (line.at or at, line.kind, line.id))[:MOST],
        overdue=list(_overdue(place, records, at.astimezone(zone).date())),
    )


def line(record: Record, at: datetime, said: Words) -> Line:
    """A record as it stands at an instant; `said` has the language and the zone of its end."""
    phase = next((each for each in phases(record) if at in each), Phase("", None, None))
    until = until_in_words(phase.end, said.zone) if phase.end else ""
    severity = tone = ""
    if isinstance(record, Alert):
        cleared = phase.state == AlertState.ALL_CLEAR
        severity = "" if cleared else said(SEVERITIES[record.severity])
        tone = "success" if cleared else "danger" if record.severity in LOUD else "warning"
        until = "" if cleared else until
    return Line(
        record.kind, record.id, record.source.title, str(phase.state), until=until, severity=severity, tone=tone
    )


def until_in_words(end: datetime, zone: ZoneInfo) -> str:
    """Until when something holds, from its exclusive end, short enough for a list on a phone."""
    local = end.astimezone(zone)
    if is_midnight(end, zone):
        return gettext("bis einschließlich {day}").format(day=in_words(local - timedelta(days=1)))
    return gettext("bis {day}, {time}").format(day=in_words(local), time=local.strftime("%H:%M"))


def in_words(local: datetime) -> str:
    """A day with its weekday, in short."""
    return date_format(local, "D, j.n.Y")


def _gravest(shown: tuple[Record, Line]) -> tuple[bool, int, str]:
    record, found = shown
    rank = list(Severity).index(record.severity) if isinstance(record, Alert) else 0
    return found.state == AlertState.ALL_CLEAR, rank, found.title.casefold()


def _coming(records: list[Record], at: datetime) -> Iterator[Line]:
    """What begins is always told, however far ahead; what ends by itself only when it is near."""
    for record in records:
        for phase in phases(record):
            near = phase.start is not None and phase.start <= at + NEXT
            if phase.start and at < phase.start and (near or is_ahead(record, at)):
                yield Line(record.kind, record.id, record.source.title, str(phase.state), phase.start)


def is_ahead(record: Record, at: datetime) -> bool:
    """Whether nothing of a record has begun yet."""
    return next((each.state for each in phases(record) if at in each), "") in AHEAD


def _overdue(place: Place, records: list[Record], today: date) -> Iterator[Line]:
    looked = {(each.kind, each.record_id): each.until for each in Review.objects.filter(**place.room).order_by("until")}
    for record in records:
        until = looked.get((record.kind, record.id))
        due = max(filter(None, (until, record.review_by)), default=None)
        if due is not None and due < today:
            yield Line(record.kind, record.id, record.source.title, "", None, due)


def first_moments(municipality: Municipality, at: datetime) -> dict[str, str]:
    """What a new form says about time: from now, until this time tomorrow, on the municipality's clocks."""
    here = at.astimezone(municipality.zone).replace(second=0, tzinfo=None)
    tomorrow = here + timedelta(days=1)
    start = {"valid_from": here, "at": here, "status_from": here, "valid_until": tomorrow}
    return {name: value.strftime("%Y-%m-%dT%H:%M") for name, value in start.items()}
