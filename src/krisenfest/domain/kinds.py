"""The kinds of record, and the states of each."""

from __future__ import annotations

from collections.abc import Mapping

from krisenfest.domain import continuity, events, measures, notices, pages
from krisenfest.domain.records import Phase, Record

KINDS: Mapping[str, type[Record]] = {
    "measure": measures.Measure,
    "notice": notices.Notice,
    "alert": notices.Alert,
    "service": continuity.Service,
    "event": events.Event,
    "page": pages.Page,
}


def phases(record: Record) -> tuple[Phase, ...]:
    """Every state of a record, oldest first: all of time, without a gap."""
    match record:
        case measures.Measure():
            return measures.phases(record)
        case notices.Alert():
            return notices.alert_phases(record)
        case notices.Notice():
            return notices.notice_phases(record)
        case continuity.Service():
            return continuity.service_phases(record)
        case events.Event():
            return events.event_phases(record)
    return pages.PAGE_PHASES
