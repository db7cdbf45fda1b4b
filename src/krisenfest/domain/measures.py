"""Measures: rules that bind residents or businesses, made by the Bund, the Land, the Kreis or the Gemeinde.

Publishing makes a measure known; force follows from public notice. So the days of provision, promulgation and
effect are kept apart, and the state is derived from dates, never stored.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from krisenfest.domain.records import (
    Day,
    Instant,
    Link,
    Model,
    Phase,
    Record,
    Word,
    phases_between,
    require_order,
)


class Level(StrEnum):
    """Who makes the rule."""

    BUND = "bund"
    LAND = "land"
    KREIS = "kreis"
    GEMEINDE = "gemeinde"


class Form(StrEnum):
    """The legal form of a measure."""

    LAW = "law"
    ORDINANCE = "ordinance"
    GENERAL_ORDER = "general-order"  # Allgemeinverfügung, VwVfG § 35 Satz 2
    BYLAW = "bylaw"
    APPEAL = "appeal"  # asks and does not bind


class MeasureState(StrEnum):
    """What a measure is at an instant."""

    ANNOUNCED = "announced"
    IN_FORCE = "in-force"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    REPEALED = "repealed"
    EXPIRED = "expired"


class Suspension(Model):
    """A court or an authority has put the measure out of force for a time (VwGO § 80 Abs. 5, § 47 Abs. 6)."""

    start: Instant
    end: Instant | None = None
    by: Word
    link: Link | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Suspension:
        require_order(self.start, self.end, "suspended", "must end after it starts")
        return self


class Withdrawal(Model):
    """The measure was taken back before it began."""

    on: Instant
    reason: str = Field(default="", max_length=2000)


class Repeal(Model):
    """The measure was ended before its time, or had none."""

    on: Instant
    by: str = Field(default="", max_length=300)
    reason: str = Field(default="", max_length=2000)


class Measure(Record):
    """A rule with its validity: from `valid_from`, to the exclusive end `valid_until` (None: open)."""

    kind: Literal["measure"] = "measure"
    level: Level
    issued_by: Word
    form: Form
    legal_basis: str = Field(default="", max_length=500)
    binding_text: Link | None = None
    provided: Day | None = None
    promulgated: Day | None = None
    valid_from: Instant
    valid_until: Instant | None = None
    suspended: tuple[Suspension, ...] = ()
    withdrawn: Withdrawal | None = None
    repealed: Repeal | None = None
    trigger: str | None = Field(default=None, max_length=120)

    @model_validator(mode="after")
    def _dates_fit(self) -> Measure:
        require_order(
            self.valid_from,
            self.valid_until,
            "valid_until",
            "the end does not come after the start; mend one of the two",
        )
        if self.withdrawn and self.withdrawn.on >= self.valid_from:
            raise ValueError("withdrawn: only before the measure begins; use repealed for what was in force")
        if self.repealed:
            if self.repealed.on < self.valid_from:
                raise ValueError("repealed: only after the measure began; use withdrawn for what never began")
            if self.valid_until and self.repealed.on >= self.valid_until:
                raise ValueError("repealed: the measure ends by itself before that; leave repealed out")
        return self


def state_at(measure: Measure, at: datetime) -> MeasureState:
    """What the measure is at the instant `at` (aware, any zone)."""
    if measure.withdrawn and at >= measure.withdrawn.on:
        return MeasureState.WITHDRAWN
    if at < measure.valid_from:
        return MeasureState.ANNOUNCED
    if measure.repealed and at >= measure.repealed.on:
        return MeasureState.REPEALED
    if measure.valid_until and at >= measure.valid_until:
        return MeasureState.EXPIRED
    if any(each.start <= at and (each.end is None or at < each.end) for each in measure.suspended):
        return MeasureState.SUSPENDED
    return MeasureState.IN_FORCE


def in_force(measure: Measure, at: datetime) -> bool:
    """Whether the measure binds at the instant `at` (aware, any zone)."""
    return state_at(measure, at) is MeasureState.IN_FORCE


def phases(measure: Measure) -> tuple[Phase, ...]:
    """Every state of the measure, oldest first."""
    cuts: list[datetime | None] = [measure.valid_from, measure.valid_until]
    cuts += [measure.withdrawn.on] if measure.withdrawn else []
    cuts += [measure.repealed.on] if measure.repealed else []
    for each in measure.suspended:
        cuts += [each.start, each.end]
    return phases_between(cuts, lambda at: state_at(measure, at))
