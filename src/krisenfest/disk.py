"""Writing to a disk so that a reader, or a crash, sees the old file or the new one and nothing between."""

from __future__ import annotations

import os
from collections.abc import Iterable

from krisenfest.filetree import Chunk

TEMPORARY = ".part"
BUFFER_BYTES = 65_536


def write_whole(path: str, chunks: Iterable[Chunk]) -> None:
    """Put the bytes of `chunks` at `path` in one step."""
    with open(path + TEMPORARY, "wb", buffering=BUFFER_BYTES) as file:
        file.writelines(chunks)
    os.replace(path + TEMPORARY, path)
