"""The invitation to pass on: one sheet with hosts, text, agenda, how to register, and the way to the page. Pure.

The sheet is HTML; the stage that prints it makes a PDF of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import segno

from krisenfest.domain.events import Event
from krisenfest.domain.releases import Version
from krisenfest.site.addresses import record_path
from krisenfest.site.edition import Edition, Site
from krisenfest.site.event_page import event_words

QR = "qr.svg"
AHEAD = ("ahead", "running")
# Languages whose letters the bundled fonts have; others get the sheet in the language that binds.
PRINTED = frozenset({"de", "de-simple", "en", "fr"})
# Sizes of the letters in points, and the weight of a text that fits on the page with them: a guess, then smaller ones.
SIZES = ((10.4, 2800), (10.0, 3080), (9.5, 3150), (9.0, 3450), (8.5, 10_000_000))
_PICTURE = re.compile(r"<img\b[^>]*>|<p>\s*<img\b[^>]*>\s*</p>", re.IGNORECASE)
_TIMED = re.compile(r"\s*(?:<[^>]+>)*\s*\d{1,2}[.:]\d{2}\b")
_PARAGRAPH = re.compile(r"<p>(.*?)</p>\s*", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_BLOCK = re.compile(r"<(?:p|li|tr|h[2-6])\b")
_EMPTY = re.compile(r"<p>\s*</p>")
_LOCAL_LINK = re.compile(r'<a href="(?!https?://|mailto:|tel:)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One invitation: where it lies, what it depends on, its HTML and the media that it shows (paths)."""

    path: str
    inputs: str
    edition: Edition
    version: Version

    def html(self) -> str:
        """The sheet."""
        return _html(self.edition, self.version)

    def media(self) -> tuple[str, ...]:
        """Paths of the logos that it shows, in the order of hosts."""
        record = self.version.record
        assert isinstance(record, Event)
        return tuple(path for host in record.hosts if (path := record.logos.get(host, "")).startswith("media/"))

    def qr(self) -> bytes | None:
        """The address of the page as a QR code; None where no address is known."""
        site = self.edition.site
        if not site.base_url:
            return None
        picture = BytesIO()
        address = f"{site.base_url}/{self.edition.prefix}{record_path('event', self.version.id)}"
        segno.make(address, error="m", micro=False).save(picture, kind="svg", border=2, xmldecl=False, svgns=True)
        return picture.getvalue()


def styles(html: str) -> tuple[str, ...]:
    """Style sheets to try for a sheet: the size that its text should fit with, smaller ones, two pages at last."""
    text = html[html.index("<h1>") : html.index('<div class="how">')]
    weight = len(_TAG.sub("", text)) + 60 * len(_BLOCK.findall(text))  # characters; a block leaves half a line empty
    fitting = [size for size, most in SIZES if weight <= most]
    return (*(f"html {{ font-size: {size}pt !important }}" for size in fitting), "")


def sheets(site: Site) -> Iterator[Sheet]:
    """Every invitation that the site offers now: of events that are still to come."""
    for version in site.by_kind["event"]:
        if site.state(version) not in AHEAD:
            continue
        for edition in site.editions:
            if offered(edition, version):
                key = f"{version.id}/{version.number}/{version.digest}/{edition.lang}/{site.environment}"
                yield Sheet(_path(edition, version), sha256(key.encode()).hexdigest(), edition, version)
        version.forget_record()


def _path(edition: Edition, version: Version) -> str:
    return edition.prefix + record_path("event", version.id).removesuffix(".html") + ".pdf"


def offered(edition: Edition, version: Version) -> bool:
    """Whether there is a sheet in this language."""
    record = version.record
    assert isinstance(record, Event)
    wanted = record.registration is not None if record.invitation is None else record.invitation
    if not wanted or edition.site.state(version) not in AHEAD:
        return False
    source = edition.lang == edition.site.municipality.source_lang
    return source or (edition.lang in PRINTED and not edition.said(version).missing)


def link(edition: Edition, version: Version) -> str:
    """The path of the sheet to offer on the page of this language, from the top of the site; "" if there is none."""
    for each in (edition, edition.site.source) if version.kind == "event" else ():
        if offered(each, version):
            return _path(each, version)
    return ""


def _html(edition: Edition, version: Version) -> str:
    record, said, site = version.record, edition.said(version), edition.site
    assert isinstance(record, Event)
    path = edition.prefix + record_path("event", version.id)
    body = edition.html("event", said.text.body, path)
    body = _EMPTY.sub("", _LOCAL_LINK.sub(r"\1", _PICTURE.sub("", _without_agenda(body, record))))
    file = edition.file(
        record_path("event", version.id),
        "invitation.html",
        **event_words(edition, version, record),
        title=said.text.title,
        summary=said.text.summary,
        body=body,
        logos=[(name, record.logos[name]) for name in record.hosts if name in record.logos],
        unnamed=[edition.phrase(said, host) for host in record.hosts if host not in record.logos],
        address=f"{site.base_url}/{path}" if site.base_url else "",
        qr=QR,
    )
    return file.data.decode()


def _without_agenda(body: str, record: Event) -> str:
    """The text without paragraphs that say once more what stands in the agenda, and without the words before them."""
    titles = [each.title for each in record.agenda if each.at]
    paragraphs = list(_PARAGRAPH.finditer(body))
    doubled = [bool(_TIMED.match(each[1])) and any(title in each[1] for title in titles) for each in paragraphs]
    for number, each in list(enumerate(paragraphs))[::-1]:
        announces = number + 1 < len(doubled) and doubled[number + 1] and each[1].rstrip().endswith(":")
        if doubled[number] or announces:
            body = body[: each.start()] + body[each.end() :]
    return body


def pictures(sheet: Sheet, media: Callable[[str], bytes]) -> dict[str, bytes]:
    """The pictures of a sheet by their name; `media` reads one by its path."""
    found = {path: media(path) for path in sheet.media()}
    if (code := sheet.qr()) is not None:
        found[QR] = code
    return found
