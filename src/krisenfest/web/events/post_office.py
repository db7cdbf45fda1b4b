"""The threads of the worker that send and receive mails: nothing else waits for them, and they for nothing else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections

from krisenfest import clock
from krisenfest.errors import KrisenfestError
from krisenfest.web.events import by_mail, fetching, inbox, outbox, reminders

logger = logging.getLogger("krisenfest.post")
SEND_EVERY_S = 0.5
SWEEP_EVERY = timedelta(seconds=20)
UNREACHED_PAUSE_S = 10.0


def threads(stopping: threading.Event) -> list[threading.Thread]:
    """What sends; and what receives, where the settings say so."""
    works: list[tuple[str, Callable[[threading.Event], None]]] = [("outbox", _send)]
    if settings.CONFIG.inbox_url:
        works.append(("inbox", _fetch))
    if settings.CONFIG.lmtp_port:
        works.append(("lmtp", _take_in))
    return [threading.Thread(target=work, args=(stopping,), name=name) for name, work in works]


def _send(stopping: threading.Event) -> None:
    swept = None
    pause = 0.0
    while not stopping.wait(pause):
        close_old_connections()
        try:
            now = clock.now()
            if swept is None or now - swept >= SWEEP_EVERY:
                swept = now
                outbox.sweep(now)
                reminders.plan(now)
                inbox.sweep(now)
            done = outbox.send_due(now)
            pause = 0.0 if done.more and done.reached else SEND_EVERY_S if done.reached else UNREACHED_PAUSE_S
        except Exception:
            logger.exception("the outbox begins anew")
            pause = UNREACHED_PAUSE_S
    close_old_connections()


def take(data: bytes, recipients: Sequence[str] = ()) -> None:
    """A mail that has come in, however."""
    close_old_connections()
    inbox.receive(data, at=clock.now(), register=by_mail.register, recipients=recipients)


def _fetch(stopping: threading.Event) -> None:
    try:
        fetching.watch(settings.CONFIG.inbox_url, stopping, take)
    except KrisenfestError as error:
        logger.error("no mailbox is read: %s", error)
    close_old_connections()


def _take_in(stopping: threading.Event) -> None:
    try:
        from krisenfest.web.events.handed_over import Door  # noqa: PLC0415  an extra: krisenfest[lmtp]
    except ImportError:
        logger.error("KRISENFEST_LMTP_PORT needs krisenfest[lmtp]")
        return
    door = Door(take, settings.CONFIG.lmtp_port)
    try:
        door.start()
    except OSError as error:
        logger.error("the port for LMTP cannot be used: %s", error.strerror)
        return
    stopping.wait()
    door.stop()
