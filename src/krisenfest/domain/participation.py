"""Taking part while an event is held: questions and polls as tables of states, and how much one person may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from krisenfest.domain.events import Event
from krisenfest.errors import FieldError, StepError, TooMuchError

QUESTION_MAX_CHARS = 500
NAME_MAX_CHARS = 80
ANSWER_MAX_CHARS = 4000
OPTION_MAX_CHARS = 200
OPTIONS = range(2, 13)  # a poll has so many answers to choose from
ASK_WITHIN = timedelta(minutes=2)
ASK_AT_ONCE = 3  # so many questions of one person within ASK_WITHIN
ASK_IN_ALL = 20  # and so many at one event
TURNS = 10  # so often a person may change a vote or an answer


class QuestionState(StrEnum):
    """Where a question stands."""

    NEW = "new"  # waits for a moderator
    SHOWN = "shown"  # everybody reads it and may vote
    ON_AIR = "on-air"  # is being answered; the projector shows it
    ANSWERED = "answered"
    HIDDEN = "hidden"


class QuestionAct(StrEnum):
    """What a moderator does with a question."""

    SHOW = "show"
    AIR = "air"
    ANSWER = "answer"
    HIDE = "hide"


class PollState(StrEnum):
    """Where a poll stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    DROPPED = "dropped"


class PollAct(StrEnum):
    """What a moderator does with a poll; showing its results is a switch beside it."""

    OPEN = "open"
    CLOSE = "close"
    DROP = "drop"


_Q, _A = QuestionState, QuestionAct
QUESTION_STEPS: Mapping[tuple[QuestionState, QuestionAct], QuestionState] = MappingProxyType(
    {
        (_Q.NEW, _A.SHOW): _Q.SHOWN,
        (_Q.NEW, _A.AIR): _Q.ON_AIR,
        (_Q.NEW, _A.HIDE): _Q.HIDDEN,
        (_Q.SHOWN, _A.AIR): _Q.ON_AIR,
        (_Q.SHOWN, _A.ANSWER): _Q.ANSWERED,
        (_Q.SHOWN, _A.HIDE): _Q.HIDDEN,
        (_Q.ON_AIR, _A.SHOW): _Q.SHOWN,
        (_Q.ON_AIR, _A.ANSWER): _Q.ANSWERED,
        (_Q.ON_AIR, _A.HIDE): _Q.HIDDEN,
        (_Q.ANSWERED, _A.ANSWER): _Q.ANSWERED,  # the answer in writing is mended
        (_Q.ANSWERED, _A.SHOW): _Q.SHOWN,
        (_Q.ANSWERED, _A.HIDE): _Q.HIDDEN,
        (_Q.HIDDEN, _A.SHOW): _Q.SHOWN,
    }
)
POLL_STEPS: Mapping[tuple[PollState, PollAct], PollState] = MappingProxyType(
    {
        (PollState.DRAFT, PollAct.OPEN): PollState.OPEN,
        (PollState.DRAFT, PollAct.DROP): PollState.DROPPED,
        (PollState.OPEN, PollAct.CLOSE): PollState.CLOSED,
        (PollState.CLOSED, PollAct.OPEN): PollState.OPEN,
    }
)
PUBLIC = frozenset({_Q.SHOWN, _Q.ON_AIR, _Q.ANSWERED})  # what participants read
VOTING = frozenset({_Q.SHOWN, _Q.ON_AIR})


def question_step(state: QuestionState, act: QuestionAct) -> QuestionState:
    """The state that follows; raises StepError where the table has no such step."""
    try:
        return QUESTION_STEPS[state, act]
    except KeyError:
        possible = ", ".join(sorted(each for before, each in QUESTION_STEPS if before is state))
        raise StepError(f"a question that is {state} cannot {act}: possible is {possible}") from None


def poll_step(state: PollState, act: PollAct) -> PollState:
    """The state that follows; raises StepError where the table has no such step."""
    try:
        return POLL_STEPS[state, act]
    except KeyError:
        possible = ", ".join(sorted(each for before, each in POLL_STEPS if before is state)) or "nothing"
        raise StepError(f"a poll that is {state} cannot {act}: possible is {possible}") from None


def words_of(field: str, text: str, max_chars: int, *, needed: bool = True) -> str:
    """The text with single spaces; raises FieldError if it is empty (where it is needed) or too long."""
    said = " ".join(text.replace("\0", "").split())
    if needed and not said:
        raise FieldError(field, text, "write something")
    if len(said) > max_chars:
        raise FieldError(field, f"{len(said)} characters", f"write at most {max_chars} characters")
    return said


def require_moderate(asked: Iterable[datetime], at: datetime) -> None:
    """Raise TooMuchError if somebody who asked at these instants should wait, or has asked enough."""
    times = list(asked)
    if len(times) >= ASK_IN_ALL:
        raise TooMuchError(f"one person may ask {ASK_IN_ALL} questions: let others speak")
    if sum(at - ASK_WITHIN < each for each in times) >= ASK_AT_ONCE:
        raise TooMuchError(f"{ASK_AT_ONCE} questions in {ASK_WITHIN.seconds} s are enough: wait a little")


def require_turns(turns: int) -> None:
    """Raise TooMuchError if a vote or an answer was changed too often."""
    if turns >= TURNS:
        raise TooMuchError(f"a vote can be changed {TURNS - 1} times: it stays as it is")


def choices_of(chosen: Iterable[int], options: int, *, multiple: bool) -> tuple[int, ...]:
    """What somebody chose, in order, each once; raises FieldError if that is nothing, too much or not there."""
    found = tuple(sorted(set(chosen)))
    if not found:
        raise FieldError("choice", "", "choose an answer")
    if len(found) > 1 and not multiple:
        raise FieldError("choice", found, "choose one answer only")
    if found[0] < 0 or found[-1] >= options:
        raise FieldError("choice", found, "choose one of the answers")
    return found


def current_item(event: Event, at: datetime, zone: ZoneInfo) -> int | None:
    """The place in the agenda of the item that has begun last at the instant `at`; None before and after the event.

    An item holds from its time of day (on the municipality's clocks, the event's first day unless it names another)
    until the next item with a time; items without a time belong to the one before.
    """
    if at < event.start or (event.end is not None and at >= event.end):
        return None
    here = at.astimezone(zone)
    day, found = event.start.astimezone(zone).date(), None
    for place, item in enumerate(event.agenda):
        day = item.day or day
        if item.at is not None and (day.isoformat(), item.at) <= (here.date().isoformat(), here.strftime("%H:%M")):
            found = place
    return found
