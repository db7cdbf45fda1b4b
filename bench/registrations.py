"""T9: registrations a second, durable and exact, beside a plain Django view, in turns in one run; one server is killed.

Usage: python bench/registrations.py [--people 5000] [--places 1000] [--connections 128] [--runs 3] [--json]
It runs on SQLite, or with KRISENFEST_DATABASE_URL on PostgreSQL (scripts/with-postgres python bench/registrations.py),
where the peer runs too. Everything stays on 127.0.0.1, and the databases lie on the disk: durable means durable.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from measuring import fixed_work
from peers import TOOLS, installed

HERE = Path(__file__).parent
URL = os.environ.get("KRISENFEST_DATABASE_URL", "")
EVENT, WARM = "treffen", "probe"  # the second warms a server up: its first answers load what the others find loaded
WARMING = {"people": 200, "connections": 8}


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(commands: list[list[str]], ports: list[int], environment: dict[str, str]) -> Iterator[list[Any]]:
    """Servers until the end of the block; they answer when it begins."""
    servers = [
        subprocess.Popen(each, env={**os.environ, **environment}, cwd=HERE, stderr=subprocess.DEVNULL)
        for each in commands
    ]
    try:
        for port in ports:
            for _ in range(600):
                with socket.socket() as asking:
                    if asking.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            else:
                raise SystemExit("a server does not answer")
        yield servers
    finally:
        for each in servers:
            each.terminate()
        for each in servers:
            each.wait(30)


def crowd(given: argparse.Namespace, ports: list[int], path: str, *, kill: Any = None) -> dict[str, Any]:
    """Let the crowd register; with `kill` that server dies with -9 when half of them have their answer."""
    order = {"ports": ports, "path": path, "people": given.people, "connections": given.connections}
    order |= {"mark": given.people // 2 if kill else 0}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "registering.py"), json.dumps(order)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if kill and line.strip() == "half":
        os.kill(kill.pid, signal.SIGKILL)
        line = process.stdout.readline()
    process.wait(30)
    return dict(json.loads(line))


def mine(given: argparse.Namespace, *, servers: int = 1, kill: bool = False) -> dict[str, Any]:
    """One run of ours: servers on one database, the crowd, and what the book says afterwards."""
    with tempfile.TemporaryDirectory(prefix="krisenfest-bench-", dir=given.place) as place:
        environment = {"KRISENFEST_DATA": place, "KRISENFEST_REGISTER_PER_NETWORK": "10000000"}
        book = [sys.executable, str(HERE / "registrations.py")]
        subprocess.run([*book, "--open", str(given.places)], env={**os.environ, **environment}, check=True)
        ports = [free_port() for _ in range(servers)]
        serve = [sys.executable, "-m", "krisenfest", "serve", "--no-worker", "--port"]
        with running([[*serve, str(port)] for port in ports], ports, environment) as processes:
            path = f"/counter/messstadt/veranstaltungen/{EVENT}/"
            crowd(argparse.Namespace(**WARMING), ports, path.replace(EVENT, WARM))
            found = crowd(given, ports, path, kill=processes[0] if kill else None)
        told = subprocess.run(
            [*book, "--look"],
            env={**os.environ, **environment},
            input=json.dumps(found["answered"]),
            capture_output=True,
            text=True,
            check=True,
        )
        return {**found, **json.loads(told.stdout)}


def peer(given: argparse.Namespace) -> dict[str, Any] | None:
    """One run of the plain view under gunicorn; None where it is not to be had."""
    gunicorn = installed("gunicorn")
    if gunicorn is None or not URL or given.alone:
        return None
    python = str(TOOLS / "bin" / "python")
    base, _, _ = URL.rpartition("/")
    name = f"peer{time.perf_counter_ns()}"
    environment = {"PEER_DATABASE_URL": f"{base}/{name}", "PEER_CAPACITY": str(given.places)}
    create = f"import psycopg; psycopg.connect({URL!r}, autocommit=True).execute('CREATE DATABASE {name}')"
    subprocess.run([python, "-c", create], check=True)
    made = subprocess.run(
        [python, str(HERE / "plain_django.py")],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    port = free_port()
    command = [str(gunicorn), "--workers", "4", "--threads", "8", "--worker-class", "gthread", "--log-level", "error"]
    command += ["--keep-alive", "30", "--bind", f"127.0.0.1:{port}", "plain_django:application"]
    event, warm = made.stdout.split()
    with running([command], [port], environment):
        crowd(argparse.Namespace(**WARMING), [port], f"/events/{warm}/register/")
        return crowd(given, [port], f"/events/{event}/register/")


def open_book(places: int) -> None:
    """A town and an event with a form, in the database of the environment."""
    from krisenfest import clock
    from krisenfest.web.setup import configure, migrate

    configure()
    migrate()
    from datetime import timedelta

    from krisenfest.domain.records import utc
    from krisenfest.web.accounts.models import Municipality
    from krisenfest.web.events.books import follow
    from krisenfest.web.events.models import Book, Registration

    town, _ = Municipality.objects.get_or_create(slug="messstadt", defaults={"name": "Messstadt"})
    Registration.objects.filter(book__municipality=town).delete()
    Book.objects.of(town).delete()
    now = clock.now()
    for name in (EVENT, WARM):
        payload = {"kind": "event", "id": name, "texts": [{"lang": "de", "title": "Treffen"}]}
        payload |= {"start": utc(now + timedelta(days=9))}
        payload |= {"registration": {"mail": "a@messstadt.example", "form": True, "capacity": places}}
        follow(None, municipality=town, exercise=False, kind="event", record_id=name, payload=payload, at=now)


def look(answered: list[str]) -> dict[str, int]:
    """What the book says: places held, one over, answers without a registration, mails too many or too few."""
    from krisenfest.web.setup import configure

    configure()
    from krisenfest.domain.registrations import HOLDS
    from krisenfest.web.events.models import Book, Mail, Registration

    book = Book.objects.get(municipality__slug="messstadt", record_id=EVENT)
    rows = Registration.objects.filter(book=book)
    held = rows.filter(state__in=HOLDS).count()
    emails = set(rows.values_list("email", flat=True))
    confirm = Mail.objects.filter(registration__book=book, purpose="confirm", key="1").count()
    return {
        "rows": len(emails),
        "held": held,
        "miscounted": abs(book.taken - held),
        "over": max(0, held - (book.capacity or 0)),
        "lost": len(set(answered) - emails),
        "mails missing": len(emails) - confirm,
    }


def main() -> int:
    """The exit code: 0, or 1 if a place was given twice or a registration was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--places", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--place", default=None, help="folder of the databases (default: where temporary files lie)")
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--open", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.open:
        open_book(given.open)
        return 0
    if given.look:
        print(json.dumps(look(json.load(sys.stdin))))
        return 0
    turns = []
    for run in range(given.runs):
        print(f"run {run + 1} of {given.runs}", file=sys.stderr, flush=True)
        turns.append(
            {"fixed work": fixed_work(), "mine": mine(given), "two": mine(given, servers=2), "peer": peer(given)}
        )
    killed = mine(given, servers=2, kill=True)
    row = figures(given, turns, killed)
    print(json.dumps(row) if given.json else "\n".join(f"{name:<44} {value}" for name, value in row.items()))
    return 1 if row["one over"] or row["lost"] or row["miscounted"] or row["mails missing"] else 0


