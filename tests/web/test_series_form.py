"""An editor invites to something that comes again, by names and not by rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from conftest import AT, MUSTERSTADT
from krisenfest.config import Config
from krisenfest.domain.approval import Verb
from krisenfest.sources import folder as folders
from krisenfest.sources.files import scan
from krisenfest.web.desk.form_table import form_for
from krisenfest.web.desk.repeating import RHYTHMS, rule_of

TOWN = folders.read(MUSTERSTADT, scan(MUSTERSTADT, Config()), at=AT).municipality
assert TOWN is not None
FORM: Any = form_for(Verb.INVITE, "event")
GIVEN = {"title": "Treff", "start": "2026-07-07T18:00", "end": "2026-07-07T20:00", "agenda": "", "hosts": ""}


def record(**more: str) -> Any:
    form = FORM(TOWN, {**GIVEN, **more})
    found = form.record("treff", None)
    assert found is not None, form.errors
    return found


@pytest.mark.parametrize("rhythm", [each for each in RHYTHMS if each])
@pytest.mark.parametrize("start", ["2026-07-07T18:00", "2026-07-31T18:00", "2028-02-29T18:00"])
def test_each_rhythm_gives_a_rule_that_its_first_day_keeps(rhythm: str, start: str) -> None:
    found = record(start=start, end="", rhythm=rhythm)
    assert found.repeats.rule == rule_of(rhythm, date.fromisoformat(start[:10]))
    shown = FORM.fields_of(found.model_dump(mode="json", exclude_defaults=True), TOWN)
    assert rule_of(shown["rhythm"], date.fromisoformat(start[:10])) == found.repeats.rule


def test_a_series_ends_and_leaves_days_out() -> None:
    found = record(rhythm="weekly", until="2026-08-31", without="2026-07-14, 2026-08-04")
    assert found.repeats.rule == "FREQ=WEEKLY;UNTIL=20260831"
    assert found.repeats.without == (date(2026, 7, 14), date(2026, 8, 4))
    shown = FORM.fields_of(found.model_dump(mode="json", exclude_defaults=True), TOWN)
    assert (shown["until"], shown["without"]) == ("2026-08-31", "2026-07-14, 2026-08-04")


def test_a_rule_that_has_no_name_here_stays_as_it_is() -> None:
    payload = record().model_dump(mode="json", exclude_defaults=True) | {"kind": "event"}
    payload["repeats"] = {"rule": "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=5", "also": ["2026-12-01T17:00:00Z"]}
    shown = FORM.fields_of(payload, TOWN)
    form = FORM(TOWN, {name: str(value) if value else "" for name, value in shown.items()})
    assert "jeden Dienstag und Donnerstag, 5 Termine" in str(form["rhythm"])
    found = form.record("treff", payload)
    assert found is not None, form.errors
    assert found.repeats.model_dump(mode="json", exclude_defaults=True) == payload["repeats"]


def test_a_day_that_is_none_is_told_beside_its_field() -> None:
    form = FORM(TOWN, {**GIVEN, "rhythm": "weekly", "without": "Weihnachten"})
    assert form.record("treff", None) is None
    assert list(form.errors) == ["without"]
