"""The use cases of the desk, one function each: check, change, log, return. Views, API and commands call these."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from krisenfest.domain.approval import (
    Act,
    Role,
    State,
    Verb,
    require_decider,
    require_four_eyes,
    require_permit,
    step,
)
from krisenfest.domain.records import Record
from krisenfest.domain.releases import canonical, digest
from krisenfest.errors import RefusedError, StaleError, StepError
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.audit import log
from krisenfest.web.desk import proofs, publishing
from krisenfest.web.desk.models import Approval, Draft, Publication, Revision, Step, Template

PRESENT = timedelta(seconds=45)  # whoever had a draft open so recently is still at it


def begin(  # noqa: PLR0913  each is named where it is given
    verb: Verb,
    kind: str,
    *,
    municipality: Municipality,
    by: User,
    at: datetime,
    exercise: bool = False,
    base: Revision | None = None,
    fields: Mapping[str, Any] | None = None,
) -> Draft:
    """A new draft; with `base` it changes what that revision says."""
    require_permit(by.roles_in(municipality), Act.SAVE, verb)
    with transaction.atomic():
        draft = Draft.objects.create(
            municipality=municipality,
            exercise=exercise,
            verb=verb,
            kind=kind,
            base=base,
            record_id=base.record_id if base else "",
            title=base.payload["texts"][0]["title"] if base and base.payload else "",
            fields=dict(fields or {}),
            author=by,
            created=at,
            changed=at,
        )
        _log("draft.begun", draft, by, at, {"verb": verb, "kind": kind})
    return draft


def save(draft: Draft, fields: Mapping[str, Any], *, title: str, version: int, by: User, at: datetime) -> Draft:
    """Keep what the form says, complete or not.

    Raises StaleError if somebody saved something else after `version`; nothing is overwritten then. The same fields
    once more change nothing: a browser that lost the answer to its save asks again.
    """
    require_permit(by.roles_in(draft.municipality), Act.SAVE, Verb(draft.verb))
    with transaction.atomic():
        draft = _locked(draft)
        state = step(State(draft.state), Act.SAVE)
        if draft.version > version and draft.fields == dict(fields):
            return draft
        if draft.version != version:
            raise StaleError("somebody else saved in the meantime: compare the two and keep what is right")
        if draft.fields != dict(fields) or draft.changed_by is None:
            draft.changed, draft.changed_by = at, by
        draft.state, draft.fields, draft.title = state, dict(fields), title[:300]
        draft.version += 1
        draft.opened, draft.opened_by = at, by
        draft.save()
    return draft


def look_in(draft: Draft, *, by: User, at: datetime) -> User | None:
    """Say that a person has the draft open to edit; gives who else has, if somebody does."""
    with transaction.atomic():
        draft = _locked(draft)
        other = draft.opened_by if draft.opened and at - draft.opened < PRESENT and draft.opened_by != by else None
        if other is None:
            draft.opened, draft.opened_by = at, by
            draft.save(update_fields=["opened", "opened_by"])
    return other


def submit(draft: Draft, record: Record | None, *, version: int, by: User, at: datetime) -> Draft:
    """Hand a draft to the second person, with the record that it has become (None: the record is to be taken out)."""
    require_permit(by.roles_in(draft.municipality), Act.SUBMIT, Verb(draft.verb))
    with transaction.atomic():
        draft = _locked(draft)
        if draft.version != version:
            raise StaleError("somebody else saved in the meantime: compare the two and keep what is right")
        if (record is None) != draft.removes:
            raise StepError("a draft without a record can only take one out")
        draft.state = step(State(draft.state), Act.SUBMIT)
        draft.submitted, draft.submitted_by = at, by
        draft.version += 1
        if record is not None:
            draft.payload = orjson.loads(canonical(record))
            draft.record_id, draft.title = record.id, record.source.title
        draft.save()
        _stepped(draft, Act.SUBMIT, by, at)
        _log("draft.submitted", draft, by, at)
    return draft


def take_back(draft: Draft, *, by: User, at: datetime) -> Draft:
    """The person who submitted goes on writing."""
    require_permit(by.roles_in(draft.municipality), Act.TAKE_BACK, Verb(draft.verb))
    with transaction.atomic():
        draft = _locked(draft)
        if draft.submitted_by != by:
            raise RefusedError("only the person who submitted it can take it back: return it with a reason instead")
        return _moved(draft, Act.TAKE_BACK, by, at, "draft.taken-back")


def keep_as_template(draft: Draft, name: str, *, by: User, at: datetime) -> Template:
    """Keep the words of a draft as a prepared text of the municipality's own; one of the same name is replaced."""
    require_permit(by.roles_in(draft.municipality), Act.SAVE, Verb(draft.verb))
    if not name.strip() or draft.removes:
        raise StepError("a template needs a name")
    dated = ("valid_from", "valid_until", "valid_through", "start", "end", "at", "status_from", "status_until")
    fields = {key: value for key, value in draft.fields.items() if key not in dated}
    with transaction.atomic():
        template, _ = Template.objects.update_or_create(
            municipality=draft.municipality, verb=draft.verb, name=name.strip()[:100], defaults={"fields": fields}
        )
        _log("template.kept", draft, by, at)
    return template


