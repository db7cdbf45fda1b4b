"""How fast the outbox sends, every mail written down before and after: mails/s to an SMTP server on this machine.

python bench/mail_sending.py [MAILS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from krisenfest import clock  # noqa: E402
from krisenfest.web.setup import configure, migrate  # noqa: E402
from mail_servers import Accepted, smtp_server  # noqa: E402


def main(number: int) -> int:
    """Send so many mails with a calendar entry in each; gives the exit code."""
    accepted = Accepted()
    with tempfile.TemporaryDirectory() as folder, smtp_server(accepted) as port:
        configure(data=folder, mail_url=f"smtp://127.0.0.1:{port}")
        migrate()
        from event_mails import publish, put, registered
        from krisenfest.web.desk import towns
        from krisenfest.web.events import outbox
        from krisenfest.web.events.models import Purpose

        town = towns.add("musterstadt", ROOT / "examples" / "musterstadt", at=clock.now())
        book = publish(town, start="2030-07-09T15:00:00Z", end=None)
        for _ in range(number):
            put(registered(book), Purpose.REGISTERED)
        began = time.perf_counter()
        while outbox.send_due(clock.now()).more:
            pass
        seconds = time.perf_counter() - began
    print(f"{len(accepted.mails)} of {number} mails in {seconds:.1f} s: {number / seconds:.0f} mails/s")
    return 0 if len(set(accepted.ids)) == len(accepted.ids) == number else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
