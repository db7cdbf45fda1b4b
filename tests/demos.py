"""The demo as a process of its own, as a person starts it, for journeys and load."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Demo:
    """Its addresses, its accounts by role, its data folder, its process."""

    site: str
    desk: str
    accounts: dict[str, tuple[str, str]]
    data: Path
    process: subprocess.Popen[str]


@contextmanager
def demo(data: Path, **environment: str) -> Iterator[Demo]:
    """A running demo on a free port; it is stopped at the end, and must then end by itself without a word."""
    command = [sys.executable, "-m", "krisenfest", "demo", "--port", "0", "--data", str(data), "--json"]
    with (data.parent / f"{data.name}.log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **environment}
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, (data.parent / f"{data.name}.log").read_text()
        values = json.loads(line)
        accounts = {each["role"]: (each["login"], each["password"]) for each in values["accounts"]}
        yield Demo(values["site"], values["desk"], accounts, data, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)
        process.stdout.close()
