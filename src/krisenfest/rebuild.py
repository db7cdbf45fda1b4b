"""The entrance to a build: where nothing changed it says so at once, else the stages are loaded and do it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from krisenfest.config import Config
from krisenfest.publishing.directory import DirectoryStore
from krisenfest.sources.files import Listing, scan
from krisenfest.sources.standing import Order, Progress, Report, recall


def build_folder(  # noqa: PLR0913  each is named where it is given
    folder: Path,
    out: Path,
    *,
    state_folder: Path,
    config: Config,
    at: datetime,
    base_url: str = "",
    prints: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Build the site of a content folder into `out`, writing only what changed since the last build.

    With `prints` the invitations are printed too, which takes a second and more where one is new.
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
        prints=prints,
    )
    if report := recall(order, DirectoryStore(out).paths()):
        return report
    from krisenfest import pipeline  # only now, because loading the stages takes longer than all of the above

    return pipeline.build(order, progress)


def print_invitations(
    folder: Path, out: Path, *, state_folder: Path, config: Config, at: datetime, base_url: str = ""
) -> int:
    """Print the invitations of what was built last into `out`, those that are new; gives how many.

    Raises StateError if nothing was built yet.
    """
    from krisenfest import pipeline  # see above

    order = Order(
        folder=folder,
        listing=Listing(),  # what was built is asked, not what lies there
        out=out,
        state_folder=state_folder,
        config=config,
        base_url=base_url or config.site_url,
        at=at,
    )
    return pipeline.print_invitations(order)
