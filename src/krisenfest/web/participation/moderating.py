"""What moderators do: with questions, polls, people and the stage; each deed can be undone, and is in the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models

from krisenfest.domain.approval import Role
from krisenfest.domain.participation import (
    ANSWER_MAX_CHARS,
    OPTION_MAX_CHARS,
    OPTIONS,
    QUESTION_MAX_CHARS,
    PollAct,
    PollState,
    QuestionAct,
    QuestionState,
    poll_step,
    question_step,
    words_of,
)
from krisenfest.errors import FieldError, RefusedError, StaleError, StepError
from krisenfest.web.accounts.models import User
from krisenfest.web.audit import log
from krisenfest.web.participation.models import Ban, Deed, Poll, Question, Stage
from krisenfest.web.participation.stages import changing

MODERATORS = frozenset({Role.AUTHOR, Role.APPROVER, Role.ADMINISTRATOR})
SWITCHES = ("open", "moderated", "asking", "door")
ROWS: Mapping[str, type[models.Model]] = {"question": Question, "poll": Poll, "ban": Ban, "stage": Stage}
Change = list[Any]  # [model, pk, field, before, after], as Deed keeps it


def require_moderator(stage: Stage, by: User) -> None:
    """Raise RefusedError unless the person holds events of this municipality."""
    if not by.roles_in(stage.municipality) & MODERATORS:
        raise RefusedError("your roles do not permit to moderate: ask an administrator")


def move(stage: Stage, question_id: int, act: QuestionAct, *, by: User, at: datetime, answer: str = "") -> Question:
    """Take a question a step further; what goes on air sends what was there back to the list.

    With ANSWER the words of an answer may be given; without any, those that are there stay.
    """
    require_moderator(stage, by)
    with changing(stage) as locked:
        question = locked.questions.get(pk=question_id)
        changes = _move(question, act, locked)
        if act is QuestionAct.ANSWER and answer.strip():
            if len(said := answer.strip()) > ANSWER_MAX_CHARS:
                raise FieldError("answer", f"{len(said)} characters", f"write at most {ANSWER_MAX_CHARS} characters")
            changes += _set(question, locked, answer=said)
        if act is QuestionAct.AIR:
            for other in locked.questions.filter(state=QuestionState.ON_AIR).exclude(pk=question.pk):
                changes += _move(other, QuestionAct.SHOW, locked)
        _done(locked, f"live.question-{act}", f"question {question.pk}", changes, by, at)
    return question


def ban(stage: Stage, question_id: int, *, by: User, at: datetime) -> Ban:
    """Exclude whoever asked this question from asking and voting, and hide what they asked and nobody answered."""
    require_moderator(stage, by)
    with changing(stage) as locked:
        question = locked.questions.get(pk=question_id)
        if not question.key:
            raise StepError("nobody is known to have asked this question any more")
        found, _ = Ban.objects.get_or_create(stage=locked, key=question.key, defaults={"at": at, "lifted": True})
        changes = _set(found, locked, lifted=False)
        if not changes:
            raise StepError("this person is excluded already")
        unanswered = (QuestionState.NEW, QuestionState.SHOWN, QuestionState.ON_AIR)
        for each in locked.questions.filter(key=question.key, state__in=unanswered):
            changes += _move(each, QuestionAct.HIDE, locked)
        _done(locked, "live.banned", f"ban {found.pk}", changes, by, at)
    return found


def lift(stage: Stage, ban_id: int, *, by: User, at: datetime) -> Ban:
    """Let somebody ask and vote again; their questions stay hidden until somebody shows them."""
    require_moderator(stage, by)
    with changing(stage) as locked:
        found = locked.bans.get(pk=ban_id)
        changes = _set(found, locked, lifted=True)
        _done(locked, "live.ban-lifted", f"ban {found.pk}", changes, by, at)
    return found


def switch(stage: Stage, values: Mapping[str, bool], *, by: User, at: datetime) -> Stage:
    """Open or close the stage (`open`), questions (`asking`), the door, and reading before showing (`moderated`)."""
    require_moderator(stage, by)
    if unknown := set(values) - set(SWITCHES):
        raise FieldError("switch", sorted(unknown), f"choose from {', '.join(SWITCHES)}")
    with changing(stage) as locked:
        if locked.forgotten:
            raise StepError("the time of this event is over: what people said is deleted")
        changes = _set(locked, locked, **values)
        if changes:
            _done(locked, "live.switched", f"stage {locked.pk}", changes, by, at, dict(values))
    return locked


def draft_poll(stage: Stage, text: str, options: Sequence[str], *, multiple: bool, by: User, at: datetime) -> Poll:
    """A new poll that only moderators see. Raises FieldError if words are missing or answers too few or too many."""
    require_moderator(stage, by)
    said = words_of("poll", text, QUESTION_MAX_CHARS)
    given = [words_of("option", each, OPTION_MAX_CHARS) for each in options if each.strip()]
    if len(given) not in OPTIONS or len(set(given)) != len(given):
        raise FieldError("option", len(given), f"give {OPTIONS[0]} to {OPTIONS[-1]} different answers")
    with changing(stage) as locked:
        poll = Poll.objects.create(
            stage=locked,
            number=locked.number,
            text=said,
            options=given,
            multiple=multiple,
            state=PollState.DRAFT,
            counts=[0] * len(given),
            at=at,
        )
        # Undone, it is dropped: as if nobody had ever seen it, which is so.
        changes: list[Change] = [["poll", poll.pk, "state", PollState.DROPPED, PollState.DRAFT]]
        _done(locked, "live.poll-drafted", f"poll {poll.pk}", changes, by, at)
    return poll


def move_poll(stage: Stage, poll_id: int, act: PollAct, *, by: User, at: datetime) -> Poll:
    """Open, close or drop a poll."""
    require_moderator(stage, by)
    with changing(stage) as locked:
        poll = locked.polls.get(pk=poll_id)
        changes = _set(poll, locked, state=poll_step(PollState(poll.state), act))
        _done(locked, f"live.poll-{act}", f"poll {poll.pk}", changes, by, at)
    return poll


def show_results(stage: Stage, poll_id: int, *, shown: bool, by: User, at: datetime) -> Poll:
    """Show everybody the results of a poll, or not."""
    require_moderator(stage, by)
    with changing(stage) as locked:
        poll = locked.polls.exclude(state__in=(PollState.DRAFT, PollState.DROPPED)).get(pk=poll_id)
        changes = _set(poll, locked, shown=shown)
        _done(locked, "live.results", f"poll {poll.pk}", changes, by, at, {"shown": shown})
    return poll


def undo(stage: Stage, *, by: User, at: datetime) -> Deed:
    """Take back what this moderator did last and has not taken back yet; once more takes back the one before.

    Raises StepError if there is nothing, StaleError if somebody has changed the same since.
    """
    require_moderator(stage, by)
    with changing(stage) as locked:
        deed = locked.deeds.filter(by=by, undone=False).order_by("-pk").first()
        if deed is None:
            raise StepError("there is nothing to undo")
        for model, pk, field, before, after in reversed(deed.changes):
            row = locked if model == "stage" else ROWS[model]._default_manager.get(pk=pk, stage=locked)
            if getattr(row, field) != after:
                raise StaleError("somebody has changed this since: look once more")
            _set(row, locked, **{field: before})
        deed.undone = True
        deed.save()
        _log(locked, "live.undone", deed.act, by, at, {})
    return deed


def _move(question: Question, act: QuestionAct, stage: Stage) -> list[Change]:
    return _set(question, stage, state=question_step(QuestionState(question.state), act))


def _set(row: models.Model, stage: Stage, **values: object) -> list[Change]:
    """Give fields of a row their values and the row the stage's number; gives what changed."""
    name = next(each for each, kind in ROWS.items() if isinstance(row, kind))
    changes: list[Change] = []
    for field, value in values.items():
        before = getattr(row, field)
        if before != value:
            setattr(row, field, value)
            changes.append([name, row.pk, field, before, value])
    if changes and row is not stage:
        if hasattr(row, "number"):
            row.number = stage.number
        row.save()
    return changes


def _done(
    stage: Stage,
    act: str,
    subject: str,
    changes: Iterable[Change],
    by: User,
    at: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    Deed.objects.create(stage=stage, act=act, changes=list(changes), by=by, at=at)
    _log(stage, act, subject, by, at, details or {})


def _log(stage: Stage, act: str, subject: str, by: User, at: datetime, details: Mapping[str, Any]) -> None:
    """Into the audit log: acts and numbers, never what somebody asked or is called."""
    where = {"record": stage.record_id, **({"exercise": True} if stage.exercise else {})}
    log.record(act, subject, municipality=stage.municipality, by=by, at=at, details={**where, **details})
