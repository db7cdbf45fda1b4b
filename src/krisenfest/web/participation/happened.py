"""What a stage can say in the recap of its event: questions with answers, polls, and how many took part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from krisenfest.web.accounts.models import Municipality
from krisenfest.web.participation.outcome import outcome_of
from krisenfest.web.recap_lines import recap_fields


@dataclass(frozen=True, slots=True)
class _Question:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class _Choice:
    title: str
    votes: int


@dataclass(frozen=True, slots=True)
class _Poll:
    question: str
    choices: tuple[_Choice, ...]
    voters: int | None


def tell(sender: object, *, municipality: Municipality, exercise: bool, record_id: str, **_: Any) -> dict[str, str]:
    """What participants asked and chose, as fields of the recap's form; receiver of `recap_begun`.

    Only what everybody could read, and nobody's name.
    """
    found = outcome_of({"municipality": municipality, "exercise": exercise}, record_id)
    if found is None:
        return {}
    questions = [_Question(each.text, each.answer) for each in found.questions if each.answered]
    polls = [
        _Poll(
            each.text,
            tuple(_Choice(title, votes) for title, votes in each.results),
            each.ballots if each.multiple else None,
        )
        for each in found.polls
        if each.shown
    ]
    counts = {gettext("haben live mitgemacht"): found.participants} if found.participants else {}
    return recap_fields(questions, polls, counts)
