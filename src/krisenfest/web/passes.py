"""Passes: the signed addresses by which a person takes part in an event without an account.

`events` hands them out (`issue` with `key_of`), `participation` reads them; what a pass says is in the address, so
that nothing of it need be stored. Whoever has the address has the pass: it is as secret as the personal link.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core import signing
from django.dispatch import Signal
from django.utils.crypto import salted_hmac

from krisenfest.domain.records import from_epoch_s
from krisenfest.web.accounts.models import Municipality

SALT = "krisenfest.web.passes"
AFTER = timedelta(hours=24)  # a pass ends so long after the end of its event

# Asked for the link to the conference while a participant's page is made: sent with `holder` (the Pass) and `at`;
# a receiver answers with an address, or with "" while it is not yet time or nothing of its own.
joining = Signal()


class Part(StrEnum):
    """What the holder of a pass is."""

    PARTICIPANT = "p"
    SCREEN = "s"  # the projector
    MODERATOR = "m"  # the live connection of a page at the desk; the desk itself asks for an account


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Who holds it is a pseudonym: `key` tells two people apart and names nobody. `name` is shown if they want it."""

    municipality: int
    exercise: bool
    record_id: str
    key: str
    name: str
    part: Part
    until: datetime

    @property
    def room(self) -> dict[str, object]:
        """What rows of its room are found by."""
        return {"municipality_id": self.municipality, "exercise": self.exercise}


def key_of(*names: object) -> str:
    """A participant's key, following from what its maker knows them by (such as the number of a registration)."""
    return salted_hmac(SALT, "\0".join(map(str, names))).hexdigest()[:32]


def issue(  # noqa: PLR0913  each is named where it is given
    municipality: Municipality,
    record_id: str,
    *,
    ends: datetime,
    key: str,
    name: str = "",
    exercise: bool = False,
    part: Part = Part.PARTICIPANT,
    until: datetime | None = None,
) -> str:
    """The pass of a person for an event that ends at `ends`; `/counter/live/<pass>/` is its page.

    It holds until AFTER the end, or until `until` where that is given.
    """
    seconds = int((until or ends + AFTER).timestamp())
    values = [municipality.pk, int(exercise), record_id, key, name, part.value, seconds]
    return signing.dumps(values, salt=SALT, compress=True)


def read(token: str, at: datetime) -> Pass | None:
    """What a pass says; None if it was not made here, or is over."""
    try:
        municipality, exercise, record_id, key, name, part, until = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    found = Pass(
        municipality=municipality,
        exercise=bool(exercise),
        record_id=record_id,
        key=key,
        name=name,
        part=Part(part),
        until=from_epoch_s(until),
    )
    return found if at < found.until else None
