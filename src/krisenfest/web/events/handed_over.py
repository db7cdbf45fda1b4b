"""LMTP (RFC 2033): a mail server on this machine hands mails over; each is accepted once it is in the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP

from krisenfest.web.events.inbox import MAX_BYTES

logger = logging.getLogger("krisenfest.inbox")
HOST = "127.0.0.1"
HOSTNAME = "krisenfest"

Take = Callable[[bytes, Sequence[str]], None]


class Handler:
    """Takes what is handed over, in a thread, because the database waits."""

    def __init__(self, take: Take) -> None:
        self.take = take

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  its caller's name
        """One answer for each recipient (RFC 2033 4.2)."""
        sender = (envelope.mail_from or "").strip("<>")  # aiosmtpd gives the empty one as <>
        data = f"Return-Path: <{sender}>\r\n".encode() + bytes(envelope.original_content)
        try:
            await asyncio.get_running_loop().run_in_executor(None, self.take, data, list(envelope.rcpt_tos))
        except Exception:  # the database is away, or there is a fault of ours: the mail server keeps it
            logger.exception("a mail could not be taken over")
            answer = "451 4.3.0 not now: try again"
        else:
            answer = "250 2.0.0 taken over"
        return "\r\n".join([answer] * len(envelope.rcpt_tos))


class Door(Controller):
    """Listens on this machine only."""

    def __init__(self, take: Take, port: int) -> None:
        super().__init__(Handler(take), hostname=HOST, port=port)

    def factory(self) -> LMTP:
        """A conversation."""
        return LMTP(self.handler, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, hostname=HOSTNAME)
