"""Pieces of large files that are kept from build to build, so that one changed record makes one new piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

T = TypeVar("T")
Kept = Mapping[str, Mapping[str, str]]  # name of the file -> key -> piece


class Pieces:
    """What the last build has kept, read when it is first asked for, and what this one leaves."""

    def __init__(self, load: Callable[[], Kept] = dict) -> None:
        self._load = load
        self._made: dict[str, Mapping[str, str]] = {}

    @cached_property
    def _before(self) -> Kept:
        return self._load()

    def of(self, name: str, things: Iterable[T], key: Callable[[T], str], make: Callable[[T], str]) -> Iterable[str]:
        """The piece of each thing for the file `name`; only those with a new key are made."""
        before = self._before.get(name, {})
        found: dict[str, str] = {}
        for thing in things:
            its_key = key(thing)
            piece = before.get(its_key)
            found[its_key] = make(thing) if piece is None else piece
        self._made[name] = found
        return found.values()

    def left(self) -> Kept | None:
        """What to keep for the next build; None if nothing is new."""
        return {**self._before, **self._made} if self._made else None
