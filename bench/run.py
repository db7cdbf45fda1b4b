"""Measures the product beside its peers, in turns in one run: whole processes, in memory, medians.

Usage: python bench/run.py [--records 10000] [--runs 5] [--json] [--strict]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import peers
import serving
import triggers
from generate import content_folder, hugo_site, pelican_site
from measuring import fixed_work, peak_memory_mib, timed

KRISENFEST = [sys.executable, "-m", "krisenfest"]
ALL_LANGUAGES = "de, de-simple, en"
HASH_ALL = (
    "import hashlib,os,sys\nfor top,_,names in os.walk(sys.argv[1]):\n  for name in names:\n"
    "    path=os.path.join(top,name); os.stat(path); hashlib.sha256(open(path,'rb').read()).digest()\n"
)
Row = dict[str, Any]


class Samples:
    """What was measured, by name; figures are medians."""

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    def note(self, name: str, value: float) -> None:
        """Add a measurement."""
        self._values.setdefault(name, []).append(value)

    def row(self, what: str, mine: str, peer: str, target: float, *, least: bool = False) -> Row:
        """A figure beside its peer; the target is the most (or the least) that the ratio may be."""
        if peer not in self._values:
            return {
                "what": what,
                "figure": self.figure(mine),
                "skipped": f"{peer.split(maxsplit=1)[0]} is not to be had here",
            }
        ratio = self.figure(mine) / self.figure(peer)
        met = ratio >= target if least else ratio <= target
        values = {"figure": self.figure(mine), "peer": self.figure(peer), "ratio": ratio, "target": target, "met": met}
        return {"what": what, **values}

    def figure(self, name: str) -> float:
        """The median of what was measured under this name."""
        return median(self._values[name])

    def spread(self, name: str) -> float:
        """The slowest divided by the fastest."""
        return max(self._values[name]) / min(self._values[name])


def builds(records: int, runs: int, place: Path) -> list[Row]:
    """T1 to T4, and the whole output: the build beside Hugo, Pelican, and reading all sources once."""
    content, whole, out = place / "content", place / "whole", place / "out"
    content_folder(content, records)
    content_folder(whole, records, ALL_LANGUAGES)
    samples = Samples()
    build = [*KRISENFEST, "build", str(content), str(out), "--json", "--at"]
    build_whole = [*KRISENFEST, "build", str(whole), str(place / "out-whole"), "--at", "2026-07-01T12:00"]
    hugo = peers.hugo()
    version = peers.hugo_version(hugo) if hugo else ""
    build_hugo = [str(hugo), "--quiet", "--source", str(place / "hugo")]
    if hugo:
        hugo_site(place / "hugo", records, version)
    changed = content / "notices" / "beitrag-00000.md"
    for run in range(runs):
        _tell(f"builds: run {run + 1} of {runs}")
        samples.note("fixed work", fixed_work())
        _clear(place)
        samples.note("full", timed([*build, "2026-07-01T12:00"])[0])
        if hugo:
            samples.note("Hugo", timed(build_hugo)[0])
        changed.write_text(changed.read_text(encoding="utf-8") + f"\nÄnderung {run}.\n", encoding="utf-8")
        seconds, printed = timed([*build, "2026-07-01T13:00"])
        samples.note("one change", seconds)
        samples.note("one change written", json.loads(printed)["written"])
        if hugo:
            samples.note("Hugo again", timed(build_hugo)[0])
        seconds, printed = timed([*build, "2026-07-01T14:00"])
        samples.note("no change", seconds)
        samples.note("no change written", json.loads(printed)["written"])
        samples.note("stat-and-hash", timed([sys.executable, "-c", HASH_ALL, str(content)])[0])
        samples.note("whole", timed(build_whole)[0])
        if hugo:
            shutil.rmtree(place / "hugo" / "public")
            samples.note("Hugo plain", timed(build_hugo)[0])
    _clear(place)
    _tell("memory")
    samples.note("memory", peak_memory_mib([*build, "2026-07-01T12:00"]))
    if hugo:
        samples.note("Hugo memory", peak_memory_mib(build_hugo))
    _pelican(samples, records, place)
    _clear(place)
    written = samples.figure("no change written")
    return [
        samples.row(f"T1 full build, s (Hugo {version})", "full", "Hugo", 1.0),
        samples.row("T1 full build, s (Pelican, one run)", "full", "Pelican", 1.0),
        samples.row("T2 peak memory of all processes, MiB (Hugo)", "memory", "Hugo memory", 0.35),
        samples.row("T2 peak memory of all processes, MiB (Pelican)", "memory", "Pelican memory", float("inf")),
        samples.row("T3 one changed record, s (Hugo run again)", "one change", "Hugo again", 0.1),
        samples.row("T4 no change, s (stat and hash of all sources)", "no change", "stat-and-hash", 1.5),
        {"what": "T4 files written without a change", "figure": written, "target": 0, "met": written == 0},
        {"what": "files written after one change", "figure": samples.figure("one change written")},
        samples.row("all formats in three languages, s (Hugo, plain, one language)", "whole", "Hugo plain", 3.0),
        {"what": "fixed work, s", "figure": samples.figure("fixed work"), "spread": samples.spread("fixed work")},
    ]


def _pelican(samples: Samples, records: int, place: Path) -> None:
    pelican = peers.pelican()
    if pelican is None:
        return
    pelican_site(place / "pelican", records)
    folder = place / "pelican"
    _tell("Pelican, which takes about a minute for 10,000 records")
    command = [pelican, "--quiet", "--settings", str(folder / "pelicanconf.py"), "--output", str(folder / "output")]
    command.append(str(folder / "content"))
    samples.note("Pelican", timed(command)[0])
    shutil.rmtree(folder / "output")
    samples.note("Pelican memory", peak_memory_mib(command))


def _clear(place: Path) -> None:
    for name in ("out", "out.state", "out-whole", "out-whole.state", "hugo/public"):
        shutil.rmtree(place / name, ignore_errors=True)


def surges(runs: int, place: Path) -> list[Row]:
    """T6: a read surge on the built folder behind nginx, beside a hand-written site of the same bytes."""
    names = [f"T6 {what}, {count} connections" for count in serving.CONNECTIONS for what in ("requests/s", "p99, ms")]
    if reason := serving.why_not():
        return [{"what": name, "skipped": reason} for name in names]
    content, site, hand = place / "content", place / "out", place / "hand"
    content_folder(content, 1000)
    timed([*KRISENFEST, "build", str(content), str(site), "--at", "2026-07-01T12:00"])
    serving.by_hand(site, hand)
    samples = Samples()
    with serving.served(site, place / "a") as ours, serving.served(hand, place / "b") as theirs:
        for run in range(runs):
            _tell(f"surges: run {run + 1} of {runs}")
            for count in serving.CONNECTIONS:
                for who, address in (("ours", ours), ("hand", theirs)):
                    rate, p99 = serving.surge(address, site, count, place / "a")
                    samples.note(f"{who} {count} rate", rate)
                    samples.note(f"{who} {count} p99", p99)
    rows: list[Row] = []
    for count in serving.CONNECTIONS:
        name = f"T6 requests/s, {count} connections"
        rows.append(samples.row(name, f"ours {count} rate", f"hand {count} rate", 0.95, least=True))
        rows.append(samples.row(f"T6 p99, ms, {count} connections", f"ours {count} p99", f"hand {count} p99", 1.1))
    return rows


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def in_line(row: Row) -> str:
    """A row as a line of text."""
    if "skipped" in row:
        return f"{row['what']:<66} skipped: {row['skipped']}"
    text = f"{row['what']:<66} {row['figure']:>10.3f}"
    if "ratio" in row:
        text += f"  peer {row['peer']:>10.3f}  ratio {row['ratio']:.2f}  target {row['target']}"
    if "spread" in row:
        text += f"  slowest / fastest {row['spread']:.2f}"
    return text + {True: "  met", False: "  MISSED"}.get(row.get("met"), "")


def main() -> int:
    """Exit 0, or with --strict 1 if a target is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    given = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    if memory is None:
        _tell("no /dev/shm: the disk is measured too")
    rows: list[Row] = []
    for measure in (lambda place: builds(given.records, given.runs, place), lambda place: surges(given.runs, place)):
        with tempfile.TemporaryDirectory(dir=memory) as place:
            os.chmod(place, 0o755)  # nginx's workers read it under another name
            rows += measure(Path(place))
    rows += triggers.rows(given.runs)
    if given.json:
        print(json.dumps({"records": given.records, "runs": given.runs, "rows": rows}))
    else:
        print("\n".join(map(in_line, rows)))
    return 1 if given.strict and any(row.get("met") is False for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
