"""The entrance to a build: where nothing changed it says so at once, else the stages are loaded and do it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from krisenfest.config import Config
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
    order = Order(
        folder=folder,
        listing=scan(folder, config),
        out=out,
        state_folder=state_folder,
        config=config,
        base_url=base_url or config.site_url,
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
