"""A small town's site, compared with the files that lie here: what a change of the code changes for readers.

`town/` is built at `FIRST`; then the records in `town-later/` replace theirs, one notice is taken out, and the town is
built again at `LATER`, so that there are two versions, an outdated translation and a removed record. After a change that
is meant, `UPDATE` writes the files anew; `git diff tests/golden/site` then shows what readers will see.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from pathlib import Path

import pytest

from krisenfest import __version__, rebuild
from krisenfest.config import Config

HERE = Path(__file__).parent
TOWN, TOWN_LATER, SITE = HERE / "town", HERE / "town-later", HERE / "site"
REMOVED_LATER = "notices/zurueckgenommen.md"
FIRST = datetime(2026, 7, 1, 10, tzinfo=UTC)  # 12:00 on the town's clocks
LATER = FIRST + timedelta(hours=1)
UPDATE = "KRISENFEST_GOLDEN=write .venv/bin/python -m pytest tests/golden"
LIST = "files.txt"  # every path of the site, so that a page that comes or goes is seen

# Not compared: fonts and the large style sheets and scripts are compared by nobody who reads a diff, and what lies in
# media/ is copied as it is. That they are there is seen in the list of files.
LEFT_OUT = ("assets/", "media/", "sw.js")
# The frame around the content is the same in every page. These are compared whole; of the others the title and the
# main part, so that a change of the frame changes a few files and not all of them.
WHOLE = (
    *("index.html", "en/index.html", "404.html", "offline.html", "warnungen/banner.html", "en/warnungen/banner.html"),
    *("massnahmen/ausgang.html", "en/massnahmen/ausgang.html", "leistungen/buergerbuero.html", "gebiete/altstadt.html"),
)


def comparable(path: str, text: str) -> str:
    """A file as it is compared: this is the one place that leaves out what changes without a change for readers.

    The version of the program becomes VERSION, a digest in the name or the query of an asset is dropped, and of most
    pages only the title and the main part stay.
    """
    text = re.sub(rf"(?i)(krisenfest[ /]){re.escape(__version__)}", r"\1VERSION", text)
    text = re.sub(r"(assets/[\w-]+)[.-][0-9a-f]{8,64}(\.\w+)", r"\1\2", text)
    text = re.sub(r"(assets/[\w.-]+)\?[\w=.-]+", r"\1", text)
    if path.endswith(".html") and path not in WHOLE:
        parts = re.findall(r"<title>.*?</title>|<main.*?</main>", text, re.DOTALL)
        text = "\n".join([*parts, ""])
    return text


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The files of the site as they are compared, by path."""
    folder = tmp_path_factory.mktemp("golden")
    town, out = folder / "town", folder / "site"
    shutil.copytree(TOWN, town)
    state = folder / "state"
    rebuild.build_folder(town, out, state_folder=state, config=Config(), at=FIRST)
    shutil.copytree(TOWN_LATER, town, dirs_exist_ok=True)
    (town / REMOVED_LATER).unlink()
    rebuild.build_folder(town, out, state_folder=state, config=Config(), at=LATER)
    paths = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    names = [re.sub(r"^(assets/[\w-]+)[.-][0-9a-f]{8,64}(\.\w+)$", r"\1\2", path) for path in paths]
    files = {LIST: "".join(f"{name}\n" for name in sorted(names))}
    for path in paths:
        if not path.startswith(LEFT_OUT):
            files[path] = comparable(path, (out / path).read_bytes().decode())
    return files


@pytest.fixture(scope="module")
def expected(found: Mapping[str, str]) -> Mapping[str, str]:
    """The files that lie here, by path; written anew first if that is asked for."""
    if os.environ.get("KRISENFEST_GOLDEN") == "write":
        shutil.rmtree(SITE, ignore_errors=True)
        for path, text in found.items():
            (SITE / path).parent.mkdir(parents=True, exist_ok=True)
            (SITE / path).write_bytes(text.encode())
    return {
        path.relative_to(SITE).as_posix(): path.read_bytes().decode()
        for path in sorted(SITE.rglob("*"))
        if path.is_file()
    }


def difference(expected: Mapping[str, str], found: Mapping[str, str]) -> str:
    """A unified diff of all files that differ, and how to take the new ones over; "" if none does."""
    lines: list[str] = []
    for path in sorted({*expected, *found}):
        old, new = (files.get(path, "").splitlines(keepends=True) for files in (expected, found))
        diff = unified_diff(old, new, f"tests/golden/site/{path}", f"built/{path}", n=1)
        lines += [line if line.endswith("\n") else f"{line}\n" for line in diff]
    return f"{''.join(lines)}\nIf this is meant: {UPDATE}\n" if lines else ""


def test_the_site_is_what_it_was(expected: Mapping[str, str], found: Mapping[str, str]) -> None:
    if wrong := difference(expected, found):
        pytest.fail(wrong, pytrace=False)
    assert found == expected


def test_every_kind_of_file_is_compared(expected: Mapping[str, str]) -> None:
    assert {path.rpartition(".")[2] for path in expected} >= {"html", "atom", "ics", "json", "csv", "xml", "txt", "css"}
    sections = {path.partition("/")[0] for path in expected if path.endswith(".html") and "/" in path}
    assert sections >= {"massnahmen", "warnungen", "leistungen", "veranstaltungen", "mitteilungen", "seiten", "en"}


def test_a_difference_names_the_file_the_lines_and_what_to_do() -> None:
    text = difference({"a.html": "one\ntwo\n", "b.html": "x\n"}, {"a.html": "one\nthree\n", "b.html": "x\n"})
    assert text == (
        "--- tests/golden/site/a.html\n+++ built/a.html\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n\n"
        f"If this is meant: {UPDATE}\n"
    )
    assert difference({"a": "x\n"}, {"a": "x\n"}) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('href="assets/site.1a2b3c4d5e.css"', 'href="assets/site.css"'),
        ('href="assets/site.css?v=1a2b3c4d"', 'href="assets/site.css"'),
        (f'content="krisenfest {__version__}"', 'content="krisenfest VERSION"'),
        ("<p>1a2b3c4d5e</p>", "<p>1a2b3c4d5e</p>"),
    ],
)
def test_only_what_readers_do_not_see_is_left_out(text: str, expected: str) -> None:
    assert comparable("index.html", text) == expected
