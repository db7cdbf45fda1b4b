"""Measures the build beside Hugo, in turns in one run: whole processes, in memory, medians.

Usage: python bench/run.py [--records 1000] [--runs 3] [--languages de] [--json] [--strict]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from generate import content_folder, hugo_site

KRISENFEST = [sys.executable, "-m", "krisenfest"]
HASH_ALL = (
    "import hashlib,os,sys\nfor top,_,names in os.walk(sys.argv[1]):\n  for name in names:\n"
    "    path=os.path.join(top,name); os.stat(path); hashlib.sha256(open(path,'rb').read()).digest()\n"
)


# Modules are compiled once, as on any machine that keeps what Python compiles.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def timed(command: list[str]) -> tuple[float, float, str]:
    """Run a command; gives wall seconds, peak memory of the largest process in MiB, and what it printed."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"failed ({process.returncode}): {' '.join(command)}")
        output.seek(0)
        return seconds, usage.ru_maxrss / 1024, output.read().decode()


def fixed_work() -> float:
    """Seconds for a fixed piece of work: how fast the machine is at this moment."""
    began = time.perf_counter()
    for _ in range(10):
        sha256(b"x" * 20_000_000).digest()
    return time.perf_counter() - began


def measure(records: int, runs: int, languages: str, place: Path) -> list[dict[str, Any]]:
    """All rows: what, figure, peer, ratio, target."""
    content, hugo, out = place / "content", place / "hugo", place / "out"
    content_folder(content, records, languages)
    has_hugo = shutil.which("hugo")
    if has_hugo:
        hugo_site(hugo, records)
    samples: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        samples.setdefault(name, []).append(value)

    build = [*KRISENFEST, "build", str(content), str(out), "--json", "--at"]
    first = content / "notices" / "beitrag-00000.md"
    for run in range(runs):
        note("fixed work", fixed_work())
        shutil.rmtree(out, ignore_errors=True)
        shutil.rmtree(place / "out.state", ignore_errors=True)
        seconds, memory, _ = timed([*build, "2026-07-01T12:00"])
        note("full", seconds)
        note("memory", memory)
        if has_hugo:
            shutil.rmtree(hugo / "public", ignore_errors=True)
            seconds, memory, _ = timed(["hugo", "--quiet", "--source", str(hugo)])
            note("hugo", seconds)
            note("hugo memory", memory)
        first.write_text(first.read_text(encoding="utf-8") + f"\nÄnderung {run}.\n", encoding="utf-8")
        seconds, _, printed = timed([*build, "2026-07-01T13:00"])
        note("one change", seconds)
        note("one change written", json.loads(printed)["written"])
        seconds, _, printed = timed([*build, "2026-07-01T14:00"])
        note("no change", seconds)
        note("no change written", json.loads(printed)["written"])
        note("stat and hash", timed([sys.executable, "-c", HASH_ALL, str(content)])[0])
        if has_hugo:
            note("hugo again", timed(["hugo", "--quiet", "--source", str(hugo)])[0])
    middle = {name: median(values) for name, values in samples.items()}
    return _rows(middle, bool(has_hugo))


def _rows(middle: dict[str, float], has_hugo: bool) -> list[dict[str, Any]]:
    rows = [
        ("T1 full build, s", "full", "hugo", 1.0),
        ("T2 peak memory, MiB", "memory", "hugo memory", 0.35),
        ("T3 one changed record, s", "one change", "hugo again", 0.1),
        ("T4 no change, s (beside stat and hash of all sources)", "no change", "stat and hash", 1.5),
    ]
    found: list[dict[str, Any]] = []
    for name, mine, peer, target in rows:
        if peer not in middle:
            found.append({"what": name, "figure": middle[mine], "skipped": "Hugo is not on the PATH"})
            continue
        ratio = middle[mine] / middle[peer]
        found.append(
            {
                "what": name,
                "figure": middle[mine],
                "peer": middle[peer],
                "ratio": ratio,
                "target": target,
                "met": ratio <= target,
            }
        )
    written = middle["no change written"]
    found.append({"what": "T4 files written without a change", "figure": written, "target": 0, "met": written == 0})
    found.append({"what": "files written after one change", "figure": middle["one change written"]})
    found.append({"what": "fixed work, s", "figure": middle["fixed work"]})
    if not has_hugo:
        print("Hugo is not on the PATH: rows that compare with it are skipped", file=sys.stderr)
    return found


def main() -> int:
    """Exit 0, or with --strict 1 if a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--languages", default="de")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    given = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    if memory is None:
        print("no /dev/shm: the disk is measured too", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=memory) as place:
        rows = measure(given.records, given.runs, given.languages, Path(place))
    if given.json:
        print(json.dumps({"records": given.records, "runs": given.runs, "rows": rows}))
    else:
        for row in rows:
            print(
                "  ".join(
                    f"{key}={value:.3f}" if isinstance(value, float) else f"{key}={value}" for key, value in row.items()
                )
            )
    return 1 if given.strict and any(row.get("met") is False for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
