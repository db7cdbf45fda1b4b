"""Whatever dies in between: nothing is lost, nothing is published twice, nothing half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from conftest import MUSTERSTADT, ROOT


def test_a_worker_killed_at_fifty_moments_loses_and_doubles_nothing(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "KRISENFEST_DATABASE_URL"}
    command = [sys.executable, str(ROOT / "tests/crashes.py"), str(tmp_path / "data"), str(MUSTERSTADT)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    left = json.loads(done.stdout.splitlines()[-1])
    assert [(number, status) for number, status, _ in left["rows"]] == [(each, "done") for each in range(1, 51)]
    releases = [release for _, _, release in left["rows"]]
    assert releases == sorted(releases)
    assert left["killed"] >= 20  # the others were faster than the axe
    assert (left["published_steps"], left["states"], left["pages"]) == (50, ["published"], 50)
    assert left["half"] == []
