"""Why entries were taken out, for everybody to read: `withdrawn.yaml`, one line an entry.

    alerts/stromausfall: Die Warnung galt einem anderen Ort.

A note counts in the build that finds the entry gone; it stays on the entry's page as long as the entry does not return.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from krisenfest.disk import write_whole
from krisenfest.domain.links import FOLDERS
from krisenfest.domain.releases import Key
from krisenfest.errors import Problem
from krisenfest.sources.front_matter import FrontMatterError, load_mapping, read_text

NOTES_FILE = "withdrawn.yaml"
LONGEST = 1000  # characters of a note


def read_notes(path: Path) -> tuple[dict[Key, str], list[Problem]]:
    """The notes of a file by record, and every line that cannot be read."""
    try:
        values = load_mapping(read_text(path))
    except FrontMatterError as error:
        return {}, [Problem(path.name, error.line, "file", error.what, error.hint)]
    notes, problems = {}, []
    for name, note in values.items():
        folder, _, record_id = str(name).partition("/")
        if folder not in FOLDERS or not record_id or not isinstance(note, str) or len(note) > LONGEST:
            hint = f"write folder/id: why, in at most {LONGEST} characters, such as alerts/flood: it was elsewhere"
            problems.append(Problem(path.name, 1, str(name), "is no note on an entry", hint))
        elif note.strip():
            notes[Key(FOLDERS[folder], record_id)] = note.strip()
    return notes, problems


def write_notes(path: Path, notes: Mapping[Key, str]) -> None:
    """Write the notes as they are read."""
    names = {kind: folder for folder, kind in FOLDERS.items()}
    lines = [
        f"{json.dumps(f'{names[key.kind]}/{key.id}')}: {json.dumps(note[:LONGEST], ensure_ascii=False)}\n"
        for key, note in sorted(notes.items())
    ]
    if lines:
        write_whole(str(path), ["".join(lines).encode()])
    else:
        path.unlink(missing_ok=True)
