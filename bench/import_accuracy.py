"""How well posts are read: every labelled post of gold.csv against what the importer says is sure.

Usage: python bench/import_accuracy.py FOLDER [--json]   (FOLDER holds gold.csv, invitations/, odd_cases/)
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import Any

from krisenfest.sources.posts import ImportedPost, read_post


def measure(folder: Path) -> dict[str, Any]:
    """Figures over the labelled posts: right, unsure and wrong days and start times of single-date events, and wrong places and contacts."""
    rows = list(csv.DictReader((folder / "gold.csv").read_text(encoding="utf-8").splitlines()))
    single, wrong, misses = 0, [], []
    right_day = right_time = timed = 0
    for row in rows:
        name = row["local_file"]
        post = read_post(name, (folder / "invitations" / name).read_bytes())
        gold, mine = row["start"], post.start
        if gold.startswith("RRULE"):
            gold = ""
        day_right = (mine or "")[:10] == gold[:10]
        if mine and not day_right:
            wrong.append([name, "start", mine, gold])
        if mine and "T" in mine and "T" in gold and mine != gold:
            wrong.append([name, "start time", mine, gold])
        if mine and "T" in mine and "T" not in gold and gold:
            wrong.append([name, "start time", mine, gold])
        if post.end and row["end"] and post.end != row["end"]:
            wrong.append([name, "end", post.end, row["end"]])
        wrong += _wrong_contact(name, post, row)
        if row["kind"] == "single" and gold:
            single += 1
            right_day += day_right and mine is not None
            if not day_right:
                misses.append([name, mine, gold])
            if "T" in gold:
                timed += 1
                right_time += mine == gold
                if mine != gold:
                    misses.append([name, mine, gold])
    read = 0
    for part in ("invitations", "odd_cases"):
        for path in sorted((folder / part).iterdir()):
            read_post(path.name, path.read_bytes())
            read += 1
    return {
        "single": single,
        "right_day": right_day,
        "timed": timed,
        "right_time": right_time,
        "wrong": wrong,
        "misses": misses,
        "read": read,
    }


def _wrong_contact(name: str, post: ImportedPost, row: dict[str, str]) -> list[list[str]]:
    """What is sure of place and registration and does not agree with the label, which is written in words."""
    wrong = []
    words = set(re.findall(r"\w{4,}", row["place"].lower()))
    if post.place and words and not words & set(re.findall(r"\w{4,}", post.place.lower())):
        wrong.append([name, "place", post.place, row["place"]])
    labelled = re.search(r"[\w.+-]+@[\w.-]+", row["registration"])
    mail = (post.registration or {}).get("mail")
    if post.registration and row["registration"] == "none":
        wrong.append([name, "registration", str(post.registration), "none"])
    if mail and row["registration"] and "mail" not in row["registration"]:
        wrong.append([name, "registration", mail, row["registration"]])
    if mail and labelled and mail != labelled.group():
        wrong.append([name, "registration", mail, labelled.group()])
    return wrong


if __name__ == "__main__":
    figures = measure(Path(sys.argv[1]))
    if "--json" in sys.argv:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key}: {value}")
