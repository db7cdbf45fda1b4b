"""Measures the triggers over many areas beside plain numpy and OpenFisca, in turns: seconds, and peak memory.

Every piece of work is a process of its own that makes the same figures and times only the evaluation; its peak
memory is that of the whole process, figures and interpreter included. `python bench/triggers.py` prints the rows;
bench/run.py prints them among the others.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples" / "triggers"
FIRST = date(2015, 1, 1)
TWENTY = 20
LARGE, SMALL = (11_000, 3_650), (412, 1_000)  # areas and days of T11 and T12


def figures(areas: int, days: int) -> np.ndarray:
    """Incidences that rise and fall around the thresholds, by day and area; the same in every process."""
    chance = np.random.default_rng(28)
    values = np.empty((days, areas))
    level = chance.uniform(40, 160, areas)
    for row in range(days):
        level += chance.normal(0, 6, areas) + (100 - level) * 0.02
        values[row] = np.round(np.abs(level), 10)
    return values


def keys(areas: int) -> list[str]:
    """Keys of areas in all Länder, as many in each, side by side as in the official directory."""
    return [f"{1 + number * 16 // areas:02}{number:06}" for number in range(areas)]


def rule() -> object:
    """The rule that is measured: section 28b, on all days, and without the Land that counts otherwise."""
    from krisenfest.domain.triggers import Applies
    from krisenfest.sources.triggers import read_trigger

    trigger = read_trigger(EXAMPLES / "bundesnotbremse-100.yaml")
    return trigger.model_copy(update={"applies": Applies(), "laender": {}, "indicators": {}})


def ours(areas: int, days: int, rules: int = 1) -> dict[str, float]:
    """The product: every change with the readings that decided it."""
    from krisenfest.domain.calendars import calendar_of
    from krisenfest.domain.indicators import Indicator
    from krisenfest.domain.panels import Column, Panel
    from krisenfest.domain.trigger_vectors import evaluate_all
    from krisenfest.domain.triggers import When
    from krisenfest.domain.vector_reasons import reasons

    trigger = rule()
    values = figures(areas, days)
    named = keys(areas)
    calendars = [calendar_of(key) for key in named]
    for each in {calendar.land: calendar for calendar in calendars}.values():
        for year in range(FIRST.year, FIRST.year + days // 365 + 2):
            each.holidays_of_year(year)  # loading the holidays of the world is no part of the rule
    shifted = [
        trigger.model_copy(
            update={
                "enter": trigger.enter.model_copy(update={"when": When(above=100 + number)}),
                "leave": trigger.leave.model_copy(update={"when": When(below=100 + number)}),
            }
        )
        for number in range(rules)
    ]
    changes = decided = 0
    began = time.perf_counter()
    panel = Panel(tuple(named), FIRST, FIRST + timedelta(days=days - 1), {"incidence-7d": Column(Indicator(), values)})
    for each in shifted:
        for courses in evaluate_all(each, panel, calendars):
            for course in courses.of:
                changes += len(course.changes.area)
                decided += sum(int((reason.rows >= 0).sum()) for reason in reasons(each, panel, courses, course))
    return {"seconds": time.perf_counter() - began, "changes": changes, "readings": decided}


def plain(areas: int, days: int) -> dict[str, float]:
    """Plain numpy: one vector step a day, the same state machine for this one rule, and no reasons."""
    from krisenfest.domain.calendars import calendar_of

    values = figures(areas, days)
    lands = [key[:2] for key in keys(areas)]
    distinct = sorted(set(lands))
    every_day = [FIRST + timedelta(days=row) for row in range(days)]
    working = np.array([[calendar_of(land).is_working_day(day) for day in every_day] for land in distinct])
    of = np.array([distinct.index(land) for land in lands])
    began = time.perf_counter()
    inside = np.zeros(areas, dtype=bool)
    above, below = np.zeros(areas, dtype=np.int16), np.zeros(areas, dtype=np.int16)
    counting_from = np.zeros(areas, dtype=np.int32)
    changes = 0
    for row in range(days):
        line = values[row]
        above = np.where(~inside & (line > 100) & (row >= counting_from), above + 1, 0)
        counted = working[of, row] & inside & (row >= counting_from)
        below = np.where(counted, np.where(line < 100, below + 1, 0), np.where(inside, below, 0))
        entering, leaving = above >= 3, below >= 5
        if entering.any() or leaving.any():
            changes += int(entering.sum() + leaving.sum())
            counting_from[entering] = row + 3
            counting_from[leaving] = row + 1
            inside = (inside | entering) & ~leaving
            above[entering] = 0
            below[leaving] = 0
    return {"seconds": time.perf_counter() - began, "changes": changes}


def work(what: str, areas: int, days: int) -> dict[str, float]:
    """One piece of work in this process."""
    made = {"ours": ours, "twenty": lambda *size: ours(*size, rules=TWENTY), "plain": plain}[what](areas, days)
    return {**made, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def in_process(what: str, size: tuple[int, int], python: str = sys.executable) -> dict[str, float]:
    """One piece of work in a process of its own."""
    script = HERE / ("openfisca.py" if what == "openfisca" else "triggers.py")
    command = [python, str(script), "--work", what, str(size[0]), str(size[1])]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(printed.splitlines()[-1]))


def rows(runs: int) -> list[dict[str, object]]:
    """T11 and T12 beside their peers, and twenty rules at once."""
    import peers
    from run import Samples

    samples, openfisca = Samples(), peers.openfisca()
    pairs = [("T11 ours", "ours", LARGE, sys.executable), ("T11 plain", "plain", LARGE, sys.executable)]
    pairs += [("T12 ours", "ours", SMALL, sys.executable), ("T12 plain", "plain", SMALL, sys.executable)]
    pairs += [("OpenFisca T12", "openfisca", SMALL, openfisca)] if openfisca else []
    counted: dict[str, float] = {}
    for run in range(runs):
        print(f"triggers: run {run + 1} of {runs}", file=sys.stderr, flush=True)
        for name, what, size, python in pairs:
            made = in_process(what, size, python)
            samples.note(name, made["seconds"])
            samples.note(f"{name} memory", made["mib"])
            counted[name] = made["changes"]
    if counted["T11 ours"] != counted["T11 plain"]:
        raise SystemExit(f"the product and its peer disagree: {counted}")
    twenty = in_process("twenty", LARGE)
    return [
        samples.row("T11 11,000 areas x 3,650 days with reasons, s (plain numpy, none)", "T11 ours", "T11 plain", 2.0),
        samples.row("T11 peak memory of the process, MiB (plain numpy)", "T11 ours memory", "T11 plain memory", 1.5),
        samples.row("T12 412 areas x 1,000 days with reasons, s (OpenFisca)", "T12 ours", "OpenFisca T12", 0.25),
        samples.row("T12 the same, s (plain numpy, no reasons)", "T12 ours", "T12 plain", float("inf")),
        {
            "what": "20 rules over 11,000 x 3,650, peak memory, MiB",
            "figure": twenty["mib"],
            "target": 1000,
            "met": twenty["mib"] < 1000,
        },
        {"what": "20 rules over 11,000 x 3,650, s", "figure": twenty["seconds"]},
        {"what": "changes in 11,000 x 3,650, each with its readings", "figure": counted["T11 ours"]},
    ]


def main() -> int:
    """Print the rows, or do one piece of work."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", nargs=3, metavar=("WHAT", "AREAS", "DAYS"))
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    if given.work:
        print(json.dumps(work(given.work[0], int(given.work[1]), int(given.work[2]))))
        return 0
    from run import in_line

    found = rows(given.runs)
    print("\n".join(map(in_line, found)))
    return 1 if any(row.get("met") is False for row in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
