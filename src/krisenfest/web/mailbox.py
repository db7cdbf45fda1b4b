"""The demo's mailbox: every mail that the demo has sent, newest first."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The mails; only where the server is a demo."""
    if not settings.CONFIG.demo:
        raise Http404
    found = []
    for place in sorted(Path(settings.DATA, "mailbox").glob("*.log"), reverse=True):
        for part in place.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            if part.strip():
                mail = message_from_bytes(part.lstrip(), policy=default)
                body = mail.get_body(("plain", "html"))
                found.append({"to": mail["To"], "subject": mail["Subject"], "text": body.get_content() if body else ""})
    return render(request, "desk/mailbox.html", {"mails": found})
