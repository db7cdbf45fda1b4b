"""Proof of publication: what was public when, as a PDF/UA that names roles and no people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import task

from krisenfest import clock
from krisenfest.disk import write_whole
from krisenfest.domain.promulgation import default_profile
from krisenfest.site.addresses import record_path
from krisenfest.site.words import Words
from krisenfest.web.desk import words
from krisenfest.web.desk.models import Publication, Step
from krisenfest.web.rooms import MARK, files_for, site_address

SOON = timedelta(minutes=1)  # a proof is made so soon after its publication
DATES = ("provided", "promulgated", "valid_from", "valid_until")


def place_of(publication: Publication) -> Path:
    """Where the PDF of a publication lies."""
    files = files_for(publication.municipality, exercise=publication.exercise)
    return files.proofs / f"{publication.number}.pdf"


@task(queue_name="later")
def proof_task(number: int) -> str:
    """Write the PDF of a publication that is done, as things stand now; gives its path.

    Doing it again changes nothing unless more is known: that residents see it, that a second person has confirmed.
    """
    known = Publication.objects.select_related("revision", "approval__draft", "municipality")
    publication = known.filter(pk=number, status=Publication.DONE).first()
    if publication is None:  # of an exercise that is over
        return ""
    place = place_of(publication)
    data = pdf(facts(publication))
    if not place.exists() or place.read_bytes() != data:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(str(place), [data])
    return str(place)


def complete(at: datetime) -> int:
    """Ask for every proof that is not there although its publication is done; gives how many."""
    settled = Publication.objects.filter(status=Publication.DONE, approval__at__lt=at - SOON)
    missing = [each.pk for each in settled.select_related("municipality").iterator() if not place_of(each).exists()]
    for number in missing:
        proof_task.enqueue(number)
    return len(missing)


def facts(publication: Publication) -> dict[str, Any]:
    """What the proof says, in words: times on the municipality's clocks, roles instead of names."""
    approval, revision = publication.approval, publication.revision
    municipality, exercise = publication.municipality, publication.exercise
    files = files_for(municipality, exercise=exercise)
    town = files.standing_municipality(clock.now())
    said = Words("de", town.zone)
    payload: dict[str, Any] = revision.payload or {}
    submitted = Step.objects.filter(draft=approval.draft, act="submit").last()
    names = {"provided": "Bereitgestellt", "promulgated": "Öffentlich bekannt gemacht"}
    names |= {"valid_from": "Wirksam ab", "valid_until": "Wirksam bis"}
    return {
        "mark": MARK if publication.exercise else "",
        "town": town.name,
        "title": approval.draft.title,
        "kind": str(words.KINDS[revision.kind]),
        "number": publication.number,
        "release": publication.release,
        "digest": publication.digest,
        "address": f"{site_address(municipality, exercise=exercise)}/{record_path(revision.kind, revision.record_id)}",
        "submitted": said.moment(submitted.at) if submitted else "",
        "approved": said.moment(approval.at),
        "visible": said.moment(publication.visible) if publication.visible else "",
        "alone": approval.alone,
        "confirmed": said.moment(approval.confirmed) if approval.confirmed else "",
        "withdrawn": revision.payload is None,
        "dates": [(names[name], _said(said, payload[name])) for name in DATES if payload.get(name)],
        "text": payload.get("texts", [{}])[0],
        "profile": publication.municipality.notice_profile or default_profile(town.land),
    }


def _said(said: Words, text: str) -> str:
    return said.moment(datetime.fromisoformat(text)) if "T" in text else said.day(date.fromisoformat(text))


def pdf(values: dict[str, Any]) -> bytes:
    """The proof as PDF/UA-1 (ISO 14289-1). The same values give the same bytes."""
    from weasyprint import HTML  # only in the worker: it takes long to load

    with translation.override("de"):
        html = render_to_string("desk/proof.html", values)
    fonts = Path(__file__).parents[2] / "site" / "assets" / "vendor"
    document = HTML(string=html, base_url=f"{fonts}/", url_fetcher=_only_fonts(fonts))
    data: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return data


def _only_fonts(folder: Path) -> Any:
    """A fetcher that opens our fonts and nothing else: a text must not make the server fetch an address."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    names = ("krisenfest-sans-400.woff2", "krisenfest-sans-600.woff2")
    allowed = {(folder / name).as_uri(): folder / name for name in names}

    class Fonts(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in allowed:
                raise ValueError(f"{url} is not one of the fonts")
            return URLFetcherResponse(url, allowed[url].read_bytes(), {"Content-Type": "font/woff2"})

    return Fonts()
