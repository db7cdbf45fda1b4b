"""Write the audit log, and verify that nobody has changed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from django.db import transaction

from krisenfest.domain.records import utc
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.audit.models import Chain, Entry

START = "0" * 64


def record(
    act: str,
    subject: str,
    *,
    municipality: Municipality | None,
    by: User | None,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """Add an entry to the chain; in the same transaction as what it tells of."""
    with transaction.atomic():
        Chain.objects.get_or_create(municipality=municipality)
        # NO KEY: a row that is only named by another must not wait for this lock, or two approvals wait for each other.
        chain = Chain.objects.select_for_update(no_key=True).get(municipality=municipality)
        entry = Entry(
            municipality=municipality,
            number=chain.number + 1,
            at=at,
            by=by,
            act=act,
            subject=subject,
            details=dict(details or {}),
            previous=chain.digest,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        chain.number, chain.digest = entry.number, entry.digest
        chain.save()
    return entry


def values_of(entry: Entry) -> dict[str, Any]:
    """An entry as plain values, the account as its number."""
    return {
        "number": entry.number,
        "at": utc(entry.at),
        "by": entry.by_id,
        "act": entry.act,
        "subject": entry.subject,
        "details": entry.details,
        "previous": entry.previous,
    }


def digest_of(entry: Entry) -> str:
    """SHA-256 of the entry as canonical JSON, the digest of the one before among its values."""
    return sha256(orjson.dumps(values_of(entry), option=orjson.OPT_SORT_KEYS)).hexdigest()


def export(municipality: Municipality | None) -> Iterator[bytes]:
    """Every entry as a line of JSON with its digest, oldest first."""
    for entry in Entry.objects.of(municipality).iterator():
        yield orjson.dumps({**values_of(entry), "digest": entry.digest}, option=orjson.OPT_SORT_KEYS) + b"\n"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a chain is whole: how many entries it has, and what is wrong, first to last."""

    entries: int
    problems: tuple[str, ...]


def verify(municipality: Municipality | None) -> Verdict:
    """Go through a chain from its start; a changed, missing, added or cut-off entry is told."""
    problems: list[str] = []
    number, digest = 0, START
    for entry in Entry.objects.of(municipality).iterator():
        if entry.number != number + 1:
            problems.append(f"entry {number + 1} is missing")
        if entry.previous != digest:
            problems.append(f"entry {entry.number} does not follow from the one before")
        if entry.digest != digest_of(entry):
            problems.append(f"entry {entry.number} was changed")
        number, digest = entry.number, entry.digest
    chain = Chain.objects.filter(municipality=municipality).first()
    if (chain.number, chain.digest) != (number, digest) if chain else number:
        problems.append(f"the log ends with entry {number}, but {chain.number if chain else 0} were written")
    return Verdict(number, tuple(problems))
