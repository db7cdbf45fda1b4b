"""Releases: every record with all its versions, numbered, as of one moment, with the timetable of known changes.

Two times are kept apart: when something is true (validity) and when it was recorded (`Version.recorded`). So what
applied at X, as published at Y, is a function of a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from krisenfest.domain import continuity, measures, notices
from krisenfest.domain.areas import COUNTRY, Ars, contains
from krisenfest.domain.facts import Facts, facts_of
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import Record, from_epoch_s, utc
from krisenfest.domain.texts import Text
from krisenfest.errors import FieldError, StateError


class Key(NamedTuple):
    """What names a record: its kind and its id."""

    kind: str
    id: str


RECORD_KEY = b',"record":'  # what stands before the payload in the line of a version


def canonical(record: Record) -> bytes:
    """A record as canonical JSON: sorted keys, no white space, UTF-8, defaults left out (RFC 8785 for our values)."""
    values = record.model_dump(mode="json", exclude_defaults=True)
    return _dumps({**values, "kind": record.kind})


def _dumps(values: Mapping[str, Any]) -> bytes:
    # Copied, because what orjson gives keeps the memory of its buffer: four times the text, for each record of a town.
    return bytes(memoryview(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)))


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


class _VersionFields(NamedTuple):
    kind: str
    id: str
    number: int
    recorded: datetime
    text_version: int
    digest: str
    payload: bytes | memoryview | None


class Version(_VersionFields):
    """One version of a record: its number (from 1, never reused) and the moment it was recorded.

    `payload` is the record as canonical JSON; None says that the record was taken out. `text_version` is the
    version in which the source text last changed: translations of an earlier one are outdated. `digest` is that
    of the record as it came in. A tuple, because a town has tens of thousands of them and a tuple is made at once.
    """

    @property
    def key(self) -> Key:
        """The record that this is a version of."""
        return Key(self.kind, self.id)

    @property
    def removed(self) -> bool:
        """Whether this version says that the record was taken out."""
        return self.payload is None

    @cached_property
    def note(self) -> str:
        """Why the record was taken out, for everybody to read; empty if nobody has said so."""
        return str(orjson.loads(self.line).get("note", "")) if self.removed and self.place else ""

    @cached_property
    def record(self) -> Record:
        """The record; raises StateError if there is none (`removed`)."""
        if self.payload is None:
            raise StateError(f"{self.kind} {self.id} was taken out in version {self.number}")
        return KINDS[self.kind].model_validate_json(bytes(self.payload))

    def forget_record(self) -> None:
        """Give back the memory of `record`, which is read again when it is asked for."""
        self.__dict__.pop("record", None)

    @cached_property
    def facts(self) -> Facts:
        """What lists need to know of the record; raises StateError if there is none (`removed`)."""
        return facts_of(self.record)

    # Where the line of this version stands in bytes that were read: the bytes, where it begins and ends.
    place: tuple[memoryview, int, int] | None = None

    @property
    def line(self) -> bytes:
        """The version as canonical JSON: sorted keys, no white space."""
        if self.place:
            data, begin, end = self.place
            return bytes(data[begin:end])
        head: dict[str, Any] = {"digest": self.digest, "id": self.id, "kind": self.kind}
        head |= {"note": self.note, "number": self.number} if self.note else {"number": self.number}
        tail = {"recorded": utc(self.recorded), "text_version": self.text_version}
        return b"".join([orjson.dumps(head)[:-1], RECORD_KEY, self.payload or b"null", b",", orjson.dumps(tail)[1:]])

    @property
    def size(self) -> int:
        """The number of bytes of `line`."""
        return self.place[2] - self.place[1] if self.place else len(self.line)

    def stored(self, *, facts: Facts | None, place: tuple[memoryview, int, int] | None = None) -> Version:
        """This version with what is known of it already and need not be made again."""
        if facts is not None:
            self.__dict__["facts"] = facts
        if place is not None:
            self.__dict__["place"] = place
        return self

    def outdated(self, text: Text) -> bool:
        """Whether a translation renders an earlier source text than this version's."""
        return text.translates is not None and 0 < text.translates < self.text_version


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the timetable: at this instant the record enters this state."""

    at: datetime
    key: Key
    state: str


@dataclass(frozen=True, kw_only=True)
class Release:
    """An immutable, numbered set of records with all their versions, as of one moment.

    `versions` are in the order of kind, id and number.
    """

    number: int
    as_of: datetime
    municipality: Municipality
    versions: tuple[Version, ...]

    @cached_property
    def histories(self) -> Mapping[Key, tuple[Version, ...]]:
        """All versions of each record, oldest first."""
        found: dict[Key, tuple[Version, ...]] = {}
        for version in self.versions:
            key = version.key
            found[key] = (*found[key], version) if key in found else (version,)
        return found

    def current(self, kind: str | None = None) -> Iterator[Version]:
        """The newest version of each record that was not taken out, in the order of kind and id."""
        for key, history in self.histories.items():
            if not history[-1].removed and kind in (None, key.kind):
                yield history[-1]

    def known_at(self, at: datetime) -> Iterator[Version]:
        """The version of each record that was the newest at the instant `at`; what was taken out is left out."""
        for history in self.histories.values():
            known = [version for version in history if version.recorded <= at]
            if known and not known[-1].removed:
                yield known[-1]

    def timetable(self) -> tuple[Change, ...]:
        """Every change of state that is known and lies after `as_of`, earliest first."""
        changes = [
            Change(from_epoch_s(start), version.key, state)
            for version in self.current()
            for state, start, _ in version.facts.states
            if start is not None and start > self.as_of.timestamp()
        ]
        return tuple(sorted(changes, key=lambda change: (change.at, change.key)))


def since_taken_out(history: Sequence[Version]) -> Sequence[Version]:
    """The versions of a record that are public: those after it was last taken out."""
    last = max((place for place, version in enumerate(history) if version.removed), default=-1)
    return history[last + 1 :]


def public_versions(release: Release) -> Iterator[Version]:
    """The versions as open data: of what was taken out number, moment and digest stay, the words are gone (ADR 9)."""
    if not any(version.removed for version in release.versions):
        yield from release.versions
        return
    for history in release.histories.values():
        public = len(since_taken_out(history))
        for version in history[: len(history) - public]:
            yield version if version.removed else version._replace(payload=None)
        yield from history[len(history) - public :]


class Incoming(NamedTuple):
    """A record as a source has it now: canonical JSON with its digest, and its facts.

    `payload` and `facts` may be None where the digest is that of the last build.
    """

    digest: str
    payload: bytes | None = None
    facts: Facts | None = None

    @classmethod
    def of(cls, record: Record) -> Incoming:
        """The record with its digest."""
        data = canonical(record)
        return cls(digest(data), data, facts_of(record))


def continued(
    previous: Release | None,
    municipality: Municipality,
    incoming: Mapping[Key, Incoming],
    at: datetime,
    notes: Mapping[Key, str] = MappingProxyType({}),
) -> Release:
    """The release that follows `previous`: what changed gets the next version, recorded `at`; the rest stays.

    A record that is not in `incoming` any more gets a version that says it was taken out, and why if `notes` does.
    If nothing at all changed, `previous` itself is returned. Raises StateError if something changed and `at` is before
    the last release.
    """
    histories = dict(previous.histories) if previous else {}
    added: list[Version] = []
    for key, new in incoming.items():
        old = histories[key][-1] if key in histories else None
        if old is None or old.removed or old.digest != new.digest:
            added.append(_next_version(key, old, new, at))
    for key, history in histories.items():
        if key not in incoming and not history[-1].removed:
            gone = history[-1]._replace(number=history[-1].number + 1, recorded=at, digest="", payload=None)
            gone.__dict__["note"] = notes.get(key, "")
            added.append(gone)
    if previous and not added and previous.municipality == municipality:
        return previous
    if previous and at < previous.as_of:
        raise StateError(
            f"the last release is as of {previous.as_of.isoformat()}, after {at.isoformat()}: "
            "choose a later --at, or another --state"
        )
    versions = sorted([*(previous.versions if previous else ()), *added], key=itemgetter(0, 1, 2))
    release = Release(
        number=previous.number + 1 if previous else 1, as_of=at, municipality=municipality, versions=tuple(versions)
    )
    if previous:  # what did not change is not gathered again
        for version in added:
            histories[version.key] = (*histories.get(version.key, ()), version)
        same = histories.keys() == previous.histories.keys()
        release.__dict__["histories"] = histories if same else dict(sorted(histories.items()))
    return release


def _next_version(key: Key, old: Version | None, new: Incoming, at: datetime) -> Version:
    if new.payload is None:
        raise StateError(f"{key.kind} {key.id} is said to be unchanged, but the last release does not hold it")
    number = old.number + 1 if old else 1
    record: dict[str, Any] = orjson.loads(new.payload)
    source: dict[str, Any] = record["texts"][0]
    before: dict[str, dict[str, Any]] = {}
    if old is not None and old.payload is not None:
        before = {text["lang"]: text for text in orjson.loads(old.payload)["texts"]}
    unchanged = old is not None and source["lang"] in before and _words(before[source["lang"]]) == _words(source)
    text_version = old.text_version if old is not None and unchanged else number
    source["translates"] = 0
    for text in record["texts"][1:]:
        _number(text, before.get(text["lang"]), text_version)
    payload = _dumps(record)
    return Version(key.kind, key.id, number, at, text_version, new.digest, payload).stored(facts=new.facts)


def _words(text: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that is said, to compare two texts; not the bookkeeping."""
    return {name: value for name, value in text.items() if name != "translates"}


