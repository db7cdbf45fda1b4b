"""The pages of the desk where something is written, shown to a second person, and decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from krisenfest import clock
from krisenfest.domain.approval import STEPS, Act, State, Verb, require_permit
from krisenfest.domain.municipality import Municipality as MunicipalityRecord
from krisenfest.domain.records import Record
from krisenfest.errors import KrisenfestError, StaleError
from krisenfest.web.desk import words, work
from krisenfest.web.desk.changes import changes
from krisenfest.web.desk.form_table import form_for
from krisenfest.web.desk.models import Draft, Revision, Template
from krisenfest.web.desk.overview import first_moments
from krisenfest.web.desk.place import Place, in_town, once_more, whole_number
from krisenfest.web.desk.presets import PRESETS, Preset
from krisenfest.web.desk.record_form import RecordForm, free_id
from krisenfest.web.published import recap_begun

NEW_KINDS: Mapping[Verb, tuple[str, ...]] = {
    Verb.WARN: ("alert",),
    Verb.RULE: ("measure",),
    Verb.INVITE: ("event",),
    Verb.TELL: ("notice", "page"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def begin(request: HttpRequest, place: Place, verb: str) -> HttpResponse:
    """A new draft: of a new record, or of one that is public (`kind` and `id` in the query)."""
    chosen = _verb(verb)
    kind, record_id = request.GET.get("kind", ""), request.GET.get("id", "")
    base = _base(place, kind, record_id) if record_id else None
    if base is not None and request.method != "POST":  # looking at an address begins nothing
        return redirect(f"{place.base}eintrag/{base.kind}/{base.record_id}/")
    if base is None and chosen not in NEW_KINDS:
        return redirect(f"{place.base}eintraege/?verb={verb}")
    presets: list[Preset | Template] = []
    if base is None:
        presets = [*PRESETS.get(chosen, ()), *_own_templates(place, chosen)]
    if base is None and request.method != "POST":
        kinds = [(each, words.KINDS[each]) for each in NEW_KINDS[chosen]]
        context = {"verb": verb, "name": words.VERBS[verb][0], "presets": presets, "kinds": kinds}
        return render(request, "desk/begin.html", context)
    now = clock.now()
    town = place.files.standing_municipality(now)
    fields: dict[str, Any] = {}
    if base is not None:
        kind = base.kind
        if chosen is not Verb.REMOVE:
            fields = _form_class(chosen, kind).fields_of(base.payload or {}, town)
        if chosen is Verb.ALL_CLEAR:
            fields |= {"at": first_moments(town, now)["at"]}
        if chosen is Verb.RECAP:
            fields |= _what_happened(place, record_id, fields)
    else:
        kind = request.POST.get("kind") or NEW_KINDS[chosen][0]
        if kind not in NEW_KINDS[chosen]:
            raise Http404
        preset = next((each for each in presets if each.name == request.POST.get("preset")), None)
        fields = {**first_moments(town, now), **(preset.fields if preset else {})}
        if chosen is Verb.RULE:
            fields |= {"issued_by": town.name}
        names = _form_class(chosen, kind)(town).fields
        fields = {name: value for name, value in fields.items() if name in names}
    draft = work.begin(
        chosen, kind, municipality=place.town, by=place.user, at=now, exercise=place.exercise, base=base, fields=fields
    )
    return redirect(f"{place.base}entwurf/{draft.pk}/bearbeiten/")


def _what_happened(place: Place, record_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the rooms know of an event, for the fields of its recap that are still empty."""
    found: dict[str, Any] = {}
    for _, told in recap_begun.send(Draft, **place.room, record_id=record_id):
        happened: dict[str, str] = told if isinstance(told, dict) else {}
        for name, value in happened.items():
            if value and not fields.get(name):
                found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def _own_templates(place: Place, verb: Verb) -> list[Template]:
    return list(Template.objects.filter(municipality=place.town, verb=verb))


def _verb(text: str) -> Verb:
    try:
        return Verb(text)
    except ValueError:
        raise Http404 from None


def _form_class(verb: Verb, kind: str) -> type[RecordForm]:
    try:
        return form_for(verb, kind)
    except KeyError:
        raise Http404 from None


