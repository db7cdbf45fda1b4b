"""What an event leaves for its recap: questions with answers, results of polls, counts; nobody is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from krisenfest.domain.participation import PUBLIC, PollState, QuestionState
from krisenfest.web.participation.models import Stage
from krisenfest.web.participation.stages import find, participants


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question that everybody could read, without who asked it; `answer` is "" where it was only spoken."""

    text: str
    answer: str
    answered: bool
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """A poll and how often each answer was chosen; `ballots` are people, who may have chosen several."""

    text: str
    multiple: bool
    results: tuple[tuple[str, int], ...]
    ballots: int
    shown: bool  # whether participants were shown the results


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one event; `participants` are distinct passes that were used, `peak` the most people connected at once."""

    questions: tuple[AskedQuestion, ...]  # answered ones first, then by votes
    polls: tuple[PollResult, ...]  # in the order in which they were made
    participants: int
    peak: int


def outcome_of(room: Mapping[str, Any], record_id: str) -> Outcome | None:
    """What the event has left; None if it has no stage. `room` holds `municipality` and `exercise`."""
    stage = find(room, record_id)
    return _outcome(stage) if stage else None


def _outcome(stage: Stage) -> Outcome:
    asked = [
        AskedQuestion(
            text=each.text,
            answer=each.answer,
            answered=each.state == QuestionState.ANSWERED,
            votes=each.votes,
        )
        for each in stage.questions.filter(state__in=PUBLIC).order_by("pk")
    ]
    polls = [
        PollResult(
            text=each.text,
            multiple=each.multiple,
            results=tuple(zip(each.options, each.counts, strict=True)),
            ballots=each.ballots,
            shown=each.shown,
        )
        for each in stage.polls.filter(state__in=(PollState.OPEN, PollState.CLOSED)).order_by("pk")
    ]
    return Outcome(
        questions=tuple(sorted(asked, key=lambda each: (not each.answered, -each.votes))),
        polls=tuple(polls),
        participants=participants(stage),
        peak=stage.peak,
    )
