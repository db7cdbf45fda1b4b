"""Kill the sender of mails with -9 at chosen places and at random moments; prints what is left as JSON.

Run by web/test_outbox.py, with a real SMTP server in this process and each sender as a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random  # noqa: TID251  with a fixed seed

from krisenfest import clock
from krisenfest.web.setup import configure, migrate
from mail_servers import Accepted, smtp_server

RANDOM_KILLS = 40
LONGEST_S = 0.35


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def places() -> dict[str, Callable[[], None]]:
    """Where to die: each sets a trap in the sender."""
    import smtplib

    from krisenfest.web import smtp
    from krisenfest.web.events import outbox

    def after(owner: object, name: str) -> None:
        kept = getattr(owner, name)

        def trapped(*given: object, **named: object) -> object:
            kept(*given, **named)
            return die()

        setattr(owner, name, trapped)

    def before(owner: object, name: str) -> None:
        setattr(owner, name, die)

    def before_the_answer() -> None:
        kept = smtp._Careful.getreply

        def trapped(self: smtplib.SMTP) -> object:
            if self.sock is not None and self.sock.gettimeout() == smtp.ANSWER_WITHIN_S:
                time.sleep(0.1)  # the server has the dot by now
                die()
            return kept(self)

        smtp._Careful.getreply = trapped  # type: ignore[assignment,method-assign]

    return {
        "claimed": lambda: after(outbox, "claim"),
        "connected": lambda: after(smtp.EmailBackend, "open"),
        "recipient told": lambda: after(smtplib.SMTP, "rcpt"),
        "all but the dot": lambda: before(outbox, "hand_over"),
        "marked, and no dot": lambda: after(outbox, "hand_over"),
        "dot, no answer": before_the_answer,
        "answer, not written down": lambda: before(outbox, "_keep"),
        "written down": lambda: after(outbox, "_keep"),
    }


def main(folder: Path, example: Path) -> None:
    accepted = Accepted()
    with smtp_server(accepted) as port:
        configure(data=str(folder), mail_url=f"smtp://127.0.0.1:{port}", mail_from="anmeldung@musterstadt.example")
        migrate()
        from django.db import connections

        from event_mails import publish, put, registered
        from krisenfest.web.desk import towns
        from krisenfest.web.events import outbox
        from krisenfest.web.events.models import Mail, Purpose

        start = (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        book = publish(towns.add("musterstadt", example, at=clock.now()), id="webinar-neu", start=start, end=None)

        def send(trap: Callable[[], None], wait_s: float | None = None) -> bool:
            connections.close_all()
            sender = os.fork()
            if sender == 0:
                trap()
                outbox.send_due(clock.now())
                os._exit(0)
            if wait_s is not None:
                time.sleep(wait_s)
                os.kill(sender, signal.SIGKILL)
            return os.WIFSIGNALED(os.waitpid(sender, 0)[1])

        def recover() -> None:
            time.sleep(0.05)
            later = clock.now() + timedelta(hours=1)
            outbox.sweep(later)
            while outbox.send_due(later).sent:
                pass

        def told() -> dict[str, object]:
            found = Counter(accepted.ids)
            rows = list(Mail.objects.exclude(message_id="").values_list("message_id", "status"))
            return {
                "mails": Mail.objects.count(),
                "statuses": dict(Counter(status for _, status in rows)),
                "most": max(found.values(), default=0),
                "missing": sorted(status for each, status in rows if not found[each]),
                "wrong": sorted(set(found) - {each for each, _ in rows}),
            }

        result: dict[str, object] = {}
        for name, trap in places().items():
            mail = put(registered(book), Purpose.REGISTERED)
            killed = send(trap)
            recover()
            mail.refresh_from_db()
            result[name] = [killed, accepted.ids.count(mail.message_id), mail.status]
        accepted.slow_s = 0.02
        chance, killed = Random(2020), 0
        for _ in range(RANDOM_KILLS):
            for _ in range(3):
                put(registered(book), Purpose.REGISTERED)
            killed += send(lambda: None, chance.uniform(0.02, LONGEST_S))
            recover()
        print(json.dumps({"places": result, "killed": killed, "after": told()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
