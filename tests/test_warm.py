"""A process that keeps what it knows between builds makes the same bytes as one that knows nothing."""

from __future__ import annotations

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import AT, MUSTERSTADT
from krisenfest import rebuild
from krisenfest.config import Config
from krisenfest.errors import SourceError
from krisenfest.sources.warm import Warm

ALERT = """\
---
title: {title}
kind: other
valid_from: 2026-07-01T10:00
valid_until: 2026-07-03T10:00
instructions: Drinnen bleiben.
---
"""


class Place:
    """A content folder, its site, and a process that builds it again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.content, self.site, self.state = (folder / each for each in ("", "c", "site", "state"))
        shutil.copytree(MUSTERSTADT, self.content)
        self.warm, self.moment = Warm(), AT

    def build(self) -> int:
        """Build once more; gives the number of files written."""
        self.moment += timedelta(seconds=1)
        return rebuild.build_again(
            self.content,
            self.site,
            state_folder=self.state,
            config=Config(processes=1),
            at=self.moment,
            base_url="",
            warm=self.warm,
        ).written

    def write(self, path: str, text: str) -> None:
        """Write as the desk does: a new file in the place of the old one."""
        (self.content / f"{path}.part").write_text(text, encoding="utf-8")
        os.replace(self.content / f"{path}.part", self.content / path)

    def afresh(self) -> dict[str, bytes]:
        """The site of the same releases and the same moment, made by a build that knows nothing else."""
        state, site = self.folder / "fresh-state", self.folder / "fresh-site"
        for each in (state, site):
            shutil.rmtree(each, ignore_errors=True)
        state.mkdir()
        shutil.copy(self.state / "release.json", state)
        anchor = json.loads((self.state / "sources.json").read_text())["anchor"]  # the day of the example
        (state / "sources.json").write_text(json.dumps({"anchor": anchor}))
        rebuild.build_folder(self.content, site, state_folder=state, config=Config(), at=self.moment)
        return tree(site)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    found.build()
    return found


def test_a_warm_build_makes_the_same_bytes_as_a_fresh_one(place: Place) -> None:
    for number in (1, 2):
        place.write(f"alerts/neu-{number}.md", ALERT.format(title=f"Neu {number}"))
        assert place.build() > 0
        assert tree(place.site) == place.afresh()
    place.write("alerts/neu-1.md", ALERT.format(title="Anders"))
    (place.content / "alerts" / "neu-2.md").unlink()
    (place.content / "measures" / "grillen.md").unlink(missing_ok=True)
    place.build()
    assert tree(place.site) == place.afresh()
    place.write("municipality.yaml", (place.content / "municipality.yaml").read_text() + "\n# again\n")
    (place.content / "media").mkdir(exist_ok=True)
    (place.content / "media" / "neu.txt").write_text("neu")
    place.build()
    assert tree(place.site) == place.afresh()


def test_a_warm_build_reads_the_state_again_if_another_process_went_on(place: Place) -> None:
    place.write("alerts/neu.md", ALERT.format(title="Neu"))
    place.moment += timedelta(seconds=1)
    rebuild.build_folder(place.content, place.site, state_folder=place.state, config=Config(), at=place.moment)
    place.write("alerts/noch.md", ALERT.format(title="Noch eine"))
    place.build()
    assert tree(place.site) == place.afresh()
    assert (place.site / "warnungen" / "neu.html").is_file()


def test_a_warm_build_that_is_refused_changes_nothing_and_the_next_one_goes_on(place: Place) -> None:
    before = tree(place.site)
    place.write("alerts/neu.md", ALERT.format(title="Neu").replace("other", "unheard-of"))
    with pytest.raises(SourceError):
        place.build()
    assert tree(place.site) == before
    place.write("alerts/neu.md", ALERT.format(title="Neu"))
    place.build()
    assert tree(place.site) == place.afresh()


def test_a_file_that_was_changed_in_place_is_seen_by_the_next_thorough_build(place: Place) -> None:
    place.write("alerts/neu.md", ALERT.format(title="Neu"))
    place.build()
    with (place.content / "alerts" / "neu.md").open("a") as file:
        file.write("\nVon Hand ergänzt.\n")
    place.moment += timedelta(seconds=1)
    rebuild.build_folder(place.content, place.site, state_folder=place.state, config=Config(), at=place.moment)
    place.write("alerts/noch.md", ALERT.format(title="Noch eine"))
    place.build()
    assert "Von Hand ergänzt." in (place.site / "warnungen" / "neu.html").read_text()
    assert tree(place.site) == place.afresh()
