"""A municipality comes into the desk from a content folder, and goes out as one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from krisenfest.domain.approval import Role
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.municipality import Municipality as MunicipalityRecord
from krisenfest.errors import KrisenfestError, RefusedError, SourceError
from krisenfest.sources import folder as folders
from krisenfest.sources.files import scan
from krisenfest.sources.write import write
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.audit import log
from krisenfest.web.desk.models import Approval, Draft, Publication, Revision, Step
from krisenfest.web.published import published
from krisenfest.web.rooms import Files, config, files_for, marked, marked_municipality, site_address

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
        files = files_for(town)
        if files.place.exists():
            raise KrisenfestError(f"{files.place} is there already: move it away")
        payloads = [(key.kind, key.id, orjson.loads(each.payload or b"{}")) for key, each in content.incoming.items()]
        _fill(town, files, record, payloads, at)
        _copy_rest(folder, files.content)
        details = {"records": len(payloads)}
        log.record("town.added", slug, municipality=town, by=None, at=at, details=details)
    with files.alone():
        files.build(at, site_address(town))
    begin_exercise(town, by=None, at=at)
    return town


def begin_exercise(town: Municipality, *, by: User | None, at: datetime) -> None:
    """A new exercise begins with what is public now; the drafts of the last one go, its log stays."""
    if by is not None and not by.roles_in(town) & {Role.AUTHOR, Role.APPROVER, Role.ADMINISTRATOR}:
        raise RefusedError("your roles do not permit to begin an exercise: ask an administrator")
    files, real = files_for(town, exercise=True), files_for(town)
    room = {"municipality": town, "exercise": True}
    with files.alone(), transaction.atomic():
        Publication.objects.filter(**room).delete()
        Approval.objects.filter(draft__municipality=town, exercise=True).delete()
        Step.objects.filter(draft__municipality=town, draft__exercise=True).delete()
        Draft.objects.filter(**room).delete()
        Revision.objects.filter(**room).delete()
        for folder in (files.content, files.site, files.state, files.proofs):
            shutil.rmtree(folder, ignore_errors=True)
        public = Revision.objects.of(town).current()
        payloads = [(each.kind, each.record_id, each.payload) for each in public]
        _fill(town, files, marked_municipality(real.municipality(at)), payloads, at)
        _copy_rest(real.content, files.content)
        log.record("exercise.begun", town.slug, municipality=town, by=by, at=at, details={"exercise": True})
        files.build(at, site_address(town, exercise=True))


def _fill(
    town: Municipality,
    files: Files,
    municipality: MunicipalityRecord,
    payloads: Sequence[tuple[str, str, Any]],
    at: datetime,
) -> None:
    """The first revision of each record, in the database and in the content folder."""
    records = []
    for kind, record_id, payload in payloads:
        Revision.objects.create(
            municipality=town,
            exercise=files.exercise,
            kind=kind,
            record_id=record_id,
            number=1,
            payload=payload,
            recorded=at,
        )
        record = KINDS[kind].model_validate(payload)
        records.append(marked(record) if files.exercise else record)
        told = {"municipality": town, "exercise": files.exercise, "kind": kind, "record_id": record_id}
        published.send(Revision, **told, payload=payload, at=at)
    files.content.mkdir(parents=True)
    write(files.content, municipality, records)


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
