"""From an approval to what residents see: one release for each publication, in order, whatever dies in between.

The table of publications is the truth. A task only wakes a worker; running one twice, or not at all until the next
sweep, changes nothing but the time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.db import transaction
from django.db.models import Q
from django_tasks import task

from krisenfest import clock
from krisenfest.domain.approval import Act, State, step
from krisenfest.errors import KrisenfestError, SourceError
from krisenfest.site.addresses import record_path as page_of
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit import log
from krisenfest.web.desk import files as uploads
from krisenfest.web.desk import proofs
from krisenfest.web.desk.models import Draft, Publication, Revision, Step
from krisenfest.web.published import published
from krisenfest.web.rooms import Files, files_for, site_address

logger = logging.getLogger("krisenfest.publishing")
LONGEST_WAIT = timedelta(minutes=5)
LOOK_FOR = timedelta(hours=1)
LOOK_EVERY = timedelta(seconds=10)
LOOKS = 4  # so many at a time: the sweep must not wait for a line that is down
FETCH_TIMEOUT_S = 5.0
FETCH_MAX_BYTES = 20_000_000
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
    """One publication; gives whether it is public now. The old site stays where it fails."""
    began = clock.stopwatch_s()
    revision, at = publication.revision, clock.now()
    try:
        municipality = files.municipality(at)
        if revision.payload is None:
            files.take_out(revision.kind, revision.record_id)
        else:
            uploads.put(publication, files)
            files.put(revision.record, municipality)
        report = files.build(at, address)
        if uploads.clear(publication, files):
            report = files.build(at, address)
    except (KrisenfestError, OSError) as error:
        _failed(publication, files, error, at)
        return False
    _done(publication, report.release, at)
    look(publication, files, address)
    proofs.proof_task.enqueue(publication.pk)
    seconds = round(clock.stopwatch_s() - began, 3)
    fields = {"town": publication.municipality.slug, "exercise": publication.exercise, "seconds": seconds}
    logger.info("published", extra={**fields, "publication": publication.number, "release": report.release})
    return True


def _done(publication: Publication, release: int, at: datetime) -> None:
    with transaction.atomic():
        draft = Draft.objects.select_for_update(no_key=True).get(pk=publication.approval.draft_id)
        if draft.state == State.APPROVED:
            draft.state = step(State(draft.state), Act.PUBLISH)
            draft.save()
            Step.objects.create(draft=draft, act=Act.PUBLISH, by=None, at=at)
        publication.status, publication.problem, publication.release = Publication.DONE, "", release
        publication.attempts += 1
        publication.save()
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


def _failed(publication: Publication, files: Files, error: Exception, at: datetime) -> None:
    """Keep why, when to try again, and what was public before, so that others need not wait for this one."""
    publication.attempts += 1
    publication.status = Publication.FAILED
    publication.problem = str(error)
    publication.again_at = at + min(timedelta(seconds=2**publication.attempts), LONGEST_WAIT)
    publication.save()
    if isinstance(error, SourceError):
        _put_back(publication.revision, files, at)
    fields = {"town": publication.municipality.slug, "publication": publication.number}
    logger.error("not published", exc_info=error, extra={**fields, "attempt": publication.attempts})


def _put_back(revision: Revision, files: Files, at: datetime) -> None:
    room = Revision.objects.of(revision.municipality, exercise=revision.exercise)
    public = Publication.objects.filter(
        revision=room.newest(revision.kind, revision.record_id), status=Publication.DONE
    )
    before = room.filter(kind=revision.kind, record_id=revision.record_id, number__lt=revision.number)
    earlier = before.order_by("-number").first()
    if public.exists():
        return
    if earlier is None or earlier.payload is None:
        files.take_out(revision.kind, revision.record_id)
    else:
        files.put(earlier.record, files.municipality(at))


def retry(publication: Publication) -> None:
    """Try a failed publication again at once."""
    with transaction.atomic():
        Publication.objects.filter(pk=publication.pk).update(again_at=None)
        enqueue(publication)


def look(publication: Publication, files: Files, address: str) -> None:
    """See whether residents see it, and keep that and when."""
    seen = visible_at(publication, files, address)
    Publication.objects.filter(pk=publication.pk).update(looked=clock.now(), visible=seen)


def look_again() -> None:
    """Look once more for what was built lately and could not be seen: the line was down, or a worker was killed."""
    now = clock.now()
    unseen = Publication.objects.filter(status=Publication.DONE, visible=None, approval__at__gt=now - LOOK_FOR)
    due = unseen.filter(Q(looked=None) | Q(looked__lt=now - LOOK_EVERY)).order_by("pk")
    for each in due.select_related("municipality", "revision")[:LOOKS]:
        look(each, files_for(each.municipality, exercise=each.exercise), _address(each))


def _address(publication: Publication) -> str:
    return site_address(publication.municipality, exercise=publication.exercise)


def visible_at(publication: Publication, files: Files, address: str) -> datetime | None:
    """Fetch the page back as a resident would; gives when it was there as built, or None if it was not."""
    page = page_of(publication.revision.kind, publication.revision.record_id)
    built = files.site / page
    try:
        with urlopen(Request(f"{address}/{page}"), timeout=FETCH_TIMEOUT_S) as answer:  # noqa: S310  our own address
            data = answer.read(FETCH_MAX_BYTES)
    except HTTPError as error:
        gone = publication.revision.payload is None and error.code in (404, 410)
        return clock.now() if gone else None
    except (URLError, TimeoutError, ConnectionError):
        return None
    same = built.is_file() and sha256(data).digest() == sha256(built.read_bytes()).digest()
    return clock.now() if same else None


def sweep() -> int:
    """Publish everywhere what still waits: the reaper for what a killed worker left, and the clock of retries."""
    due = Q(again_at=None) | Q(again_at__lte=clock.now())
    rooms = Publication.objects.waiting().filter(due).order_by().values_list("municipality", "exercise").distinct()
    return sum(publish_waiting(Municipality.objects.get(pk=each), exercise=exercise) for each, exercise in rooms)


def anything_waits() -> bool:
    """Whether something waits to be published, and could be now."""
    return Publication.objects.waiting().filter(status=Publication.WAITING).exists()


def renew() -> None:
    """Build every site anew where its pages would be wrong soon; costs nothing where they stand."""
    for town in Municipality.objects.all():
        for exercise in (False, True):
            files = files_for(town, exercise=exercise)
            if files.content.is_dir():
                with files.alone():
                    files.build(clock.now(), site_address(town, exercise=exercise), thorough=True)
