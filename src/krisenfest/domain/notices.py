"""Notices (news) and alerts (warnings with the severity, urgency and certainty of CAP 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import model_validator

from krisenfest.domain.records import Instant, Model, Phase, Record, phases_between, require_order


class Notice(Record):
    """News for residents, shown until `valid_until` (exclusive; None: until it is taken out)."""

    kind: Literal["notice"] = "notice"
    valid_until: Instant | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Notice:
        require_order(
            self.published,
            self.valid_until,
            "valid_until",
            "the end does not come after the start; mend one of the two",
        )
        return self


class NoticeState(StrEnum):
    """What a notice is at an instant."""

    CURRENT = "current"
    PAST = "past"


class Severity(StrEnum):
    """CAP 1.2, 3.2.2 severity."""

    EXTREME = "extreme"
    SEVERE = "severe"
    MODERATE = "moderate"
    MINOR = "minor"
    UNKNOWN = "unknown"


class Urgency(StrEnum):
    """CAP 1.2, 3.2.2 urgency."""

    IMMEDIATE = "immediate"
    EXPECTED = "expected"
    FUTURE = "future"
    PAST = "past"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """CAP 1.2, 3.2.2 certainty."""

    OBSERVED = "observed"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    UNKNOWN = "unknown"


class Category(StrEnum):
    """CAP 1.2, 3.2.2 category, in lower case."""

    GEO = "geo"
    MET = "met"
    SAFETY = "safety"
    SECURITY = "security"
    RESCUE = "rescue"
    FIRE = "fire"
    HEALTH = "health"
    ENV = "env"
    TRANSPORT = "transport"
    INFRA = "infra"
    CBRNE = "cbrne"
    OTHER = "other"


class AlertKind(StrEnum):
    """What an alert warns of; an editor picks this and nothing else of CAP."""

    FLOOD = "flood"
    STORM = "storm"
    HEAT = "heat"
    FIRE = "fire"
    POWER_OUTAGE = "power-outage"
    WATER = "water"
    CYBER = "cyber"
    EVACUATION = "evacuation"
    CLOSURE = "closure"
    HEALTH = "health"
    HAZARDOUS_SUBSTANCE = "hazardous-substance"
    BOMB = "bomb"
    OTHER = "other"


# category, severity, urgency, certainty that each kind means unless the editor says otherwise
PRESETS: Mapping[AlertKind, tuple[Category, Severity, Urgency, Certainty]] = {
    AlertKind.FLOOD: (Category.MET, Severity.SEVERE, Urgency.EXPECTED, Certainty.LIKELY),
    AlertKind.STORM: (Category.MET, Severity.SEVERE, Urgency.EXPECTED, Certainty.LIKELY),
    AlertKind.HEAT: (Category.MET, Severity.MODERATE, Urgency.EXPECTED, Certainty.LIKELY),
    AlertKind.FIRE: (Category.FIRE, Severity.SEVERE, Urgency.IMMEDIATE, Certainty.OBSERVED),
    AlertKind.POWER_OUTAGE: (Category.INFRA, Severity.SEVERE, Urgency.IMMEDIATE, Certainty.OBSERVED),
    AlertKind.WATER: (Category.HEALTH, Severity.SEVERE, Urgency.IMMEDIATE, Certainty.OBSERVED),
    AlertKind.CYBER: (Category.INFRA, Severity.MODERATE, Urgency.IMMEDIATE, Certainty.OBSERVED),
    AlertKind.EVACUATION: (Category.SAFETY, Severity.EXTREME, Urgency.IMMEDIATE, Certainty.OBSERVED),
    AlertKind.CLOSURE: (Category.TRANSPORT, Severity.MINOR, Urgency.EXPECTED, Certainty.OBSERVED),
    AlertKind.HEALTH: (Category.HEALTH, Severity.MODERATE, Urgency.EXPECTED, Certainty.LIKELY),
    AlertKind.HAZARDOUS_SUBSTANCE: (Category.CBRNE, Severity.SEVERE, Urgency.IMMEDIATE, Certainty.OBSERVED),
    AlertKind.BOMB: (Category.SAFETY, Severity.EXTREME, Urgency.IMMEDIATE, Certainty.OBSERVED),
    AlertKind.OTHER: (Category.SAFETY, Severity.MODERATE, Urgency.EXPECTED, Certainty.LIKELY),
}


# An all-clear is read for a day by those who slept, then the alert is past.
ALL_CLEAR_SHOWN = timedelta(hours=24)


class AllClear(Model):
    """The message that ends an alert; its words stand in the texts (`all_clear`)."""

    at: Instant


class Alert(Record):
    """A warning that ends by itself: in force from `valid_from` to the exclusive end `valid_until`.

    The four words of CAP are filled from the kind where the editor has not set them.
    """

    kind: Literal["alert"] = "alert"
    hazard: AlertKind
    category: Category
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    valid_from: Instant
    valid_until: Instant
    all_clear: AllClear | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_from_kind(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("hazard") not in AlertKind.__members__.values():
            return data
        presets = PRESETS[AlertKind(data["hazard"])]
        names = ("category", "severity", "urgency", "certainty")
        return {**dict(zip(names, (each.value for each in presets), strict=True)), **data}

    @model_validator(mode="after")
    def _in_order(self) -> Alert:
        require_order(
            self.valid_from,
            self.valid_until,
            "valid_until",
            "the end does not come after the start; mend one of the two",
        )
        if self.all_clear and self.all_clear.at < self.valid_from:
            raise ValueError("all_clear: comes before the alert began; mend one of the two")
        return self


class AlertState(StrEnum):
    """What an alert is at an instant."""

    ANNOUNCED = "announced"
    IN_FORCE = "in-force"
    ALL_CLEAR = "all-clear"
    ENDED = "ended"


def alert_state_at(alert: Alert, at: datetime) -> AlertState:
    """What the alert is at the instant `at`; an all-clear stands for `ALL_CLEAR_SHOWN`."""
    if at < alert.valid_from:
        return AlertState.ANNOUNCED
    if alert.all_clear and at >= alert.all_clear.at:
        return AlertState.ALL_CLEAR if at < alert.all_clear.at + ALL_CLEAR_SHOWN else AlertState.ENDED
    return AlertState.IN_FORCE if at < alert.valid_until else AlertState.ENDED


def alert_phases(alert: Alert) -> tuple[Phase, ...]:
    """Every state of the alert, oldest first."""
    cuts = [alert.valid_from, alert.valid_until]
    if alert.all_clear:
        cuts += [alert.all_clear.at, alert.all_clear.at + ALL_CLEAR_SHOWN]
    return phases_between(cuts, lambda at: alert_state_at(alert, at))


_ALWAYS_CURRENT = (Phase(NoticeState.CURRENT, None, None),)


def notice_phases(notice: Notice) -> tuple[Phase, ...]:
    """Every state of the notice, oldest first."""
    end = notice.valid_until

    def state_at(at: datetime) -> NoticeState:
        return NoticeState.CURRENT if end is None or at < end else NoticeState.PAST

    return phases_between([end], state_at) if end else _ALWAYS_CURRENT
