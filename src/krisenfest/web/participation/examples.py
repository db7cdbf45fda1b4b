"""A stage with something on it, for the demo."""

from __future__ import annotations

from datetime import datetime

from krisenfest.domain.participation import PollAct, QuestionAct
from krisenfest.web import passes
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.participation import asking, moderating, stages

EVENT = "webinar-krisenfest"
ASKED = (
    ("Lea", "Was hätten Sie gern vor dem Hochwasser gewusst?", 4),
    ("", "Wie erreichen Sie Menschen, die kein Internet haben?", 7),
    ("Civic-Tech-Gruppe", "Dürfen wir die Karte der Freiwilligen nachnutzen?", 2),
)
POLL = ("Was hat bei Ihnen zuletzt gefehlt?", ("Strom", "Leute", "klare Texte", "nichts"))


def hold(town: Municipality, by: User, at: datetime) -> None:
    """Open the stage of the example's webinar, with questions, votes and a poll, and its door."""
    stage = stages.find({"municipality": town, "exercise": False}, EVENT)
    if stage is None:
        return
    moderating.switch(stage, {"open": True, "moderated": False, "door": True}, by=by, at=at)
    crowd = []
    for number in range(8):
        token = passes.issue(town, EVENT, ends=stage.end, key=passes.key_of("example", number))
        if holder := passes.read(token, at):
            crowd.append(holder)
    questions = []
    for place, (name, text, votes) in enumerate(ASKED):
        question = asking.ask(stage, text, holder=crowd[place], at=at, name=name)
        questions.append(question)
        for holder in crowd[:votes]:
            asking.vote(stage, question.pk, holder=holder)
    moderating.move(stage, questions[0].pk, QuestionAct.AIR, by=by, at=at)
    poll = moderating.draft_poll(stage, POLL[0], POLL[1], multiple=True, by=by, at=at)
    moderating.move_poll(stage, poll.pk, PollAct.OPEN, by=by, at=at)
    for place, holder in enumerate(crowd):
        asking.answer_poll(stage, poll.pk, {place % 3, place % 2}, holder=holder)
