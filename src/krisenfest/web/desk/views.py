"""The pages of the desk that show: the start, records, publications, the audit log."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from krisenfest import clock
from krisenfest.domain.approval import Act, Role, State, Verb
from krisenfest.errors import RefusedError
from krisenfest.site.addresses import record_path
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit import log
from krisenfest.web.audit.models import Entry
from krisenfest.web.desk import proofs, publishing, towns, words, work
from krisenfest.web.desk.models import Draft, Publication, Review
from krisenfest.web.desk.overview import LOOK_AGAIN_DAYS, is_ahead, overview
from krisenfest.web.desk.place import Place, in_town, once_more
from krisenfest.web.served import serve

FIVE = (Verb.WARN, Verb.RULE, Verb.RESTRICT, Verb.INVITE, Verb.ALL_CLEAR)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The towns of a person; with one only, that one."""
    towns = list(Municipality.objects.filter(memberships__user=request.user.pk).distinct())
    if len(towns) == 1:
        return redirect(f"/desk/{towns[0].slug}/")
    return render(request, "desk/home.html", {"towns": towns})


@require_safe
@in_town
def start(request: HttpRequest, place: Place) -> HttpResponse:
    """The five verbs; below: what is public, what waits for me, what changes next, what is overdue for review."""
    now = clock.now()
    at_work = list(place.drafts().at_work().select_related("submitted_by", "changed_by", "author"))
    waiting = [each for each in at_work if _waits_for(place, each)]
    others = [each for each in at_work if each not in waiting]
    alone = place.publications().filter(approval__alone=True, approval__confirmed=None)
    to_confirm = alone.exclude(approval__submitted_by=place.user)
    if not place.may(Act.APPROVE, Verb.WARN):
        to_confirm = alone.none()
    context = {
        "verbs": [(each.value, *words.VERBS[each]) for each in FIVE if each in place.verbs()],
        "more": [(each.value, *words.VERBS[each]) for each in (Verb.TELL, Verb.REMOVE) if each in place.verbs()],
        "waiting": waiting,
        "mine": [each for each in others if _is_of(each, place)],
        "others": [each for each in others if not _is_of(each, place)],
        "to_confirm": to_confirm,
        "unconfirmed": alone.filter(approval__confirm_by__lt=now).exclude(pk__in=to_confirm.values("pk")),
        "stuck": place.publications().filter(status=Publication.FAILED),
        "overview": overview(place, now),
        "now": now,
    }
    return render(request, "desk/start.html", context)


def _waits_for(place: Place, draft: Draft) -> bool:
    """Whether somebody else waits until this person has decided, or has mended what came back."""
    if draft.state == State.IN_REVIEW:
        if place.exercise:
            return place.may(Act.SAVE, draft.verb)
        return place.may(Act.APPROVE, draft.verb) and place.user.pk not in (draft.submitted_by_id, draft.changed_by_id)
    return draft.state == State.RETURNED and _is_of(draft, place)


def _is_of(draft: Draft, place: Place) -> bool:
    return place.user.pk in (draft.author_id, draft.changed_by_id)


@require_safe
@in_town
def record(request: HttpRequest, place: Place, kind: str, record_id: str) -> HttpResponse:
    """One record: what is public of it, and everything that was done with it."""
    newest = place.revisions().newest(kind, record_id)
    if newest is None:
        raise Http404
    same = place.publications().filter(revision__kind=kind, revision__record_id=record_id).order_by("-number")
    context = {
        "revision": newest,
        "title": newest.payload["texts"][0]["title"] if newest.payload else record_id,
        "page": record_path(newest.kind, newest.record_id),
        "publications": same.select_related("approval__draft"),
        "drafts": place.drafts().at_work().filter(kind=kind, record_id=record_id),
        "reviews": Review.objects.filter(**place.room, kind=kind, record_id=record_id).order_by("-at")[:5],
        "can_write": place.may(Act.SAVE, Verb.TELL) or (kind == "alert" and place.may(Act.SAVE, Verb.WARN)),
        "can_remove": place.may(Act.SAVE, Verb.REMOVE),
        "is_ahead": bool(newest.payload) and is_ahead(newest.record, clock.now()),
    }
    return render(request, "desk/record.html", context)


