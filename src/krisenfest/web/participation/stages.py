"""Stages: kept in step with what the desk publishes, changed under their lock, forgotten on time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction

from krisenfest.domain.events import Event, ends
from krisenfest.domain.participation import PUBLIC
from krisenfest.errors import RefusedError
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.participation import bell
from krisenfest.web.participation.models import Ban, PollVote, Seen, Stage, Vote
from krisenfest.web.passes import Part, Pass

KEEP_DAYS = 30  # names and pseudonyms go so many days after the end


def follow(
    sender: object,
    *,
    municipality: Municipality,
    exercise: bool,
    kind: str,
    record_id: str,
    payload: Mapping[str, Any] | None,
    **_: Any,
) -> None:
    """Set up or renew the stage of an event that has become public, close that of one taken out; for `published`."""
    if kind != "event":
        return
    stages = Stage.objects.of(municipality, exercise=exercise)
    if payload is None:
        for stage in stages.filter(record_id=record_id):
            with changing(stage) as locked:
                locked.open = False
        return
    event = Event.model_validate(payload)
    values = {
        "payload": dict(payload),
        "start": event.start,
        "end": ends(event),
        "forget_on": (ends(event) + timedelta(days=KEEP_DAYS)).date(),
    }
    stage, new = stages.get_or_create(
        record_id=record_id, defaults={**values, "municipality": municipality, "exercise": exercise}
    )
    if not new:
        with changing(stage) as locked:
            for name, value in values.items():
                setattr(locked, name, value)


def find(room: Mapping[str, Any], record_id: str) -> Stage | None:
    """The stage of an event in a room (`municipality` or `municipality_id`, and `exercise`)."""
    return Stage.objects.filter(**room, record_id=record_id).select_related("municipality").first()


@contextmanager
def changing(stage: Stage, *, urgent: bool = True) -> Iterator[Stage]:
    """A change of the stage or of what is on it: one at a time, each with a number of its own.

    Gives the locked stage, its number raised; rows that the block changes take that number. Because the lock is held
    until the end of the transaction, numbers become visible in their order and nobody who asks for "everything after N"
    can miss one. A block that raises changes nothing.
    """
    with transaction.atomic():
        # NO KEY: rows that only name the stage must not wait for this lock.
        locked = Stage.objects.of(stage.municipality_id, exercise=stage.exercise)
        found = locked.select_for_update(no_key=True).get(pk=stage.pk)
        before = _own(found)
        found.number += 1
        yield found
        if _own(found) != before:
            found.changed = found.number
        found.save()
        bell.ring(found.pk, urgent=urgent)


def _own(stage: Stage) -> tuple[Any, ...]:
    return (stage.open, stage.moderated, stage.asking, stage.door, stage.payload)


def require_part(stage: Stage, holder: Pass) -> None:
    """Raise RefusedError unless the holder may ask and vote here now."""
    if holder.part is not Part.PARTICIPANT:
        raise RefusedError("this address only shows: take part with an address of your own")
    if stage.forgotten or not stage.open:
        raise RefusedError("the event is not open for questions and polls now")
    if Ban.objects.filter(stage=stage, key=holder.key, lifted=False).exists():
        raise RefusedError("the moderators have excluded this address from asking and voting")


def note_seen(stage: Stage, holder: Pass) -> None:
    """Count a pass, once."""
    if holder.part is Part.PARTICIPANT and not stage.forgotten:
        known = Seen.objects.filter(stage=stage, key=holder.key)
        if not known.exists():
            Seen.objects.bulk_create([Seen(stage=stage, key=holder.key)], ignore_conflicts=True)


def participants(stage: Stage) -> int:
    """The number of distinct passes that were used."""
    return stage.seen if stage.forgotten else stage.passes.count()


def forget(room: Mapping[str, Any], record_id: str) -> None:
    """Delete every name and pseudonym of an event, and what nobody was shown; counts stay, and what was public.

    `room` is what rows of it are found by (`municipality`, `exercise`). Doing it again changes nothing.
    """
    stage = find(room, record_id)
    if stage is None or stage.forgotten:
        return
    with changing(stage) as locked:
        locked.seen = locked.passes.count()
        locked.forgotten, locked.open = True, False
        locked.questions.exclude(state__in=PUBLIC).delete()
        locked.questions.update(name="", key="")
        Vote.objects.filter(question__stage=locked).delete()
        PollVote.objects.filter(poll__stage=locked).delete()
        for rows in (locked.bans, locked.deeds, locked.passes, locked.audiences):
            rows.all().delete()


def sweep(today: date) -> int:
    """Forget every event whose day has come; gives how many."""
    due = Stage.objects.filter(forgotten=False, forget_on__lte=today).select_related("municipality")
    for stage in due:
        forget({"municipality": stage.municipality, "exercise": stage.exercise}, stage.record_id)
    return len(due)


def raise_peak(stage_id: int, people: int) -> None:
    """Keep the most people that were connected at once."""
    Stage.objects.filter(pk=stage_id, peak__lt=people).update(peak=people)


def count_of(rows: models.QuerySet[Any]) -> int:
    """The sum of `people` in rows of Audience."""
    return int(rows.aggregate(found=models.Sum("people"))["found"] or 0)