def give_back(draft: Draft, reason: str, *, by: User, at: datetime) -> Draft:
    """Return a draft to its author, with a reason."""
    require_decider(by.roles_in(draft.municipality), Act.RETURN, Verb(draft.verb), exercise=draft.exercise)
    if not reason.strip():
        raise StepError("a reason is needed: the author wants to know what to change")
    with transaction.atomic():
        return _moved(_locked(draft), Act.RETURN, by, at, "draft.returned", note=reason.strip())


def discard(draft: Draft, *, by: User, at: datetime) -> Draft:
    """Put a draft away that was never published."""
    require_permit(by.roles_in(draft.municipality), Act.DISCARD, Verb(draft.verb))
    with transaction.atomic():
        return _moved(_locked(draft), Act.DISCARD, by, at, "draft.discarded")


def comment(draft: Draft, text: str, *, by: User, at: datetime) -> Step:
    """Say something about a draft to the others who work on it."""
    require_permit(by.roles_in(draft.municipality), Act.COMMENT, Verb(draft.verb))
    if not text.strip():
        raise StepError("a comment needs words")
    with transaction.atomic():
        draft = _locked(draft)
        step(State(draft.state), Act.COMMENT)
        _log("draft.commented", draft, by, at)
        return _stepped(draft, Act.COMMENT, by, at, text.strip())


def approve(draft: Draft, *, version: int, by: User, at: datetime) -> Publication:
    """The second pair of eyes: from here on it is on its way to the public.

    `version` is the one that was looked at. Raises RefusedError if `by` submitted or last edited it, except in an
    exercise, and StaleError if it is not what was looked at any more.
    """
    require_decider(by.roles_in(draft.municipality), Act.APPROVE, Verb(draft.verb), exercise=draft.exercise)
    with transaction.atomic():
        draft = _locked(draft)
        require_four_eyes(
            submitter=draft.submitted_by, approver=by, last_editor=draft.changed_by, exercise=draft.exercise
        )
        if draft.version != version:
            raise StaleError("the draft has changed since you looked at it: look once more")
        return _approved(draft, by, at, approved_by=by)


def publish_alone(draft: Draft, *, by: User, at: datetime) -> Publication:
    """An emergency alert by one person, where the municipality permits it; a second person confirms it in time."""
    town, verb = draft.municipality, Verb(draft.verb)
    roles = by.roles_in(town)
    require_permit(roles, Act.SUBMIT, verb)
    if not town.emergency_alone or Role.EMERGENCY not in roles:
        raise RefusedError("one person alone may publish an alert only where the municipality has switched that on")
    require_permit({Role.EMERGENCY}, Act.APPROVE, verb)
    with transaction.atomic():
        draft = _locked(draft)
        if draft.submitted_by != by:
            raise RefusedError("somebody else submitted it: approve it in the usual way")
        until = at + timedelta(minutes=town.confirm_within_min)
        return _approved(draft, by, at, alone=True, confirm_by=until)


