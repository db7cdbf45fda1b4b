"""The demo's mailbox: every mail that the demo has sent, newest first, as people see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

END = b"\n" + b"-" * 79 + b"\n"  # what Django's file backend writes after each mail
SHOWN = 200
# A mail is foreign: it runs nothing, fetches nothing, and lies in an origin of its own.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups "
SANDBOX += "allow-popups-to-escape-sandbox"


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail: the file that it lies in, its number there, and what it says."""

    name: str
    number: int
    message: EmailMessage

    @property
    def path(self) -> str:
        """Its address."""
        return f"/demo/mailbox/{self.name}/{self.number}/"

    @property
    def when(self) -> datetime | None:
        """When it was sent."""
        found: datetime | None = getattr(self.message["Date"], "datetime", None)
        return found

    @property
    def text(self) -> str:
        """Its plain text."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def html(self) -> str:
        """Its HTML, or nothing."""
        body = self.message.get_body(("html",))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> list[tuple[int, str, str]]:
        """Number, name and media type of each file."""
        parts = enumerate(self.message.iter_attachments())
        return [(number, each.get_filename() or "?", each.get_content_type()) for number, each in parts]

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What a person may want to look up."""
        names = ("From", "Reply-To", "To", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe")
        return [(name, str(self.message[name])) for name in names if self.message[name]]


def _folder() -> Path:
    """Where they lie; only where the server is a demo."""
    if not settings.CONFIG.demo:
        raise Http404
    return Path(settings.DATA, "mailbox")


def _in(place: Path) -> list[Kept]:
    parts = [each.lstrip() for each in place.read_bytes().replace(b"\r\n", b"\n").split(END) if each.strip()]
    found = [message_from_bytes(each, policy=default) for each in parts]
    return [Kept(place.name, number, each) for number, each in enumerate(found) if isinstance(each, EmailMessage)]


def _one(name: str, number: int) -> Kept:
    place = next((each for each in _folder().glob("*.log") if each.name == name), None)
    found = next((each for each in _in(place) if each.number == number), None) if place else None
    if found is None:
        raise Http404
    return found


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """All of them, as a mail program lists them."""
    found: list[Kept] = []
    for place in sorted(_folder().glob("*.log"), reverse=True):
        found += reversed(_in(place))
        if len(found) > SHOWN:
            break
    return render(request, "desk/mailbox.html", {"mails": found[:SHOWN]})


@require_safe
def mail(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One mail: its headers, its HTML in a frame, its text, its files."""
    return render(request, "desk/mail.html", {"mail": _one(name, number)})


@require_safe
@xframe_options_sameorigin
def html(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """The HTML of a mail, in a sandbox."""
    shown = _one(name, number).html.replace("<head>", '<head><base target="_blank">', 1)  # links open beside the frame
    return HttpResponse(shown, headers={"Content-Security-Policy": SANDBOX})


@require_safe
def attachment(request: HttpRequest, name: str, number: int, part: int) -> HttpResponse:
    """A file of a mail, to keep."""
    parts = list(_one(name, number).message.iter_attachments())
    if part >= len(parts):
        raise Http404
    payload = parts[part].get_payload(decode=True)
    headers = {"Content-Disposition": f'attachment; filename="{parts[part].get_filename() or "datei"}"'}
    return HttpResponse(payload, content_type=parts[part].get_content_type(), headers=headers)
