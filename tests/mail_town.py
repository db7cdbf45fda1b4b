"""A data folder with the example town and an event ahead, for tests that run the real worker; prints the event's id."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from krisenfest import clock
from krisenfest.web.setup import configure, migrate


def main(folder: Path, example: Path) -> None:
    configure(data=str(folder))
    migrate()
    from event_mails import publish
    from krisenfest.web.desk import towns

    start = (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    print(publish(towns.add("musterstadt", example, at=clock.now()), start=start, end=None).record_id)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
