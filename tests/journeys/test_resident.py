"""A resident reads the site: on a phone, without script, with the keyboard, at every hour, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import serving
from conftest import AT, MUSTERSTADT, write
from krisenfest import rebuild
from krisenfest.config import Config

pytestmark = pytest.mark.browser
BERLIN = ZoneInfo("Europe/Berlin")
KINDS_OF_PAGES = (
    "index.html",
    "massnahmen/index.html",
    "massnahmen/uferweg-gesperrt.html",
    "warnungen/index.html",
    "warnungen/hochwasser-muster.html",
    "warnungen/banner.html",
    "mitteilungen/sandsaecke.html",
    "leistungen/index.html",
    "leistungen/personalausweis.html",
    "veranstaltungen/webinar-krisenfest.html",
    "seiten/notfallvorsorge.html",
    "gebiete/altstadt.html",
    "themen/index.html",
    "archiv/index.html",
    "404.html",
    "offline.html",
    "en/leistungen/personalausweis.html",
    "ar/index.html",
    "de-simple/warnungen/hochwasser-muster.html",
)


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_breaks_a_rule_of_accessibility(browser: Any, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.clock.set_fixed_time(AT)
    found = {}
    for path in KINDS_OF_PAGES:
        page.goto(address + path)
        results = Axe().run(page)
        if results.violations_count:
            found[path] = [(each["id"], each["nodes"][0]["html"][:150]) for each in results.response["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
    context.close()
    assert found == {}


@pytest.mark.parametrize("javascript", [True, False])
def test_a_warning_stands_on_top_of_every_page_with_and_without_script(
    browser: Any, address: str, javascript: bool
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=javascript)
    page = context.new_page()
    if javascript:
        page.clock.set_fixed_time(AT)
    for path in ("index.html", "leistungen/standesamt.html", "en/seiten/impressum.html"):
        page.goto(address + path)
        page.wait_for_timeout(200)
        frame = page.frame_locator("iframe.kf-banner")
        assert frame.get_by_text("Hochwasser an der Muster").is_visible() or frame.get_by_text("Flood on").is_visible()
        box = page.locator("iframe.kf-banner").bounding_box()
        inside = frame.locator("main").bounding_box()
        assert box is not None and inside is not None
        assert box["y"] == 0
        assert box["height"] >= inside["height"], "the frame cuts the warning off"
    context.close()


def test_reading_needs_no_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="Personalausweis und Reisepass").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Personalausweis und Reisepass"
    assert " ".join(page.locator(".kf-lead").inner_text().split()).startswith("Eingeschränkt bis einschließlich")
    assert page.get_by_text("Abholen geht nach Termin").is_visible()
    context.close()


def test_the_keyboard_alone_reaches_the_content(page: Any, address: str) -> None:
    page.goto(address + "leistungen/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Zum Inhalt springen"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhalt"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leistungen/*.html")


def steps() -> list[tuple[str, str, str]]:
    """Moment, page, state: both sides of changes that Musterstadt's timetable knows."""
    return [
        ("2026-07-01T12:00", "massnahmen/wasser-sparen.html", "Angekündigt"),
        ("2026-07-03T23:59", "massnahmen/wasser-sparen.html", "Angekündigt"),
        ("2026-07-04T00:00", "massnahmen/wasser-sparen.html", "Gilt"),
        ("2026-07-10T23:59", "massnahmen/uferweg-gesperrt.html", "Gilt"),
        ("2026-07-11T00:00", "massnahmen/uferweg-gesperrt.html", "Abgelaufen"),
        ("2026-07-05T23:59", "leistungen/personalausweis.html", "Eingeschränkt"),
        ("2026-07-06T00:00", "leistungen/personalausweis.html", "Läuft normal"),
        ("2026-07-03T11:59", "warnungen/hochwasser-muster.html", "Warnung"),
        ("2026-07-03T12:00", "warnungen/hochwasser-muster.html", "Beendet"),
        ("2026-07-09T16:59", "veranstaltungen/webinar-krisenfest.html", "Geplant"),
        ("2026-07-09T17:00", "veranstaltungen/webinar-krisenfest.html", "Läuft gerade"),
        ("2026-07-09T18:30", "veranstaltungen/webinar-krisenfest.html", "Vorbei"),
    ]


def test_the_site_is_right_at_every_step_of_its_timetable_with_the_builder_gone(page: Any, address: str) -> None:
    for moment, path, state in steps():
        page.clock.set_fixed_time(datetime.fromisoformat(moment).replace(tzinfo=BERLIN))
        page.goto(address + path)
        shown = page.locator(".kf-lead .kf-state:visible .kern-badge").all_inner_texts()
        assert [each.strip() for each in shown] == [state], (moment, path)


