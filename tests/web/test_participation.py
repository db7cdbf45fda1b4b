"""Questions and polls while an event is held: who may do what, that each counts once, and that nobody is named."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import signing
from django.db import IntegrityError, transaction
from django.test import Client

from desk_people import People, person
from krisenfest.domain.approval import Role
from krisenfest.domain.events import Event
from krisenfest.domain.participation import (
    ASK_AT_ONCE,
    ASK_IN_ALL,
    ASK_WITHIN,
    POLL_STEPS,
    QUESTION_STEPS,
    TURNS,
    PollAct,
    PollState,
    QuestionAct,
    QuestionState,
    current_item,
    poll_step,
    question_step,
)
from krisenfest.errors import FieldError, RefusedError, StaleError, StepError, TooMuchError
from krisenfest.web import passes
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit.models import Entry
from krisenfest.web.participation import asking, moderating, stages
from krisenfest.web.participation.models import Ban, Deed, Poll, PollVote, Question, Seen, Stage, Vote
from krisenfest.web.participation.outcome import AskedQuestion, Outcome, PollResult, outcome_of
from krisenfest.web.passes import Part
from krisenfest.web.published import published
from live_people import AT, EVENT, holder, stage_for, token_for

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def stage(municipality: Municipality) -> Stage:
    return stage_for(municipality)


def ask(stage: Stage, who: str, text: str = "Was war am schwersten?", at: datetime = AT, **more: Any) -> Question:
    return asking.ask(stage, text, holder=holder(stage, who), at=at, **more)


def state_of(question: Question) -> str:
    question.refresh_from_db()
    return question.state


# --- tables and times


def test_every_step_of_the_tables_leads_somewhere_and_every_other_is_refused() -> None:
    for state in QuestionState:
        for act in QuestionAct:
            if (state, act) in QUESTION_STEPS:
                assert question_step(state, act) is QUESTION_STEPS[state, act]
            else:
                with pytest.raises(StepError, match=f"a question that is {state} cannot {act}"):
                    question_step(state, act)
    for poll_state in PollState:
        for poll_act in PollAct:
            if (poll_state, poll_act) in POLL_STEPS:
                assert poll_step(poll_state, poll_act) is POLL_STEPS[poll_state, poll_act]
            else:
                with pytest.raises(StepError, match=f"a poll that is {poll_state} cannot {poll_act}"):
                    poll_step(poll_state, poll_act)


@pytest.mark.parametrize(
    ("local", "item"),
    [
        ("11:29:59", None),  # before the event
        ("11:30", 0),
        ("11:49:59", 0),
        ("11:50", 1),
        ("12:30", 2),
        ("12:59:59", 2),
        ("13:00", None),  # the end is exclusive
    ],
)
def test_the_agenda_marks_what_has_begun_last(local: str, item: int | None) -> None:
    at = datetime.fromisoformat(f"2026-07-01T{local}").replace(tzinfo=BERLIN)
    assert current_item(Event.model_validate(EVENT), at, BERLIN) == item


def test_an_agenda_of_two_days_goes_on_with_the_second() -> None:
    agenda = [{"at": "18:00", "title": "Abend"}, {"day": "2026-07-02", "at": "09:00", "title": "Morgen"}]
    event = Event.model_validate({**EVENT, "end": "2026-07-02T12:00:00Z", "agenda": agenda})
    assert current_item(event, datetime(2026, 7, 1, 23, tzinfo=BERLIN), BERLIN) == 0
    assert current_item(event, datetime(2026, 7, 2, 8, 59, tzinfo=BERLIN), BERLIN) == 0
    assert current_item(event, datetime(2026, 7, 2, 9, tzinfo=BERLIN), BERLIN) == 1


# --- passes


def test_a_pass_says_who_takes_part_where_and_until_when(stage: Stage) -> None:
    found = holder(stage, "anna")
    assert (found.municipality, found.record_id, found.exercise) == (stage.municipality_id, "webinar", False)
    assert found.part is Part.PARTICIPANT
    token, end = token_for(stage, "anna"), stage.end + passes.AFTER
    assert passes.read(token, end - timedelta(seconds=1)) == found
    assert passes.read(token, end) is None


def test_a_pass_that_was_changed_or_made_for_something_else_opens_nothing(stage: Stage) -> None:
    token = token_for(stage, "anna")
    assert passes.read(token[:-1] + ("A" if token[-1] != "A" else "B"), AT) is None
    assert passes.read(signing.dumps([stage.municipality_id, 0, "webinar", "x", "", "p", 2**31]), AT) is None
    assert passes.read("", AT) is None


def test_two_people_have_two_keys_and_a_key_names_nobody() -> None:
    assert passes.key_of("book", 1) == passes.key_of("book", 1)
    assert passes.key_of("book", 1) != passes.key_of("book", 2)
    assert len(passes.key_of("anna@example.org")) == 32 and "anna" not in passes.key_of("anna@example.org")


# --- the stage


def test_a_published_event_has_a_stage_that_is_closed_and_moderated(municipality: Municipality) -> None:
    told = {"municipality": municipality, "exercise": False, "kind": "event", "record_id": "webinar", "at": AT}
    published.send(Stage, **told, payload=EVENT)
    stage = Stage.objects.of(municipality).get()
    assert (stage.open, stage.moderated, stage.asking, stage.door) == (False, True, True, False)
    assert stage.forget_on == date(2026, 7, 31)
    moved = {**EVENT, "start": "2026-08-01T09:30:00Z", "end": "2026-08-01T11:00:00Z"}
    published.send(Stage, **told, payload=moved)
    stage.refresh_from_db()
    assert (stage.forget_on, stage.number, stage.changed) == (date(2026, 8, 31), 1, 1)
    Stage.objects.of(municipality).update(open=True)
    published.send(Stage, **told, payload=None)
    assert Stage.objects.of(municipality).get().open is False


# --- asking and voting


def test_where_questions_are_moderated_a_new_one_waits_and_otherwise_everybody_sees_it(stage: Stage) -> None:
    assert ask(stage, "anna").state == QuestionState.SHOWN
    Stage.objects.of(stage.municipality).update(moderated=True)
    assert ask(stage, "anna", "Und jetzt?").state == QuestionState.NEW


def test_a_question_may_have_a_name_or_none(stage: Stage) -> None:
    assert (ask(stage, "anna", name=" Anna  Beispiel ").name, ask(stage, "ben", "Wann?").name) == ("Anna Beispiel", "")


def test_the_same_question_sent_twice_is_asked_once(stage: Stage) -> None:
    assert ask(stage, "anna") == ask(stage, "anna", " Was war  am schwersten? ")
    assert stage.questions.count() == 1


@pytest.mark.parametrize(("text", "hint"), [("   ", "write something"), ("x" * 501, "write at most 500 characters")])
def test_a_question_has_words_but_not_too_many(stage: Stage, text: str, hint: str) -> None:
    with pytest.raises(FieldError, match=hint):
        ask(stage, "anna", text)
    assert ask(stage, "anna", "x" * 500).text == "x" * 500


def test_one_person_asks_a_few_questions_at_once_and_another_is_not_kept_from_it(stage: Stage) -> None:
    for number in range(ASK_AT_ONCE):
        ask(stage, "anna", f"Frage {number}")
    with pytest.raises(TooMuchError, match="wait a little"):
        ask(stage, "anna", "noch eine", AT + ASK_WITHIN - timedelta(seconds=1))
    ask(stage, "ben", "meine erste")
    ask(stage, "anna", "noch eine", AT + ASK_WITHIN)


def test_one_person_asks_so_many_questions_in_all(stage: Stage) -> None:
    for number in range(ASK_IN_ALL):
        ask(stage, "anna", f"Frage {number}", AT + number * ASK_WITHIN)
    with pytest.raises(TooMuchError, match="let others speak"):
        ask(stage, "anna", "noch eine", AT + timedelta(hours=8))


def test_a_person_votes_once_and_may_take_it_back(stage: Stage) -> None:
    question = ask(stage, "anna")
    assert [asking.vote(stage, question.pk, holder=holder(stage, who)).votes for who in ("ben", "ben", "cem")] == [
        1,
        1,
        2,
    ]
    assert asking.vote(stage, question.pk, holder=holder(stage, "ben"), given=False).votes == 1
    assert asking.vote(stage, question.pk, holder=holder(stage, "ben"), given=False).votes == 1
    assert asking.vote(stage, question.pk, holder=holder(stage, "ben")).votes == 2
    assert Vote.objects.filter(question=question, given=True).count() == 2


def test_the_database_keeps_one_vote_a_person(stage: Stage) -> None:
    question = ask(stage, "anna")
    Vote.objects.create(question=question, key="k")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(question=question, key="k")


def test_nobody_changes_a_vote_without_end(stage: Stage) -> None:
    question = ask(stage, "anna")
    for turn in range(TURNS):
        asking.vote(stage, question.pk, holder=holder(stage, "ben"), given=turn % 2 == 0)
    with pytest.raises(TooMuchError):
        asking.vote(stage, question.pk, holder=holder(stage, "ben"))


def test_what_is_hidden_or_waits_cannot_be_voted_for(stage: Stage, people: People) -> None:
    question = ask(stage, "anna")
    moderating.move(stage, question.pk, QuestionAct.ANSWER, by=people.author, at=AT)
    with pytest.raises(StepError, match="answered"):
        asking.vote(stage, question.pk, holder=holder(stage, "ben"))
    moderating.move(stage, question.pk, QuestionAct.HIDE, by=people.author, at=AT)
    with pytest.raises(Question.DoesNotExist):
        asking.vote(stage, question.pk, holder=holder(stage, "ben"))


@pytest.mark.parametrize("closed", ["open", "asking"])
def test_nobody_asks_where_it_is_closed(stage: Stage, people: People, closed: str) -> None:
    moderating.switch(stage, {closed: False}, by=people.author, at=AT)
    with pytest.raises(RefusedError):
        ask(stage, "anna")


def test_a_projector_cannot_ask(stage: Stage) -> None:
    screen = passes.read(token_for(stage, "screen", Part.SCREEN), AT)
    assert screen is not None
    with pytest.raises(RefusedError, match="only shows"):
        asking.ask(stage, "Frage", holder=screen, at=AT)


# --- polls


def poll(stage: Stage, people: People, *, multiple: bool = False) -> Poll:
    found = moderating.draft_poll(stage, "Wo?", ["Saal", "Netz", "egal"], multiple=multiple, by=people.author, at=AT)
    return moderating.move_poll(stage, found.pk, PollAct.OPEN, by=people.author, at=AT)


def test_a_poll_counts_each_person_once_and_their_last_choice(stage: Stage, people: People) -> None:
    found = poll(stage, people)
    for who, choice in (("anna", 0), ("ben", 1), ("anna", 1), ("anna", 1)):
        asking.answer_poll(stage, found.pk, [choice], holder=holder(stage, who))
    found.refresh_from_db()
    assert (found.counts, found.ballots) == ([0, 2, 0], 2)
    counted = [each for cast in PollVote.objects.filter(poll=found) for each in cast.choices]
    assert [counted.count(place) for place in range(3)] == found.counts


def test_a_poll_with_several_choices_takes_several_and_another_does_not(stage: Stage, people: People) -> None:
    several = poll(stage, people, multiple=True)
    asking.answer_poll(stage, several.pk, [2, 0, 0], holder=holder(stage, "anna"))
    several.refresh_from_db()
    assert (several.counts, several.ballots) == ([1, 0, 1], 1)
    single = poll(stage, people)
    for wrong in ([0, 1], [], [3], [-1]):
        with pytest.raises(FieldError):
            asking.answer_poll(stage, single.pk, wrong, holder=holder(stage, "anna"))


def test_a_poll_takes_answers_only_while_it_is_open(stage: Stage, people: People) -> None:
    found = moderating.draft_poll(stage, "Wo?", ["Saal", "Netz"], multiple=False, by=people.author, at=AT)
    with pytest.raises(Poll.DoesNotExist):
        asking.answer_poll(stage, found.pk, [0], holder=holder(stage, "anna"))
    moderating.move_poll(stage, found.pk, PollAct.OPEN, by=people.author, at=AT)
    moderating.move_poll(stage, found.pk, PollAct.CLOSE, by=people.author, at=AT)
    with pytest.raises(StepError, match="closed"):
        asking.answer_poll(stage, found.pk, [0], holder=holder(stage, "anna"))


@pytest.mark.parametrize("options", [["Saal"], ["Saal", "Saal"], [f"{n}" for n in range(13)]])
def test_a_poll_has_two_to_twelve_different_answers(stage: Stage, people: People, options: list[str]) -> None:
    with pytest.raises(FieldError, match="different answers"):
        moderating.draft_poll(stage, "Wo?", options, multiple=False, by=people.author, at=AT)


# --- moderating


def test_one_question_is_on_air_at_a_time(stage: Stage, people: People) -> None:
    first, second = ask(stage, "anna"), ask(stage, "ben", "Und danach?")
    moderating.move(stage, first.pk, QuestionAct.AIR, by=people.author, at=AT)
    moderating.move(stage, second.pk, QuestionAct.AIR, by=people.author, at=AT)
    assert (state_of(first), state_of(second)) == ("shown", "on-air")
    moderating.undo(stage, by=people.author, at=AT)
    assert (state_of(first), state_of(second)) == ("on-air", "shown")


def test_every_deed_of_a_moderator_can_be_undone_the_last_one_first(stage: Stage, people: People) -> None:
    by = people.author
    first, second = ask(stage, "anna"), ask(stage, "anna", "Noch etwas?")
    found = moderating.draft_poll(stage, "Wo?", ["Saal", "Netz"], multiple=False, by=by, at=AT)

    def state() -> tuple[Any, ...]:
        fresh = Stage.objects.get(pk=stage.pk)
        rows = [*fresh.questions.order_by("pk").values_list("state", "answer")]
        polls = [*fresh.polls.values_list("state", "shown")]
        return (fresh.open, fresh.door, fresh.moderated, rows, polls, fresh.bans.filter(lifted=False).count())

    deeds = [
        lambda: moderating.move(stage, first.pk, QuestionAct.AIR, by=by, at=AT),
        lambda: moderating.move(stage, first.pk, QuestionAct.ANSWER, by=by, at=AT, answer="Der Strom."),
        lambda: moderating.move(stage, second.pk, QuestionAct.HIDE, by=by, at=AT),
        lambda: moderating.move(stage, second.pk, QuestionAct.SHOW, by=by, at=AT),
        lambda: moderating.ban(stage, second.pk, by=by, at=AT),
        lambda: moderating.lift(stage, Ban.objects.get().pk, by=by, at=AT),
        lambda: moderating.move_poll(stage, found.pk, PollAct.OPEN, by=by, at=AT),
        lambda: moderating.show_results(stage, found.pk, shown=True, by=by, at=AT),
        lambda: moderating.move_poll(stage, found.pk, PollAct.CLOSE, by=by, at=AT),
        lambda: moderating.switch(stage, {"open": False, "door": True}, by=by, at=AT),
        lambda: moderating.switch(stage, {"moderated": True}, by=by, at=AT),
    ]
    before = []
    for deed in deeds:
        before.append(state())
        deed()
        assert state() != before[-1]
    while before:
        moderating.undo(stage, by=by, at=AT)
        assert state() == before.pop()
    moderating.undo(stage, by=by, at=AT)  # the draft of the poll
    assert Poll.objects.get().state == PollState.DROPPED
    with pytest.raises(StepError, match="nothing to undo"):
        moderating.undo(stage, by=by, at=AT)


def test_nobody_undoes_what_somebody_else_has_changed_since_or_did(stage: Stage, people: People) -> None:
    question = ask(stage, "anna")
    moderating.move(stage, question.pk, QuestionAct.AIR, by=people.author, at=AT)
    with pytest.raises(StepError, match="nothing to undo"):
        moderating.undo(stage, by=people.approver, at=AT)
    moderating.move(stage, question.pk, QuestionAct.HIDE, by=people.approver, at=AT)
    with pytest.raises(StaleError):
        moderating.undo(stage, by=people.author, at=AT)
    assert state_of(question) == "hidden"


def test_who_is_excluded_neither_asks_nor_votes_and_what_they_asked_is_gone(stage: Stage, people: People) -> None:
    bad, good = ask(stage, "troll", "Unfug"), ask(stage, "anna")
    answered = ask(stage, "troll", "Doch klug?")
    moderating.move(stage, answered.pk, QuestionAct.ANSWER, by=people.author, at=AT)
    moderating.ban(stage, bad.pk, by=people.author, at=AT)
    assert (state_of(bad), state_of(answered), state_of(good)) == ("hidden", "answered", "shown")
    with pytest.raises(RefusedError, match="excluded"):
        ask(stage, "troll", "Mehr Unfug")
    with pytest.raises(RefusedError, match="excluded"):
        asking.vote(stage, good.pk, holder=holder(stage, "troll"))
    ask(stage, "ben", "Und ich?")
    moderating.undo(stage, by=people.author, at=AT)
    assert state_of(bad) == "shown"
    ask(stage, "troll", "Entschuldigung")


@pytest.mark.parametrize("role", ["reader", "emergency"])
def test_only_who_holds_events_moderates(stage: Stage, people: People, role: str) -> None:
    question, by = ask(stage, "anna"), getattr(people, role)
    for deed in (
        lambda: moderating.move(stage, question.pk, QuestionAct.HIDE, by=by, at=AT),
        lambda: moderating.ban(stage, question.pk, by=by, at=AT),
        lambda: moderating.switch(stage, {"open": False}, by=by, at=AT),
        lambda: moderating.undo(stage, by=by, at=AT),
    ):
        with pytest.raises(RefusedError, match="your roles do not permit"):
            deed()


def test_the_audit_log_tells_what_was_done_and_nothing_of_what_was_said(stage: Stage, people: People) -> None:
    question = ask(stage, "anna", "Wer war das?", name="Anna Beispiel")
    by = people.author
    moderating.move(stage, question.pk, QuestionAct.ANSWER, by=by, at=AT, answer="Ich war das")
    moderating.ban(stage, question.pk, by=by, at=AT)
    moderating.undo(stage, by=by, at=AT)
    entries = list(Entry.objects.of(stage.municipality).filter(act__startswith="live."))
    assert [each.act for each in entries] == ["live.question-answer", "live.banned", "live.undone"]
    written = json.dumps([[each.subject, each.details] for each in entries])
    for word in ("Anna", "Wer war", "Ich war", question.key):
        assert word not in written


# --- what is left


def test_the_outcome_has_answers_results_and_counts_and_no_names(stage: Stage, people: People) -> None:
    by = people.author
    first, second = ask(stage, "anna", "Wie lange?", name="Anna"), ask(stage, "ben", "Warum?")
    hidden = ask(stage, "troll", "Unfug")
    moderating.move(stage, hidden.pk, QuestionAct.HIDE, by=by, at=AT)
    asking.vote(stage, second.pk, holder=holder(stage, "anna"))
    moderating.move(stage, first.pk, QuestionAct.ANSWER, by=by, at=AT, answer="Drei Tage")
    found = poll(stage, people)
    asking.answer_poll(stage, found.pk, [1], holder=holder(stage, "anna"))
    for who in ("anna", "ben", "anna"):
        stages.note_seen(stage, holder(stage, who))
    stages.raise_peak(stage.pk, 2)
    room = {"municipality": stage.municipality, "exercise": False}
    expected = Outcome(
        questions=(
            AskedQuestion(text="Wie lange?", answer="Drei Tage", answered=True, votes=0),
            AskedQuestion(text="Warum?", answer="", answered=False, votes=1),
        ),
        polls=(
            PollResult(
                text="Wo?", multiple=False, results=(("Saal", 0), ("Netz", 1), ("egal", 0)), ballots=1, shown=False
            ),
        ),
        participants=2,
        peak=2,
    )
    assert outcome_of(room, "webinar") == expected
    stages.forget(room, "webinar")
    assert outcome_of(room, "webinar") == expected
    assert outcome_of(room, "anderes") is None


def test_on_its_day_everything_about_people_goes_and_counts_stay(stage: Stage, people: People) -> None:
    question = ask(stage, "anna", name="Anna Beispiel")
    waiting = ask(stage, "ben", "Ich, Ben Beispiel, frage")
    moderating.move(stage, waiting.pk, QuestionAct.HIDE, by=people.author, at=AT)
    asking.vote(stage, question.pk, holder=holder(stage, "ben"))
    found = poll(stage, people)
    asking.answer_poll(stage, found.pk, [1], holder=holder(stage, "anna"))
    stages.note_seen(stage, holder(stage, "anna"))
    moderating.ban(stage, waiting.pk, by=people.author, at=AT)
    assert stages.sweep(stage.forget_on - timedelta(days=1)) == 0
    assert stages.sweep(stage.forget_on) == 1
    assert stages.sweep(stage.forget_on) == 0
    for model in (Vote, PollVote, Ban, Deed, Seen):
        assert model._default_manager.count() == 0, model
    assert [*Question.objects.values_list("text", "name", "key", "votes")] == [("Was war am schwersten?", "", "", 1)]
    found.refresh_from_db()
    stage.refresh_from_db()
    assert (found.counts, found.ballots, stage.seen, stage.open) == ([0, 1, 0], 1, 1, False)
    with pytest.raises(RefusedError):
        ask(stage, "anna", "Zu spät?")
    with pytest.raises(StepError, match="is over"):
        moderating.switch(stage, {"open": True}, by=people.author, at=AT)


def test_every_change_has_a_number_and_what_changed_carries_it(stage: Stage, people: People) -> None:
    first, second = ask(stage, "anna"), ask(stage, "ben", "Warum?")
    assert (first.number, second.number) == (1, 2)
    asking.vote(stage, first.pk, holder=holder(stage, "ben"))
    moderating.switch(stage, {"asking": False}, by=people.author, at=AT)
    stage.refresh_from_db()
    first.refresh_from_db()
    assert (first.number, second.number, stage.changed, stage.number) == (3, 2, 4, 4)
    with pytest.raises(RefusedError):
        ask(stage, "anna", "Noch?")
    stage.refresh_from_db()
    assert stage.number == 4


# --- pages


@pytest.fixture
def open_now(municipality: Municipality) -> Stage:
    from krisenfest import clock

    return stage_for(municipality, at=clock.now())


def at_page(client: Client, stage: Stage, who: str, **posted: str) -> Any:
    path = f"/counter/live/{token_for(stage, who)}/"
    return client.post(path, posted) if posted else client.get(path)


def test_a_participant_asks_votes_and_answers_without_script_account_or_cookie(
    open_now: Stage, people: People, client: Client
) -> None:
    found = poll(open_now, people)
    client = Client(enforce_csrf_checks=True)
    assert at_page(client, open_now, "anna", do="ask", text="Wie <b>lange</b>?", name="Anna").status_code == 302
    question = Question.objects.get()
    assert at_page(client, open_now, "ben", do=f"vote:{question.pk}").status_code == 302
    assert at_page(client, open_now, "ben", **{"do": f"poll:{found.pk}", f"poll-{found.pk}": "1"}).status_code == 302
    page = at_page(client, open_now, "ben")
    text = page.content.decode()
    assert "Wie &lt;b&gt;lange&lt;/b&gt;?" in text and "Anna" in text and "<script>" not in text
    assert f'id="q{question.pk}" data-item="q{question.pk}" data-rank="1" data-voted' in text
    assert 'value="1" checked' in text
    assert page.headers["Referrer-Policy"] == "no-referrer" and page.headers["Cache-Control"] == "no-store"
    assert client.cookies == {}
    assert 'aria-current="step"' not in text or "jetzt" in text


def test_the_name_in_a_pass_is_offered_and_not_written_by_itself(open_now: Stage, client: Client) -> None:
    token = passes.issue(open_now.municipality, "webinar", ends=open_now.end, key="k", name="Anna Beispiel")
    text = client.get(f"/counter/live/{token}/").content.decode()
    assert text.count("Anna Beispiel") == 1 and '<option value="Anna Beispiel">' in text
    client.post(f"/counter/live/{token}/", {"do": "ask", "text": "Wie lange?", "name": ""})
    assert Question.objects.get().name == ""


def test_a_page_is_english_for_who_asks_for_english(open_now: Stage, client: Client) -> None:
    path = f"/counter/live/{token_for(open_now, 'anna')}/"
    text = client.get(path, HTTP_ACCEPT_LANGUAGE="en-GB").content.decode()
    assert '<html lang="en' in text and "Towns through crises" in text and "Your question" in text
    assert "Ihre Frage" not in text and "Ihre Frage" in client.get(path).content.decode()


def test_results_are_shown_on_command_only(open_now: Stage, people: People, client: Client) -> None:
    found = poll(open_now, people)
    asking.answer_poll(open_now, found.pk, [1], holder=holder(open_now, "ben", open_now.start))
    assert "100 %" not in at_page(client, open_now, "anna").content.decode()
    moderating.show_results(open_now, found.pk, shown=True, by=people.author, at=AT)
    assert "100 %" in at_page(client, open_now, "anna").content.decode()
    moderating.move_poll(open_now, found.pk, PollAct.CLOSE, by=people.author, at=AT)
    assert "100 %" in at_page(client, open_now, "anna").content.decode()
    moderating.show_results(open_now, found.pk, shown=False, by=people.author, at=AT)
    assert "Wo?" not in at_page(client, open_now, "anna").content.decode()


def test_what_waits_is_seen_by_who_asked_it_and_by_no_other(open_now: Stage, client: Client) -> None:
    Stage.objects.of(open_now.municipality).update(moderated=True)
    at_page(client, open_now, "anna", do="ask", text="Darf ich?")
    assert "Darf ich?" in at_page(client, open_now, "anna").content.decode()
    assert "Darf ich?" not in at_page(client, open_now, "ben").content.decode()


def test_too_many_questions_get_an_answer_that_says_so_and_keep_nothing(open_now: Stage, client: Client) -> None:
    answers = [at_page(client, open_now, "anna", do="ask", text=f"Frage {n}") for n in range(4)]
    assert [each.status_code for each in answers] == [302, 302, 302, 429]
    assert "warten Sie zwei Minuten" in answers[3].content.decode()
    assert at_page(client, open_now, "anna", do="ask", text="").status_code == 422
    assert at_page(client, open_now, "anna", do="unfug").status_code == 404
    assert at_page(client, open_now, "anna", do="vote:99999").status_code == 404


def test_an_address_that_is_forged_or_over_says_so(open_now: Stage, client: Client) -> None:
    old = passes.issue(open_now.municipality, "webinar", ends=open_now.end - timedelta(days=3), key="k")
    for token in (old, "unfug", token_for(open_now, "m", Part.MODERATOR)):
        answer = client.get(f"/counter/live/{token}/")
        assert answer.status_code == 410 and "gilt nicht mehr" in answer.content.decode()


def test_a_pass_for_one_town_opens_nothing_of_another(open_now: Stage, client: Client) -> None:
    other = Municipality.objects.create(slug="andere", name="Andere")
    there = stage_for(other, at=open_now.start + timedelta(minutes=30))
    question = ask(there, "anna", "Dort?", open_now.start)
    assert at_page(client, open_now, "ben", do=f"vote:{question.pk}").status_code == 404
    question.refresh_from_db()
    assert question.votes == 0
    assert "Dort?" not in at_page(client, open_now, "ben").content.decode()


def test_a_stage_of_another_town_does_not_exist_for_a_moderator(
    open_now: Stage, people: People, client: Client
) -> None:
    other = Municipality.objects.create(slug="andere", name="Andere")
    there = stage_for(other, at=open_now.start)
    question = ask(there, "anna", "Dort?", open_now.start)
    client.force_login(people.author)
    assert client.get("/desk/musterstadt/veranstaltungen/webinar/live/").status_code == 200
    assert client.get("/desk/andere/veranstaltungen/webinar/live/").status_code == 404
    assert client.get("/desk/musterstadt/uebung/veranstaltungen/webinar/live/").status_code == 404
    path = "/desk/musterstadt/veranstaltungen/webinar/live/"
    for do in ("hide", "ban"):
        assert client.post(path, {"do": f"{do}:{question.pk}"}).status_code == 404
    assert state_of(question) == "shown"
    client.force_login(person(other, Role.AUTHOR, name="dort"))
    assert client.get(path).status_code == 404


def test_who_only_reads_does_not_come_to_the_moderators_page(open_now: Stage, people: People, client: Client) -> None:
    path = "/desk/musterstadt/veranstaltungen/webinar/live/"
    assert client.get(path).status_code == 302
    client.force_login(people.reader)
    assert client.get(path).status_code == 403


def test_moderators_do_everything_with_forms(open_now: Stage, people: People, client: Client) -> None:
    question = ask(open_now, "anna", at=open_now.start)
    path = "/desk/musterstadt/veranstaltungen/webinar/live/"
    client.force_login(people.author)

    def do(value: str, **more: str) -> int:
        return client.post(path, {"do": value, **more}).status_code

    assert do(f"air:{question.pk}") == 302 and state_of(question) == "on-air"
    assert do(f"answer:{question.pk}", **{f"answer-{question.pk}": "So."}) == 302 and state_of(question) == "answered"
    assert do("undo") == 302 and state_of(question) == "on-air"
    assert do("poll-new", text="Wo?", options="Saal\r\nNetz\r\n") == 302
    found = Poll.objects.get()
    assert (do(f"poll-open:{found.pk}"), do(f"results-on:{found.pk}"), do(f"poll-close:{found.pk}")) == (302, 302, 302)
    assert do("switch:door:1") == 302
    assert do(f"ban:{question.pk}") == 302 and state_of(question) == "hidden"
    assert do(f"lift:{Ban.objects.get().pk}") == 302
    assert do(f"air:{question.pk}") == 422
    assert do("switch:peak:1") == 422
    assert do("poll-new", text="Wo?", options="Saal") == 422
    assert (do("unfug"), do("hide:0")) == (404, 404)
    assert "Wo?" in client.get(path).content.decode()


def test_the_door_gives_a_pass_while_it_is_open_and_one_a_browser(open_now: Stage, client: Client) -> None:
    path = "/counter/mitmachen/musterstadt/webinar/"
    assert "nur mit der Adresse" in client.get(path).content.decode()
    assert client.post(path).status_code == 200
    Stage.objects.of(open_now.municipality).update(door=True)
    first = client.post(path)
    assert first.status_code == 302 and first.headers["Location"].startswith("/counter/live/")
    assert client.get(first.headers["Location"]).status_code == 200
    assert client.get(path).headers["Location"] == first.headers["Location"]
    assert Client().post(path).headers["Location"] != first.headers["Location"]
    assert client.get("/counter/mitmachen/musterstadt/anderes/").status_code == 404
    assert client.get("/counter/mitmachen/musterstadt/uebung/webinar/").status_code == 404


def test_the_projector_shows_what_is_on_air_and_a_code_to_the_door(
    open_now: Stage, people: People, client: Client
) -> None:
    question = ask(open_now, "anna", "Wie lange?", open_now.start)
    ask(open_now, "ben", "Unsichtbar?", open_now.start)
    moderating.move(open_now, question.pk, QuestionAct.AIR, by=people.author, at=AT)
    token = token_for(open_now, "s", Part.SCREEN)
    text = client.get(f"/counter/live/{token}/").content.decode()
    assert "Wie lange?" in text and "Unsichtbar?" not in text and "do=" not in text
    code = client.get(f"/counter/live/{token}/qr.svg")
    assert code.headers["Content-Type"] == "image/svg+xml" and code.content.startswith(b"<svg")


def test_a_join_link_is_what_is_said_for_this_person(open_now: Stage, client: Client) -> None:
    def answer(sender: object, *, holder: passes.Pass, **_: Any) -> str:
        return "https://konferenz.example/raum" if holder.key == passes.key_of("test", "anna") else ""

    passes.joining.connect(answer)
    try:
        assert "https://konferenz.example/raum" in at_page(client, open_now, "anna").content.decode()
        assert "konferenz" not in at_page(client, open_now, "ben").content.decode()
    finally:
        passes.joining.disconnect(answer)
