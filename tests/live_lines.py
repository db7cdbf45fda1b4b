"""An open live connection, as a program that obeys the standard keeps it: it remembers the last id and comes back."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit


class Line(threading.Thread):
    """Listens until told to stop, through restarts of the server (HTML Living Standard, 9.2.3 and 9.2.4)."""

    def __init__(self, url: str, *, last_id: str = "") -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        self.host, self.port, self.path = parts.hostname or "", parts.port or 80, parts.path
        self.last_id = last_id
        self.messages: list[dict[str, Any]] = []
        self.comments = 0
        self.connected = 0
        self.stopping = threading.Event()
        self.line: socket.socket | None = None
        self.start()

    def run(self) -> None:
        while not self.stopping.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._listen()
            self.stopping.wait(0.1)

    def _listen(self) -> None:
        asking = http.client.HTTPConnection(self.host, self.port, timeout=30)
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        asking.request("GET", self.path, headers=headers)
        self.line = asking.sock
        answer = asking.getresponse()
        if answer.status != 200:
            asking.close()
            return
        self.connected += 1
        new_id = ""
        while not self.stopping.is_set():
            line = answer.readline().decode().rstrip("\n")
            if answer.closed or (not line and answer.isclosed()):
                break
            if line.startswith(":"):
                self.comments += 1
            elif line.startswith("id: "):
                new_id = line.removeprefix("id: ")
            elif line.startswith("data: "):
                self.last_id = new_id
                self.messages.append(json.loads(line.removeprefix("data: ")))
        asking.close()

    def told(self) -> list[tuple[str, int]]:
        """Each item that came, with the number of its change, in order."""
        return [(item["id"], item["number"]) for each in list(self.messages) for item in each["items"]]

    def texts(self) -> dict[str, str]:
        """What a page would show: of each item the list it stands in, "" for none."""
        return {item["id"]: item["list"] for each in list(self.messages) for item in each["items"]}

    def wait_for(self, text: str, *, within_s: float = 15) -> None:
        """Until a piece of HTML with this text has come."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if any(text in item["html"] for each in list(self.messages) for item in each["items"]):
                return
            time.sleep(0.02)
        raise AssertionError(f"{text} did not come; {self.told()}")

    def stop(self) -> None:
        """End at once: what comes from now on is not heard."""
        self.stopping.set()
        with contextlib.suppress(OSError):
            if self.line is not None:
                self.line.shutdown(socket.SHUT_RDWR)
        self.join(timeout=10)