def confirm(approval: Approval, *, by: User, at: datetime) -> Approval:
    """The second person confirms what one person has published alone."""
    draft = approval.draft
    require_permit(by.roles_in(draft.municipality), Act.APPROVE, Verb(draft.verb))
    require_four_eyes(submitter=approval.submitted_by, approver=by)
    with transaction.atomic():
        approval = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
        if not approval.alone or approval.confirmed is not None:
            raise StepError("there is nothing to confirm")
        approval.confirmed, approval.confirmed_by = at, by
        approval.save()
        _log("alert.confirmed", draft, by, at)
        proofs.proof_task.enqueue(approval.publication.pk)  # it says so
    return approval


def _approved(
    draft: Draft,
    by: User,
    at: datetime,
    *,
    approved_by: User | None = None,
    alone: bool = False,
    confirm_by: datetime | None = None,
) -> Publication:
    _require_newest(draft)
    draft.state = step(State(draft.state), Act.APPROVE)
    assert draft.submitted_by is not None  # held by the database too
    approval = Approval.objects.create(
        draft=draft,
        exercise=draft.exercise,
        submitted_by=draft.submitted_by,
        approved_by=approved_by,
        at=at,
        alone=alone,
        confirm_by=confirm_by,
    )
    draft.save()  # after its approval: the database refuses an approved draft without one
    _stepped(draft, Act.APPROVE, by, at)
    publication = _committed(draft, approval, at)
    _log("draft.approved-alone" if alone else "draft.approved", draft, by, at, {"publication": publication.number})
    publishing.enqueue(publication)
    return publication


def _require_newest(draft: Draft) -> None:
    newest = Revision.objects.of(draft.municipality, exercise=draft.exercise).newest(draft.kind, draft.record_id)
    public = newest.pk if newest and newest.payload is not None else None
    if public != draft.base_id:
        raise StaleError("something else was published for this entry since the draft was begun: return it, compare")


def _committed(draft: Draft, approval: Approval, at: datetime) -> Publication:
    """The revision and its place in the order of publications, in the transaction of the approval."""
    town = Municipality.objects.select_for_update(no_key=True).get(pk=draft.municipality_id)  # approvals stand in a row
    room = {"municipality": town, "exercise": draft.exercise}
    newest = Revision.objects.filter(**room).newest(draft.kind, draft.record_id)
    payload = None if draft.removes else draft.payload
    revision = Revision.objects.create(
        **room,
        kind=draft.kind,
        record_id=draft.record_id,
        number=newest.number + 1 if newest else 1,
        payload=payload,
        recorded=at,
    )
    last = Publication.objects.filter(**room).aggregate(last=Max("number"))["last"] or 0
    said = digest(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)) if payload else ""
    return Publication.objects.create(**room, number=last + 1, approval=approval, revision=revision, digest=said)


def _locked(draft: Draft) -> Draft:
    return Draft.objects.of(draft.municipality, exercise=draft.exercise).select_for_update(no_key=True).get(pk=draft.pk)


def _moved(draft: Draft, act: Act, by: User, at: datetime, said: str, note: str = "") -> Draft:
    draft.state = step(State(draft.state), act)
    draft.version += 1
    draft.save()
    _stepped(draft, act, by, at, note)
    _log(said, draft, by, at)
    return draft


def _stepped(draft: Draft, act: Act, by: User | None, at: datetime, note: str = "") -> Step:
    return Step.objects.create(draft=draft, act=act, by=by, at=at, note=note)


def _log(act: str, draft: Draft, by: User, at: datetime, details: Mapping[str, Any] | None = None) -> None:
    where = {"exercise": True} if draft.exercise else {}
    named = {"kind": draft.kind, "record": draft.record_id} if draft.record_id else {}
    log.record(
        act,
        f"draft {draft.pk}",
        municipality=draft.municipality,
        by=by,
        at=at,
        details={**where, **named, **(details or {})},
    )
