"""Half-open spans of time in a municipality's time zone.

Inclusive words ("bis einschließlich") are turned into exclusive ends once, at the edge, by `through`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from krisenfest.errors import FieldError

YEARS = range(1800, 3000)  # a date outside is a slip of the pen, and calculating with it could leave the calendar


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of instants: `start` belongs to it, `end` does not; None is open on that side."""

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        for side in (self.start, self.end):
            if side is not None and side.tzinfo is None:
                raise FieldError("span", side, "an instant needs a time zone")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise FieldError("span", f"{self.start} to {self.end}", "must end after it starts")

    def __contains__(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    def overlaps(self, other: Span) -> bool:
        """Whether some instant belongs to both."""
        starts_before_end = self.start is None or other.end is None or self.start < other.end
        ends_after_start = self.end is None or other.start is None or other.start < self.end
        return starts_before_end and ends_after_start


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day as the municipality counts it, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def through(last_day: date, zone: ZoneInfo) -> datetime:
    """Exclusive end for a text that says "bis einschließlich `last_day`", in UTC."""
    return midnight(last_day + timedelta(days=1), zone)


def local_instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """The instant in UTC of a naive wall-clock time.

    In the hour that the end of summer time repeats, the first one is meant. Raises FieldError for a time that
    the start of summer time skips.
    """
    instant = moment.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != moment:
        raise FieldError(
            "time", moment.isoformat(), "this hour is skipped when summer time starts; write the hour after"
        )
    return instant


def is_midnight(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a day begins at this instant in the zone."""
    return at.astimezone(zone).time() == time()


def next_after(instants: Iterable[datetime], at: datetime) -> datetime | None:
    """The earliest of `instants` after `at` (not `at` itself), or None."""
    return min((each for each in instants if each > at), default=None)
