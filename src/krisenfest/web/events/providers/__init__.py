"""Where a conference takes place: a link typed by hand, BigBlueButton, Jitsi. Small adapters, one a system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One conference as a system knows it: the same values ask for the same room, however often."""

    key: str  # [0-9a-f]{32}; says nothing about the event
    title: str
    start: datetime
    end: datetime
    back: str  # where people come out: the address of the event's page


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who comes in, and as what; `key` tells people apart without saying who they are."""

    name: str
    key: str
    moderator: bool = False


class Provider(Protocol):
    """A system for conferences."""

    def prepare(self, room: Room) -> None:
        """See that the room is there; twice is the same as once. Raises ConferenceError."""
        ...

    def way_in(self, room: Room, guest: Guest, at: datetime) -> str:
        """The address by which this guest comes in; only for this guest."""
        ...
