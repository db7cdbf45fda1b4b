"""Files as values: what a build yields, what is written, signed and mirrored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

MEDIA_TYPES = {
    "atom": "application/atom+xml",
    "css": "text/css",
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "html": "text/html",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xml": "application/xml",
}


Chunk = bytes | memoryview


@dataclass(frozen=True, slots=True)
class File:
    """One file of a site: its path (POSIX, relative, no leading slash), its bytes in order, their digest and number."""

    path: str
    content: bytes | Sequence[Chunk]
    sha256: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        digest, size = sha256(), 0
        for chunk in self.chunks:
            digest.update(chunk)
            size += len(chunk)
        object.__setattr__(self, "sha256", digest.hexdigest())
        object.__setattr__(self, "size", size)

    @property
    def chunks(self) -> Sequence[Chunk]:
        """The bytes as they were given, in order: a large file is never put together in memory."""
        return (self.content,) if isinstance(self.content, bytes) else self.content

    @property
    def data(self) -> bytes:
        """The bytes as one."""
        return b"".join(self.chunks)

    @property
    def media_type(self) -> str:
        """The IANA media type by the file's ending (RFC 6838)."""
        return MEDIA_TYPES.get(self.path.rpartition(".")[2].lower(), "application/octet-stream")


class Store(Protocol):
    """Where a site lies: a folder, a bucket, or a dict in a test."""

    def paths(self) -> Iterator[str]:
        """Every path that is there, in any order."""
        ...

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """The bytes at `path`; raises KeyError if there is none, ValueError if longer than `max_bytes`."""
        ...

    def write(self, path: str, chunks: Iterable[Chunk]) -> None:
        """Put the bytes of `chunks` at `path`: all of them or nothing."""
        ...

    def remove(self, path: str) -> None:
        """Take `path` away; nothing happens if there is none."""
        ...


class MemoryStore:
    """A Store in memory, for tests and for measuring without a disk."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def paths(self) -> Iterator[str]:
        """Every path that is there."""
        return iter(sorted(self.files))

    def read(self, path: str, *, max_bytes: int) -> bytes:
        """The bytes at `path`."""
        data = self.files[path]
        if len(data) > max_bytes:
            raise ValueError(f"{path} has {len(data)} bytes, more than {max_bytes}")
        return data

    def write(self, path: str, chunks: Iterable[Chunk]) -> None:
        """Put the bytes of `chunks` at `path`."""
        self.files[path] = b"".join(chunks)

    def remove(self, path: str) -> None:
        """Take `path` away."""
        self.files.pop(path, None)
