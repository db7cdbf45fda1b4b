"""Measures the live questions: how soon everybody sees a new one, and how many lines one process keeps open.

Usage: python bench/live.py [--participants 1000] [--lines 5000] [--questions 20] [--votes 10] [--json]
With KRISENFEST_DATABASE_URL it runs on PostgreSQL (scripts/with-postgres python bench/live.py). All of it on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from krisenfest import clock
from krisenfest.web.setup import configure, listen, migrate

WITHIN_S = 1.0  # 95 % see a new question within
HOLD_S = 30.0  # longer than the 25 s after which a sign of life is due
GIVE_UP_S = 420
PATIENCE_S = 20.0
BATCH = 100


class Line(asyncio.Protocol):
    """One participant's open connection: when each marked question came, and when anything came last."""

    def __init__(self, path: str, port: int) -> None:
        self.request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode()
        self.seen: dict[str, float] = {}
        self.told = 0
        self.open = False
        self.last = 0.0
        self._tail = ""
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """Ask for the stream."""
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Note what came, and when."""
        self.last = time.perf_counter()
        text = self._tail + data.decode()
        self.open = self.open or text.startswith("HTTP/1.1 200")
        self.told += data.count(b"id: ")
        for mark in re.findall(r"Messfrage ([0-9]+);", text):
            self.seen.setdefault(mark, self.last)
        self._tail = text[-40:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the line is gone."""
        self.open = False


@contextmanager
def server(place: Path) -> Iterator[tuple[int, Any, subprocess.Popen[str]]]:
    """A town, an open stage, and a server process as it is run in a town."""
    probe = listen("127.0.0.1", 0)
    port = probe.getsockname()[1]
    probe.close()
    configure(data=str(place / "data"), desk_url=f"http://localhost:{port}")
    migrate()
    from django.db import connection

    from krisenfest.web.accounts.models import Municipality
    from krisenfest.web.participation.models import Stage
    from krisenfest.web.published import published

    now = clock.now()
    town = Municipality.objects.create(slug="messstadt", name="Messstadt")
    event = {"kind": "event", "id": "messung", "texts": [{"lang": "de", "title": "Messung"}]}
    event["start"], event["end"] = ((now + timedelta(hours=each)).isoformat() for each in (-1, 2))
    told = {"municipality": town, "exercise": False, "kind": "event", "record_id": "messung"}
    published.send(Stage, **told, payload=event, at=now)
    Stage.objects.of(town).update(open=True, moderated=False)
    stage = Stage.objects.of(town).select_related("municipality").get()
    connection.close()
    with open(place / "log", "w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "krisenfest", "serve", "--port", str(port)]
        process = subprocess.Popen(command, stderr=log, text=True, env=os.environ.copy())
    until = time.perf_counter() + 30
    while "answers" not in (place / "log").read_text(encoding="utf-8") and time.perf_counter() < until:
        time.sleep(0.05)
    try:
        yield port, stage, process
    finally:
        began = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)
        print(f"the server stopped within {time.perf_counter() - began:.1f} s", file=sys.stderr)


def tokens(stage: Any, count: int, kind: str) -> list[str]:
    """Passes of different people."""
    from krisenfest.web import passes

    keys = [passes.key_of(kind, number) for number in range(count)]
    return [passes.issue(stage.municipality, "messung", ends=stage.end, key=each) for each in keys]


async def open_lines(stage: Any, port: int, count: int, kind: str, number: int) -> list[Line]:
    """So many lines, a batch at a time."""
    loop = asyncio.get_running_loop()
    lines = [Line(f"/counter/live/{each}/stream?nach={number}", port) for each in tokens(stage, count, kind)]
    for start in range(0, count, BATCH):
        batch = lines[start : start + BATCH]
        await asyncio.gather(
            *(loop.create_connection(lambda each=each: each, "127.0.0.1", port) for each in batch)  # type: ignore[misc]
        )
        until = time.perf_counter() + PATIENCE_S
        while not all(each.open for each in batch) and time.perf_counter() < until:
            await asyncio.sleep(0.02)
    return lines


