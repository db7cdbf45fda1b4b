"""The forms: every problem at once, and never a crash, whatever is typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import AT, MUSTERSTADT
from krisenfest.config import Config
from krisenfest.domain.approval import Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.sources import folder as folders
from krisenfest.sources.files import scan
from krisenfest.web.desk.form_table import FORMS_BY, form_for
from krisenfest.web.desk.forms import CHANGING
from krisenfest.web.desk.presets import PRESETS
from krisenfest.web.desk.record_form import free_id

CONTENT = folders.read(MUSTERSTADT, scan(MUSTERSTADT, Config()), at=AT)
TOWN = CONTENT.municipality
assert TOWN is not None
RECORDS = [KINDS[key.kind].model_validate_json(each.payload or b"") for key, each in CONTENT.incoming.items()]
TYPED = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["2026-13-01", "9999-12-31", "2026-03-29T02:30", "-", "17:00 x", "0000-01-01T00:00", "alle", "off"]
    ),
)


def lines(text: Any) -> dict[str, Any]:
    """A text without the spaces around its body, which a form takes away."""
    return {**text.model_dump(), "body": text.body.strip()}


@pytest.mark.parametrize("record", RECORDS, ids=lambda each: f"{each.kind}/{each.id}")
def test_what_a_form_shows_of_a_record_and_nobody_changes_stays_as_it_is(record: Any) -> None:
    form_class = form_for(CHANGING[record.kind], record.kind)
    payload = record.model_dump(mode="json", exclude_defaults=True) | {"kind": record.kind}
    shown = {name: value for name, value in form_class.fields_of(payload, TOWN).items() if value not in (None, False)}
    form = form_class(TOWN, shown)
    changed = form.record(record.id, payload)
    assert changed is not None, form.errors
    assert changed.model_dump(exclude={"texts"}) == record.model_dump(exclude={"texts"})
    assert [lines(each) for each in changed.texts] == [lines(each) for each in record.texts]


@pytest.mark.parametrize("key", sorted(FORMS_BY), ids="-".join)
@settings(max_examples=40)
@given(draws=st.data())
def test_whatever_is_typed_is_a_record_or_a_list_of_problems(key: tuple[Verb, str], draws: st.DataObject) -> None:
    form_class = FORMS_BY[key]
    typed = {name: draws.draw(TYPED) for name in form_class(TOWN).fields}
    base = (
        next((each for each in RECORDS if each.kind == key[1]), None)
        if key[0] in (Verb.ALL_CLEAR, Verb.RESTRICT, Verb.RECAP)
        else None
    )
    payload = base.model_dump(mode="json", exclude_defaults=True) | {"kind": base.kind} if base else None
    form = form_class(TOWN, typed)
    record = form.record("eintrag", payload)
    assert (record is None) == bool(form.errors)


@pytest.mark.parametrize("preset", PRESETS[Verb.WARN], ids=lambda each: each.name)
def test_each_prepared_text_needs_only_its_times(preset: Any) -> None:
    form = form_for(Verb.WARN, "alert")(
        TOWN, {**preset.fields, "valid_from": "2026-07-01T12:00", "valid_until": "2026-07-02T12:00"}
    )
    record = form.record("probe", None)
    assert record is not None, form.errors
    assert [each.lang for each in record.texts] == ["de", "de-simple", "en"]


def test_every_problem_is_told_at_once() -> None:
    form = form_for(Verb.WARN, "alert")(
        TOWN, {"hazard": "flood", "valid_from": "2026-07-02T12:00", "valid_until": "2026-07-01T12:00"}
    )
    assert form.record("probe", None) is None
    assert sorted(form.errors) == ["instructions", "title", "valid_until"]


@pytest.mark.parametrize(
    ("last_day", "end"), [("2026-12-31", "2027-01-01"), ("2028-02-28", "2028-02-29"), ("2026-10-25", "2026-10-26")]
)
def test_the_last_day_of_a_rule_counts_in_full(last_day: str, end: str) -> None:
    given = {"title": "Regel", "summary": "Kurz", "issued_by": "Ort", "level": "gemeinde", "form": "bylaw"}
    form = form_for(Verb.RULE, "measure")(TOWN, {**given, "valid_from": "2026-07-01T00:00", "valid_through": last_day})
    record: Any = form.record("regel", None)
    assert record is not None, form.errors
    assert record.valid_until.astimezone(TOWN.zone).isoformat()[:16] == f"{end}T00:00"


@pytest.mark.parametrize(
    ("title", "found"),
    [("Straße gesperrt!", "strasse-gesperrt"), ("???", "eintrag"), ("index", "index-2"), ("Seite 3", "seite-3-2")],
)
def test_an_id_is_made_from_the_title_and_is_free(title: str, found: str) -> None:
    assert free_id(title, ["da"]) == found
    assert free_id(title, [found]) != found


WEBINAR = {
    "title": "Webinar",
    "start": "2026-07-09T17:00",
    "registration": "a@b.example",
    "register_form": "on",
    "register_capacity": "100",
    "register_waiting_list": "on",
    "register_questions": "Was essen Sie? | mit | ohne *\n[ ] Ich brauche Gebärden\nWas möchten Sie wissen?",
    "register_keep_days": "10",
}


def test_an_editor_writes_a_form_with_a_line_each_question() -> None:
    form = form_for(Verb.INVITE, "event")(TOWN, WEBINAR)
    record = form.record("webinar", None)
    assert record is not None, form.errors
    assert record.model_dump(mode="json", exclude_defaults=True)["registration"] == {
        "mail": "a@b.example",
        "form": True,
        "capacity": 100,
        "keep_days": 10,
        "questions": [
            {
                "id": "was-essen-sie",
                "kind": "choice",
                "label": "Was essen Sie?",
                "options": ["mit", "ohne"],
                "required": True,
            },
            {"id": "ich-brauche-gebaerden", "kind": "checkbox", "label": "Ich brauche Gebärden"},
            {"id": "was-moechten-sie-wissen", "label": "Was möchten Sie wissen?"},
        ],
    }
    shown = type(form).fields_of(record.model_dump(mode="json"), TOWN)
    assert {name: shown[name] for name in ("register_questions", "register_keep_days", "register_waiting_list")} == {
        "register_questions": WEBINAR["register_questions"],
        "register_keep_days": 10,
        "register_waiting_list": True,
    }


def test_a_question_that_stays_keeps_its_id_and_a_form_needs_an_address() -> None:
    before = form_for(Verb.INVITE, "event")(TOWN, WEBINAR).record("webinar", None)
    assert before is not None
    base = before.model_dump(mode="json", exclude_defaults=True) | {"kind": "event"}
    later = WEBINAR | {"register_questions": "Neu?\nWas essen Sie? | mit | ohne"}
    record = form_for(Verb.INVITE, "event")(TOWN, later).record("webinar", base)
    assert [each.id for each in record.registration.questions] == ["neu", "was-essen-sie"]  # type: ignore[union-attr]
    without = form_for(Verb.INVITE, "event")(TOWN, WEBINAR | {"registration": ""})
    assert without.record("webinar", None) is None
    assert list(without.errors) == ["registration"]
    one = form_for(Verb.INVITE, "event")(TOWN, WEBINAR | {"register_questions": "Was? | nur eins"})
    assert one.record("webinar", None) is None
    assert "mindestens zwei Antworten" in str(one.errors["registration"])
