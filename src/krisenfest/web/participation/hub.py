"""All channels of a process: opened when somebody listens, told when something changes, at rest while nobody does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections, connection

from krisenfest import clock
from krisenfest.web.participation import bell
from krisenfest.web.participation.channels import Channel, Listener
from krisenfest.web.participation.stages import find
from krisenfest.web.passes import Pass

logger = logging.getLogger("krisenfest.participation")
Result = TypeVar("Result")
LOOK_S = {"sqlite": 0.5, "postgresql": 5.0}  # without a bell look so often (several processes; a lost line)
GAP_S = 0.1  # at most so often is everybody told, and never more than half of the time goes into telling
LATER_S = 1.0  # a count that rose waits so long for others, since each telling costs as much as all listeners
REPORT_S = 5.0
LISTENERS_MAX = 12_000  # of a process: 74 KiB each
LISTENERS_A_PASS = 6  # tabs and devices of one person


class Hub:
    """The channels of one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.closed = False
        self._channels: dict[tuple[Any, ...], Channel] = {}
        self._stages: dict[int, Channel] = {}
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        bell.listen(self._heard)
        if connection.vendor == "postgresql":
            self._begin(self._hear_others())

    async def enter(self, holder: Pass, lang: str, number: int) -> tuple[Channel, Listener] | None:
        """Let the holder of a pass listen from `number` on; None if there is no such stage."""
        name = (holder.municipality, holder.exercise, holder.record_id)
        variant = (holder.part, lang)
        channel = self._channels.get(name)
        if channel is None or variant not in channel.now.told:
            async with self._opening:
                channel = self._channels.get(name) or await self._open(holder, name)
                if channel is None:
                    return None
                await self.in_thread(lambda: channel.read_variant(variant))
        if number > channel.now.number and await self.in_thread(channel.read):
            channel.wake()  # another process has told them more than this one knew
        listener = Listener(variant, number, holder.key)
        channel.enter(listener)
        if not channel.followed:
            channel.followed = True
            self._begin(self._follow(channel))
        return channel, listener

    def full(self, holder: Pass) -> bool:
        """Whether there is no room for one more, or this pass has enough."""
        if sum(len(each.listeners) for each in self._channels.values()) >= LISTENERS_MAX:
            return True
        channel = self._channels.get((holder.municipality, holder.exercise, holder.record_id))
        return channel is not None and channel.keys[holder.key] >= LISTENERS_A_PASS

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """Do what asks the database, outside of the loop."""

        def done() -> Result:
            close_old_connections()
            return work()

        return await self.loop.run_in_executor(self._thread, done)

    def close(self) -> None:
        """End every connection, so that the server can stop; those who listened come back to the next one."""
        self.closed = True
        bell.leave(self._heard)
        for channel in self._stages.values():
            for each in channel.listeners:
                each.gone = True
            channel.wake()
        for task in self._tasks:
            task.cancel()
        self._thread.submit(connection.close)
        self._thread.shutdown(wait=False)

    async def _open(self, holder: Pass, name: tuple[Any, ...]) -> Channel | None:
        stage = await self.in_thread(lambda: find(holder.room, holder.record_id))
        if stage is None:
            return None
        channel = Channel(stage.pk)
        self._channels[name] = self._stages[stage.pk] = channel
        return channel

    def _begin(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, channel: Channel) -> None:
        """Look whenever it is time, until nobody listens any more and that is reported."""
        reported = clock.stopwatch_s() - REPORT_S
        people = -1
        channel.rung.set()
        while not self.closed:
            try:
                async with asyncio.timeout(LOOK_S[connection.vendor]):
                    await channel.rung.wait()
            except TimeoutError:
                pass
            channel.rung.clear()
            channel.later = False
            began = clock.stopwatch_s()
            try:
                if await self.in_thread(channel.read):
                    channel.wake()
                if began - reported > REPORT_S and (people, channel.people) != (0, 0):
                    reported, people = began, channel.people
                    await self.in_thread(channel.write_audience)
            except Exception:
                logger.exception("a stage could not be read; it is tried again")
            await asyncio.sleep(0)  # everybody who was woken comes first
            await asyncio.sleep(max(GAP_S, clock.stopwatch_s() - began))
            if not channel.listeners and people <= 0:
                channel.followed = False
                return

    def _heard(self, stage_id: int, urgent: bool) -> None:
        self.loop.call_soon_threadsafe(self._ring, stage_id, urgent)

    def _ring(self, stage_id: int, urgent: bool) -> None:
        channel = self._stages.get(stage_id)
        if channel is None:
            return
        if urgent:
            channel.rung.set()
        elif not channel.later:
            channel.later = True
            self.loop.call_later(LATER_S, channel.rung.set)

    async def _hear_others(self) -> None:
        """Hear the other processes; where the line breaks, everybody looks by the clock."""
        from psycopg import AsyncConnection, Error

        given = connection.get_connection_params()
        given = {name: value for name, value in given.items() if name not in ("context", "cursor_factory")}
        while not self.closed:
            try:
                async with await AsyncConnection.connect(**given, autocommit=True) as line:
                    await line.execute(f"LISTEN {bell.CHANNEL}")
                    for channel in self._stages.values():
                        channel.rung.set()
                    async for each in line.notifies():
                        bell.heard_from_others(each.payload, self._ring)
            except (Error, OSError):
                logger.exception("the line to the database broke; it is made anew")
                await asyncio.sleep(1)


_current: Hub | None = None


def current() -> Hub:
    """The hub of the running loop."""
    global _current  # noqa: PLW0603  one for each process, made when the first one listens
    if _current is None or _current.closed or _current.loop is not asyncio.get_running_loop():
        _current = Hub()
    return _current


def close() -> None:
    """Close the hub of this process, if there is one; call it in its loop."""
    if _current is not None and not _current.closed:
        _current.close()
