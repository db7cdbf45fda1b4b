"""What all records have in common, and how their values are read.

Values come in two forms: as a person writes them in a folder (local time, `2021-04-24`) and as canonical JSON
(UTC, `2021-04-23T22:00:00Z`). Both are read by the same types; the folder's reader passes the time zone, and for an
example the shift in days, in the validation context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)

from krisenfest.domain.areas import parse_prefix
from krisenfest.domain.periods import YEARS, local_instant
from krisenfest.domain.texts import Lang, Text
from krisenfest.errors import FieldError

ID_PATTERN = r"[a-z0-9äöüß](?:[a-z0-9äöüß_-]*[a-z0-9äöüß])?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the values of a folder are to be read: in which zone, and by how many days shifted (examples)."""

    zone: ZoneInfo
    shift: timedelta = timedelta()


def _require_year(value: date) -> None:
    if value.year not in YEARS:
        raise ValueError(f"write a year from {YEARS[0]} to {YEARS[-1]}; leave an end out if there is none")


def _shifted(value: date, info: ValidationInfo) -> date:
    return value + info.context.shift if isinstance(info.context, Reading) else value


def _read_day(value: object, info: ValidationInfo) -> date:
    if isinstance(value, datetime):
        raise ValueError("write a day only, such as 2021-04-24")
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise ValueError("write an existing day as year-month-day, such as 2021-04-24") from None
    if not isinstance(value, date):
        raise ValueError("write a day as year-month-day, such as 2021-04-24")
    _require_year(value)
    return _shifted(value, info)


def _read_instant(value: object, info: ValidationInfo) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("write a day or a time, such as 2021-04-24 or 2021-04-24T18:00") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise ValueError("write a day or a time, such as 2021-04-24 or 2021-04-24T18:00")
    _require_year(value)
    if isinstance(info.context, Reading):
        if value.tzinfo is not None and not info.context.shift:
            return value.replace(microsecond=0).astimezone(UTC)
        if value.tzinfo is not None:
            # The wall clock is what an example's reader sees, so the shift is made there, not in UTC.
            value = value.astimezone(info.context.zone).replace(tzinfo=None)
        try:
            return local_instant(value.replace(microsecond=0) + info.context.shift, info.context.zone)
        except FieldError as error:
            raise ValueError(error.hint) from None
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return value.replace(microsecond=0).astimezone(UTC)


def from_epoch_s(seconds: int) -> datetime:
    """The instant that lies so many seconds after the beginning of 1970 (UTC)."""
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=4096)
def utc(at: datetime) -> str:
    """An instant as RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _safe_link(text: str) -> str:
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", text):
        if not re.match(r"(https?://[^\s/]|mailto:[^\s]|tel:[+0-9])", text):
            raise ValueError("write an address that begins with https://, http://, mailto: or tel:")
    elif text.startswith(("/", "\\")) or ".." in text.split("/"):
        raise ValueError("write a path inside the content folder, such as media/text.pdf")
    return text


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _area(text: str) -> str:
    # A name of a part is checked against areas.geojson where the whole folder is known.
    if re.fullmatch(r"[0-9 ]+|DE", text):
        try:
            return parse_prefix(text) or "DE"
        except FieldError as error:
            raise ValueError(error.hint) from None
    return text


def _free_id(text: str) -> str:
    # The site's own pages lie beside those of the records.
    if re.fullmatch(r"index|banner|seite-[0-9]+", text):
        raise ValueError("this name belongs to a page of the site; choose another")
    return text


Day = Annotated[date, BeforeValidator(_read_day, json_schema_input_type=str)]
Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant, json_schema_input_type=str),
    PlainSerializer(utc, return_type=str, when_used="json"),
]
Link = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_safe_link)]
Word = Annotated[str, Field(min_length=1, max_length=300)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_as_tuple)]
AreaName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_area)]
RecordId = Annotated[str, Field(max_length=120, pattern=f"^{ID_PATTERN}$"), AfterValidator(_free_id)]


class Model(BaseModel):
    """A frozen part of a record: unknown keys are refused, so that a typing error is found."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


class Record(Model):
    """What a measure, notice, alert, service, event and page have in common.

    `id` is stable for the life of the record. `area` is where it applies: ARS prefixes ("DE" for the country) or
    names of parts of the municipality; empty means the whole municipality. `published` is the moment that
    readers are told; `review_by` the day by which somebody looks at it again.
    """

    kind: str
    id: RecordId
    texts: tuple[Text, ...] = Field(min_length=1)
    area: Annotated[tuple[AreaName, ...], BeforeValidator(_as_tuple)] = ()
    topics: Words = ()
    audience: Words = ()
    published: Instant | None = None
    review_by: Day | None = None

    @model_validator(mode="after")
    def _languages_once(self) -> Record:
        tags = [text.lang for text in self.texts]
        if len(set(tags)) != len(tags):
            raise ValueError("texts: each language may stand once")
        if not self.texts[0].title:
            raise ValueError("title: is missing; write what a resident should read first")
        return self

    @property
    def source(self) -> Text:
        """The text that was written first and that holds if a translation says otherwise."""
        return self.texts[0]

    def text(self, lang: Lang) -> Text | None:
        """The text in this language, or None if there is none."""
        return next((text for text in self.texts if text.lang == lang), None)


@dataclass(frozen=True, slots=True)
class Phase:
    """A state and the half-open span of instants in which it holds; None is open on that side."""

    state: str
    start: datetime | None
    end: datetime | None

    def __contains__(self, at: datetime) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


def phases_between(cuts: Iterable[datetime | None], state_at: Any) -> tuple[Phase, ...]:
    """All of time as phases, given every instant at which the state can change and the state at an instant.

    `state_at` takes an instant; before the first cut it is asked one second earlier. Neighbours in the same
    state are one phase.
    """
    instants = sorted({cut for cut in cuts if cut is not None})
    if not instants:
        return (Phase(state_at(datetime.max.replace(tzinfo=UTC)), None, None),)
    starts: list[tuple[datetime | None, str]] = [(None, state_at(instants[0] - timedelta(seconds=1)))]
    for instant in instants:
        state = state_at(instant)
        if state != starts[-1][1]:
            starts.append((instant, state))
    ends = [start for start, _ in starts[1:]] + [None]
    return tuple(Phase(state, start, end) for (start, state), end in zip(starts, ends, strict=True))


def require_order(earlier: datetime | None, later: datetime | None, field: str, hint: str) -> None:
    """Raise ValueError, named by its field, unless `later` comes after `earlier` (None fits anything)."""
    if earlier is not None and later is not None and later <= earlier:
        raise ValueError(f"{field}: {hint}")
