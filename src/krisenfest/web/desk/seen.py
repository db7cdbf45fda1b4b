"""Whether residents see what was published: the desk fetches the page back itself, and looks again until it can."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.db.models import Q

from krisenfest import clock
from krisenfest.site.addresses import record_path as page_of
from krisenfest.web.desk import proofs
from krisenfest.web.desk.models import Publication
from krisenfest.web.rooms import Files, files_for, site_address

LOOK_FOR = timedelta(hours=1)
LOOK_EVERY = timedelta(seconds=10)
LOOKS = 4  # so many at a time: the sweep must not wait for a line that is down
FETCH_TIMEOUT_S = 5.0
FETCH_MAX_BYTES = 20_000_000


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
        address = site_address(each.municipality, exercise=each.exercise)
        look(each, files_for(each.municipality, exercise=each.exercise), address)
        if Publication.objects.filter(pk=each.pk, visible__isnull=False).exists():
            proofs.proof_task.enqueue(each.pk)  # it says since when


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
    except (OSError, HTTPException, ValueError):  # no line, no answer, or an address that is none
        return None
    same = built.is_file() and sha256(data).digest() == sha256(built.read_bytes()).digest()
    return clock.now() if same else None
