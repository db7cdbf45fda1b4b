"""The server: desk, site and health by uvicorn, with a worker beside it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

import uvicorn

from krisenfest.web.participation import hub
from krisenfest.web.worker import Workshop

STOP_WITHIN_S = 20


class Server(uvicorn.Server):
    """Says when it answers, and stops gracefully: requests end, then the worker's task."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the live connections, which would never end by themselves, and then everything else."""
        hub.close()
        await super().shutdown(sockets)


def run(listening: socket.socket, *, work: bool, ready: Callable[[], None]) -> int:
    """Answer on a socket until the process is told to stop; with `work` do the background work too."""
    from krisenfest.web.asgi import application

    config = uvicorn.Config(
        application,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    workshop = Workshop("serve") if work else None
    if workshop:
        workshop.start()
    try:
        Server(config, ready).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        if workshop:
            workshop.stop()
    sys.stdout.flush()
    return 0
