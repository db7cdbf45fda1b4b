"""What lists, the start page and the timetable need to know of a record, so that they need not read it whole.

A town has thousands of records, and a build after one change looks at each of them. Facts are words and whole numbers
only, so that the state folder keeps them and reads them back at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from krisenfest.domain.events import Event
from krisenfest.domain.kinds import phases
from krisenfest.domain.measures import Level, Measure
from krisenfest.domain.notices import Alert, Severity
from krisenfest.domain.pages import Page
from krisenfest.domain.records import Phase, Record, from_epoch_s

LEVELS = tuple(level.value for level in Level)
SEVERITIES = tuple(severity.value for severity in Severity)

# state, and the half-open span in which it holds, in seconds since 1970; None is open on that side
State = tuple[str, int | None, int | None]


class Facts(NamedTuple):
    """The facts of one record; instants are seconds since 1970."""

    states: Sequence[State]  # all of time without a gap, oldest first
    rank: int  # of a measure its level in LEVELS, of an alert its severity in SEVERITIES
    begins: int | None  # when a measure, alert or event begins
    published: int | None
    title: str  # of the source text, folded for sorting
    topics: Sequence[str]
    area: Sequence[str]
    menu: int | None  # of a page its place in the foot of every page

    def number_at(self, at_s: int) -> int:
        """The number of the state that holds at an instant, counted from 0."""
        if len(self.states) == 1:
            return 0
        return next(number for number, state in enumerate(self.states) if state[2] is None or at_s < state[2])

    def state_at(self, at_s: int) -> str:
        """The state that holds at an instant."""
        return self.states[self.number_at(at_s) if len(self.states) > 1 else 0][0]

    def comes_at(self, at_s: int) -> int | None:
        """When an event begins next, or began where it is running; for anything else when it begins."""
        state, start, end = self.states[self.number_at(at_s)]
        return end if state == "ahead" else start if state == "running" else self.begins

    def phases(self) -> tuple[Phase, ...]:
        """All states with their spans as instants."""
        return tuple(
            Phase(
                state,
                None if start is None else from_epoch_s(start),
                None if end is None else from_epoch_s(end),
            )
            for state, start, end in self.states
        )


def facts_of(record: Record) -> Facts:
    """The facts of a record."""
    rank, begins = 0, None
    if isinstance(record, Measure):
        rank, begins = LEVELS.index(record.level), record.valid_from
    elif isinstance(record, Alert):
        rank, begins = SEVERITIES.index(record.severity), record.valid_from
    elif isinstance(record, Event):
        begins = record.start
    return Facts(
        states=[(str(each.state), _epoch_s(each.start), _epoch_s(each.end)) for each in phases(record)],
        rank=rank,
        begins=_epoch_s(begins),
        published=_epoch_s(record.published),
        title=record.source.title.casefold(),
        topics=record.topics,
        area=record.area,
        menu=record.menu if isinstance(record, Page) else None,
    )


def _epoch_s(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())
