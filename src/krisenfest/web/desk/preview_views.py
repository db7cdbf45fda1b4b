"""A draft shown as it will be on the public site: to who works on it, and by a link that expires."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from krisenfest import clock
from krisenfest.domain.approval import Act, State, Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.municipality import Municipality as MunicipalityRecord
from krisenfest.domain.records import Record
from krisenfest.errors import RefusedError
from krisenfest.site.addresses import record_path
from krisenfest.web.accounts.models import User, token_digest
from krisenfest.web.audit import log
from krisenfest.web.desk import preview as previews
from krisenfest.web.desk.file_views import shown
from krisenfest.web.desk.files import place_of
from krisenfest.web.desk.form_table import form_for
from krisenfest.web.desk.models import Draft, PreviewLink
from krisenfest.web.desk.place import Place, in_town
from krisenfest.web.desk.record_form import free_id
from krisenfest.web.rooms import files_for, site_address
from krisenfest.web.served import serve

PREVIEW_OPEN_FOR = timedelta(days=2)


def open_link(draft: Draft, *, shared: bool, by: User, at: datetime) -> str:
    """The secret of a link that shows the draft; it is kept nowhere, that it was made is in the log."""
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        PreviewLink.objects.create(draft=draft, digest=token_digest(token), expires=at + PREVIEW_OPEN_FOR)
        details: dict[str, object] = {"shared": shared, **({"exercise": True} if draft.exercise else {})}
        log.record("draft.preview", f"draft {draft.pk}", municipality=draft.municipality, by=by, at=at, details=details)
    return token


@require_POST
@in_town
def preview_link(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """A link that shows the draft, as it stands then, to whoever has it, until it expires."""
    found: Draft = get_object_or_404(place.drafts(), pk=number)
    if not (place.may(Act.SAVE, found.verb) or place.may(Act.APPROVE, found.verb)):
        raise RefusedError("only who writes or approves may show a draft to others")
    now = clock.now()
    record = _as_it_stands(found, place.files.standing_municipality(now))
    if record is None:
        messages.error(
            request, gettext("Der Entwurf ist noch nicht vollständig; „Zur Freigabe geben“ sagt, was fehlt.")
        )
        return redirect(f"{place.base}entwurf/{number}/")
    token = open_link(found, shared="share" in request.POST, by=place.user, at=now)
    address = f"/desk/vorschau/{token}/{record_path(record.kind, record.id)}"
    if "share" in request.POST:
        full = request.build_absolute_uri(address)
        return render(request, "desk/preview_link.html", {"draft": found, "address": full, "hours": 48})
    return redirect(address)


def _as_it_stands(draft: Draft, town: MunicipalityRecord) -> Record | None:
    if draft.payload and draft.state not in (State.DRAFT, State.RETURNED):
        return KINDS[draft.kind].model_validate(draft.payload)
    if draft.removes:
        return None
    form = form_for(Verb(draft.verb), draft.kind)(town, draft.fields)
    return form.record(
        draft.record_id or free_id(draft.title or "entwurf", ()), draft.base.payload if draft.base else None
    )


@require_safe
def preview(request: HttpRequest, token: str, page: str) -> HttpResponseBase:
    """A page of the site with the draft in it; everything but the draft's own pages is the public site."""
    now = clock.now()
    link = PreviewLink.objects.filter(digest=token_digest(token), expires__gt=now).select_related("draft").first()
    if link is None:
        return render(request, "desk/preview_over.html", status=410)
    found = link.draft
    files = files_for(found.municipality, exercise=found.exercise)
    if place_of(found, page):
        return shown(request, found, page)
    record = _as_it_stands(found, files.standing_municipality(now))
    if record is not None:
        address = site_address(found.municipality, exercise=found.exercise)
        pages = previews.pages(record, files, at=now, base_url=address)
        if page in pages:
            kind = "text/html; charset=utf-8" if page.endswith(".html") else "application/octet-stream"
            return HttpResponse(pages[page], content_type=kind, headers={"X-Robots-Tag": "noindex"})
    return serve(request, files.site, page)
