"""An invitation at the desk: there soon after the event is public, and nobody waits for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from conftest import AT, write
from desk_people import People
from krisenfest.domain.approval import Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.desk import publishing, work
from krisenfest.web.events import happened, sheets
from krisenfest.web.events.models import Book
from krisenfest.web.rooms import files_for

EVENT = {
    "kind": "event",
    "id": "webinar",
    "texts": [{"lang": "de", "title": "Webinar"}],
    "start": "2026-07-09T15:00:00Z",
    "end": "2026-07-09T16:30:00Z",
    "registration": {"mail": "a@b.example"},
}


def test_an_event_is_public_before_its_invitation_and_the_worker_prints_that(
    municipality: Municipality, people: People, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr("krisenfest.clock.now", lambda: AT)
    draft = work.begin(Verb.INVITE, "event", municipality=municipality, by=people.author, at=AT)
    draft = work.submit(draft, KINDS["event"].model_validate(EVENT), version=draft.version, by=people.author, at=AT)
    work.approve(draft, version=draft.version, by=people.approver, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        assert publishing.publish_waiting(municipality) == 1
    site = files_for(municipality).site / "veranstaltungen"
    assert (site / "webinar.html").exists() and not (site / "webinar.pdf").exists()
    waiting = DBTaskResult.objects.filter(task_path__endswith="sheets.print_task")
    assert [each.queue_name for each in waiting] == ["later"]
    assert sheets.print_task.call(municipality.pk, False) == 1
    assert sheets.print_task.call(municipality.pk, False) == 0
    assert (site / "webinar.pdf").read_bytes().startswith(b"%PDF")
    monkeypatch.setattr("krisenfest.clock.now", lambda: AT + timedelta(days=30))
    publishing.renew()
    assert sheets.print_task.call(municipality.pk, False) == 0
    assert not (site / "webinar.pdf").exists()


def test_before_the_first_build_the_printer_comes_again(db: None, data: Path) -> None:
    town = Municipality.objects.create(slug="neu", name="Neu")
    files = files_for(town)
    assert sheets.print_task.call(town.pk, False) == 0
    assert DBTaskResult.objects.count() == 0
    write(files.content, "municipality.yaml", "name: Neu\n")
    assert sheets.print_task.call(town.pk, False) == 0
    assert DBTaskResult.objects.get().run_after is not None


def test_a_recap_knows_how_many_had_a_place(municipality: Municipality) -> None:
    values: dict[str, Any] = {"start": AT, "end": AT, "delete_on": AT.date()}
    book = Book.objects.create(municipality=municipality, record_id="webinar", payload=EVENT, **values)
    for number, state in enumerate(("registered", "registered", "cancelled")):
        named = {"name": "N", "email": f"{number}@post.example", "digest": str(number), "asked": AT}
        book.registrations.create(number=number, rank=number, state=state, **named)
    place = {"municipality": municipality, "exercise": False}
    assert happened.tell(None, **place, record_id="webinar") == {"numbers": "2 waren angemeldet"}
    assert happened.tell(None, **place, record_id="anderes") == {}
