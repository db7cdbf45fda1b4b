"""The documentation says what the code has: each command, setting, word and change."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from krisenfest.cli import build_parser
from krisenfest.config import PREFIX, Config
from krisenfest.domain.kinds import KINDS


def commands() -> dict[str, argparse.ArgumentParser]:
    action = next(each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction))
    return dict(action.choices)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_each_command_and_each_of_its_options_is_documented() -> None:
    rows = {row.split("`")[1].split()[0]: row for row in text("docs/cli.md").splitlines() if row.startswith("| `")}
    assert sorted(rows) == sorted(commands())
    for name, parser in commands().items():
        for action in parser._actions:
            for option in action.option_strings:
                assert option in ("-h", "--help") or option in rows[name], (name, option)


def test_each_setting_is_documented_with_its_default() -> None:
    documented = text("docs/settings.md")
    for each in fields(Config):
        assert (
            f"| `{PREFIX}{each.name.upper()}` | `{each.name}` | {'empty' if each.default == '' else each.default} |"
            in documented
        )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_record_is_a_glossary_word_and_explained_to_editors(kind: str) -> None:
    assert re.search(rf"^\| (?:\w+, )?{kind}\b", text("docs/glossary.md"), re.MULTILINE)
    assert f"| {kind} | `" in text("docs/how-to/write-content.md")


def test_each_change_is_told_in_german_and_english() -> None:
    for path in (ROOT / "changelog.d").glob("*.md"):
        assert re.fullmatch(
            r"---\nkind: (?:added|changed|fixed|removed)\n---\nde: .+\nen: .+\n", path.read_text(encoding="utf-8")
        ), path


def test_each_decision_has_context_options_and_choice() -> None:
    for path in sorted((ROOT / "docs/adr").glob("*.md")):
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Options", "Choice"], path


def test_no_link_of_the_documentation_leads_nowhere() -> None:
    dead = []
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for href in re.findall(
            r"\]\((?!https?:|mailto:|#)([^)#\s]+)", re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
        ):
            if not (path.parent / href).exists():
                dead.append((path.name, href))
    assert dead == []


def test_the_readme_is_short_and_names_the_two_commands() -> None:
    readme = text("README.md")
    assert readme.count("\n") < 120
    assert "make demo" in readme and "make test" in readme
    assert "make test" in text(".ci/run")


def test_publiccode_has_what_the_standard_asks_for() -> None:
    values = yaml.safe_load(text("publiccode.yml"))
    assert values["legal"]["license"] == "EUPL-1.2"
    for lang in ("de", "en"):
        assert len(values["description"][lang]["shortDescription"]) <= 150
        assert 150 <= len(values["description"][lang]["longDescription"]) <= 10_000


def test_no_registry_and_no_uv_lock_are_committed() -> None:
    assert not (ROOT / "uv.lock").exists() or "uv.lock" in text(".gitignore")
    for path in Path(ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(encoding="utf-8")
