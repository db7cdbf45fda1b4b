"""The sentence of a rule says what the rule says: example by example, and different rules in different words."""

from __future__ import annotations

import sys
from string import Formatter
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from krisenfest.domain.trigger_words import sentences
from krisenfest.site.words import translations
from trigger_figures import EXAMPLES, example, trigger

sys.path.insert(0, str(ROOT / "scripts"))
from messages import trigger_messages


def test_the_federal_brake_in_german() -> None:
    assert sentences(example("bundesnotbremse-100"))[:4] == (
        "Gilt ab dem übernächsten Tag, wenn der Wert „7-Tage-Inzidenz“ an drei aufeinander folgenden Tagen über 100 liegt.",
        "Außer Kraft ab dem übernächsten Tag, wenn der Wert „7-Tage-Inzidenz“ an fünf aufeinander folgenden Werktagen "
        "unter 100 liegt.",
        "Gezählt wird dafür ab dem Tag, nachdem die vorige Änderung in Kraft getreten ist.",
        "In Bayern anders: Außer Kraft ab dem übernächsten Tag, wenn der Wert „7-Tage-Inzidenz“ an fünf aufeinander "
        "folgenden Tagen unter 100 liegt.",
    )


def test_the_federal_brake_in_english() -> None:
    first, second, *_ = sentences(example("bundesnotbremse-100"), translations("en", "triggers").gettext)
    assert (
        first
        == "Applies from the day after next if the value of “7-Tage-Inzidenz” on three days in a row is above 100."
    )
    assert second.startswith("Out of force from the day after next if")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "sachsen-anhalt-35",
            "ab dem Tag nach der Bekanntmachung, wenn der Wert „7-Tage-Inzidenz“ an zehn aufeinander",
        ),
        ("niedersachsen-warnstufen", "bei mindestens 6 liegt und (der Wert „Anteil belegter Intensivbetten“"),
        ("beregnung-luechow-dannenberg", "Gilt, solange der Wert „Lufttemperatur“ zwischen 10:00 und 19:00 Uhr bei"),
        ("hitze-hessen", "oder „Stufe 1: starke Wärmebelastung“ an vier aufeinander folgenden Tagen gilt"),
        ("waldbrand-dresden", "Nur in der Zeit vom 01.03. bis einschließlich 31.10. jedes Jahres."),
        ("bw-krankenhaus-2021-11", "bei mindestens 1,5 liegt oder"),
        ("wasserentnahme-saalfeld-rudolstadt", "Endet erst, wenn die Behörde es bekannt macht."),
        ("niedrigwasser-herford", "Fehlt ein Wert, bleibt es bei dem, was vorher galt."),
    ],
)
def test_each_kind_of_rule_is_told(name: str, words: str) -> None:
    assert any(words in each for each in sentences(example(name))), sentences(example(name))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_told_in_both_languages_without_a_gap(path: Any) -> None:
    for say in (str, translations("en", "triggers").gettext):
        told = sentences(example(path.stem), say)
        assert all(each.endswith(".") and "{" not in each and "  " not in each for each in told)


SIDES = st.fixed_dictionaries(
    {
        "when": st.builds(
            lambda bound, value: {bound: value},
            st.sampled_from(["above", "at_least", "below", "at_most"]),
            st.sampled_from([10, 99.5, 100]),
        ),
        "consecutive": st.integers(1, 14),
        "days": st.sampled_from(["calendar", "working"]),
        "counting_starts": st.sampled_from(["day_after_determination", "day_after_effect", "day_of_effect"]),
        "effective": st.fixed_dictionaries(
            {
                "after": st.integers(1, 5),
                "days": st.sampled_from(["calendar", "working"]),
                "from": st.sampled_from(["last_day", "first_day", "announcement"]),
                "weekday": st.sampled_from([None, "monday", "friday"]),
            }
        ),
    }
)


@given(first=SIDES, second=SIDES)
def test_two_rules_that_differ_are_told_differently(first: dict[str, Any], second: dict[str, Any]) -> None:
    one, other = trigger(enter=first), trigger(enter=second)
    assert (sentences(one) == sentences(other)) == (one == other)


def test_english_is_complete_and_keeps_every_placeholder() -> None:
    with (ROOT / "src/krisenfest/locale/en/LC_MESSAGES/triggers.po").open("rb") as file:
        catalogue = {str(each.id): str(each.string) for each in read_po(file) if each.id}
    assert set(catalogue) == trigger_messages()
    for msgid, text in catalogue.items():
        assert placeholders(msgid) == placeholders(text)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
