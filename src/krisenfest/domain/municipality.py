"""The municipality that publishes: its key, its languages, how it is reached."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from krisenfest.domain.areas import LAENDER, Ars, parse_ars
from krisenfest.domain.calendars import Calendar
from krisenfest.domain.records import Day, Link, Model, RecordId, Word
from krisenfest.domain.texts import Lang, Phrase, Rendering
from krisenfest.errors import FieldError


def _ars(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError('write the 12 digits in quotes, for example "059130000000"')
    try:
        return parse_ars(value)
    except FieldError as error:
        raise ValueError(error.hint) from None


def _land(text: str) -> str:
    if text not in LAENDER:
        raise ValueError('write the two digits of the Land in quotes, "01" to "16"')
    return text


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("write a time zone such as Europe/Berlin")
    return text


class Contact(Model):
    """How to reach the municipality on ordinary days."""

    mail: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=60)
    address: str = Field(default="", max_length=500)


class Hotline(Model):
    """The number to call in a crisis, and when somebody answers."""

    phone: str = Field(min_length=1, max_length=60)
    hours: str = Field(default="", max_length=300)
    note: str = Field(default="", max_length=500)


class Partner(Model):
    """A municipality that keeps a verified copy of the site."""

    name: Word
    url: Link


class Logo(Model):
    """The coat of arms or logo, and what it shows."""

    path: Link
    alt: str = Field(min_length=1, max_length=300)


class Part(Model):
    """A named part of the municipality, with the geometry of areas.geojson (WGS 84, RFC 7946)."""

    id: RecordId
    names: dict[Lang, Word]
    geometry: dict[str, Any] = Field(default_factory=dict)

    def name(self, lang: str) -> str:
        """The name in this language, else in German, else the id."""
        return self.names.get(lang) or self.names.get("de") or self.id


class Municipality(Model):
    """Who publishes. `languages` begins with the one that binds.

    `phrases` are short texts that stand in many places (a topic, the hours of the hotline) in other languages.
    """

    name: Word
    names: dict[Lang, Word] = Field(default_factory=dict)
    ars: Annotated[Ars, BeforeValidator(_ars)]
    land: Annotated[str, AfterValidator(_land)]
    kreis: str = Field(default="", max_length=200)
    phrases: dict[Lang, dict[Phrase, Rendering]] = Field(default={})
    languages: tuple[Lang, ...] = Field(default=("de",), min_length=1)
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Berlin"
    site_url: Link | None = None
    counter: Link | None = None  # where the forms of the site go: https://desk.example/counter/town/
    contact: Contact = Contact()
    hotline: Hotline | None = None
    imprint: RecordId
    privacy: RecordId
    accessibility: RecordId | None = None
    partners: tuple[Partner, ...] = ()
    logo: Logo | None = None
    local_holidays: dict[date, Word] = Field(default_factory=dict)
    example_day: Day | None = None
    parts: tuple[Part, ...] = ()

    @model_validator(mode="after")
    def _land_fits(self) -> Municipality:
        if self.ars[:2] != self.land:
            raise ValueError(f"land: is {self.land}, but the ars begins with {self.ars[:2]}; mend one of the two")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The municipality's time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def calendar(self) -> Calendar:
        """Its holidays: those of the Land, and its own."""
        return Calendar(self.land, self.local_holidays)

    @property
    def source_lang(self) -> str:
        """The language that binds and that translations render."""
        return self.languages[0]

    def display_name(self, lang: str) -> str:
        """The municipality's name in this language."""
        return self.names.get(lang, self.name)

    def part(self, part_id: str) -> Part | None:
        """The named part, or None."""
        return next((part for part in self.parts if part.id == part_id), None)
