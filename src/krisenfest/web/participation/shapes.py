"""What each kind of page shows of a stage: items as pieces of HTML, the same in a page and in its live connection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from krisenfest.domain.participation import PollState, QuestionState
from krisenfest.web.participation.models import Poll, Question, Stage
from krisenfest.web.passes import Part

LANGUAGES = ("de", "en")
_Q, _P = QuestionState, PollState
# Which list of a page a question stands in; where there is none, its page does not have it.
QUESTION_LISTS: dict[Part, dict[str, str]] = {
    Part.PARTICIPANT: {_Q.ON_AIR: "air", _Q.SHOWN: "shown", _Q.ANSWERED: "answered"},
    Part.SCREEN: {_Q.ON_AIR: "air"},
    Part.MODERATOR: {each: each.replace("on-air", "air") for each in _Q},
}


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a page. `list` is where it stands ("": nowhere any more), `rank` how high, `number` its change."""

    id: str
    number: int
    list: str
    rank: int
    html: str


@dataclass(frozen=True, slots=True)
class Mine:
    """What one participant has done, for the page that is made for them alone."""

    votes: frozenset[int] = frozenset()
    ballots: dict[int, list[int]] | None = None


def question_item(question: Question, part: Part, mine: Mine | None = None) -> Item:
    """A question on a page of this kind, in the present language."""
    place = QUESTION_LISTS[part].get(question.state, "")
    context = {"question": question, "part": part.name, "voted": bool(mine and question.pk in mine.votes)}
    html = render_to_string("live/_question.html", context) if place else ""
    return Item(f"q{question.pk}", question.number, place, question.votes, html)


def poll_item(poll: Poll, part: Part, mine: Mine | None = None) -> Item:
    """A poll on a page of this kind, in the present language."""
    if part is Part.MODERATOR:
        place = "" if poll.state == PollState.DROPPED else "polls"
    else:
        place = "polls" if poll.state == PollState.OPEN or (poll.state == PollState.CLOSED and poll.shown) else ""
    chosen = (mine.ballots or {}).get(poll.pk, []) if mine else []
    context = {"poll": poll, "part": part.name, "answered": bool(chosen), "rows": _rows(poll, chosen)}
    context["counted"] = poll.shown or part is Part.MODERATOR
    context["heading"] = "h3" if part is Part.MODERATOR else "h2"  # only there it stands below another heading
    html = render_to_string("live/_poll.html", context) if place else ""
    return Item(f"p{poll.pk}", poll.number, place, -poll.pk, html)


def _rows(poll: Poll, chosen: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "place": place,
            "text": text,
            "count": count,
            "percent": round(100 * count / poll.ballots) if poll.ballots else 0,
            "chosen": place in chosen,
        }
        for place, (text, count) in enumerate(zip(poll.options, poll.counts, strict=True))
    ]


def stage_item(stage: Stage, part: Part) -> Item:
    """What the page says about the stage itself: whether it is open, and for what."""
    html = render_to_string("live/_stage.html", {"stage": stage, "part": part.name})
    return Item("stage", stage.changed, "stage", 0, html)


def items(
    stage: Stage, questions: Iterable[Question], polls: Iterable[Poll], part: Part, mine: Mine | None = None
) -> Iterator[Item]:
    """The stage and these rows as items, in the present language."""
    yield stage_item(stage, part)
    for question in questions:
        yield question_item(question, part, mine)
    for poll in polls:
        yield poll_item(poll, part, mine)


def items_in(lang: str, *rows: Any) -> list[Item]:
    """The same in a language that is named."""
    with translation.override(lang):
        return list(items(*rows))


def lists(found: Iterable[Item]) -> dict[str, list[Item]]:
    """Items by the list that they stand in, the highest first, of equals the oldest."""
    filled: dict[str, list[Item]] = {}
    for each in sorted(found, key=lambda item: -item.rank):
        if each.list:
            filled.setdefault(each.list, []).append(each)
    return filled


def waiting_item(question: Question) -> Item:
    """A question that its own author sees while it waits for a moderator."""
    html = render_to_string("live/_waiting.html", {"question": question})
    return Item(f"q{question.pk}", question.number, "waiting", 0, html)