@require_POST
@in_town
def still_correct(request: HttpRequest, place: Place, kind: str, record_id: str) -> HttpResponse:
    """One click: somebody has looked, and it is still right."""
    if not place.may(Act.SAVE, Verb.TELL):
        raise RefusedError("only who writes or approves may say that an entry is still correct")
    newest = place.revisions().newest(kind, record_id)
    if newest is None or newest.payload is None:
        raise Http404
    now = clock.now()
    until = (now + timedelta(days=LOOK_AGAIN_DAYS)).date()
    Review.objects.create(**place.room, kind=kind, record_id=record_id, at=now, by=place.user, until=until)
    log.record("record.reviewed", f"{kind} {record_id}", municipality=place.town, by=place.user, at=now)
    messages.success(request, gettext("Vermerkt: geprüft und richtig."))
    return redirect(f"{place.base}eintrag/{kind}/{record_id}/")


@require_safe
@in_town
def publications(request: HttpRequest, place: Place) -> HttpResponse:
    """Everything that was approved, the newest first."""
    found = place.publications().order_by("-number").select_related("revision", "approval__draft")[:200]
    return render(request, "desk/publications.html", {"publications": found})


@require_safe
@in_town
def publication(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One publication: approved, built, seen; and the proof of it."""
    found = get_object_or_404(place.publications().select_related("approval__draft", "revision"), number=number)
    context = {
        "publication": found,
        "page": record_path(found.revision.kind, found.revision.record_id),
        "running": found.status == Publication.WAITING or (found.status == Publication.DONE and not found.looked),
        "again_s": 1 if found.status == Publication.WAITING or not found.looked else 5,
        "has_proof": proofs.place_of(found).exists(),
        "facts": proofs.facts(found),
        "can_confirm": place.may(Act.APPROVE, found.approval.draft.verb)
        and found.approval.alone
        and found.approval.confirmed is None
        and found.approval.submitted_by_id != place.user.pk,
    }
    return render(request, "desk/publication.html", context)


@require_safe
@in_town
def proof(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """The proof of a publication as PDF; it is made after the publication, never while somebody waits."""
    found = get_object_or_404(place.publications(), number=number)
    pdf = proofs.place_of(found)
    if not pdf.exists():
        raise Http404
    return serve(request, pdf.parent, pdf.name)


@require_POST
@in_town
def retry(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One click: try a failed publication again."""
    found = get_object_or_404(place.publications(), number=number, status=Publication.FAILED)
    publishing.retry(found, by=place.user, at=clock.now())
    return redirect(f"{place.base}veroeffentlichungen/{number}/")


@require_POST
@in_town
@once_more(lambda request: True)
def confirm(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The second person confirms what one person has published alone."""
    found = get_object_or_404(place.publications(), number=number)
    work.confirm(found.approval, by=place.user, at=clock.now())
    return redirect(f"{place.base}veroeffentlichungen/{number}/")


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def drill(request: HttpRequest, place: Place) -> HttpResponse:
    """The timeline of the exercise: what was done, how long after its beginning; a button begins a new one."""
    if not place.exercise:
        raise Http404
    if request.method == "POST":
        towns.begin_exercise(place.town, by=place.user, at=clock.now())
        return redirect(place.base)
    entries = list(Entry.objects.of(place.town).filter(details__exercise=True).order_by("-number")[:500])
    begun = next((number for number, each in enumerate(entries) if each.act == "exercise.begun"), len(entries) - 1)
    rows = list(reversed(entries[: begun + 1]))
    timed = [(each, each.at - rows[0].at, words.LOGGED.get(each.act, each.act)) for each in rows]
    return render(request, "desk/drill.html", {"rows": timed})


@require_safe
@in_town
def audit_log(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The audit log of the municipality; `?export` gives it as lines of JSON."""
    if not place.roles & {Role.ADMINISTRATOR, Role.APPROVER}:
        raise RefusedError("the audit log is for approvers and administrators")
    if "export" in request.GET:
        return StreamingHttpResponse(
            log.export(place.town),
            content_type="application/x-ndjson",
            headers={"Content-Disposition": 'attachment; filename="protokoll.jsonl"'},
        )
    entries = Entry.objects.of(place.town).order_by("-number").select_related("by")[:200]
    return render(request, "desk/audit.html", {"entries": entries, "verdict": log.verify(place.town)})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "desk/error.html", {"code": 400}, status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "desk/error.html", {"code": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "desk/error.html", {"code": 404}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """500: without the database, because that may be what failed."""
    return render(request, "desk/failed.html", status=500)
