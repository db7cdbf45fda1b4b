"""Measures the invitation (T16): what we make of a record beside WeasyPrint alone on the same sheet, in turns, warm.

Usage: python bench/printing.py [--runs 15] [--json] [--strict]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from krisenfest import invitations, printing, rebuild
from krisenfest.config import Config
from krisenfest.publishing.directory import DirectoryStore
from krisenfest.site.edition import Site
from krisenfest.site.invitation import Sheet, pictures, sheets, styles
from krisenfest.sources import state as states

AT = datetime(2026, 7, 1, 10, tzinfo=UTC)
MUSTERSTADT = Path(__file__).parent.parent / "examples" / "musterstadt"


def main() -> int:
    """Exit 1 with --strict if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as place:
        rows = measured(Path(place), given.runs)
    if given.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(
                ", ".join(
                    f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
                    for name, value in row.items()
                )
            )
    return 1 if given.strict and not all(row["met"] for row in rows) else 0


def measured(place: Path, runs: int) -> list[dict[str, Any]]:
    """The rows: warm ratio, one sheet from cold, and how many are printed again without a change."""
    order = {"state_folder": place / "state", "config": Config(), "base_url": "https://www.musterstadt.example"}
    began = perf_counter()
    rebuild.build_folder(MUSTERSTADT, place / "site", at=AT, **order)  # type: ignore[arg-type]
    plain_s = perf_counter() - began
    release = states.load(place / "state").release
    assert release is not None
    site, store = Site.of(release, AT, "https://www.musterstadt.example"), DirectoryStore(place / "site")
    sheet = next(iter(sheets(site)))
    began = perf_counter()
    _ours(sheet, store)
    cold_s = perf_counter() - began
    ours, bare = [], []
    for _ in range(runs):
        began = perf_counter()
        _ours(sheet, store)
        ours.append(perf_counter() - began)
        html = sheet.html()
        known = pictures(sheet, lambda path: store.read(path, max_bytes=5_000_000))
        began = perf_counter()
        _bare(html, known)
        bare.append(perf_counter() - began)
    ratio = median(ours) / median(bare)
    _, printed, _ = invitations.renew(site, store, place / "state", "bench")
    _, again, _ = invitations.renew(site, store, place / "state", "bench")
    return [
        {
            "what": "T16 invitation, warm, s",
            "figure": median(ours),
            "peer": median(bare),
            "ratio": ratio,
            "target": 1.25,
            "met": ratio <= 1.25,
        },
        {"what": "first invitation of a process, WeasyPrint loaded with it, s", "figure": cold_s, "met": True},
        {
            "what": "T16 printed again without a change",
            "figure": again,
            "printed before": printed,
            "target": 0,
            "met": again == 0,
        },
        {"what": "full build of Musterstadt without printing, s", "figure": plain_s, "met": True},
    ]


def _ours(sheet: Sheet, store: DirectoryStore) -> bytes:
    """From the record to the bytes: texts, template, QR code, logos, fonts, one page."""
    known = pictures(sheet, lambda path: store.read(path, max_bytes=5_000_000))
    html = sheet.html()
    return printing.pdf(html, known, styles=styles(html))


def _bare(html: str, known: dict[str, bytes]) -> bytes:
    """WeasyPrint alone on the finished sheet."""
    from weasyprint import HTML

    fetch = printing.only({**printing.fonts(), **known})
    data: bytes = HTML(string=html, base_url=printing.BASE, url_fetcher=fetch).write_pdf(pdf_variant="pdf/ua-1")
    return data


if __name__ == "__main__":
    sys.exit(main())
