"""The mailbox (IMAP, RFC 9051, with IDLE): each mail is taken over and then deleted there. It is a queue."""

from __future__ import annotations

import imaplib
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from krisenfest import clock
from krisenfest.errors import FieldError
from krisenfest.web.events.inbox import MAX_BYTES

logger = logging.getLogger("krisenfest.inbox")
TIMEOUT_S = 30.0
IDLE_S = 25 * 60.0  # RFC 2177: begin anew at least every 29 minutes
POLL_S = 1.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
HERE = ("localhost", "127.0.0.1", "::1")

Take = Callable[[bytes], None]


@contextmanager
def connect(url: str) -> Iterator[BaseMailBox]:
    """Be logged in to the mailbox of an address imaps://user:password@host:port/folder.

    Raises FieldError if the address cannot be read, or would send the password in the clear to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname:
        raise FieldError("KRISENFEST_INBOX_URL", parts.scheme, "write imaps://user:password@host:port/folder")
    if parts.scheme == "imap" and parts.hostname not in HERE:
        raise FieldError("KRISENFEST_INBOX_URL", "imap://", "write imaps:// for another machine")
    box: BaseMailBox
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        box = MailBox(parts.hostname, parts.port or 993, timeout=TIMEOUT_S, ssl_context=context)
    else:
        box = MailBoxUnencrypted(parts.hostname, parts.port or 143, timeout=TIMEOUT_S)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    try:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""), initial_folder=folder)
        yield box
        box.logout()
    finally:
        with suppress(OSError):  # closed already, unless the line broke before the leave-taking
            box.client.shutdown()


def watch(url: str, stopping: threading.Event, take: Take) -> None:
    """Take over what is there and what comes, until told to stop; a line that breaks is made anew, later and later."""
    pause = FIRST_PAUSE_S
    while not stopping.is_set():
        try:
            with connect(url) as box:
                pause = FIRST_PAUSE_S
                while not stopping.is_set():
                    drain(box, take)
                    _wait(box, stopping)
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            logger.warning("the mailbox cannot be reached: %s", type(error).__name__)
            stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


def drain(box: BaseMailBox, take: Take) -> int:
    """Take over every mail of the folder; gives how many. One that cannot be taken over stays, and the rest goes on."""
    taken = 0
    for uid in box.uids():
        data = _bytes_of(box.client, uid)
        if data is None:
            continue
        try:
            take(data)
        except Exception:  # the database is away, or there is a fault of ours: the mail stays in the mailbox
            logger.exception("a mail could not be taken over")
            continue
        box.delete(uid)
        taken += 1
    return taken


def _bytes_of(client: Any, uid: str) -> bytes | None:
    """The mail, at most MAX_BYTES of it, unread as it was."""
    _, parts = client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
    found = next((part for part in parts if isinstance(part, tuple) and len(part) > 1), None)
    return bytes(found[1]) if found else None


def _wait(box: BaseMailBox, stopping: threading.Event) -> None:
    """Until the server tells of something new (IDLE), or it is time to ask again."""
    began = clock.stopwatch_s()
    with box.idle as idle:
        while not stopping.is_set() and clock.stopwatch_s() - began < IDLE_S:
            if idle.poll(timeout=POLL_S):
                return