def post(port: int, token: str, **fields: str) -> int:
    """What a form of the participant's page sends."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {"Host": f"localhost:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    asking.request("POST", f"/counter/live/{token}/", urlencode(fields), headers)
    status = asking.getresponse().status
    asking.close()
    return status


async def ask_all(lines: list[Line], port: int, askers: list[str], first: int) -> tuple[list[float], list[float], int]:
    """Ask with each pass in turn; of each line and question the seconds from the click, and what nobody ever saw."""
    waits, posts, missing = [], [], 0
    for number, token in enumerate(askers, first):
        began = time.perf_counter()
        status = await asyncio.to_thread(post, port, token, do="ask", text=f"Messfrage {number};")
        if status != 302:
            raise SystemExit(f"a question was answered with {status}")
        posts.append(time.perf_counter() - began)
        mark = str(number)
        while time.perf_counter() - began < PATIENCE_S and not all(mark in each.seen for each in lines):
            await asyncio.sleep(0.02)
        found = [each.seen[mark] - began for each in lines if mark in each.seen]
        missing += len(lines) - len(found)
        waits += found
        await asyncio.sleep(0.3)
    return waits, posts, missing


async def vote_on(port: int, voters: list[str], question: int, a_second: float) -> int:
    """People who vote meanwhile, evenly; ends when it is cancelled."""
    done = 0
    try:
        for token in voters:
            began = time.perf_counter()
            done += await asyncio.to_thread(post, port, token, do=f"vote:{question}") == 302
            await asyncio.sleep(max(0.0, 1 / a_second - (time.perf_counter() - began)))
    except asyncio.CancelledError:
        pass
    return done


def memory_kib(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+([0-9]+)", text)[1])  # type: ignore[index]


def figures(waits: list[float], name: str) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        f"{name}: seen, median, s": round(statistics.median(ordered), 3),
        f"{name}: seen, 95 %, s": round(ordered[int(len(ordered) * 0.95)], 3),
        f"{name}: seen, last, s": round(ordered[-1], 3),
    }


async def measured(given: argparse.Namespace, port: int, stage: Any, pid: int) -> dict[str, Any]:
    askers = tokens(stage, given.questions + 6, "asker")
    row: dict[str, Any] = {}
    await asyncio.to_thread(post, port, askers[-1], do="ask", text="Erste")
    known = await asyncio.to_thread(lambda: stage.questions.get().pk)
    before = memory_kib(pid)
    lines = await open_lines(stage, port, given.participants, "participant", 1)
    voting = asyncio.create_task(vote_on(port, tokens(stage, 3000, "voter"), known, given.votes))
    waits, posts, missing = await ask_all(lines, port, askers[: given.questions], 1)
    voting.cancel()
    row |= {"participants": given.participants, "questions": given.questions, "votes meanwhile": await voting}
    row |= figures(waits, f"{given.participants}")
    row["question posted, median, s"] = round(statistics.median(posts), 3)
    row["never seen"] = missing
    for each in lines:
        each.transport.close()
    await asyncio.sleep(1)
    began = time.perf_counter()
    lines = await open_lines(stage, port, given.lines, "line", 0)
    row |= {"lines": given.lines, "opened within, s": round(time.perf_counter() - began, 1)}
    row["server memory a line, KiB"] = round((memory_kib(pid) - before) / given.lines, 1)
    await asyncio.sleep(HOLD_S)
    row["lines still open after 30 s"] = sum(each.open for each in lines)
    row["lines with a sign of life"] = sum(each.last > began + HOLD_S / 2 for each in lines)
    waits, _, missing = await ask_all(lines, port, askers[given.questions : given.questions + 5], 1001)
    row |= figures(waits, f"{given.lines}")
    row["never seen"] += missing
    row["lines open at the end"] = sum(each.open for each in lines)
    for each in lines:
        each.transport.close()
    return row


def main() -> int:
    """Exit 0 if 95 % saw each question in time and every line stayed open."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--participants", type=int, default=1000)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--votes", type=float, default=10.0, help="votes a second meanwhile")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    needed = max(given.participants, given.lines) + 500
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SystemExit(f"this shell may open {hard} files and {needed} are needed: raise it with ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    with tempfile.TemporaryDirectory() as place, server(Path(place)) as (port, stage, process):
        row = asyncio.run(asyncio.wait_for(measured(given, port, stage, process.pid), GIVE_UP_S))
        log = (Path(place) / "log").read_text(encoding="utf-8")
        row["errors in the server's log"] = log.count('"level":"error"')
    from django.db import connection

    row = {"database": connection.vendor, **row}
    print(json.dumps(row) if given.json else "\n".join(f"{name:<40} {value}" for name, value in row.items()))
    in_time = row[f"{given.participants}: seen, 95 %, s"] <= WITHIN_S
    kept = row["lines open at the end"] == given.lines
    return 0 if in_time and kept and not row["never seen"] and not row["errors in the server's log"] else 1


if __name__ == "__main__":
    sys.exit(main())
