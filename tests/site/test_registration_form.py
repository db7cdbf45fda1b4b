"""The form on an event's page: where it goes, what it asks, and that the page says more than the form."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import pytest

from conftest import AT, write
from krisenfest import rebuild
from krisenfest.config import Config

EVENT = """\
---
title: Treffen
start: 2026-07-09T17:00
registration:
  mail: anmeldung@kleinstadt.example
  form: true
  capacity: 20
  keep_days: 10
  consent: Ich bin einverstanden.
  questions:
    - {id: essen, kind: choice, label: Essen, options: [mit, ohne], required: true}
    - {id: frage, label: Frage}
    - {id: film, kind: checkbox, label: Film}
---
Text
"""


def built(town: Path, out: Path, at: Any = AT, **config: str) -> str:
    write(town, "events/treffen.md", EVENT)
    rebuild.build_folder(town, out, state_folder=out.parent / "state", config=replace(Config(), **config), at=at)
    return (out / "veranstaltungen/treffen.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("yaml", "config", "action", "policy"),
    [
        ("", {}, "/counter/veranstaltungen/treffen/", "form-action 'self'"),
        (
            "counter: https://desk.example/counter/kleinstadt\n",
            {},
            "https://desk.example/counter/kleinstadt/veranstaltungen/treffen/",
            "form-action 'self' https://desk.example",
        ),
        (
            "counter: https://desk.example/counter/kleinstadt\n",
            {"counter_url": "/counter/kleinstadt/"},
            "/counter/kleinstadt/veranstaltungen/treffen/",
            "form-action 'self'",
        ),
    ],
)
def test_the_form_goes_to_the_counter_and_the_page_allows_it(
    town: Path, tmp_path: Path, yaml: str, config: dict[str, str], action: str, policy: str
) -> None:
    write(town, "municipality.yaml", (town / "municipality.yaml").read_text(encoding="utf-8") + yaml)
    page = built(town, tmp_path / "out", **config)
    assert re.findall(r'<form method="post" action="([^"]+)"', page) == [action]
    assert re.findall(r"form-action [^\";]+", page) == [policy]


def test_the_page_names_every_field_the_day_of_deletion_and_the_way_by_mail(town: Path, tmp_path: Path) -> None:
    page = built(town, tmp_path / "out")
    document = html5lib.parse(page, namespaceHTMLElements=False)
    form = document.find(".//form")
    names = [each.get("name") for each in form.iter() if each.tag in ("input", "textarea")]
    assert names == [
        "lang",
        "name",
        "email",
        "organisation",
        "q_essen",
        "q_essen",
        "q_frage",
        "q_film",
        "website",
        "consent",
    ]
    labelled = {each.get("for") for each in form.iter("label")}
    alone = [each for each in form.iter() if each.tag in ("input", "textarea") and each.get("id")]
    assert {each.get("id") for each in alone} <= labelled
    assert "Am 19. Juli 2026 werden sie gelöscht." in page
    assert 'href="mailto:anmeldung@kleinstadt.example?subject=' in page


def test_when_the_event_is_over_nobody_is_asked_to_register(town: Path, tmp_path: Path) -> None:
    page = built(town, tmp_path / "out", at=AT.replace(day=10))
    assert "<form" not in page


def test_a_form_without_an_address_for_mails_is_a_problem(town: Path) -> None:
    from krisenfest import pipeline

    write(town, "events/treffen.md", "---\ntitle: T\nstart: 2026-07-09\nregistration: {form: true}\n---\n")
    problems = pipeline.check(town, config=Config(), at=AT)
    assert [str(each) for each in problems if not each.advice] == [
        "events/treffen.md:4: registration: does not fit: mail: is missing; a form needs an address too, for when it"
        " cannot be reached"
    ]
