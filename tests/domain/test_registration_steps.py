"""The workflow of a registration as a table, and what a form must say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from krisenfest.domain.events import Event
from krisenfest.domain.registrations import (
    HOLDS,
    STEPS,
    Act,
    Fault,
    Standing,
    State,
    deletion_day,
    offer_ends,
    read_application,
    standing_at,
    step,
    takes_over,
    tidy,
)
from krisenfest.errors import StepError

START = datetime(2026, 7, 9, 15, tzinfo=UTC)
QUESTIONS = [
    {"id": "essen", "kind": "choice", "label": "Essen", "options": ["mit Fleisch", "ohne"], "required": True},
    {"id": "frage", "label": "Ihre Frage"},
    {"id": "film", "kind": "checkbox", "label": "Ich darf gefilmt werden"},
]
SAID = {"name": "Erika Muster", "email": "erika@muster.example", "q_essen": "ohne"}


def event(**registration: object) -> Event:
    return Event.model_validate(
        {
            "id": "treffen",
            "texts": [{"lang": "de", "title": "Treffen"}],
            "start": START,
            "end": START + timedelta(hours=2),
            "registration": {"mail": "a@b.example", "form": True, **registration},
        }
    )


def test_every_step_of_the_table_leads_somewhere_and_every_other_is_refused() -> None:
    for state in State:
        for act in Act:
            if (state, act) in STEPS:
                assert step(state, act) is STEPS[state, act]
            else:
                with pytest.raises(StepError, match=f"that is {state} cannot {act}"):
                    step(state, act)


def test_from_every_state_a_registration_can_end_and_from_the_start_each_is_reached() -> None:
    reached = {State.NEW}
    while more := {after for (before, _), after in STEPS.items() if before in reached} - reached:
        reached |= more
    assert reached == set(State)
    living = set(State) - {State.NEW, State.CANCELLED, State.EXPIRED, State.REFUSED}
    assert {state for state in living if STEPS.get((state, Act.CANCEL)) is State.CANCELLED} == living


@given(st.lists(st.sampled_from(Act), max_size=30))
def test_places_are_counted_right_along_every_way_through_the_table(acts: list[Act]) -> None:
    state, taken = State.NEW, 0
    for act in acts:
        if (state, act) in STEPS:
            after = step(state, act)
            taken += takes_over(state, after)
            state = after
    assert taken == (state in HOLDS)


def test_the_drawing_in_the_documentation_is_the_table() -> None:
    text = (ROOT / "docs/how-to/registrations.md").read_text(encoding="utf-8")
    drawn = {
        tuple(cell.strip() for cell in line.split("|")[1:4]) for line in text.splitlines() if line.startswith("| ")
    }
    rows = {(before.value, act.value, after.value) for (before, act), after in STEPS.items()}
    assert {row for row in drawn if row[1] in set(Act)} == rows


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        ("2026-06-30T21:59:59Z", Standing.NOT_YET),
        ("2026-06-30T22:00:00Z", Standing.OPEN),
        ("2026-07-09T09:59:59Z", Standing.OPEN),
        ("2026-07-09T10:00:00Z", Standing.CLOSED),
    ],
)
def test_the_form_is_open_from_its_opening_until_it_closes(at: str, standing: Standing) -> None:
    form = event(opens="2026-06-30T22:00:00Z", closes="2026-07-09T10:00:00Z")
    assert standing_at(form, datetime.fromisoformat(at)) is standing


def test_without_an_end_the_form_closes_when_the_event_begins() -> None:
    assert standing_at(event(), START - timedelta(seconds=1)) is Standing.OPEN
    assert standing_at(event(), START) is Standing.CLOSED
    assert standing_at(event(form=False), START - timedelta(days=1)) is Standing.NOT_HERE


@pytest.mark.parametrize(("days", "day"), [(0, date(2026, 7, 9)), (30, date(2026, 8, 8)), (236, date(2027, 3, 2))])
def test_the_day_of_deletion_counts_from_the_end(days: int, day: date) -> None:
    assert deletion_day(event(keep_days=days)) == day


def test_an_offered_place_is_kept_no_longer_than_until_the_event_begins() -> None:
    found = event(move_up_within_h=24)
    assert found.registration is not None
    assert offer_ends(found, found.registration, START - timedelta(hours=30)) == START - timedelta(hours=6)
    assert offer_ends(found, found.registration, START - timedelta(hours=3)) == START


def test_a_form_that_says_everything_becomes_an_application() -> None:
    form = event(questions=QUESTIONS, consent="Ich bin einverstanden.").registration
    assert form is not None
    said = SAID | {"email": " Erika@Muster.Example ", "name": "Erika\t Muster", "q_film": "1", "consent": "1"}
    application, faults = read_application(form, said | {"q_frage": " eins \r\n zwei "})
    assert faults == ()
    assert (application.name, application.email) == ("Erika Muster", "erika@muster.example")
    assert application.answers == {"essen": "ohne", "film": "yes", "frage": "eins\nzwei"}
    assert application.consented == "Ich bin einverstanden."


def test_a_form_tells_everything_that_is_wrong_at_once() -> None:
    form = event(questions=QUESTIONS, consent="Ich bin einverstanden.").registration
    assert form is not None
    _, faults = read_application(form, {"name": "http://werbung.example", "email": "erika", "q_essen": "viel"})
    assert faults == (
        Fault("name", "link"),
        Fault("email", "address"),
        Fault("q_essen", "choose"),
        Fault("consent", "consent"),
    )


@pytest.mark.parametrize(
    "address",
    [
        "a@b",
        "a b@c.example",
        "a@b.example\nBcc: x@y.example",
        "a@b.example,c@d.example",
        "<a@b.example>",
        "ä@b.example",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    form = event().registration
    assert form is not None
    application, faults = read_application(form, {"name": "E", "email": address})
    assert faults == (Fault("email", "address"),), application


@given(st.dictionaries(st.sampled_from(("name", "email", "organisation", "q_essen", "q_frage", "lang")), st.text()))
def test_no_form_breaks_the_reader_and_no_control_character_comes_through(fields: dict[str, str]) -> None:
    form = event(questions=QUESTIONS).registration
    assert form is not None
    application, _ = read_application(form, fields)
    assert "\n" not in application.name + application.email + application.organisation
    assert "\0" not in repr(application)


def test_tidying_twice_is_tidying_once() -> None:
    assert tidy(" a \x00 b\u202e ") == "a b"
    assert tidy(tidy(" a \r\n\tb ", lines=True), lines=True) == "a\nb"
