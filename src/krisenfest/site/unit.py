"""The piece of a site that is rendered, or left alone, as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from krisenfest.filetree import File


@dataclass(frozen=True, slots=True)
class Unit:
    """A few files that depend on the same `inputs`; `render` makes them."""

    name: str
    inputs: str
    render: Callable[[], Iterable[File]]
