"""The short texts of a record that stand outside of its text: what `Text.phrases` translates."""

from __future__ import annotations

from krisenfest.domain.continuity import Service
from krisenfest.domain.events import Event
from krisenfest.domain.measures import Measure
from krisenfest.domain.records import Record


def short_texts(record: Record) -> frozenset[str]:
    """Every short text of a record as the original says it."""
    found: list[str] = [*record.topics, *record.audience]
    if isinstance(record, Measure):
        found += [record.issued_by, record.legal_basis]
        found += [each.by for each in record.suspended]
        found += [record.withdrawn.reason] if record.withdrawn else []
        found += [record.repealed.by, record.repealed.reason] if record.repealed else []
    elif isinstance(record, Service):
        found += [record.fees, record.responsible, *record.documents]
        found += [text for each in record.channels for text in (each.name, each.address, each.note)]
        found += [each.note for each in record.exceptions]
    elif isinstance(record, Event):
        found += [record.place, record.preview, *record.hosts]
        found += [text for each in record.agenda for text in (each.title, each.speaker)]
        found += [each.title for each in record.attachments]
        found += [record.cancelled.reason] if record.cancelled else []
        if form := record.registration:
            found += [form.purpose, form.consent]
            found += [text for each in form.questions for text in (each.label, *each.options)]
        found += record.recap.short_texts() if record.recap else []
    return frozenset(text for text in found if text)