def _base(place: Place, kind: str, record_id: str) -> Revision:
    found: Revision | None = place.revisions().newest(kind, record_id)
    if found is None or found.payload is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def edit(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Write a draft: every save counts, a stale one shows both, and handing over checks everything at once."""
    draft: Draft = get_object_or_404(place.drafts(), pk=number)
    require_permit(place.roles, Act.SAVE, Verb(draft.verb))
    if draft.state not in (State.DRAFT, State.RETURNED):
        return redirect(f"{place.base}entwurf/{number}/")
    town = place.files.standing_municipality(clock.now())
    form_class = None if draft.removes else _form_class(Verb(draft.verb), draft.kind)
    if request.method == "POST":
        return _saved(request, place, draft, town, form_class)
    form = form_class(town, initial=draft.fields) if form_class else None
    return _editor(request, place, draft, form)


def _editor(request: HttpRequest, place: Place, draft: Draft, form: RecordForm | None, **more: Any) -> HttpResponse:
    other = work.look_in(draft, by=place.user, at=clock.now())
    last = draft.steps.filter(act=Act.RETURN).last()
    context = {"draft": draft, "form": form, "other": other, "returned": last, "name": words.VERBS[draft.verb][0]}
    return render(request, "desk/edit.html", {**context, **more}, status=more.get("status", 200))


def _saved(
    request: HttpRequest,
    place: Place,
    draft: Draft,
    town: MunicipalityRecord,
    form_class: type[RecordForm] | None,
) -> HttpResponse:
    by_script = request.headers.get("X-Autosave") == "1"
    names = list(form_class(town).fields) if form_class else ["reason", "note"]
    fields = {name: request.POST.get(name, "") for name in names}
    version = whole_number(request.POST.get("version"))
    title = fields.get("title") or draft.title
    try:
        draft = work.save(draft, fields, title=title, version=version, by=place.user, at=clock.now())
    except StaleError as error:
        draft.refresh_from_db()
        if by_script:
            return JsonResponse({"stale": True}, status=409)
        both = [
            {
                "name": str(form_class(town).fields[name].label) if form_class else name,
                "saved": draft.fields.get(name, ""),
                "mine": value,
            }
            for name, value in fields.items()
            if str(draft.fields.get(name, "")) != value
        ]
        form = form_class(town, initial=fields) if form_class else None
        return _editor(request, place, draft, form, both=both, error=error, status=409)
    if by_script:
        return JsonResponse({"version": draft.version})
    if "submit" in request.POST:
        return _submitted(request, place, draft, town, form_class)
    if "files" in request.POST:
        return redirect(f"{place.base}entwurf/{draft.pk}/dateien/")
    messages.success(request, gettext("Gespeichert."))
    return redirect(f"{place.base}entwurf/{draft.pk}/bearbeiten/")


def _submitted(
    request: HttpRequest,
    place: Place,
    draft: Draft,
    town: MunicipalityRecord,
    form_class: type[RecordForm] | None,
) -> HttpResponse:
    now = clock.now()
    record: Record | None = None
    if form_class:
        form = form_class(town, request.POST)
        taken = _taken(place, draft)
        # Until it has been public the id follows the title.
        record_id = draft.record_id if draft.base else free_id(str(draft.fields.get("title", "")), taken)
        record = form.record(record_id, draft.base.payload if draft.base else None)
        if record is not None:
            record = _corrected(record, form.cleaned_data.get("correction", ""), town, now)
        if record is None:
            return _editor(request, place, draft, form, status=422)
    work.submit(draft, record, version=draft.version, by=place.user, at=now)
    messages.success(request, gettext("Wartet jetzt auf die Freigabe durch eine zweite Person."))
    return redirect(f"{place.base}entwurf/{draft.pk}/")


def _taken(place: Place, draft: Draft) -> set[str]:
    """The ids that a new record cannot have: those of others, public or not, and of what is to become public."""
    others = place.drafts().filter(kind=draft.kind, state__in=(State.IN_REVIEW, State.APPROVED)).exclude(pk=draft.pk)
    public = place.revisions().filter(kind=draft.kind)
    return {*public.values_list("record_id", flat=True), *others.values_list("record_id", flat=True)}


def _corrected(record: Record, correction: str, town: MunicipalityRecord, at: datetime) -> Record:
    """The record with a note, at the end of its text, of what was wrong before."""
    if not correction:
        return record
    day = at.astimezone(town.zone).strftime("%d.%m.%Y")
    body = f"{record.source.body}\n\n**Berichtigung ({day}):** {correction}".strip()
    source = record.source.model_copy(update={"body": body})
    return record.model_copy(update={"texts": (source, *record.texts[1:])})


@require_safe
@in_town
def draft(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """A draft, what it changes, and what was said and done about it."""
    found: Draft = get_object_or_404(place.drafts(), pk=number)
    return render(request, "desk/draft.html", _shown(place, found))


def _shown(place: Place, draft: Draft) -> dict[str, Any]:
    town = place.files.standing_municipality(clock.now())
    before = draft.base.payload if draft.base else None
    own = draft.submitted_by_id == place.user.pk
    publication = getattr(getattr(draft, "approval", None), "publication", None)
    return {
        "draft": draft,
        "state_name": words.DRAFT_STATES[draft.state],
        "verb_name": words.VERBS[draft.verb][0],
        "kind_name": words.KINDS[draft.kind],
        "changes": changes(before, draft.payload, town) if draft.payload else [],
        "is_new": before is None,
        "where": _where(draft, town),
        "scheduled": draft.scheduled,
        "later": bool(draft.scheduled and draft.scheduled > clock.now()) and not draft.removes,
        "steps": [(words.ACTS.get(each.act, each.act), each) for each in draft.steps.select_related("by")],
        "can_edit": draft.state in (State.DRAFT, State.RETURNED) and place.may(Act.SAVE, draft.verb),
        "can_approve": draft.state == State.IN_REVIEW
        and (place.may(Act.SAVE, draft.verb) if place.exercise else place.may(Act.APPROVE, draft.verb) and not own),
        "own_words": draft.changed_by_id == place.user.pk and not own and not place.exercise,
        "can_preview": place.may(Act.SAVE, draft.verb) or place.may(Act.APPROVE, draft.verb),
        "can_take_back": draft.state == State.IN_REVIEW and own,
        "can_comment": (State(draft.state), Act.COMMENT) in STEPS and place.may(Act.COMMENT, draft.verb),
        "alone": draft.state == State.IN_REVIEW
        and own
        and place.town.emergency_alone
        and not place.exercise
        and "emergency" in place.roles
        and draft.verb in (Verb.WARN, Verb.ALL_CLEAR),
        "publication": publication,
    }


def _where(draft: Draft, town: MunicipalityRecord) -> str:
    areas = (draft.payload or {}).get("area") or ()
    parts = [town.part(each) for each in areas]
    return ", ".join(part.name("de") for part in parts if part) or gettext("ganze Kommune")


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
@once_more(lambda request: request.method == "POST" and "return" not in request.POST)
def approve(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """For a phone and one thumb: what changes, for whom, from when; approve, or return with a reason."""
    found: Draft = get_object_or_404(place.drafts(), pk=number)
    if request.method != "POST":
        return render(request, "desk/approve.html", _shown(place, found))
    now = clock.now()
    if "return" in request.POST:
        work.give_back(found, request.POST.get("reason", ""), by=place.user, at=now)
        messages.success(request, gettext("Zurückgegeben."))
        return redirect(f"{place.base}entwurf/{number}/")
    if "approve" not in request.POST:
        raise KrisenfestError("neither approved nor returned: press one of the two buttons")
    version = whole_number(request.POST.get("version"))
    publication = work.approve(found, version=version, by=place.user, at=now)
    return redirect(f"{place.base}veroeffentlichungen/{publication.number}/")


@require_POST
@in_town
@once_more(lambda request: request.POST.get("act") == "alone")
def act(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The smaller steps: take back, put away, comment; publish alone in an emergency."""
    found: Draft = get_object_or_404(place.drafts(), pk=number)
    now = clock.now()
    match request.POST.get("act"):
        case "take-back":
            work.take_back(found, by=place.user, at=now)
        case "discard":
            work.discard(found, by=place.user, at=now)
        case "comment":
            work.comment(found, request.POST.get("text", ""), by=place.user, at=now)
        case "template":
            work.keep_as_template(found, request.POST.get("name", ""), by=place.user, at=now)
            messages.success(request, gettext("Als Vorlage behalten."))
        case "alone":
            publication = work.publish_alone(found, by=place.user, at=now)
            return redirect(f"{place.base}veroeffentlichungen/{publication.number}/")
        case _:
            raise Http404
    return redirect(f"{place.base}entwurf/{number}/")
