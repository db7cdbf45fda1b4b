"""A site as a folder: each file is written whole or not at all, and only if it changed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from krisenfest.disk import write_whole
from krisenfest.filetree import Chunk


class DirectoryStore:
    """A Store in a folder; `paths`, `read`, `write`, `remove` as `filetree.Store` says."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self._made: set[str] = set()

    def paths(self) -> Iterator[str]:
        """Every file that is there, as POSIX paths; none if the folder is not."""
        waiting = [("", self.folder)]
        while waiting:
            prefix, folder = waiting.pop()
            try:
                entries = list(os.scandir(folder))
            except FileNotFoundError:
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{prefix}{entry.name}/", entry.path))
                else:
                    yield prefix + entry.name

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """The bytes at `path`."""
        try:
            with open(self._place(path), "rb") as file:
                data = file.read(max_bytes + 1)
        except FileNotFoundError:
            raise KeyError(path) from None
        if len(data) > max_bytes:
            raise ValueError(f"{path} has more than {max_bytes} bytes")
        return data

    def write(self, path: str, chunks: Iterable[Chunk]) -> None:
        """Put the bytes of `chunks` at `path` in one step: a reader sees the old file or the new one."""
        place = self._place(path)
        folder = os.path.dirname(place)
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)
            self._made.add(folder)
        write_whole(place, chunks)

    def remove(self, path: str) -> None:
        """Take `path` away, and folders that are empty then."""
        place = Path(self._place(path))
        place.unlink(missing_ok=True)
        for folder in place.parents:
            if str(folder) == self.folder or any(folder.iterdir()):
                break
            folder.rmdir()

    def _place(self, path: str) -> str:
        if path.startswith("/") or ".." in path.split("/"):
            raise ValueError(f"{path!r} leads out of the folder")
        return f"{self.folder}/{path}"
