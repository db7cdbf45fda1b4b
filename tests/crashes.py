"""Kill a worker with -9 at fifty moments while it publishes; prints what is left as JSON. Run by test_crashes.py."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from random import Random  # noqa: TID251  with a fixed seed

from krisenfest import clock
from krisenfest.web.setup import configure, migrate

KILLS = 50
LONGEST_S = 0.25


def main(folder: Path, example: Path) -> None:
    configure(data=str(folder))
    migrate()
    from django.db import connections

    from desk_people import person
    from krisenfest.domain.approval import Role, Verb
    from krisenfest.domain.kinds import KINDS
    from krisenfest.web.desk import publishing, towns, work
    from krisenfest.web.desk.models import Draft, Publication, Step

    town = towns.add("musterstadt", example, at=clock.now())
    author, approver = person(town, Role.AUTHOR), person(town, Role.APPROVER)

    def approve(number: int) -> None:
        alert = {"kind": "alert", "id": f"nummer-{number}", "hazard": "other"}
        alert |= {"texts": [{"lang": "de", "title": f"Nummer {number}"}]}
        alert |= {"valid_from": "2026-07-01T10:00:00Z", "valid_until": "2090-07-02T10:00:00Z"}
        now = clock.now()
        draft = work.begin(Verb.WARN, "alert", municipality=town, by=author, at=now)
        draft = work.submit(draft, KINDS["alert"].model_validate(alert), version=draft.version, by=author, at=now)
        work.approve(draft, version=draft.version, by=approver, at=now)

    chance = Random(2020)
    in_the_middle = 0
    for number in range(KILLS):
        approve(number)
        connections.close_all()
        worker = os.fork()
        if worker == 0:
            publishing.publish_waiting(town)
            os._exit(0)
        time.sleep(chance.uniform(0, LONGEST_S))
        os.kill(worker, signal.SIGKILL)
        _, status = os.waitpid(worker, 0)
        in_the_middle += os.WIFSIGNALED(status)
        json.loads((folder / "towns/musterstadt/site/data/release.json").read_bytes())
    publishing.sweep()
    rows = list(Publication.objects.of(town).values_list("number", "status", "release"))
    site = folder / "towns/musterstadt/site/warnungen"
    print(
        json.dumps(
            {
                "rows": rows,
                "killed": in_the_middle,
                "published_steps": Step.objects.filter(act="publish").count(),
                "states": sorted(set(Draft.objects.values_list("state", flat=True))),
                "pages": sum(f"Nummer {each}" in (site / f"nummer-{each}.html").read_text() for each in range(KILLS)),
                "half": [str(each) for each in (folder / "towns").rglob("*.part")],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
