"""Services of the administration and how far they run: the continuity status, from when until when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from krisenfest.domain import opening_hours
from krisenfest.domain.records import Day, Instant, Link, Model, Phase, Record, Words, phases_between, require_order
from krisenfest.errors import FieldError


class Status(StrEnum):
    """How far a service runs."""

    NORMAL = "normal"
    RESTRICTED = "restricted"
    ONLINE_ONLY = "online-only"
    SUSPENDED = "suspended"


class ChannelKind(StrEnum):
    """A way to a service."""

    OFFICE = "office"
    ONLINE = "online"
    PHONE = "phone"
    MAIL = "mail"


class Channel(Model):
    """One way to a service; an office has an address, online a link, a phone a number."""

    kind: ChannelKind
    name: str = Field(default="", max_length=300)
    address: str = Field(default="", max_length=500)
    url: Link | None = None
    phone: str = Field(default="", max_length=60)
    mail: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _can_be_reached(self) -> Channel:
        needed = {"office": self.address, "online": self.url, "phone": self.phone, "mail": self.mail}[self.kind]
        if not needed:
            names = {"office": "address", "online": "url", "phone": "phone", "mail": "mail"}
            raise ValueError(f"channels: {self.kind} needs {names[self.kind]}")
        return self


def _hours(text: str) -> str:
    try:
        opening_hours.parse(text)
    except FieldError as error:
        raise ValueError(error.hint) from None
    return text


def _day_hours(text: str) -> str:
    if text not in ("off", "closed"):
        _hours(f"Mo {text}")
    return text


Hours = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_hours)]


class HoursException(Model):
    """Other hours on one day: `08:00-10:00`, or `off`."""

    date: Day
    hours: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_day_hours)]
    note: str = Field(default="", max_length=300)


class Service(Record):
    """A service with its continuity status; before `status_from` and after `status_until` it runs normally.

    `status_until` is the expected return, exclusive. `leika` is the key of the service in the Leistungskatalog.
    """

    kind: Literal["service"] = "service"
    leika: str | None = Field(default=None, pattern="^[0-9]{14}$")
    status: Status = Status.NORMAL
    status_from: Instant | None = None
    status_until: Instant | None = None
    channels: tuple[Channel, ...] = ()
    opening_hours: Hours | None = None
    exceptions: tuple[HoursException, ...] = ()
    fees: str = Field(default="", max_length=500)
    documents: Words = ()
    responsible: str = Field(default="", max_length=300)

    @model_validator(mode="after")
    def _in_order(self) -> Service:
        require_order(
            self.status_from,
            self.status_until,
            "status_until",
            "the end does not come after the start; mend one of the two",
        )
        return self


def status_at(service: Service, at: datetime) -> Status:
    """The continuity status at the instant `at`."""
    begun = service.status_from is None or service.status_from <= at
    over = service.status_until is not None and service.status_until <= at
    return service.status if begun and not over else Status.NORMAL


def service_phases(service: Service) -> tuple[Phase, ...]:
    """Every status of the service, oldest first."""
    return phases_between([service.status_from, service.status_until], lambda at: status_at(service, at))
