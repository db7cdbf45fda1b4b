"""Measures the desk over HTTP: a real server process, people who save, approvals, and the public page behind nginx.

Usage: python bench/desk.py [--records 1000] [--editors 20] [--approvals 1] [--seconds 20] [--hugo] [--json]
With KRISENFEST_DATABASE_URL it runs on PostgreSQL (scripts/with-postgres .venv/bin/python bench/desk.py).

`--hugo` adds T5: approvals and changes of Hugo's development server take turns, each from the change to what a reader
gets. Without nginx the server itself answers for the site; the row "site by" says which it was.
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
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import peers
import serving
from desk_clients import POLL_S, Account, Browser, Reader, page_is_there
from generate import content_folder, hugo_site
from measuring import fixed_work

from krisenfest import clock
from krisenfest.web.setup import configure, listen, migrate

UNTIL = "2090-07-02T10:00:00Z"
PAUSE_S = 1.5  # the desk's script saves after so much quiet
PATIENCE_S = 60.0
APPROVERS = 4  # browsers that approve at the same time
TURNS = 30


def main() -> int:
    """Exit 0: everything that was approved is public, without an error or a lost save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--editors", type=int, default=20, help="people who save all the time")
    parser.add_argument("--approvals", type=float, default=1.0, help="approvals a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--hugo", action="store_true", help="take turns with Hugo's development server (T5)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as name:
        place = Path(name)
        place.chmod(0o755)  # a web server reads as somebody else
        row = measured(given, place)
    print(json.dumps(row) if given.json else "\n".join(f"{name:<44} {value}" for name, value in row.items()))
    return 0 if not row["errors"] and not row["lost updates"] and row["published"] == row["approved"] else 1


def measured(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Set a town up, let people work, and tell how long each thing took."""
    count = TURNS if given.hugo else int(given.seconds * given.approvals)
    town, site = _town(place, given.records)
    author, approvers, editors = _people(town, given.editors)
    drafts = _submitted(town, author, count)
    with ExitStack() as stack:
        port = stack.enter_context(_server(place))
        nginx = serving.find("nginx")
        address = stack.enter_context(serving.served(site, place / "nginx")) if nginx else f"http://127.0.0.1:{port}"
        beside = stack.enter_context(_hugo(place, given.records)) if given.hugo else None
        work = _Approvals([Browser(port, each) for each in approvers], address, drafts)
        work.warm_up()
        row: dict[str, Any] = {"records": given.records, "site by": "nginx" if nginx else "krisenfest"}
        if beside:
            row |= _in_turns(work, beside)
            errors, saves, lost = [], [], 0
        else:
            errors, saves, lost = _under_load(given, port, editors, work)
        work.wait()
        _until(_all_is_told, "something still waits to be published")
    return _told(given, row, work, errors, saves, lost)


def _town(place: Path, records: int) -> tuple[Any, Path]:
    content_folder(place / "content", records)
    (place / "data").mkdir(mode=0o755)
    configure(data=str(place / "data"), desk_url="http://localhost")
    migrate()
    from krisenfest.web.desk import towns
    from krisenfest.web.rooms import files_for

    town = towns.add("messstadt", place / "content", at=clock.now())
    return town, files_for(town).site


def _people(town: Any, editors: int) -> tuple[Any, list[Account], list[Account]]:
    """An author, who submits; people who approve; and people who save. Their sessions are rows like any other."""
    from krisenfest.domain.approval import Role
    from krisenfest.web.accounts.models import Membership, User

    found = []
    for number in range(editors + APPROVERS + 1):
        user = User.objects.create_user(f"{number}@m.example", f"{number}@m.example", None)
        Membership.objects.create(municipality=town, user=user, role=Role.APPROVER)
        found.append(user)
    accounts = [Account.of(each) for each in found[1:]]
    return found[0], accounts[:APPROVERS], accounts[APPROVERS:]


def _submitted(town: Any, author: Any, count: int) -> list[tuple[int, int, str]]:
    """Warnings that wait for their second person: number and version of the draft, and the page it will have."""
    from krisenfest.domain.approval import Verb
    from krisenfest.domain.kinds import KINDS
    from krisenfest.web.desk import work

    found = []
    for number in range(count + 2):
        alert = {"kind": "alert", "id": f"w{number}", "hazard": "other", "valid_from": "2026-07-01T10:00:00Z"}
        alert |= {"valid_until": UNTIL, "texts": [{"lang": "de", "title": f"Warnung {number}"}]}
        now = clock.now()
        draft = work.begin(Verb.WARN, "alert", municipality=town, by=author, at=now)
        draft = work.submit(draft, KINDS["alert"].model_validate(alert), version=1, by=author, at=now)
        found.append((draft.pk, draft.version, f"/warnungen/w{number}.html"))
    return found


@contextmanager
def _server(place: Path) -> Iterator[int]:
    """`krisenfest serve` as it is started in a town, worker included; gives its port."""
    from django.db import connections

    connections.close_all()
    probe = listen("127.0.0.1", 0)
    port = int(probe.getsockname()[1])
    probe.close()
    environment = {**os.environ, "KRISENFEST_DESK_URL": f"http://localhost:{port}"}
    with (place / "server.log").open("w") as log:
        command = [sys.executable, "-m", "krisenfest", "serve", "--port", str(port)]
        server = subprocess.Popen(command, stderr=log, env=environment)
    try:
        _until(lambda: page_is_there(f"http://127.0.0.1:{port}", "/health/ready"), "the server does not answer")
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def _until(happened: Callable[[], bool], otherwise: str) -> None:
    end = time.perf_counter() + 120
    while not happened():
        if time.perf_counter() > end:
            raise SystemExit(otherwise)
        time.sleep(0.05)


def _all_is_told() -> bool:
    """Whether the desk too knows of everything that it is public; a reader may see it a moment before."""
    from krisenfest.web.desk.models import Publication

    return not Publication.objects.waiting().exists()


class _Approvals:
    """Second persons who approve, and one reader who waits for the pages in turn, so as not to be the load."""

    def __init__(self, browsers: list[Browser], address: str, drafts: list[tuple[int, int, str]]) -> None:
        self.drafts = iter(drafts)
        self._browsers = [(each, threading.Lock()) for each in browsers]
        self.answered: list[float] = []
        self.visible: list[float] = []
        self.errors: list[str] = []
        self.approved = 0
        self._awaited: deque[tuple[str, float]] = deque()
        self._taking = threading.Lock()
        threading.Thread(target=self._read, args=(Reader(address),), daemon=True).start()

    def warm_up(self) -> None:
        """Two approvals that do not count: the worker has then built once, and knows what it has built."""
        for _ in range(2):
            self.one()
            self.wait()
        self.answered.clear()
        self.visible.clear()

    def one(self) -> None:
        """Approve the next draft by its form; the reader looks for its page meanwhile."""
        with self._taking:
            number, version, page = next(self.drafts)
            browser, alone = self._browsers[self.approved % len(self._browsers)]
            self.approved += 1
            began = time.perf_counter()
            self._awaited.append((page, began))
        path = f"/desk/messstadt/entwurf/{number}/freigeben/"
        with alone:
            status, where = browser.post(path, {"approve": "1", "version": str(version)})
        if status != 302 or "/veroeffentlichungen/" not in where:
            self.errors.append(f"approve: {status} {where}")
        else:
            self.answered.append(time.perf_counter() - began)

    def _read(self, reader: Reader) -> None:
        while True:
            for page, began in list(self._awaited)[: len(self._browsers)]:
                if reader.sees(page):
                    self.visible.append(time.perf_counter() - began)
                    self._awaited.remove((page, began))
                elif time.perf_counter() > began + PATIENCE_S:
                    self.errors.append(f"not to be seen within {PATIENCE_S} s")
                    self._awaited.remove((page, began))
            time.sleep(POLL_S)

    def wait(self) -> None:
        """Until the reader has seen every page."""
        while self._awaited:
            time.sleep(0.01)


def _under_load(
    given: argparse.Namespace, port: int, editors: list[Account], work: _Approvals
) -> tuple[list[str], list[float], int]:
    """People save, each in a browser of their own and in another process, while approvals come at their rate."""
    receiver, sender = Pipe(duplex=False)
    end = time.perf_counter() + given.seconds
    crowd = os.fork()
    if crowd == 0:
        sender.send(_crowd(port, editors, end))
        os._exit(0)
    begun, approvers = time.perf_counter(), []
    for number in range(int(given.seconds * given.approvals)):
        time.sleep(max(0.0, begun + number / given.approvals - time.perf_counter()))
        approvers.append(threading.Thread(target=work.one))
        approvers[-1].start()
    for each in approvers:
        each.join()
    errors, saves, lost = receiver.recv()
    os.waitpid(crowd, 0)
    return errors, saves, lost


def _crowd(port: int, editors: list[Account], end: float) -> tuple[list[str], list[float], int]:
    errors: list[str] = []
    saves: list[float] = []
    lost = [0]

    def edit(account: Account, delay: float) -> None:
        try:
            time.sleep(delay)
            browser = Browser(port, account)
            status, where = browser.post("/desk/messstadt/neu/tell/", {"kind": "notice", "preset": ""})
            path, version = where.removeprefix(f"http://localhost:{port}"), 1
            if status != 302:
                errors.append(f"begin: {status}")
            while time.perf_counter() < end and status == 302:
                began = time.perf_counter()
                title = f"Fassung {version}"
                done, answer = browser.post(path, {"title": title, "version": str(version)}, autosave=True)
                if done != 200:
                    errors.append(f"save: {done}")
                    return
                saves.append(time.perf_counter() - began)
                version = json.loads(answer)["version"]
                time.sleep(PAUSE_S)
            if f'value="Fassung {version - 1}"' not in browser.get(path):
                lost[0] += 1
        except Exception as error:
            errors.append(repr(error))

    threads = [
        threading.Thread(target=edit, args=(each, PAUSE_S * number / len(editors)))
        for number, each in enumerate(editors)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return errors, saves, lost[0]


@contextmanager
def _hugo(place: Path, records: int) -> Iterator[Callable[[int], float] | None]:
    """Hugo's development server on the same posts; gives what changes a post and waits for it. None without Hugo."""
    hugo = peers.hugo()
    if hugo is None:
        yield None
        return
    folder = place / "hugo"
    hugo_site(folder, records, peers.hugo_version(hugo))
    probe = listen("127.0.0.1", 0)
    port = int(probe.getsockname()[1])
    probe.close()
    command = [hugo, "server", "--source", str(folder), "--port", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen([*command, "--disableLiveReload"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    reader = Reader(address)

    def change(number: int) -> float:
        head = f"---\ntitle: Warnung {number}\ndate: 2026-07-01\ntags: [Warnung]\n---\n"
        began = time.perf_counter()
        (folder / "content" / "posts" / f"w{number}.md").write_text(head + "Drinnen bleiben.\n", encoding="utf-8")
        while not reader.sees(f"/posts/w{number}/"):
            if time.perf_counter() > began + PATIENCE_S:
                raise SystemExit("Hugo does not show what changed")
            time.sleep(POLL_S)
        return time.perf_counter() - began

    try:
        _until(lambda: page_is_there(address, "/"), "Hugo does not answer")
        change(TURNS)
        yield change
    finally:
        server.terminate()
        server.wait(20)


def _in_turns(work: _Approvals, beside: Callable[[int], float]) -> dict[str, Any]:
    """T5: an approval, a change beside, an approval, ..."""
    theirs, fixed = [], []
    for number in range(TURNS):
        fixed.append(fixed_work())
        work.one()
        work.wait()
        time.sleep(2)  # the worker saves its state, and looks at the page itself
        theirs.append(beside(number))
        time.sleep(1)
    row = _spread("Hugo, change to visible", theirs)
    row["T5: p99 against Hugo's median"] = round(_share(work.visible, 0.99) / statistics.median(theirs), 3)
    row["T5: median against Hugo's median"] = round(statistics.median(work.visible) / statistics.median(theirs), 3)
    row["fixed work, s"] = f"{min(fixed):.3f} to {max(fixed):.3f}"
    return row


def _told(
    given: argparse.Namespace, row: dict[str, Any], work: _Approvals, errors: list[str], saves: list[float], lost: int
) -> dict[str, Any]:
    from django.db import connection

    from krisenfest.web.desk.models import Draft, Publication

    publications = list(Publication.objects.filter(status=Publication.DONE).order_by("number"))
    releases = [each.release for each in publications]
    if releases != sorted(set(releases)):
        errors = [*errors, "releases are not in the order of approvals"]
    told = [*errors, *work.errors]
    return {
        "database": connection.vendor,
        **row,
        "editors": 0 if given.hugo else given.editors,
        "approvals a second": given.approvals,
        "saves": len(saves),
        "drafts saved": Draft.objects.filter(kind="notice").count(),
        "approved": work.approved,
        "published": len(publications),
        "errors": sorted(set(told))[:5],
        "lost updates": lost,
        **_spread("approved to visible", work.visible),
        **_spread("approval answered", work.answered),
        **_spread("save", saves),
    }


def _spread(name: str, seconds: list[float]) -> dict[str, Any]:
    if not seconds:
        return {}
    return {
        f"{name}, median, s": round(statistics.median(seconds), 3),
        f"{name}, 95 %, s": round(_share(seconds, 0.95), 3),
        f"{name}, 99 %, s": round(_share(seconds, 0.99), 3),
    }


def _share(seconds: list[float], share: float) -> float:
    """The time within which this share of them lay."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


if __name__ == "__main__":
    sys.exit(main())
