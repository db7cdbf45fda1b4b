"""The counter's fast path: registrations of one moment share one durable transaction, before Django's own way begins.

It reads, checks and registers with the same functions as the plain path. Whatever it does not know how to answer
(a form to be mended, an event that is not there, a large body) goes on to Django as it came.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, quote

from django.db import DatabaseError, connection
from django.template.loader import render_to_string

from krisenfest import clock
from krisenfest.web.events.booking import Answer, Asked, register_all
from krisenfest.web.events.receiving import Door, door, receive

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Reply = tuple[int, tuple[bytes, bytes], bytes]  # status, the header that matters, body
Application = Callable[..., Awaitable[None]]

logger = logging.getLogger("krisenfest.counter")
PATH = re.compile(r"/counter/([a-z0-9-]+)/(uebung/)?veranstaltungen/([^/]+)/")
FORM = b"application/x-www-form-urlencoded"
MOST_BYTES = 64_000  # of a form; more goes to Django, which has its own limit
MOST_FIELDS = 100
MOST_AT_ONCE = 1_000  # registrations in one transaction
MOST_DOORS = 1_000
GATHER_S = 0.002  # so long a transaction waits for company; writing one to the disk takes several times as long


class Committer:
    """Writes all registrations that wait as one transaction, one after the other, in a thread of its own."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Asked, asyncio.Future[Answer | None]]] = []
        self._working: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="committer")

    async def commit(self, asked: Asked) -> Answer | None:
        """Register; answers only when it is durable, with None where the database could not."""
        done: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, done))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await done

    async def read(self, *of: Any) -> Door | None:
        """Ask the database for the door of a book, in the same thread and connection."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _door, *of)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            await asyncio.sleep(GATHER_S)
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            answers = await loop.run_in_executor(self._thread, written, [asked for asked, _ in batch])
            for (_, done), answer in zip(batch, answers, strict=True):
                if not done.done():  # else: the visitor has gone; the registration stands
                    done.set_result(answer)


def written(batch: Sequence[Asked]) -> list[Answer | None]:
    """Register a batch; where that fails each by itself, so that one cannot take others with it."""
    try:
        return list(register_all(batch, at=clock.now()))
    except DatabaseError:
        connection.close()  # a broken one is made anew
        if len(batch) == 1:
            logger.exception("a registration could not be written")
            return [None]
    return [answer for each in batch for answer in written([each])]


def _door(slug: str, record_id: str, exercise: bool) -> Door | None:
    try:
        return door(slug, record_id, exercise=exercise)
    except DatabaseError:
        connection.close()
        raise


class Counter:
    """An ASGI application that takes registrations itself and leaves everything else to another."""

    def __init__(self, otherwise: Application) -> None:
        self._otherwise = otherwise
        self._committer = Committer()
        self._doors: dict[tuple[str, str, bool], Door] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        found = PATH.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None or not _is_form(scope):
            await self._otherwise(scope, receive, send)
            return
        body, messages = await _body(receive)
        answered = None if body is None else await self._register(scope, found, fields_of(body))
        if answered is None:
            await self._otherwise(scope, _again(messages, receive), send)
        else:
            await _send(send, *answered)

    async def _register(self, scope: Message, found: re.Match[str], fields: Mapping[str, str]) -> Reply | None:
        """The answer to a form; None where Django shall give it."""
        key = (found[1], found[3], bool(found[2]))
        for _ in range(2):  # the second time if the event was published anew in between
            known = self._doors.get(key) or await self._known(key)
            if known is None:
                return None
            what = receive(known, fields, client=(scope.get("client") or ("",))[0], at=clock.now())
            if isinstance(what, tuple):
                return None
            answer = what if isinstance(what, Answer) else await self._committer.commit(what)
            if answer is None:
                return 503, (b"content-type", b"text/html; charset=utf-8"), await _failed()
            if answer is not Answer.STALE:
                there = f"{quote(scope['path'])}{answer}/?lang={quote(fields.get('lang', 'de')[:10])}"
                return 303, (b"location", there.encode()), b""
            self._doors.pop(key, None)
        return None

    async def _known(self, key: tuple[str, str, bool]) -> Door | None:
        try:
            found = await self._committer.read(*key)
        except DatabaseError:
            return None  # Django tells it
        if found is not None:
            if len(self._doors) >= MOST_DOORS:
                self._doors.clear()
            self._doors[key] = found
        return found


def fields_of(body: bytes) -> Mapping[str, str]:
    """The fields of a form; of one that stands twice the first. What is no form has none."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _is_form(scope: Message) -> bool:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    return bool(kinds) and kinds[0].split(b";")[0].strip().lower() == FORM


async def _body(receive: Receive) -> tuple[bytes | None, list[Message]]:
    """The body, or None if it is too large or broken off; and the messages that it came in, to be told again."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            return None, messages
        size += len(message.get("body", b""))
        if size > MOST_BYTES:
            return None, messages
        if not message.get("more_body"):
            return b"".join(each.get("body", b"") for each in messages), messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    async def told() -> Message:
        return messages.pop(0) if messages else await receive()

    return told


async def _failed() -> bytes:
    return (await asyncio.to_thread(render_to_string, "counter/failed.html")).encode()


async def _send(send: Send, status: int, header: tuple[bytes, bytes], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    fixed = [length, (b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer")]
    await send({"type": "http.response.start", "status": status, "headers": [header, *fixed]})
    await send({"type": "http.response.body", "body": body})