def _number(text: dict[str, Any], earlier: Mapping[str, Any] | None, text_version: int) -> None:
    """Say which version a translation renders: one that did not change still renders what it did."""
    if "translates" in text:
        return
    same = earlier is not None and _words(earlier) == _words(text)
    text["translates"] = earlier.get("translates", text_version) if earlier and same else text_version


# The states in which a record is something that holds: what `applies` answers with.
HOLDING = {
    "measure": frozenset({measures.MeasureState.IN_FORCE}),
    "alert": frozenset({notices.AlertState.IN_FORCE}),
    "service": frozenset(set(continuity.Status) - {continuity.Status.NORMAL}),
}


@dataclass(frozen=True, slots=True)
class Holding:
    """A record that holds in an area at an instant: which version, in which state, and for which areas."""

    version: Version
    state: str
    only_parts: tuple[str, ...]  # the parts of the municipality to which it is limited; none: all of the area


def applies(release: Release, area: str, at: datetime, known_at: datetime) -> tuple[Holding, ...]:
    """What applies in `area` at the instant `at`, as published at the instant `known_at`.

    `area` is an ARS prefix, "DE", or the id of a named part. Measures and alerts in force and services that do not run
    normally are given, in the order of kind and id. Asked for the whole municipality, what holds in one of its
    parts only is given too, with the parts named. Raises FieldError for a part that does not exist.
    """
    home = release.municipality.ars
    part = release.municipality.part(area)
    if part is None and not area.isdigit() and area != "DE":
        known = ", ".join(each.id for each in release.municipality.parts) or "none are named"
        raise FieldError("area", area, f"write an ARS, or a part of the municipality ({known})")
    found: list[Holding] = []
    for version in release.known_at(known_at):
        facts = version.facts
        state = facts.state_at(int(at.timestamp()))
        if state not in HOLDING.get(version.kind, ()):
            continue
        where = facts.area or (home,)
        asked = home if part else COUNTRY if area == "DE" else Ars(area)
        whole = [each for each in where if _covers(each, asked)]
        parts = tuple(each for each in where if release.municipality.part(each) is not None)
        if whole or (part and area in parts):
            found.append(Holding(version, state, ()))
        elif parts and not part and area == home:
            found.append(Holding(version, state, parts))
    return tuple(found)


def _covers(outer: str, inner: Ars) -> bool:
    return outer == "DE" or (outer.isdigit() and contains(Ars(outer), inner))


def by_key(records: Iterable[Record]) -> dict[Key, Incoming]:
    """Records as `continued` takes them; a later one with the same kind and id replaces an earlier one."""
    return {Key(record.kind, record.id): Incoming.of(record) for record in records}
