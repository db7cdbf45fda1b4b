"""A crowd that registers: so many people over so many connections, each answer timed, each that fails sent again."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

TRIES = 20


@dataclass
class Crowd:
    """Who registers where; `ports` are the servers of this machine, which take turns."""

    ports: list[int]
    path: str
    people: int
    connections: int
    prefix: str = "p"
    seconds: list[float] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    again: int = 0
    refused: int = 0
    total_s: float = 0.0
    each: Callable[[int], None] = lambda _: None

    async def register(self) -> None:
        """Register everybody; a person whose connection breaks tries again at the next server, as people do."""
        waiting = iter(range(self.people))
        began = time.perf_counter()
        await asyncio.gather(*(self._connection(number, waiting) for number in range(self.connections)))
        self.total_s = time.perf_counter() - began

    async def _connection(self, number: int, waiting: Iterator[int]) -> None:
        turn, link = number, None
        for person in waiting:
            email = f"{self.prefix}{person}@muster.example"
            body = urlencode({"name": f"Person {person}", "email": email, "organisation": "Amt", "lang": "de"}).encode()
            head = (
                f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            )
            request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
            for _ in range(TRIES):
                try:
                    link = link or await _linked(self.ports[turn % len(self.ports)])
                    began = time.perf_counter()
                    status, closes = await _asked(link, request)
                except OSError:
                    self.again += 1
                    link, turn = None, turn + 1
                    await asyncio.sleep(0.02)
                    continue
                self.seconds.append(time.perf_counter() - began)
                if status in (200, 201, 302, 303):
                    self.answered.append(email)
                    self.each(len(self.answered))
                else:
                    self.refused += 1
                if closes:
                    link.close()
                    link = None
                break
        if link is not None:
            link.close()


async def _linked(port: int) -> socket.socket:
    link = socket.socket()
    link.setblocking(False)
    await asyncio.get_running_loop().sock_connect(link, ("127.0.0.1", port))
    return link


async def _asked(link: socket.socket, request: bytes) -> tuple[int, bool]:
    """The status of an answer, and whether the server closes the connection after it."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(link, request)
    told, length = b"", -1
    while length < 0 or len(told) < length:
        more = await loop.sock_recv(link, 65536)
        if not more:
            raise ConnectionResetError
        told += more
        end = told.find(b"\r\n\r\n")
        if length < 0 and end >= 0:
            head = told[:end].lower()
            length = end + 4 + int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    return int(told[9:12]), b"connection: close" in head


def p99_s(seconds: list[float]) -> float:
    """The time within which 99 of 100 were answered."""
    return sorted(seconds)[int(len(seconds) * 0.99) - 1]


def main() -> None:
    """Read who registers as JSON from the arguments; print what came of it, and a line for each thousandth answer."""
    given = json.loads(sys.argv[1])
    mark = given.pop("mark", 0)

    def each(count: int) -> None:
        if count == mark:
            print("half", flush=True)

    crowd = Crowd(**given, each=each)
    asyncio.run(crowd.register())
    told = {"total_s": crowd.total_s, "p99_s": p99_s(crowd.seconds), "again": crowd.again, "refused": crowd.refused}
    print(json.dumps({**told, "answered": crowd.answered}), flush=True)


if __name__ == "__main__":
    main()
