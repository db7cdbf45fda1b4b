"""Invitations of what the desk publishes: printed by the worker beside the build, never within a request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django_tasks import task

from krisenfest import clock
from krisenfest.errors import StateError
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.rooms import files_for, site_address

SOON = timedelta(seconds=5)


def follow(sender: object, *, municipality: Municipality, exercise: bool, kind: str, **_: Any) -> None:
    """Have the sheets printed after an event became public, or was withdrawn; receiver of `published`."""
    if kind == "event":
        transaction.on_commit(lambda: print_task.enqueue(municipality.pk, exercise))


@task(queue_name="later")
def print_task(municipality_id: int, exercise: bool) -> int:
    """Print what is new in a room; gives how many sheets. Before the first build it waits for that."""
    town = Municipality.objects.get(pk=municipality_id)
    files = files_for(town, exercise=exercise)
    try:
        return files.print_invitations(clock.now(), site_address(town, exercise=exercise))
    except (StateError, FileNotFoundError):
        if files.content.is_dir():
            print_task.using(run_after=clock.now() + SOON).enqueue(municipality_id, exercise)
        return 0


def renew() -> None:
    """Look in every room: an event that is over has no sheet any more, and one that was not printed gets its own."""
    for pk in Municipality.objects.values_list("pk", flat=True):
        for exercise in (False, True):
            print_task.enqueue(pk, exercise)
