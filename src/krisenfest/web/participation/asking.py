"""What participants do: ask, vote, answer a poll. Check, change, return; of a ballot only its count is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from krisenfest.domain.participation import (
    NAME_MAX_CHARS,
    PUBLIC,
    QUESTION_MAX_CHARS,
    VOTING,
    PollState,
    QuestionState,
    choices_of,
    require_moderate,
    require_turns,
    words_of,
)
from krisenfest.errors import RefusedError, StepError
from krisenfest.web.participation.models import Poll, PollVote, Question, Stage, Vote
from krisenfest.web.participation.stages import changing, require_part
from krisenfest.web.passes import Pass

logger = logging.getLogger("krisenfest.participation")


def ask(stage: Stage, text: str, *, holder: Pass, at: datetime, name: str = "") -> Question:
    """A new question; where questions are moderated only moderators see it. The same words again ask nothing new."""
    said = words_of("question", text, QUESTION_MAX_CHARS)
    called = words_of("name", name, NAME_MAX_CHARS, needed=False)
    with changing(stage) as locked:
        require_part(locked, holder)
        if not locked.asking:
            raise RefusedError("questions are closed now")
        mine = locked.questions.filter(key=holder.key)
        if same := mine.filter(text=said).first():
            return same  # a button pressed twice, or a page sent again
        require_moderate(mine.values_list("at", flat=True), at)
        state = QuestionState.NEW if locked.moderated else QuestionState.SHOWN
        question = Question.objects.create(
            stage=locked, number=locked.number, state=state, text=said, name=called, key=holder.key, at=at
        )
    logger.info("question asked", extra=_where(stage))
    return question


def vote(stage: Stage, question_id: int, *, holder: Pass, given: bool = True) -> Question:
    """Vote for a question, or take that back; a second vote of the same person changes nothing."""
    with changing(stage, urgent=False) as locked:
        require_part(locked, holder)
        question = locked.questions.filter(state__in=PUBLIC).get(pk=question_id)
        if question.state not in VOTING:
            raise StepError("this question is answered: voting is over")
        cast = Vote.objects.filter(question=question, key=holder.key).first()
        if (cast.given if cast else False) == given:
            return question
        if cast:
            require_turns(cast.turns)
            cast.given, cast.turns = given, cast.turns + 1
            cast.save()
        else:
            Vote.objects.create(question=question, key=holder.key)
        question.votes += 1 if given else -1
        question.number = locked.number
        question.save()
    return question


def answer_poll(stage: Stage, poll_id: int, chosen: Iterable[int], *, holder: Pass) -> Poll:
    """Choose among a poll's answers; while it is open a person may choose again, which replaces what they chose."""
    with changing(stage, urgent=False) as locked:
        require_part(locked, holder)
        poll = locked.polls.exclude(state__in=(PollState.DRAFT, PollState.DROPPED)).get(pk=poll_id)
        if poll.state != PollState.OPEN:
            raise StepError("this poll is closed")
        choices = list(choices_of(chosen, len(poll.options), multiple=poll.multiple))
        cast = PollVote.objects.filter(poll=poll, key=holder.key).first()
        if cast and cast.choices == choices:
            return poll
        if cast:
            require_turns(cast.turns)
            _count(poll, cast.choices, -1)
            cast.choices, cast.turns = choices, cast.turns + 1
            cast.save()
        else:
            PollVote.objects.create(poll=poll, key=holder.key, choices=choices)
            poll.ballots += 1
        _count(poll, choices, 1)
        poll.number = locked.number
        poll.save()
    return poll


def _count(poll: Poll, choices: Iterable[int], by: int) -> None:
    for each in choices:
        poll.counts[each] += by


def _where(stage: Stage) -> dict[str, Any]:
    return {"town": stage.municipality.slug, "exercise": stage.exercise}
