"""An organiser reads the post, and everybody can read the mails: in a real browser, at both widths, by day and by night."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import MUSTERSTADT, ROOT
from demos import Demo, demo

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with letters and mails in every state; beside it the HTML of each mail."""
    folder = tmp_path_factory.mktemp("post")
    command = [
        sys.executable,
        str(ROOT / "tests/mail_town.py"),
        str(folder / "data"),
        str(MUSTERSTADT),
        str(folder / "mails"),
    ]
    environment = {
        key: value for key, value in os.environ.items() if key not in ("KRISENFEST_DATABASE_URL", "KRISENFEST_DATA")
    }
    subprocess.run(command, check=True, env=environment, timeout=120)
    return folder


@pytest.fixture(scope="module")
def running(filled: Path) -> Iterator[Demo]:
    with demo(filled / "data") as found:
        yield found


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (700, "light")])
def test_each_mail_is_accessible_and_fits(filled: Path, browser: Any, width: int, scheme: str) -> None:
    paths = sorted((filled / "mails").glob("*.html"))
    assert len(paths) == 22
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    try:
        for each in paths:
            page.set_content(each.read_text(encoding="utf-8"))
            assert page.evaluate("document.documentElement.scrollWidth") <= width, each.name
            assert Axe().run(page, options=RULES).response["violations"] == [], each.name
    finally:
        page.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_an_organiser_reads_the_post_and_deals_with_it(running: Demo, browser: Any, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale="de-DE")
    page = context.new_page()
    pictures = os.environ.get("KRISENFEST_PICTURES", "")

    def sound(name: str) -> None:
        assert Axe().run(page, options=RULES).response["violations"] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if pictures:
            page.screenshot(path=f"{pictures}/{name}-{width}-{scheme}.png", full_page=True)

    page.goto(running.desk)
    page.click("summary:has-text('Mit Passwort')")
    page.fill("input[name=login]", running.accounts["author"][0])
    page.fill("input[name=password]", running.accounts["author"][1])
    page.click("main form button:has-text('Anmelden')")
    page.goto(f"{running.desk}musterstadt/post/")
    sound("post")
    page.click("text=Frage zum Webinar")
    page.wait_for_selector("text=Warum sie hier liegt")
    sound("letter")
    page.goto(f"{running.desk}musterstadt/post/mails/webinar/")
    sound("event-mails")
    page.goto(f"{running.desk}../demo/mailbox/")
    sound("mailbox")
    page.click("text=Bitte bestätigen")
    page.wait_for_selector("iframe")
    page.frame_locator("iframe").locator("text=Guten Tag").first.wait_for()
    sound("mail")
    with context.expect_page() as beside:  # a link of the mail opens beside it, as in a mail program
        page.frame_locator("iframe").locator("a:has-text('Anmeldung bestätigen')").click()
    assert "/counter/anmeldung/" in beside.value.url
    quiet = page.goto(page.evaluate("new URL('/demo/mailbox/', location).href"))
    assert quiet is not None
    page.click("text=Danke: Webinar")
    link = page.locator("a:has-text('/counter/mails/')").first.inner_text()
    page.goto(link)
    sound("quiet")
    context.close()
