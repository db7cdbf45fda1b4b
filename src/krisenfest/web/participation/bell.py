"""The bell that rings when a stage has changed: within this process, and on PostgreSQL in every other one too."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

CHANNEL = "krisenfest_live"
LATER = "later"
Listener = Callable[[int, bool], None]
_listeners: list[Listener] = []


def ring(stage_id: int, *, urgent: bool = True) -> None:
    """Tell that a stage has changed, once the transaction of the change is done.

    What is not urgent (a count that rose by one) may be told together with what follows. A notification of PostgreSQL
    may hold 7,999 bytes, so it names the stage and nothing else.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{stage_id} {'' if urgent else LATER}"])
    transaction.on_commit(lambda: heard(stage_id, urgent))


def heard(stage_id: int, urgent: bool) -> None:
    """Pass a change on to who listens in this process."""
    for each in _listeners:
        each(stage_id, urgent)


def heard_from_others(payload: str, listener: Listener) -> None:
    """Pass on what another process has told by PostgreSQL."""
    stage_id, _, when = payload.partition(" ")
    listener(int(stage_id), when != LATER)


def listen(listener: Listener) -> None:
    """From now on tell `listener` the number of each stage that changes, and whether at once; in any thread."""
    _listeners.append(listener)


def leave(listener: Listener) -> None:
    """Tell it no more."""
    _listeners.remove(listener)
