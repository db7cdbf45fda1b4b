"""A municipality comes into the desk from a content folder, and goes out as one."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import orjson
from django.db import transaction

from krisenfest.domain.kinds import KINDS
from krisenfest.errors import KrisenfestError, SourceError
from krisenfest.sources import folder as folders
from krisenfest.sources.files import scan
from krisenfest.sources.standing import Report
from krisenfest.sources.write import write
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit import log
from krisenfest.web.desk.models import Revision
from krisenfest.web.desk.rooms import Files, config, files_for, site_address

NOT_RECORDS = ("media", "triggers", "indicators")
AREAS_FILE = "areas.csv"


def add(slug: str, folder: Path, *, at: datetime) -> Municipality:
    """Take a content folder in as a new municipality and build its site and the one of its exercise.

    Raises SourceError with every problem of the folder, and KrisenfestError if the name is taken; then nothing is left.
    """
    content = folders.read(folder, scan(folder, config()), at=at)
    if content.errors or content.municipality is None:
        raise SourceError(content.problems)
    if Municipality.objects.filter(slug=slug).exists():
        raise KrisenfestError(f"the municipality {slug} is there already: choose another name")
    # The dates of an example were moved while reading; from here on they are what they are.
    record = content.municipality.model_copy(update={"example_day": None})
    with transaction.atomic():
        town = Municipality.objects.create(slug=slug, name=record.name)
        for exercise in (False, True):
            files = files_for(town, exercise=exercise)
            if files.place.exists() and any(files.place.iterdir()) and not exercise:
                raise KrisenfestError(f"{files.place} is there already: move it away")
            records = []
            for key, incoming in content.incoming.items():
                payload = orjson.loads(incoming.payload or b"{}")
                Revision.objects.create(
                    municipality=town,
                    exercise=exercise,
                    kind=key.kind,
                    record_id=key.id,
                    number=1,
                    payload=payload,
                    recorded=at,
                )
                records.append(KINDS[key.kind].model_validate(payload))
            files.content.mkdir(parents=True)
            write(files.content, record, records)
            _copy_rest(folder, files.content)
        details = {"records": len(content.incoming)}
        log.record("town.added", slug, municipality=town, by=None, at=at, details=details)
    build_both(town, at)
    return town


def build_both(town: Municipality, at: datetime) -> Report:
    """Build the site of a municipality and that of its exercise; gives what was done with the first."""
    reports = []
    for exercise in (False, True):
        files = files_for(town, exercise=exercise)
        with files.alone():
            reports.append(files.build(at, site_address(town, exercise=exercise)))
    return reports[0]


def export(town: Municipality, into: Path, *, at: datetime) -> int:
    """Write what is public as a content folder that builds without the desk; gives the number of records.

    Raises SourceError if files of these names lie there already; then nothing is written.
    """
    files: Files = files_for(town)
    records = [each.record for each in Revision.objects.of(town).current()]
    write(into, files.municipality(at), records)
    _copy_rest(files.content, into)
    return len(records)


def _copy_rest(folder: Path, into: Path) -> None:
    """What is not a record goes along as it is: media, triggers, indicators, the directory of areas."""
    for name in NOT_RECORDS:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, into / name, dirs_exist_ok=True)
    if (folder / AREAS_FILE).is_file():
        shutil.copy2(folder / AREAS_FILE, into / AREAS_FILE)
