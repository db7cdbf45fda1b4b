"""Which files a content folder has: one pass over the directories, nothing opened."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from krisenfest.config import Config
from krisenfest.domain.links import FOLDERS
from krisenfest.errors import Problem
from krisenfest.filetree import MEDIA_TYPES

OTHER_FOLDERS = {"triggers": (".yaml", ".yml"), "indicators": (".csv",)}
TOP_FILES = ("municipality.yaml", "areas.geojson", "areas.csv", "withdrawn.yaml")
MAX_DEPTH = 8
PICTURES_AND_PAPERS = ("pdf", "svg", "png", "jpg", "jpeg", "webp", "ics", "csv", "txt", "json", "geojson")


# of each directory by its path: when it changed in ns, the files in it, the directories in it
Seen = dict[str, tuple[int, list["Found"], list[str]]]


class Found(NamedTuple):
    """A file: its path in the folder (POSIX), its size in bytes, its time of change in ns."""

    path: str
    size: int
    mtime_ns: int


@dataclass(slots=True)
class Listing:
    """The files of a content folder, by what they are for; each list in the order of the paths."""

    records: list[Found] = field(default_factory=list)
    media: dict[str, Found] = field(default_factory=dict)
    other: dict[str, Found] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def scan(folder: Path, config: Config, seen: Seen | None = None) -> Listing:
    """List the files of a content folder; what is too large, leads out or cannot be used is a problem.

    A directory that has not changed since `seen` is not read again; `seen` holds what was found when this ends.
    """
    listing = Listing()
    if not folder.is_dir():
        listing.problems.append(
            Problem(str(folder), 1, "folder", "is no folder", "name the folder with municipality.yaml")
        )
        return listing
    top = os.path.realpath(folder)
    strangers: dict[str, Found] = {}
    for found in _walk(str(folder), "", top, listing, {} if seen is None else seen):
        first, _, rest = found.path.partition("/")
        if not rest:
            if found.path in TOP_FILES:
                _take(found, config.max_text_bytes, listing, listing.other)
        elif first in FOLDERS:
            _take_record(found, rest, config, listing)
        elif first == "media":
            _take_media(found, config, listing)
        elif first in OTHER_FOLDERS and found.path.endswith(OTHER_FOLDERS[first]):
            _take(found, config.max_media_bytes, listing, listing.other)
        if first not in (*FOLDERS, "media", *OTHER_FOLDERS) and found.path not in TOP_FILES:
            strangers.setdefault(first, found)
    listing.problems += [_stranger(name, found) for name, found in sorted(strangers.items())]
    listing.records.sort()
    listing.media = dict(sorted(listing.media.items()))
    return listing


def top_files(folder: Path, config: Config) -> Listing:
    """The files that say who the municipality is, and nothing else."""
    listing = Listing()
    for name in TOP_FILES:
        try:
            status = os.stat(folder / name)
        except FileNotFoundError:
            continue
        _take(Found(name, status.st_size, status.st_mtime_ns), config.max_text_bytes, listing, listing.other)
    return listing


def _walk(folder: str, prefix: str, top: str, listing: Listing, seen: Seen) -> Iterator[Found]:
    try:
        changed = os.stat(folder).st_mtime_ns
        entries = [] if (known := prefix in seen and seen[prefix][0] == changed) else list(os.scandir(folder))
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        listing.problems.append(Problem(prefix or ".", 1, "folder", what, "check its permissions"))
        return
    if not known:
        before = len(listing.problems)
        files, folders = _entries(entries, prefix, top, listing)
        if len(listing.problems) == before:  # a problem is told each time
            seen[prefix] = (changed, files, folders)
    else:
        _, files, folders = seen[prefix]
    yield from files
    for path in folders:
        yield from _walk(f"{folder}/{path.rpartition('/')[2]}", f"{path}/", top, listing, seen)


def _entries(
    entries: Sequence[os.DirEntry[str]], prefix: str, top: str, listing: Listing
) -> tuple[list[Found], list[str]]:
    """The files and the directories among the entries of a directory."""
    files: list[Found] = []
    folders: list[str] = []
    for entry in entries:
        if entry.name.startswith(".") or (not prefix and entry.name == "README.md"):
            continue
        try:
            path = prefix + entry.name.encode("utf-8").decode("utf-8")
        except UnicodeEncodeError:
            shown = prefix + ascii(entry.name)
            listing.problems.append(Problem(shown, 1, "file", "has a name that is not UTF-8", "rename the file"))
            continue
        if entry.is_symlink() and not _leads_inside(entry.path, top):
            what = "is a link that leads out of the folder, or nowhere"
            listing.problems.append(Problem(path, 1, "file", what, "put a copy of the file here instead"))
        elif entry.is_dir():
            if path.count("/") < MAX_DEPTH:
                folders.append(path)
        elif entry.is_file():
            status = entry.stat()
            files.append(Found(path, status.st_size, status.st_mtime_ns))
        else:
            listing.problems.append(Problem(path, 1, "file", "is neither a file nor a folder", "take it out"))
    return files, folders


def _leads_inside(path: str, top: str) -> bool:
    real = os.path.realpath(path)
    return os.path.exists(real) and os.path.commonpath([real, top]) == top and not top.startswith(real)


def _stranger(name: str, found: Found) -> Problem:
    """What lies at the top and is not read: an entry in a misspelt folder would be missing without a word."""
    known = [*FOLDERS, "media", *OTHER_FOLDERS, *TOP_FILES]
    close = get_close_matches(name.lower(), known, 1, cutoff=0.75)
    hint = f"did you mean {close[0]}?" if close else "move it out, or into one of " + ", ".join(known)
    what = f"{'the folder' if '/' in found.path else 'the file'} {name} is not read"
    return Problem(found.path, 1, "folder" if "/" in found.path else "file", what, hint, advice=True)


def _take(found: Found, max_bytes: int, listing: Listing, into: dict[str, Found]) -> None:
    if found.size > max_bytes:
        what = f"has {found.size:,} bytes, more than {max_bytes:,}"
        listing.problems.append(Problem(found.path, 1, "file", what, "make it smaller, or link to it elsewhere"))
    else:
        into[found.path] = found


def _take_record(found: Found, rest: str, config: Config, listing: Listing) -> None:
    if "/" in rest or not rest.endswith(".md"):
        what = "is no record" if "/" not in rest else "lies in a folder of its own"
        hint = "records are Markdown files (.md) directly in this folder; pictures and PDFs go to media/"
        listing.problems.append(Problem(found.path, 1, "file", what, hint))
        return
    taken: dict[str, Found] = {}
    _take(found, config.max_text_bytes, listing, taken)
    listing.records += taken.values()


def _take_media(found: Found, config: Config, listing: Listing) -> None:
    ending = found.path.rpartition(".")[2].lower()
    if ending not in PICTURES_AND_PAPERS or ending not in MEDIA_TYPES:
        hint = "use " + ", ".join(PICTURES_AND_PAPERS)
        listing.problems.append(Problem(found.path, 1, "file", f"is of a kind that is not published (.{ending})", hint))
        return
    _take(found, config.max_media_bytes, listing, listing.media)
