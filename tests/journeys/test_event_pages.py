"""The pages of events as a person sees them: a series, what to pass on, what came of it; and the organiser's pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_desk import log_in

from browser import serving
from conftest import MUNICIPALITY, write
from demos import Demo, demo
from krisenfest import rebuild
from krisenfest.config import Config

pytestmark = pytest.mark.browser
AT = datetime(2026, 7, 1, 10, tzinfo=UTC)
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><rect width="30" height="10" fill="#0b4f86"/></svg>'
WEBINAR = """---
title: "Webinar: Wie bleiben wir handlungsfähig?"
summary: Drei Verwaltungen erzählen. Fragen sind willkommen.
start: 2026-07-09T17:00
end: 2026-07-09T18:30
place: Videokonferenz
online: true
hosts: [Kleinstadt, Nachbarstadt]
logos: {Kleinstadt: media/logo.svg}
agenda: [{at: "17:00", title: Begrüßung}, {at: "17:20", title: Fragen}]
registration: {mail: anmeldung@kleinstadt.example, capacity: 100}
---
Wir laden Sie ein.
"""
SERIES = """---
title: Sprechstunde der Wehrleitung
summary: Fragen Sie, was Sie schon immer wissen wollten.
start: 2026-07-07T18:00
end: 2026-07-07T20:00
repeats: {rule: FREQ=MONTHLY;BYDAY=1TU, without: [2026-09-01], also: [2026-09-08T18:00]}
place: Feuerwache
hosts: [Freiwillige Feuerwehr]
---
Kommen Sie einfach vorbei.
"""
OVER = """---
title: Übung ohne Strom
start: 2026-06-11T18:00
end: 2026-06-11T20:30
hosts: [Feuerwehr]
recap:
  text: |
    Danke an alle, die **mitgemacht** haben.
  links: [{path: https://folien.example/x.pdf, title: Folien}]
  questions:
    - {question: Was hilft zuerst?, answer: Eine Liste.}
    - question: Kommt das wieder?
  polls: [{question: Was fehlt?, choices: [{title: Ein Radio, votes: 12}, {title: Kerzen, votes: 3}], voters: 14}]
  numbers: [{title: waren dabei, count: 84}]
  survey: https://umfrage.example/
---
Ein Abend ohne Strom.
"""
PAGES = ("webinar", "sprechstunde", "uebung", "index")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("events")
    town = folder / "town"
    write(town, "municipality.yaml", MUNICIPALITY)
    for page in ("impressum", "datenschutz", "barrierefreiheit"):
        write(town, f"pages/{page}.md", f"---\ntitle: {page.title()}\n---\nText\n")
    for name, text in (("webinar", WEBINAR), ("sprechstunde", SERIES), ("uebung", OVER)):
        write(town, f"events/{name}.md", text)
    write(town, "media/logo.svg", LOGO)
    rebuild.build_folder(town, folder / "site", state_folder=folder / "state", config=Config(), at=AT, prints=True)
    return folder / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serving(site) as url:
        yield url


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody asks for it (KRISENFEST_PICTURES)."""
    if folder := os.environ.get("KRISENFEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_an_event_breaks_a_rule_of_accessibility(
    browser: Any, address: str, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale="de-DE")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    found = {}
    for name in PAGES:
        page.goto(f"{address}veranstaltungen/{name}.html")
        for each in page.locator("details").all():
            each.evaluate("element => { element.open = true; }")
        look(page, f"{name}-{width}-{scheme}")
        found[name] = [each["id"] for each in Axe().run(page).response["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
    assert found == {name: [] for name in PAGES}
    assert {url for url in asked if not url.startswith(address)} == set()


def test_a_series_tells_its_rule_and_its_next_dates(browser: Any, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}veranstaltungen/sprechstunde.html")
    text = page.inner_text("main")
    assert "jeden ersten Dienstag im Monat" in text
    assert [each.inner_text() for each in page.locator(".kf-dates li").all()][:3] == [
        "Dienstag, 7. Juli 2026, 18:00–20:00 Uhr",
        "Dienstag, 4. August 2026, 18:00–20:00 Uhr",
        "Dienstag, 8. September 2026, 18:00–20:00 Uhr",
    ]
    page.close()


def test_the_text_for_a_mail_is_there_without_a_script_and_copied_with_one(browser: Any, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}veranstaltungen/webinar.html")
    page.click("summary:has-text('Texte zum Kopieren')")
    text = page.input_value("#text-verwaltung")
    assert "https://www.kleinstadt.example/veranstaltungen/webinar.html" in text
    assert "17:20 Fragen" in text and "anmeldung@kleinstadt.example" in text
    link = page.get_attribute("a:has-text('An Ihre Verwaltung weitergeben')", "href")
    assert link.startswith("mailto:?subject=Einladung%3A%20Webinar") and "%0D%0A" in link
    assert page.locator("text=Kopieren >> visible=true").count() == 1  # the summary: no button without a script
    page.close()
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}veranstaltungen/webinar.html")
    page.click("summary:has-text('Texte zum Kopieren')")
    page.click("#text-kurz + button")
    page.wait_for_selector("#text-kurz + button:has-text('Kopiert')")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Webinar: Wie bleiben wir handlungsfähig?\n")
    context.close()


def test_a_recap_is_shown_once_the_event_is_over(browser: Any, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}veranstaltungen/uebung.html")
    text = page.inner_text("main")
    for said in ("Danke an alle", "Eine Liste.", "Die Antwort folgt.", "86 %", "Zur Umfrage danach", "Folien"):
        assert said in text
    assert "Weitersagen" not in text
    page.close()


def test_an_organiser_sets_a_conference_and_begins_a_recap(
    browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with demo(tmp_path_factory.mktemp("desk") / "data") as running:
        context = browser.new_context(viewport={"width": 1280, "height": 844}, locale="de-DE")
        page = context.new_page()
        log_in(page, running, "author")
        _conference(page, running)
        _recap(page, running)
        context.close()


def _conference(page: Any, running: Demo) -> None:
    page.goto(f"{running.desk}musterstadt/eintrag/event/webinar-krisenfest/")
    page.click("main a:has-text('Videokonferenz')")
    page.check("input[value=link]")
    page.fill("#id_link", "https://zoom.example/j/123")
    page.fill("#id_dial_in", "0800 123, Raum 5")
    page.click("button:has-text('Speichern')")
    page.wait_for_selector("text=Nur wer angemeldet ist, sieht den Zugang")
    _accessible(page, "konferenz")


def _recap(page: Any, running: Demo) -> None:
    page.goto(f"{running.desk}musterstadt/eintraege/?verb=recap")
    page.click("button:has-text('ohne Strom')")
    page.wait_for_url("**/bearbeiten/")
    assert "84 Menschen waren da" in page.input_value("#id_recap")
    page.fill("#id_numbers", "84 waren dabei")
    _accessible(page, "rueckblick")
    page.click("button[name=submit]")
    page.wait_for_selector("text=Wartet jetzt auf die Freigabe")


def _accessible(page: Any, name: str) -> None:
    for scheme in ("light", "dark"):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            look(page, f"{name}-{width}-{scheme}")
            assert [each["id"] for each in Axe().run(page).response["violations"]] == []
