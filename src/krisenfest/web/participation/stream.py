"""The live connection: server-sent events (HTML Living Standard, 9.2) as a bare ASGI application beside Django.

`GET /counter/live/<pass>/stream?nach=<number>&lang=<de|en>` tells everything after that number (or after Last-Event-ID,
which wins), and then what changes. With `einmal` it answers once, as JSON, for who cannot keep a connection open.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from krisenfest import clock
from krisenfest.web.participation import hub
from krisenfest.web.participation.channels import Channel, Listener
from krisenfest.web.participation.shapes import LANGUAGES
from krisenfest.web.passes import Pass, read

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = re.compile(r"/counter/live/([A-Za-z0-9_:.-]{1,1500})/stream")
ALIVE_S = 25.0  # a comment so often keeps proxies from closing the line
RETRY_MS = range(1000, 5000, 37)  # not everybody comes back in the same moment after a restart


def wanted(scope: Scope) -> bool:
    """Whether a request is for this application."""
    return scope["type"] == "http" and PATH.fullmatch(scope["path"]) is not None


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    found = PATH.fullmatch(scope["path"])
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    holder = read(found[1], clock.now()) if found else None
    here = hub.current()
    if scope["method"] != "GET" or holder is None:
        await _refuse(send, 404)
        return
    if here.full(holder):
        await _refuse(send, 503)
        return
    entered = await here.enter(holder, _lang(asked), _number(scope, asked))
    if entered is None:
        await _refuse(send, 404)
        return
    channel, listener = entered
    try:
        if "einmal" in asked:
            await _once(channel, listener, send)
        else:
            await _stream(channel, listener, receive, send, holder)
    finally:
        channel.leave(listener)


async def _stream(channel: Channel, listener: Listener, receive: Receive, send: Send, holder: Pass) -> None:
    leaving = asyncio.get_running_loop().create_task(_until_gone(receive, listener))
    headers = [*_headers(b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
    try:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        data = b"retry: %d\n" % RETRY_MS[hash(holder.key) % len(RETRY_MS)]
        first = True
        while not listener.gone:
            listener.look.clear()
            now = channel.now
            if first or listener.number != now.number:
                data += b"id: %d\ndata: %b\n\n" % (now.number, now.since(listener.variant, listener.number))
                first, listener.number = False, now.number
            await send({"type": "http.response.body", "body": data or b":\n\n", "more_body": True})
            data = b""
            await _wait(listener)
        await send({"type": "http.response.body", "body": b""})
    finally:
        leaving.cancel()


async def _wait(listener: Listener) -> None:
    """Until there is something to look at, or a sign of life is due."""
    try:
        async with asyncio.timeout(ALIVE_S):
            await listener.look.wait()
    except TimeoutError:
        pass


async def _until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.gone = True
    listener.look.set()


async def _once(channel: Channel, listener: Listener, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _headers(b"application/json")})
    await send({"type": "http.response.body", "body": channel.now.since(listener.variant, listener.number)})


async def _refuse(send: Send, status: int) -> None:
    headers = [*_headers(b"text/plain; charset=utf-8"), (b"retry-after", b"30")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _headers(kind: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-type", kind),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]


def _number(scope: Scope, asked: dict[str, list[str]]) -> int:
    """What the client has been told already."""
    last = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"last-event-id"), "")
    found = last or asked.get("nach", [""])[0]
    return int(found) if re.fullmatch("[0-9]{1,18}", found) else 0


def _lang(asked: dict[str, list[str]]) -> str:
    found = asked.get("lang", [""])[0][:2]
    return found if found in LANGUAGES else LANGUAGES[0]
