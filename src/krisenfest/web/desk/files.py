"""The files of a draft: they lie beside it until it is published, then in the content folder, and go when unused.

A file is found by the path that the draft's record names and lies in the folder of its room: no other town, and not
the exercise's twin, can name it.
"""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from krisenfest.disk import write_whole
from krisenfest.domain.approval import State
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.desk.models import Draft, Publication, Revision
from krisenfest.web.desk.uploads import DIGITS, OURS
from krisenfest.web.rooms import Files, files_for

FINISHED = (State.PUBLISHED, State.WITHDRAWN)


def folder(draft: Draft) -> Path:
    """Where the files of a draft lie until it is published."""
    return files_for(draft.municipality, exercise=draft.exercise).place / "uploads" / str(draft.pk)


def place_of(draft: Draft, path: str) -> Path | None:
    """The file that a draft names as `path`, before it is public; None if there is none."""
    found = folder(draft) / path.removeprefix("media/")
    return found if OURS.fullmatch(path) and found.is_file() else None


def named(values: Any) -> set[str]:
    """The files of ours that a record, or the fields of a form, names anywhere."""
    return set(OURS.findall(orjson.dumps(values).decode()))


def put(publication: Publication, files: Files) -> None:
    """Bring the files that a publication names into the content folder, before the site is built from it."""
    draft = publication.approval.draft
    for path in sorted(named(publication.revision.payload)):
        found = place_of(draft, path)
        if found is not None and not (files.content / path).exists():
            (files.content / "media").mkdir(exist_ok=True)
            write_whole(str(files.content / path), [found.read_bytes()])


def clear(publication: Publication, files: Files) -> bool:
    """Take out of the content folder what a record named that is public no more, if nothing else names it.

    Gives whether anything went. While a record is public its earlier versions are too, with what they bind.
    """
    revision = publication.revision
    if revision.payload is not None:
        return False
    room = Revision.objects.of(revision.municipality, exercise=revision.exercise)
    same = room.filter(kind=revision.kind, record_id=revision.record_id)
    gone = {path for payload in same.values_list("payload", flat=True) for path in named(payload)}
    if not gone:
        return False
    for each in room.current():
        others = room.filter(kind=each.kind, record_id=each.record_id).values_list("payload", flat=True)
        gone -= {path for payload in others for path in named(payload)}
    places = [files.content / path for path in gone if _is_ours(files.content / path)]
    for place in places:
        place.unlink()
    return bool(places)


def _is_ours(place: Path) -> bool:
    """Whether a file came from here: its name ends with the digest of what it holds."""
    return place.is_file() and sha256(place.read_bytes()).hexdigest()[:DIGITS] == place.stem[-DIGITS:]


def tidy() -> int:
    """Take the files of drafts away that are finished or gone; gives how many drafts that were."""
    cleared = 0
    for town in Municipality.objects.all():
        for exercise in (False, True):
            uploads = files_for(town, exercise=exercise).place / "uploads"
            kept = Draft.objects.of(town, exercise=exercise).exclude(state__in=FINISHED)
            names = {str(pk) for pk in kept.values_list("pk", flat=True)} if uploads.is_dir() else set()
            for each in uploads.iterdir() if uploads.is_dir() else ():
                if each.name not in names:
                    shutil.rmtree(each)
                    cleared += 1
    return cleared