def figures(given: argparse.Namespace, turns: list[dict[str, Any]], killed: dict[str, Any]) -> dict[str, Any]:
    """Medians over the turns, and what must be nothing over all runs."""
    runs = [*(each[name] for each in turns for name in ("mine", "two")), killed]
    rate = median(given.people / each["mine"]["total_s"] for each in turns)
    p99 = median(each["mine"]["p99_s"] for each in turns)
    row: dict[str, Any] = {
        "database": "PostgreSQL" if URL else "SQLite",
        "people, places, connections": f"{given.people}, {given.places}, {given.connections}",
        "registrations a second, one server": round(rate),
        "p99, s": round(p99, 4),
        "two servers on this machine, a second": round(median(given.people / each["two"]["total_s"] for each in turns)),
        "fixed work, s": [round(each["fixed work"], 2) for each in turns],
    }
    peers = [each["peer"] for each in turns if each["peer"]]
    if peers:
        theirs = median(given.people / each["total_s"] for each in peers)
        theirs_p99 = median(each["p99_s"] for each in peers)
        row |= {"plain Django view, a second": round(theirs), "its p99, s": round(theirs_p99, 4)}
        row |= {"T9 times as many (at least 10, stretch 25)": round(rate / theirs, 1)}
        row |= {"T9 p99 beside it (at most 0.1)": round(p99 / theirs_p99, 3)}
    row |= {"T10 pretix": "not measured: it is not installed here"}
    row |= {"killed with -9: sent again by people": killed["again"], "killed with -9: rows": killed["rows"]}
    for name in ("over", "lost", "miscounted", "mails missing", "refused"):
        row["one over" if name == "over" else name] = sum(each[name] for each in runs)
    row["held of the places"] = [each["held"] for each in runs]
    return row


if __name__ == "__main__":
    sys.exit(main())
