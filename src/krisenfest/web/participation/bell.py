"""The bell that rings when a stage has changed: within this process, and on PostgreSQL in every other one too."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

CHANNEL = "krisenfest_live"
_listeners: list[Callable[[int], None]] = []


def ring(stage_id: int) -> None:
    """Tell that a stage has changed, once the transaction of the change is done.

    A notification of PostgreSQL may hold 7,999 bytes, so it names the stage and nothing else.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(stage_id)])
    transaction.on_commit(lambda: heard(stage_id))


def heard(stage_id: int) -> None:
    """Pass a change on to who listens in this process."""
    for each in _listeners:
        each(stage_id)


def listen(listener: Callable[[int], None]) -> None:
    """From now on tell `listener` the number of each stage that changes; it is called in any thread."""
    _listeners.append(listener)


def leave(listener: Callable[[int], None]) -> None:
    """Tell it no more."""
    _listeners.remove(listener)
