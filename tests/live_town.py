"""A process of its own: sets up an installation with an open stage, and prints the passes of its people as JSON."""

from __future__ import annotations

import json

from krisenfest import clock
from krisenfest.web.setup import configure, migrate


def main() -> None:
    configure()
    migrate()
    from krisenfest.web import passes
    from krisenfest.web.accounts.models import Municipality
    from live_people import stage_for, token_for

    town = Municipality.objects.create(slug="musterstadt", name="Musterstadt")
    stage = stage_for(town, at=clock.now())
    found = {who: token_for(stage, who) for who in ("anna", "ben", "cem", "dora")}
    found["elsewhere"] = passes.issue(town, "anderes", ends=stage.end, key="k")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
