"""Running a command and measuring it: time, memory, and how fast the machine is at that moment."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

# Modules are compiled once, as on any machine that keeps what Python compiles.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def timed(command: list[str]) -> tuple[float, str]:
    """Run a command; gives wall seconds and what it printed."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.run(command, stdout=output, stderr=subprocess.DEVNULL, env=ENVIRONMENT, check=False)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(f"failed ({process.returncode}): {' '.join(command)}")
        output.seek(0)
        return seconds, output.read().decode()


def peak_memory_mib(command: list[str]) -> float:
    """Run a command; gives the most memory that it and its children held at once, shared pages counted once (PSS)."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_pss_kib, _family(process.pid))))
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"failed ({process.returncode}): {' '.join(command)}")
    return peak / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _family(int(child))
    except OSError:
        return  # it has ended since


def _pss_kib(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def fixed_work() -> float:
    """Seconds for a fixed piece of work: how fast the machine is at this moment."""
    began = time.perf_counter()
    for _ in range(10):
        sha256(b"x" * 20_000_000).digest()
    return time.perf_counter() - began
