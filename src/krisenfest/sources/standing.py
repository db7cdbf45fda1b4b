"""Whether a build would change nothing: asked first, and answered without reading a record.

After each build the state folder keeps what it was made from and until when its pages stand as they are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import orjson

from krisenfest.config import Config
from krisenfest.disk import write_whole
from krisenfest.errors import Problem
from krisenfest.sources.files import Listing
from krisenfest.sources.kept import name_for, read_kept, stamp

PACKAGE = Path(__file__).parents[1]
RELEASE = "release.json"
Progress = Callable[[int, int], None]  # takes how much is done, and of how much


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did: the release's number, how many files there are, were written, left, removed; what to mend."""

    release: int
    files: int
    written: int
    unchanged: int
    removed: int
    advice: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True)
class Order:
    """One build that is asked for: of which folder with which files, to where, continuing what, how, and as of when."""

    folder: Path
    listing: Listing
    out: Path
    state_folder: Path
    config: Config
    base_url: str
    at: datetime
    prints: bool = False  # invitations are printed within the build

    @property
    def place(self) -> str:
        """Names the output in the state folder."""
        return str(self.out.resolve())

    @property
    def _file(self) -> Path:
        return self.state_folder / name_for(self.place, "standing")

    @cached_property
    def digest(self) -> str:
        """What the result depends on, except the time, the last release and what lies in the output."""
        listing = self.listing
        digest = sha256(repr((_program(), self.base_url, self.prints, astuple(self.config))).encode())
        for files in (listing.records, listing.media.values(), sorted(listing.other.values())):
            digest.update("\n".join([f"{path} {size} {time}" for path, size, time in files]).encode())
        return digest.hexdigest()

    def release_stamp(self) -> list[int]:
        """What tells the release that the build continues."""
        return stamp(self.state_folder / RELEASE)


def recall(order: Order, outputs: Iterable[str]) -> Report | None:
    """What a build would report if it changed nothing; None if it has to be made. `outputs` is asked for last."""
    values = read_kept(order._file)
    if values.get("digest") != order.digest or values["release_stamp"] != order.release_stamp():
        return None
    if order.listing.problems or not values["from"] <= order.at.timestamp() < values["until"]:
        return None
    if values["outputs"] != _digest(outputs):
        return None
    files = values["files"]
    advice = tuple(Problem(*each) for each in values["advice"])
    return Report(release=values["release"], files=files, written=0, unchanged=files, removed=0, advice=advice)


def remember(order: Order, outputs: Iterable[str], report: Report, until_s: int) -> None:
    """Keep what a build was made from; before `until_s` (seconds since 1970) the same sources give the same files."""
    values = {
        "digest": order.digest,
        "release_stamp": order.release_stamp(),
        "outputs": _digest(outputs),
        "from": int(order.at.timestamp()),
        "until": until_s,
        "release": report.release,
        "files": report.files,
        "advice": [astuple(each) for each in report.advice],
    }
    write_whole(str(order._file), [orjson.dumps(values)])


def _digest(paths: Iterable[str]) -> str:
    return sha256("\n".join(sorted(paths)).encode()).hexdigest()


def _program() -> list[object]:
    """What tells this program from any other: its own files, Python, and when a library was last installed."""
    return [sys.version, stamp(Path(orjson.__file__).parents[1]), *_stamps(str(PACKAGE))]


def _stamps(folder: str) -> Iterator[tuple[str, int, int]]:
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _stamps(entry.path)
        else:
            status = entry.stat()
            yield (entry.path, status.st_size, status.st_mtime_ns)
