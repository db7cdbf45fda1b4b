"""The house itself: its catalogue entry, its lock files, its look, and that all of it can be taken along."""

from __future__ import annotations

import gzip
import re
import subprocess
import tomllib
from importlib.resources import files
from io import BytesIO

import pytest
import yaml

from conftest import ROOT

VENDOR = files("krisenfest") / "site" / "assets" / "vendor"

# The standard's mandatory keys (publiccode.yml core schema), and the words it allows where we use its lists.
MANDATORY = {
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "categories",
    "developmentStatus",
    "softwareType",
    "description",
    "legal",
    "maintenance",
    "localisation",
}
CATEGORIES = {"communications", "content-management", "event-management", "website-builder", "workflow-management"}
SCOPES = {"emergency-services", "healthcare", "local-authorities", "security", "society"}
STATUSES = {"concept", "development", "beta", "stable", "obsolete"}


def publiccode() -> dict[str, object]:
    values: dict[str, object] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return values


def test_the_catalogue_entry_has_every_mandatory_key() -> None:
    assert MANDATORY - set(publiccode()) == set()


def test_the_catalogue_entry_uses_the_words_of_the_standard() -> None:
    entry = publiccode()
    assert set(entry["categories"]) - CATEGORIES == set()  # type: ignore[call-overload]
    assert set(entry["intendedAudience"]["scope"]) - SCOPES == set()  # type: ignore[index]
    assert entry["intendedAudience"]["countries"] == ["de"]  # type: ignore[index]
    assert entry["developmentStatus"] in STATUSES
    assert entry["softwareType"] == "standalone/web"
    assert entry["platforms"] == ["web", "linux"]


def test_the_catalogue_entry_has_somebody_to_ask() -> None:
    maintenance = publiccode()["maintenance"]
    assert maintenance["type"] in {"internal", "contract", "community"}  # type: ignore[index]
    assert [bool(each["name"]) for each in maintenance["contacts"]] == [True]  # type: ignore[index]


def test_all_say_the_same_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == publiccode()["legal"]["license"] == "EUPL-1.2"  # type: ignore[index]
    assert "EUPL © " in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_each_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("dependencies = [") + 1
    named = lines[start : lines.index("]", start)]
    assert [line for line in named if not re.fullmatch(r'  "[^"]+", +# \S.+', line)] == []


@pytest.mark.parametrize("name", ["dev.txt", "run.txt"])
def test_every_locked_package_has_a_version_and_a_hash(name: str) -> None:
    locked = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert [line for line in locked if "==" not in line or "--hash=sha256:" not in line] == []


def test_what_runs_is_locked_to_the_same_versions_as_what_is_tested() -> None:
    def versions(name: str) -> set[str]:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([a-z0-9._-]+==[^ ;]+)", text, re.MULTILINE))

    assert versions("run.txt") - versions("dev.txt") == set()


@pytest.mark.parametrize("name", ["krisenfest-sans-400.woff2", "krisenfest-sans-600.woff2"])
def test_a_cut_font_does_not_bear_the_reserved_name_and_has_what_texts_need(name: str) -> None:
    from fontTools.ttLib import TTFont

    font = TTFont(BytesIO((VENDOR / name).read_bytes()))
    # Open Font License 1.1, clause 3: a modified version does not use the Reserved Font Name as its name.
    naming = [str(each) for each in font["name"].names if each.nameID in {1, 3, 4, 6, 16, 18, 21, 25}]
    assert [each for each in naming if "fira" in each.lower()] == []
    assert font["name"].getBestFamilyName() == "Krisenfest Sans"
    letters = font.getBestCmap()
    assert [each for each in "aZäöüÄÖÜßẞéçłőşžŁŐŞŽ„“”‚‘’–—…€§%°←→" if ord(each) not in letters] == []


def test_the_font_licence_travels_with_the_fonts() -> None:
    text = (VENDOR / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in text
    assert "Reserved Font Name" in text


def test_style_and_fonts_weigh_little() -> None:
    style = gzip.compress((VENDOR / "kern.css").read_bytes(), 9)
    fonts = sum(len(each.read_bytes()) for each in VENDOR.iterdir() if each.name.endswith(".woff2"))
    assert len(style) < 14_000
    assert fonts < 50_000


def test_the_style_of_kern_asks_no_other_host_for_anything() -> None:
    style = (VENDOR / "kern.css").read_text(encoding="utf-8")
    assert re.findall(r"url\(\s*[\"']?+(?!data:)[^)]{1,80}", style) == []
    assert "@import" not in style


def test_no_built_or_fetched_file_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    names = listed.stdout.splitlines()
    assert [each for each in names if each.endswith((".woff2", ".mo", ".whl", "uv.lock")) or "/vendor/" in each] == []
