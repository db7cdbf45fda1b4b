"""The entrance to a build: where nothing changed it says so at once, else the stages are loaded and do it."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from krisenfest.config import Config
from krisenfest.errors import FieldError, KrisenfestError
from krisenfest.publishing.directory import DirectoryStore
from krisenfest.sources.files import scan
from krisenfest.sources.standing import Order, Progress, Report, recall

if TYPE_CHECKING:
    from krisenfest.sources.warm import Warm


def build_folder(
    folder: Path,
    out: Path,
    *,
    state_folder: Path,
    config: Config,
    at: datetime,
    base_url: str = "",
    progress: Progress | None = None,
) -> Report:
    """Build the site of a content folder into `out`, writing only what changed since the last build.

    Raises SourceError with every problem, before anything is written, if the folder cannot be built from.
    """
    _require_apart(folder, out, state_folder)
    address = base_url or config.site_url
    if address and not re.fullmatch(r"https?://[^\s/<>\"']+(/[^\s<>\"']*)?", address):
        raise FieldError("base url", address, "write the public address, such as https://www.musterstadt.example")
    order = Order(
        folder=folder,
        listing=scan(folder, config),
        out=out,
        state_folder=state_folder,
        config=config,
        base_url=address,
        at=at,
    )
    if report := recall(order, DirectoryStore(out).paths()):
        return report
    from krisenfest import pipeline  # only now, because loading the stages takes longer than all of the above

    return pipeline.build(order, progress)


def build_again(
    folder: Path, out: Path, *, state_folder: Path, config: Config, at: datetime, base_url: str, warm: Warm
) -> Report:
    """The same for a process that has just changed something itself: it reads only what `warm` does not hold.

    A file that somebody changed in place meanwhile is left to the next `build_folder`. Raises SourceError.
    """
    from krisenfest import pipeline

    order = Order(
        folder=folder,
        listing=scan(folder, config, warm.seen),
        out=out,
        state_folder=state_folder,
        config=config,
        base_url=base_url or config.site_url,
        at=at,
    )
    return pipeline.build(order, warm=warm)


def _require_apart(folder: Path, out: Path, state_folder: Path) -> None:
    """Raise KrisenfestError where the site or the state would be written among the sources."""
    top = os.path.realpath(folder)
    for name, place in (("OUT", out), ("--state", state_folder)):
        real = os.path.realpath(place)
        if os.path.commonpath([real, top]) in (top, real):
            raise KrisenfestError(f"{place}: {name} and the content folder lie in each other: choose a place beside it")
