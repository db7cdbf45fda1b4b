"""The live side of a stage within one process: what it shows, kept in memory, and who waits for what changes.

The truth is in the database. A channel reads what changed since it last looked, once for everybody who listens; whoever
comes or comes back is served from memory. What somebody must still be told follows from one number, so that a slow
reader costs no memory and a reconnect loses and doubles nothing.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter
from datetime import timedelta
from typing import Any

import orjson

from krisenfest import clock
from krisenfest.web.participation.models import Audience, Poll, Question, Stage
from krisenfest.web.participation.shapes import Item, items_in
from krisenfest.web.participation.stages import count_of, raise_peak
from krisenfest.web.passes import Part

Variant = tuple[Part, str]  # who looks, in which language
PROCESS = f"{socket.gethostname()[:100]}:{os.getpid()}"
FRESH = timedelta(seconds=60)  # a process that has said nothing for so long is gone


class Listener:
    """One open connection: what it has been told so far, and a flag that it should look."""

    __slots__ = ("gone", "key", "look", "number", "variant")

    def __init__(self, variant: Variant, number: int, key: str) -> None:
        self.variant, self.number, self.key = variant, number, key
        self.look = asyncio.Event()
        self.gone = False


class Snapshot:
    """All that can be told as of one change. Made in a thread, then only read; `_made` keeps answers given before."""

    def __init__(self, number: int, told: dict[Variant, dict[str, tuple[int, bytes]]]) -> None:
        self.number = number
        self.told = told  # of each item its change and its JSON
        self._made: dict[tuple[Variant, int], bytes] = {}

    def since(self, variant: Variant, number: int) -> bytes:
        """Everything that somebody who knows all up to `number` must still be told, as one line of JSON."""
        number = number if number <= self.number else 0  # from before a backup came back: everything anew
        made = self._made.get((variant, number))
        if made is None:
            found = [data for change, data in self.told[variant].values() if change > number]
            made = b'{"number":%d,"items":[%b]}' % (self.number, b",".join(found))
            self._made[variant, number] = made
        return made


class Channel:
    """One stage. Methods that begin with `read` or `write` ask the database and belong into the hub's one thread."""

    def __init__(self, stage_id: int) -> None:
        self.stage_id = stage_id
        self.now = Snapshot(0, {})  # replaced as a whole by the thread, so that the loop never sees half a change
        self.listeners: set[Listener] = set()
        self.keys: Counter[str] = Counter()
        self.rung = asyncio.Event()
        self.later = False  # it will be rung soon
        self.followed = False  # the hub looks for changes
        self._rows: dict[str, Question | Poll] = {}
        self._stage: Stage | None = None

    @property
    def people(self) -> int:
        """How many different participants are connected here."""
        return len(self.keys)

    def enter(self, listener: Listener) -> None:
        """From now on wake it."""
        self.listeners.add(listener)
        if listener.variant[0] is Part.PARTICIPANT:
            self.keys[listener.key] += 1

    def leave(self, listener: Listener) -> None:
        """Wake it no more."""
        self.listeners.discard(listener)
        if listener.variant[0] is Part.PARTICIPANT:
            self.keys[listener.key] -= 1
            if not self.keys[listener.key]:
                del self.keys[listener.key]

    def wake(self) -> None:
        """Let everybody look."""
        for each in self.listeners:
            each.look.set()

    def read_variant(self, variant: Variant) -> None:
        """Prepare the channel for who looks in this way for the first time."""
        if variant not in self.now.told:
            self.read()
            assert self._stage is not None
            told = self._told(self._stage, list(self._rows.values()), variant)
            self.now = Snapshot(self.now.number, {**self.now.told, variant: told})

    def read(self) -> bool:
        """Take over what changed since the last time; gives whether there was anything."""
        stage, before, known = Stage.objects.get(pk=self.stage_id), self._stage, self.now.number
        if before is not None and stage.number == known:
            return False
        # After a deletion, or from a backup, rows may be gone; everything is read anew.
        anew = before is None or before.forgotten != stage.forgotten or stage.number < known
        since = 0 if anew else known
        rows: list[Question | Poll] = [
            *stage.questions.filter(number__gt=since, number__lte=stage.number),
            *stage.polls.filter(number__gt=since, number__lte=stage.number),
        ]
        gone = set(self._rows) - {_name(each) for each in rows} if anew else set()
        empty = {name: (stage.number, orjson.dumps(Item(name, stage.number, "", 0, ""))) for name in gone}
        self._rows = {name: row for name, row in self._rows.items() if name not in gone}
        self._rows |= {_name(each): each for each in rows}
        self._stage = stage
        told = {name: {**old, **self._told(stage, rows, name), **empty} for name, old in self.now.told.items()}
        self.now = Snapshot(stage.number, told)
        return True

    @staticmethod
    def _told(stage: Stage, rows: list[Question | Poll], variant: Variant) -> dict[str, tuple[int, bytes]]:
        part, lang = variant
        questions = [each for each in rows if isinstance(each, Question)]
        polls = [each for each in rows if isinstance(each, Poll)]
        found: list[Any] = items_in(lang, stage, questions, polls, part)
        return {each.id: (each.number, orjson.dumps(each)) for each in found}

    def write_audience(self) -> None:
        """Tell the other processes how many people are connected here, and keep the most that ever were."""
        now = clock.now()
        rows = Audience.objects.filter(stage=self.stage_id)
        if not rows.filter(process=PROCESS).update(people=self.people, at=now):
            Audience.objects.get_or_create(
                stage_id=self.stage_id, process=PROCESS, defaults={"people": self.people, "at": now}
            )
        raise_peak(self.stage_id, count_of(rows.filter(at__gt=now - FRESH)))


def _name(row: Question | Poll) -> str:
    return f"{'q' if isinstance(row, Question) else 'p'}{row.pk}"
