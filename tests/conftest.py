"""What all tests share: the real data beside the checkout, the example town, a built site, a Chromium."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import settings

from browser import CHROMIUM_FLAGS, find_chromium, serving
from krisenfest import rebuild
from krisenfest.config import Config

# Before Django reads its settings: the key of sessions must not lie in the checkout.
os.environ.setdefault("KRISENFEST_DATA", tempfile.mkdtemp(prefix="krisenfest-tests-"))
# Playwright keeps a loop of its own in the process of the tests; Django's guard takes that for one of ours.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
ROOT = Path(__file__).parent.parent
MUSTERSTADT = ROOT / "examples" / "musterstadt"
AT = datetime(2026, 7, 1, 10, tzinfo=UTC)  # 12:00 in Musterstadt on its example day

settings.register_profile("krisenfest", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("krisenfest")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for a browser is a test with a browser, marked or not."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(autouse=True)
def german_again() -> Iterator[None]:
    """What a test has made the desk speak ends with it."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data beside the checkout; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("KRISENFEST_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder with real data is not here (set KRISENFEST_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Musterstadt's site as of its example day."""
    folder = tmp_path_factory.mktemp("built")
    out = folder / "site"
    rebuild.build_folder(MUSTERSTADT, out, state_folder=folder / "state", config=Config(), at=AT, prints=True)
    return out


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """The address at which the built site is served."""
    with serving(built) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium, driven by Playwright."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found (scripts/ensure-chromium installs one, or set KRISENFEST_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A small town's content folder, right in every way, for a test to change."""
    folder = tmp_path / "town"
    write(folder, "municipality.yaml", MUNICIPALITY)
    for page in ("impressum", "datenschutz", "barrierefreiheit"):
        write(folder, f"pages/{page}.md", f"---\ntitle: {page.title()}\n---\nText\n")
    return folder


MUNICIPALITY = """\
name: Kleinstadt
ars: "059580099098"
land: "05"
imprint: impressum
privacy: datenschutz
accessibility: barrierefreiheit
languages: [de, en]
site_url: https://www.kleinstadt.example
"""


def write(folder: Path, path: str, text: str) -> None:
    """Write a file of a content folder."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    """A data folder of the desk, of this test's own."""
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    return Path(settings.DATA)


@pytest.fixture
def municipality(db: None, data: Path, town: Path) -> Any:
    """The small town in the desk."""
    from krisenfest.web.desk import towns

    return towns.add("musterstadt", town, at=AT)


@pytest.fixture
def musterstadt(db: None, data: Path) -> Any:
    """The example town in the desk, as of its example day."""
    from krisenfest.web.desk import towns

    return towns.add("musterstadt", MUSTERSTADT, at=AT)


@pytest.fixture
def people(municipality: Any) -> Any:
    """One person for each role."""
    from desk_people import People, person
    from krisenfest.domain.approval import Role

    roles = (Role.AUTHOR, Role.APPROVER, Role.EMERGENCY, Role.READER, Role.ADMINISTRATOR)
    return People(*(person(municipality, role) for role in roles))