def test_every_page_with_states_shows_exactly_one_of_them_at_every_step(page: Any, address: str, built: Path) -> None:
    import json

    changes = json.loads((built / "data/timetable.json").read_text())["changes"]
    moments = [datetime.fromisoformat(each["at"]) for each in changes]
    within = sorted({moment for moment in moments if moment < AT + timedelta(days=14)})
    assert len(within) > 8
    for moment in within:
        for at in (moment - timedelta(seconds=1), moment):
            page.clock.set_fixed_time(at)
            page.goto(address + "index.html")
            counts = page.eval_on_selector_all(
                ".kf-entry > p:first-of-type",
                "rows => rows.map(row => [...row.querySelectorAll('.kf-state')].filter(each => !each.hidden).length)",
            )
            assert set(counts) == {1}, at
            assert page.locator(".kf-next span:visible").count() == 1, at


@pytest.mark.parametrize(
    ("moment", "open_now"),
    [
        ("2026-10-23T11:59:00+02:00", True),  # a Friday in summer time
        ("2026-10-23T12:00:00+02:00", False),
        ("2026-10-26T08:00:00+01:00", True),  # the Monday after the clocks went back
        ("2026-10-26T07:59:00+01:00", False),
        ("2026-11-01T10:00:00+01:00", False),  # All Saints, a Sunday
    ],
)
def test_open_now_follows_the_towns_clock_across_the_end_of_summer_time(
    browser: Any, town: Path, tmp_path: Path, moment: str, open_now: bool
) -> None:
    write(town, "services/s.md", '---\ntitle: S\nopening_hours: "Mo-Fr 08:00-12:00; PH off"\n---\nText\n')
    write(
        town,
        "measures/m.md",
        "---\ntitle: M\nlevel: bund\nissued_by: B\nform: law\nvalid_from: 2026-10-25\nvalid_through: 2026-10-25\n---\n",
    )
    at = datetime(2026, 10, 20, tzinfo=BERLIN)
    rebuild.build_folder(town, tmp_path / "out", state_folder=tmp_path / "state", config=Config(), at=at)
    context = browser.new_context(timezone_id="America/New_York")
    page = context.new_page()
    with serving(tmp_path / "out") as address:
        page.clock.set_fixed_time(datetime.fromisoformat(moment))
        page.goto(address + "leistungen/s.html")
        assert page.locator("[data-open]").is_visible() == open_now
        for change, state in (
            ("2026-10-24T21:59:59+00:00", "Angekündigt"),
            ("2026-10-24T22:00:00+00:00", "Gilt"),
            ("2026-10-25T22:59:59+00:00", "Gilt"),  # the day has 25 hours
            ("2026-10-25T23:00:00+00:00", "Abgelaufen"),
        ):
            page.clock.set_fixed_time(datetime.fromisoformat(change))
            page.goto(address + "massnahmen/m.html")
            assert page.locator(".kf-state:visible .kern-badge").inner_text().strip() == state
    context.close()


def test_the_site_works_from_a_stick_and_under_a_sub_path(browser: Any, built: Path, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    (tmp_path / "town").symlink_to(built)
    with serving(tmp_path) as address:
        for start in (f"{built.as_uri()}/index.html", f"{address}town/index.html"):
            page.goto(start)
            page.get_by_role("link", name="English").click()
            page.get_by_role("link", name="Identity card and passport").click()
            assert page.get_by_role("heading", level=1).inner_text() == "Identity card and passport"
            family = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
            assert family.startswith('"Krisenfest Sans"')
            assert page.evaluate("getComputedStyle(document.querySelector('.kf-width')).maxWidth") == "960px"
    context.close()


def test_the_last_version_stays_readable_without_a_network(browser: Any, built: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    with serving(built) as address:
        page.goto(address + "index.html")
        page.evaluate("navigator.serviceWorker.ready")
        page.wait_for_function("async () => (await (await caches.open('krisenfest-kept')).keys()).length > 20")
        context.set_offline(True)
    page.goto(address + "massnahmen/uferweg-gesperrt.html")
    assert page.get_by_role("heading", level=1).inner_text() == "Uferweg an der Muster gesperrt"
    page.goto(address + "archiv/nie-gesehen.html")
    assert page.get_by_role("heading", level=1).inner_text() == "Keine Verbindung"
    context.close()


def test_no_page_breaks_its_own_content_security_policy(page: Any, address: str) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for path in KINDS_OF_PAGES:
        page.goto(address + path)
    assert messages == []
    assert [each for each in requests if not each.startswith((address, "data:"))] == []
    assert MUSTERSTADT.is_dir()
