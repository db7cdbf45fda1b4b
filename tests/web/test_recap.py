"""What came of an event: filled from what happened, corrected by a person, approved by a second, shown on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from conftest import write
from desk_people import People
from krisenfest.domain.approval import Verb
from krisenfest.domain.municipality import Municipality as Town
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.desk import publishing, work
from krisenfest.web.desk.form_table import form_for
from krisenfest.web.desk.models import Draft, Revision
from krisenfest.web.published import recap_begun
from krisenfest.web.recap_lines import recap_fields
from krisenfest.web.rooms import files_for

OVER = datetime(2026, 7, 10, 8, tzinfo=UTC)


@dataclass
class Question:
    question: str
    answer: str = ""


@dataclass
class Choice:
    title: str
    votes: int


@dataclass
class Poll:
    question: str
    choices: tuple[Choice, ...]
    voters: int | None = None


QUESTIONS = [Question("Was hilft\nzuerst?", "Eine Liste.\n\nUnd Übung."), Question("Kommt das wieder?")]
POLLS = [
    Poll("Und nun?", (Choice("Üben", 12), Choice("Schreiben", 9)), 15),
    Poll("Gut?", (Choice("Ja", 7), Choice("Nein", 0))),
]
FILLED = {
    "numbers": "100 angemeldet\n84 waren dabei",
    "questions": "Was hilft zuerst?\nEine Liste.\nUnd Übung.\n\nKommt das wieder?",
    "polls": "Und nun? [15]\n12 Üben\n9 Schreiben\n\nGut?\n7 Ja\n0 Nein",
}


def test_what_happened_fills_the_form() -> None:
    assert recap_fields(QUESTIONS, POLLS, {"angemeldet": 100, "waren dabei": 84}) == FILLED


@pytest.fixture
def town(town: Path) -> Path:
    event = "---\ntitle: Webinar\nstart: 2026-07-09T17:00\nend: 2026-07-09T18:30\n---\nText\n"
    write(town, "events/webinar.md", event)
    write(town, "events/spaeter.md", event.replace("-07-", "-08-").replace("Webinar", "Später"))
    return town


def base(municipality: Municipality) -> tuple[Revision, Town]:
    found = Revision.objects.of(municipality).newest("event", "webinar")
    assert found is not None
    return found, files_for(municipality).municipality(OVER)


def test_the_lines_become_a_recap_and_the_recap_the_same_lines(municipality: Municipality) -> None:
    revision, town = base(municipality)
    given = {
        **FILLED,
        "recap": "Danke!",
        "links": "Folien: https://a.example/x.pdf\nPlan media/plan.pdf",
        "survey": "https://s.example/",
    }
    form = form_for(Verb.RECAP, "event")(town, given)
    record: Any = form.record("webinar", revision.payload)
    assert record is not None and form.errors == {}
    assert record.source.recap == "Danke!"
    assert [(each.title, each.path) for each in record.recap.links] == [
        ("Folien", "https://a.example/x.pdf"),
        ("Plan", "media/plan.pdf"),
    ]
    assert [(each.question, each.answer) for each in record.recap.questions] == [
        ("Was hilft zuerst?", "Eine Liste.\nUnd Übung."),
        ("Kommt das wieder?", ""),
    ]
    assert [(each.question, each.voters, [choice.votes for choice in each.choices]) for each in record.recap.polls] == [
        ("Und nun?", 15, [12, 9]),
        ("Gut?", None, [7, 0]),
    ]
    payload = record.model_dump(mode="json", exclude_defaults=True) | {"kind": "event"}
    again = form_for(Verb.RECAP, "event").fields_of(payload, town)
    assert {name: again[name] for name in FILLED} == FILLED
    unchanged = form_for(Verb.RECAP, "event")(town, {**again, "survey": "https://s.example/"})
    assert unchanged.record("webinar", payload) == record


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("numbers", "viele waren da", "beginnen Sie mit der Zahl"),
        ("links", "Folien", "schreiben Sie hinter den Namen die Adresse"),
        ("links", "Folien javascript:alert(1)", "schreiben Sie hinter den Namen die Adresse"),
        ("polls", "Gut?", "darunter eine Zeile je Antwort"),
        ("polls", "Gut?\nJa 7", "darunter eine Zeile je Antwort"),
        ("survey", "ftp://x", "mit https:// beginnt"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_beside_its_field(
    municipality: Municipality, field: str, text: str, said: str
) -> None:
    revision, town = base(municipality)
    form = form_for(Verb.RECAP, "event")(town, {field: text})
    assert form.record("webinar", revision.payload) is None
    assert said in str(form.errors)


def test_an_organiser_tells_what_came_of_it_and_a_second_person_publishes_it(
    municipality: Municipality, people: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("krisenfest.clock.now", lambda: OVER)

    def happened(sender: object, record_id: str, **_: Any) -> dict[str, str] | None:
        return recap_fields(QUESTIONS, POLLS, {"waren dabei": 84}) if record_id == "webinar" else None

    recap_begun.connect(happened)
    client.force_login(people.author)
    chosen = client.get("/desk/musterstadt/eintraege/?verb=recap").content.decode()
    assert "Webinar" in chosen and "Später" not in chosen
    assert "neu/recap/" in client.get("/desk/musterstadt/eintrag/event/webinar/").content.decode()
    assert "neu/recap/" not in client.get("/desk/musterstadt/eintrag/event/spaeter/").content.decode()
    answer = client.post("/desk/musterstadt/neu/recap/?kind=event&id=webinar")
    recap_begun.disconnect(happened)
    draft = Draft.objects.get()
    assert answer["Location"].endswith(f"/entwurf/{draft.pk}/bearbeiten/")
    assert draft.fields["numbers"] == "84 waren dabei"
    values = {**draft.fields, "recap": "Danke **allen**!", "version": draft.version, "submit": "1"}
    assert client.post(answer["Location"], values).status_code == 302
    draft.refresh_from_db()
    work.approve(draft, version=draft.version, by=people.approver, at=OVER)
    assert publishing.publish_waiting(municipality) == 1
    page = (files_for(municipality).site / "veranstaltungen" / "webinar.html").read_text(encoding="utf-8")
    for said in (
        "<strong>allen</strong>",
        "Was hilft zuerst?",
        "Die Antwort folgt.",
        "84",
        "80 %",
        "abgestimmt haben: 15",
    ):
        assert said in page
    content = (files_for(municipality).content / "events" / "webinar.md").read_text(encoding="utf-8")
    assert "recap:" in content and "numbers: [{title: waren dabei, count: 84}]" in content
