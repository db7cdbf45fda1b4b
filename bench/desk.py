"""Measures the desk: from an approval to what residents see, alone and under load, on SQLite or PostgreSQL.

Usage: python bench/desk.py [--records 1000] [--editors 20] [--seconds 20] [--approvals 1] [--json]
With KRISENFEST_DATABASE_URL it runs on PostgreSQL (scripts/with-postgres python bench/desk.py).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from generate import content_folder

from krisenfest import clock
from krisenfest.web.setup import configure, listen, migrate

AT = "2090-07-02T10:00:00Z"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--editors", type=int, default=20, help="people who save all the time")
    parser.add_argument("--approvals", type=float, default=1.0, help="approvals a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as place:
        row = measured(given, Path(place))
    print(json.dumps(row) if given.json else "\n".join(f"{name:<40} {value}" for name, value in row.items()))
    return 0 if not row["errors"] and not row["lost updates"] and row["published"] == row["approved"] else 1


def measured(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    content_folder(place / "content", given.records)
    probe = listen("127.0.0.1", 0)
    port = probe.getsockname()[1]
    probe.close()
    configure(data=str(place / "data"), desk_url=f"http://localhost:{port}")
    migrate()
    from django.db import close_old_connections, connection
    from django.test import Client

    from krisenfest.domain.approval import Role, Verb
    from krisenfest.domain.kinds import KINDS
    from krisenfest.web.accounts.models import Membership, Municipality, User
    from krisenfest.web.desk import towns, work
    from krisenfest.web.desk.models import Draft, Publication

    town = Municipality.objects.filter(slug="messstadt").first() or towns.add(
        "messstadt", place / "content", at=clock.now()
    )
    people = []
    for number in range(given.editors + 1):
        user = User.objects.create_user(f"{number}@m.example", f"{number}@m.example", None)
        Membership.objects.create(municipality=town, user=user, role=Role.APPROVER)
        people.append(user)
    author, editors = people[0], people[1:]
    server = subprocess.Popen(
        [sys.executable, "-m", "krisenfest", "serve", "--port", str(port)],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
    )
    assert server.stderr is not None
    server.stderr.readline()
    threading.Thread(target=lambda: [None for _ in server.stderr or ()], daemon=True).start()
    until = time.perf_counter() + given.seconds
    errors: list[str] = []
    saves: list[float] = []

    def edit(user: Any) -> None:
        try:
            draft = work.begin(Verb.TELL, "notice", municipality=town, by=user, at=clock.now())
            client = Client(SERVER_NAME="localhost", raise_request_exception=False)
            client.force_login(user)
            version = 1
            while time.perf_counter() < until:
                began = time.perf_counter()
                fields = {"title": f"Fassung {version}", "version": str(version)}
                path = f"/desk/messstadt/entwurf/{draft.pk}/bearbeiten/"
                answer = client.post(path, fields, headers={"X-Autosave": "1"})
                if answer.status_code != 200:
                    errors.append(f"save: {answer.status_code}")
                    break
                version = answer.json()["version"]
                saves.append(time.perf_counter() - began)
                time.sleep(1.5)  # the desk's script saves after so much quiet
            if Draft.objects.get(pk=draft.pk).version != version:
                errors.append("a save was lost")
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    connection.close()
    receiver, sender = Pipe(duplex=False)
    crowd = os.fork()  # the editors are not this process: they and the approvals shall not wait for one interpreter
    if crowd == 0:
        threads = [threading.Thread(target=edit, args=(each,)) for each in editors]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        sender.send((errors, saves))
        os._exit(0)
    approved, waits = 0, []
    site = place / "data" / "towns" / "messstadt" / "site" / "warnungen"
    while time.perf_counter() < until:
        approved += 1
        alert = {"kind": "alert", "id": f"w{approved}", "hazard": "other", "valid_from": "2026-07-01T10:00:00Z"}
        alert |= {"valid_until": AT, "texts": [{"lang": "de", "title": f"Warnung {approved}"}]}
        now = clock.now()
        draft = work.begin(Verb.WARN, "alert", municipality=town, by=author, at=now)
        draft = work.submit(draft, KINDS["alert"].model_validate(alert), version=1, by=author, at=now)
        began = time.perf_counter()
        work.approve(draft, version=draft.version, by=editors[0], at=now)
        if given.approvals <= 1:
            while not (site / f"w{approved}.html").exists() and time.perf_counter() - began < 30:
                time.sleep(0.002)
            waits.append(time.perf_counter() - began)
        time.sleep(max(0.0, 1 / given.approvals - (time.perf_counter() - began)))
    errors, saves = receiver.recv()
    os.waitpid(crowd, 0)
    patience = time.perf_counter() + 60
    while Publication.objects.waiting().exists() and time.perf_counter() < patience:
        time.sleep(0.1)
    close_old_connections()
    published = Publication.objects.filter(status=Publication.DONE).count()
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=40)
    row: dict[str, Any] = {
        "database": connection.vendor,
        "records": given.records,
        "editors": given.editors,
        "saves": len(saves),
        "approved": approved,
        "published": published,
        "errors": sorted(set(errors))[:5],
        "lost updates": errors.count("a save was lost"),
    }
    if waits:
        ordered = sorted(waits)
        row["approved to visible, median, s"] = round(statistics.median(waits), 3)
        row["approved to visible, 95 %, s"] = round(ordered[int(len(ordered) * 0.95)], 3)
    if saves:
        row["save, median, s"] = round(statistics.median(saves), 3)
    return row


if __name__ == "__main__":
    sys.exit(main())
