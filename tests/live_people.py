"""Participants and a stage for the tests of participation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from krisenfest.web import passes
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.participation import stages
from krisenfest.web.participation.models import Stage
from krisenfest.web.passes import Part, Pass
from krisenfest.web.published import published

START = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
AT = datetime(2026, 7, 1, 10, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "kind": "event",
    "id": "webinar",
    "texts": [{"lang": "de", "title": "Als Kommune krisenfest"}, {"lang": "en", "title": "Towns through crises"}],
    "start": "2026-07-01T09:30:00Z",
    "end": "2026-07-01T11:00:00Z",
    "agenda": [
        {"at": "11:30", "title": "Begrüßung"},
        {"at": "11:50", "title": "Beispiel", "speaker": "Jonas Vorlage"},
        {"at": "12:30", "title": "Fragen"},
    ],
}


def stage_for(town: Municipality, *, at: datetime = AT, **values: Any) -> Stage:
    """An open stage of the webinar, as publishing makes it; it began half an hour before `at`."""
    begins = {"start": at - timedelta(minutes=30), "end": at + timedelta(hours=1)}
    payload = {**EVENT, **{name: value.strftime("%Y-%m-%dT%H:%M:%SZ") for name, value in begins.items()}}
    where = {"municipality": town, "exercise": values.pop("exercise", False), "kind": "event"}
    published.send(Stage, **where, record_id="webinar", payload=payload, at=at)
    stage = stages.find({"municipality": town, "exercise": where["exercise"]}, "webinar")
    assert stage is not None
    for name, value in {"open": True, "moderated": False, **values}.items():
        setattr(stage, name, value)
    stage.save()
    return stage


def token_for(stage: Stage, who: str, part: Part = Part.PARTICIPANT) -> str:
    """The pass of somebody."""
    key = passes.key_of("test", who)
    return passes.issue(
        stage.municipality, stage.record_id, ends=stage.end, key=key, exercise=stage.exercise, part=part
    )


def holder(stage: Stage, who: str, at: datetime = AT) -> Pass:
    """The same, read."""
    found = passes.read(token_for(stage, who), at)
    assert found is not None
    return found
