"""From an approval to what residents see: one release for each publication, in order, whatever dies in between.

The table of publications is the truth. A task only wakes a worker; running one twice, or not at all until the next
sweep, changes nothing but the time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.db import transaction
from django.db.models import Q
from django_tasks import task

from krisenfest import clock
from krisenfest.domain.approval import Act, State, Verb, may, step
from krisenfest.errors import KrisenfestError, RefusedError
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.audit import log
from krisenfest.web.desk import files as uploads
from krisenfest.web.desk import proofs, seen
from krisenfest.web.desk.models import Approval, Draft, Publication, Revision, Step
from krisenfest.web.published import published
from krisenfest.web.rooms import Files, files_for, site_address

logger = logging.getLogger("krisenfest.publishing")
LONGEST_WAIT = timedelta(minutes=5)
something_waits = Event()


def enqueue(publication: Publication) -> None:
    """Wake a worker, in the transaction of the approval: a worker sees both or neither."""
    transaction.on_commit(something_waits.set)  # one in this process need not ask the database
    publish_task.enqueue(publication.municipality_id, publication.exercise)


@task()
def publish_task(municipality_id: int, exercise: bool) -> int:
    """Publish what waits in a room; gives the number of publications that became public."""
    return publish_waiting(Municipality.objects.get(pk=municipality_id), exercise=exercise)


def publish_waiting(town: Municipality, *, exercise: bool = False) -> int:
    """Bring everything that waits to the public, each as a release of its own, in the order of approvals."""
    done = 0
    files = files_for(town, exercise=exercise)
    with files.alone():
        while publication := _next(town, exercise):
            done += _publish(publication, files, site_address(town, exercise=exercise))
    return done


def _next(town: Municipality, exercise: bool) -> Publication | None:
    due = Q(again_at=None) | Q(again_at__lte=clock.now())
    waiting = Publication.objects.of(town, exercise=exercise).waiting().filter(due)
    return waiting.select_related("revision", "approval__draft").first()


def _publish(publication: Publication, files: Files, address: str) -> bool:
    """One publication; gives whether it is public now. The old site stays where it fails.

    Whatever goes wrong is kept as a reason and tried again: one publication must not stop those behind it.
    """
    began = clock.stopwatch_s()
    revision, at = publication.revision, clock.now()
    _supersede_earlier(publication, at)
    try:
        municipality = files.municipality(at)
        if revision.payload is None:
            files.take_out(revision.kind, revision.record_id, publication.approval.draft.public_note)
        else:
            uploads.put(publication, files)
            files.put(revision.record, municipality)
        report = files.build(at, address)
        if uploads.clear(publication, files):
            report = files.build(at, address)
    except Exception as error:
        _failed(publication, error, at)
        _put_back(publication.revision, files, at)
        return False
    try:
        _done(publication, report.release, at)
    except Exception as error:  # the site has it already, so its files stay
        publication.refresh_from_db()
        _failed(publication, error, at)
        return False
    seen.look(publication, files, address)
    proofs.proof_task.enqueue(publication.pk)
    seconds = round(clock.stopwatch_s() - began, 3)
    fields = {"town": publication.municipality.slug, "exercise": publication.exercise, "seconds": seconds}
    logger.info("published", extra={**fields, "publication": publication.number, "release": report.release})
    return True


def _supersede_earlier(publication: Publication, at: datetime) -> None:
    """Whatever of the same record could not be published before is overtaken: an older text never follows a newer."""
    revision, town = publication.revision, publication.municipality
    same = Publication.objects.of(town, exercise=publication.exercise).of_record(revision.kind, revision.record_id)
    with transaction.atomic():
        for each in same.waiting().filter(revision__number__lt=revision.number).select_related("approval"):
            draft = Draft.objects.select_for_update(no_key=True).get(pk=each.approval.draft_id)
            draft.state = step(State(draft.state), Act.SUPERSEDE)
            draft.save()
            Step.objects.create(draft=draft, act=Act.SUPERSEDE, by=None, at=at)
            each.status = Publication.SUPERSEDED
            each.save()
            details: dict[str, Any] = {"publication": each.number, "by": publication.number}
            details |= {"exercise": True} if each.exercise else {}
            log.record("superseded", f"draft {draft.pk}", municipality=town, by=None, at=at, details=details)


def _done(publication: Publication, release: int, at: datetime) -> None:
    with transaction.atomic():
        draft = Draft.objects.select_for_update(no_key=True).get(pk=publication.approval.draft_id)
        publication.status, publication.problem, publication.release = Publication.DONE, "", release
        publication.attempts += 1
        publication.save()  # before its draft: the database refuses a published draft without one
        if draft.state == State.APPROVED:
            draft.state = step(State(draft.state), Act.PUBLISH)
            draft.save()
            Step.objects.create(draft=draft, act=Act.PUBLISH, by=None, at=at)
        for earlier in _replaced(publication):
            earlier.state = step(State(earlier.state), Act.WITHDRAW)
            earlier.save()
        revision = publication.revision
        published.send(
            Publication,
            municipality=draft.municipality,
            exercise=publication.exercise,
            kind=revision.kind,
            record_id=revision.record_id,
            payload=revision.payload,
            at=at,
        )
        details = {"publication": publication.number, "release": release, "digest": publication.digest}
        details |= {"exercise": True} if publication.exercise else {}
        log.record("published", f"draft {draft.pk}", municipality=draft.municipality, by=None, at=at, details=details)


def _replaced(publication: Publication) -> Iterator[Draft]:
    """Drafts whose record is not public any more because this publication took it out."""
    revision = publication.revision
    if revision.payload is None:
        room = Draft.objects.of(publication.municipality, exercise=publication.exercise)
        same = room.filter(kind=revision.kind, record_id=revision.record_id, state=State.PUBLISHED)
        yield from same.exclude(pk=publication.approval.draft_id)


def _failed(publication: Publication, error: Exception, at: datetime) -> None:
    """Keep why, and when to try again, so that others need not wait for this one."""
    publication.attempts += 1
    publication.status = Publication.FAILED
    known = isinstance(error, KrisenfestError | OSError)
    publication.problem = str(error) if known else f"{type(error).__name__}: {error}"
    publication.again_at = at + min(timedelta(seconds=2 ** min(publication.attempts, 10)), LONGEST_WAIT)
    publication.save()
    fields = {"town": publication.municipality.slug, "publication": publication.number}
    logger.error("not published", exc_info=error, extra={**fields, "attempt": publication.attempts})


def _put_back(revision: Revision, files: Files, at: datetime) -> None:
    """Back to what was public before in the content folder, so that no other publication brings it along."""
    room = Revision.objects.of(revision.municipality, exercise=revision.exercise)
    before = room.filter(kind=revision.kind, record_id=revision.record_id, number__lt=revision.number)
    # Without a publication it came with the folder that the town was taken in from.
    went_out = Q(publications=None) | Q(publications__status=Publication.DONE)
    earlier = before.filter(went_out).order_by("-number").first()
    try:
        if earlier is None or earlier.payload is None:
            files.take_out(revision.kind, revision.record_id)
        else:
            files.put(earlier.record, files.standing_municipality(at))
    except Exception as error:
        logger.error("not put back", exc_info=error, extra={"town": revision.municipality.slug})


def retry(publication: Publication, *, by: User, at: datetime) -> None:
    """Try a failed publication again at once."""
    draft = publication.approval.draft
    if not may(by.roles_in(publication.municipality), Act.SAVE, Verb(draft.verb)):
        raise RefusedError("only who writes or approves may try again")
    with transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(again_at=None)
        details: dict[str, Any] = {"publication": publication.number}
        details |= {"exercise": True} if publication.exercise else {}
        where = {"municipality": publication.municipality}
        log.record("publication.retried", f"draft {draft.pk}", **where, by=by, at=at, details=details)
        enqueue(publication)


def sweep() -> int:
    """Publish everywhere what still waits: the reaper for what a killed worker left, and the clock of retries."""
    due = Q(again_at=None) | Q(again_at__lte=clock.now())
    rooms = Publication.objects.waiting().filter(due).order_by().values_list("municipality", "exercise").distinct()
    done = 0
    for number, exercise in rooms:
        town = Municipality.objects.get(pk=number)
        with telling(town):
            done += publish_waiting(town, exercise=exercise)
    note_unconfirmed(clock.now())
    return done


def note_unconfirmed(at: datetime) -> None:
    """Note once, for each alert that one person published alone, that nobody has confirmed it in time."""
    late = Approval.objects.filter(alone=True, confirmed=None, missed=None, confirm_by__lt=at, draft__exercise=False)
    for each in late.select_related("draft__municipality", "publication"):
        with transaction.atomic():
            if Approval.objects.filter(pk=each.pk, missed=None, confirmed=None).update(missed=at):
                town, details = each.draft.municipality, {"publication": each.publication.number}
                subject = f"draft {each.draft_id}"
                log.record("alert.unconfirmed", subject, municipality=town, by=None, at=at, details=details)
                logger.warning("an alert was not confirmed in time", extra={"town": town.slug})


def anything_waits() -> bool:
    """Whether something waits to be published, and could be now."""
    return Publication.objects.waiting().filter(status=Publication.WAITING).exists()


def renew() -> None:
    """Build every site anew where its pages would be wrong soon, and make proofs that were lost with a worker."""
    for town in Municipality.objects.all():
        for exercise in (False, True):
            files = files_for(town, exercise=exercise)
            if files.content.is_dir():
                with telling(town), files.alone():
                    files.build(clock.now(), site_address(town, exercise=exercise), thorough=True)
    proofs.complete(clock.now())


@contextmanager
def telling(town: Municipality) -> Iterator[None]:
    """What goes wrong in one town is told and does not stop the others."""
    try:
        yield
    except Exception as error:
        logger.error("a town could not be served", exc_info=error, extra={"town": town.slug})
