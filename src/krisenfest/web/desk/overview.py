"""What the desk shows first: what is public now, what changes next, what waits, what is overdue for review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from krisenfest.domain.kinds import phases
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import Record
from krisenfest.domain.releases import HOLDING
from krisenfest.site.addresses import record_path
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
    """The lists of the start page."""

    holding: list[Line]
    coming: list[Line]
    overdue: list[Line]


def overview(place: Place, at: datetime) -> Overview:
    """The lists as of an instant."""
    records = [each.record for each in place.revisions().current()]
    lines = [_line(each, at) for each in records]
    return Overview(
        holding=[each for each in lines if each.state in HOLDING.get(each.kind, ())],
        coming=sorted(_coming(records, at), key=lambda line: (line.at or at, line.kind, line.id))[:MOST],
        overdue=list(_overdue(place, records, at)),
    )


def _line(record: Record, at: datetime) -> Line:
    state = next((each.state for each in phases(record) if at in each), "")
    return Line(record.kind, record.id, record.source.title, str(state))


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


def _overdue(place: Place, records: list[Record], at: datetime) -> Iterator[Line]:
    today = at.astimezone(place.files.standing_municipality(at).zone).date()
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
