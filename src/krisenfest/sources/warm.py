"""What a process that builds the same place again and again keeps in memory, so that it reads less (docs/adr/0010).

Everything is asked for again as soon as a stamp differs: of the state's files, and of each directory of the content
folder. What a directory's stamp does not tell, a file that was changed in place, is seen by the next thorough build.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from krisenfest.sources import state as states
from krisenfest.sources.files import Seen
from krisenfest.sources.kept import name_for, stamp
from krisenfest.sources.standing import RELEASE


@dataclass(slots=True)
class Warm:
    """The state after the last build of one place, and what the directories of its content folder held."""

    seen: Seen = field(default_factory=dict)
    _state: states.State | None = None
    _stamps: list[list[int]] = field(default_factory=list)

    def load(self, folder: Path, place: str) -> states.State:
        """The state of the last build, from memory if the files still say the same."""
        if self._state is None or self._stamps != _stamps(folder, place):
            return states.load(folder, place)
        return self._state

    def keep(self, state: states.State, folder: Path, place: str) -> None:
        """Keep the state that has just been saved."""
        self._state, self._stamps = state, _stamps(folder, place)


def _stamps(folder: Path, place: str) -> list[list[int]]:
    names = (RELEASE, states.INDEX, states.SOURCES, name_for(place, "files"))
    return [stamp(folder / name) for name in names]
