"""The stage after the build that prints invitations: only what is new, and never while somebody waits for a page.

What was printed is kept in the state folder beside the manifest of the build: path, what it was printed from, digest
and size of each file, so that whoever signs or mirrors the site finds them there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from krisenfest import printing, processes
from krisenfest.disk import write_whole
from krisenfest.filetree import File, Store
from krisenfest.site.edition import Site
from krisenfest.site.invitation import Sheet, pictures, sheets, styles
from krisenfest.sources.kept import name_for, read_kept

MAX_LOGO_BYTES = 5_000_000
WORTH_SPREADING = 12  # sheets; below, a second process takes longer to load WeasyPrint than it saves
# what it was asked for, what it was printed from, sha256, size in bytes
Printed = tuple[str, str, str, int]
_Waiting = tuple[Sheet, str, str]


def kept_in(state_folder: Path, place: str) -> Path:
    """Where it is kept what was printed for an output."""
    return state_folder / name_for(place, "invitations")


def printed(state_folder: Path, place: str) -> dict[str, Printed]:
    """What was printed for an output, by its path."""
    found: dict[str, Printed] = read_kept(kept_in(state_folder, place)).get("printed", {})
    return found


def renew(site: Site, store: Store, state_folder: Path, place: str, *, shares: int = 1) -> tuple[int, int, int]:
    """Print the invitations of a site that are new; gives how many there are, were printed, and were taken away."""
    before, present = printed(state_folder, place), set(store.paths())
    after: dict[str, Printed] = {}
    waiting: list[_Waiting] = []
    for sheet in sheets(site):
        old = before.get(sheet.path)
        whole = old is not None and sheet.path in present
        inputs = _inputs(sheet, store)
        if whole and old and old[0] == inputs:
            after[sheet.path] = old
            continue
        content = _digest(sheet, store)
        if whole and old and old[1] == content:  # something else on the site changed
            after[sheet.path] = (inputs, *old[1:])
        else:
            waiting.append((sheet, inputs, content))
    shares = min(shares, len(waiting)) if len(waiting) >= WORTH_SPREADING else 1
    for part in processes.spread(partial(_print, waiting, store, shares), shares):
        after |= part
    gone = [path for path in before if path not in after]
    for path in gone:
        store.remove(path)
    if after != before:
        _keep(state_folder, place, after)
    return len(after), len(waiting), len(gone)


def _keep(state_folder: Path, place: str, values: dict[str, Printed]) -> None:
    write_whole(str(kept_in(state_folder, place)), [orjson.dumps({"printed": values})])


def _print(waiting: Sequence[_Waiting], store: Store, shares: int, share: int) -> dict[str, Printed]:
    done: dict[str, Printed] = {}
    for sheet, inputs, content in waiting[share::shares]:
        html = sheet.html()
        data = printing.pdf(html, pictures(sheet, partial(_read, store)), styles=styles(html))
        file = File(sheet.path, data)
        store.write(file.path, file.chunks)
        done[sheet.path] = (inputs, content, file.sha256, file.size)
    return done


def _read(store: Store, path: str) -> bytes:
    try:
        return store.read(path, max_bytes=MAX_LOGO_BYTES)
    except KeyError:
        return b""  # the check says that the logo is missing; its host is still named


def _inputs(sheet: Sheet, store: Store) -> str:
    """What tells cheaply that nothing changed: the record, the site's frame, and the logos."""
    logos = [sha256(_read(store, path)).hexdigest() for path in sheet.media()]
    return ";".join([sheet.inputs, *logos])


def _digest(sheet: Sheet, store: Store) -> str:
    """What a sheet is printed from, all of it."""
    html = sheet.html()
    digest = sha256(repr((_printer(), html, styles(html))).encode())
    for name, data in sorted(pictures(sheet, partial(_read, store)).items()):
        digest.update(f"{name};{len(data)};".encode() + data)
    return digest.hexdigest()


def _printer() -> list[Any]:
    return [version("weasyprint"), *(sha256(data).hexdigest() for data in printing.fonts().values())]
