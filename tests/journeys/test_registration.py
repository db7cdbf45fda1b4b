"""From an event's page to a place and back, without script and without an account; and what organisers do with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from demos import Demo, demo

pytestmark = pytest.mark.browser
EVENT = "veranstaltungen/webinar-krisenfest.html"
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("registration")
    with demo(folder / "data", KRISENFEST_DATABASE_URL="") as found:
        yield found


@pytest.fixture
def visitor(browser: Any) -> Iterator[Any]:
    """A cheap phone that runs no script."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def organiser(browser: Any, running: Demo) -> Iterator[Any]:
    page = browser.new_context(viewport={"width": 1280, "height": 844}, locale="de-DE").new_page()
    login, password = running.accounts["author"]
    page.goto(running.desk)
    page.click("summary:has-text('Mit Passwort')")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("main form button:has-text('Anmelden')")
    page.wait_for_url(f"{running.desk}musterstadt/")
    yield page
    page.context.close()


def link(running: Demo, email: str) -> str:
    """The link of the newest mail to an address, as the outbox has it."""
    with sqlite3.connect(Path(running.data) / "desk.sqlite3") as database:
        found = database.execute(
            "SELECT book_id, number, digest FROM events_registration WHERE email = ?", (email,)
        ).fetchone()
    assert found is not None
    import hmac
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    key = (Path(running.data) / "secret-key").read_text(encoding="ascii").strip().encode()
    told = f"registration/{found[0]}/{found[1]}/{email}".encode()
    secret = urlsafe_b64encode(hmac.digest(key, told, sha256)[:24]).decode()
    assert sha256(secret.encode()).hexdigest() == found[2]
    return f"{running.site}counter/anmeldung/{secret}/"


def fill(page: Any, running: Demo, email: str, path: str = EVENT) -> None:
    page.goto(running.site + path)
    page.fill("input[name=name]", "Erika Muster")
    page.fill("input[name=email]", email)
    page.fill("textarea[name=q_frage]", "Hält der Deich?")
    page.locator("form.kf-form button").click()


def test_a_person_registers_confirms_changes_and_cancels_without_script(running: Demo, visitor: Any) -> None:
    visitor.goto(running.site + EVENT)
    text = visitor.inner_text("main")
    assert "werden sie gelöscht" in text and "Geht das Formular gerade nicht?" in text
    fill(visitor, running, "erika@muster.example")
    assert visitor.inner_text("h1") == "Bitte sehen Sie in Ihre E-Mails"
    visitor.goto(link(running, "erika@muster.example"))
    assert visitor.inner_text("h1") == "Noch ein Schritt: bestätigen"
    visitor.click("button:has-text('Bestätigen')")
    assert visitor.inner_text("h1") == "Sie sind angemeldet"
    visitor.click("a:has-text('Ändern')")
    visitor.fill("input[name=name]", "Erika Neu")
    visitor.click("button:has-text('Speichern')")
    assert "Erika Neu" in visitor.inner_text("main")
    visitor.click("button:has-text('Abmelden')")
    assert visitor.inner_text("h1") == "Sie sind abgemeldet"


def test_who_sends_a_form_with_a_slip_sees_what_is_wrong_and_loses_nothing(running: Demo, visitor: Any) -> None:
    visitor.goto(running.site + EVENT)
    visitor.fill("input[name=name]", "Erika Muster")
    visitor.fill("input[name=email]", "erika@muster")  # a browser takes it for an address
    visitor.locator("form.kf-form button").click()
    assert "Schreiben Sie eine E-Mail-Adresse" in visitor.inner_text("[role=alert]")
    assert visitor.input_value("input[name=name]") == "Erika Muster"
    visitor.fill("input[name=email]", "slip@muster.example")
    visitor.locator("form.kf-form button").click()
    assert visitor.inner_text("h1") == "Bitte sehen Sie in Ihre E-Mails"


def test_the_english_page_is_answered_in_english(running: Demo, visitor: Any) -> None:
    fill(visitor, running, "john@muster.example", f"en/{EVENT}")
    assert visitor.inner_text("h1") == "Please look into your e-mail"
    visitor.goto(link(running, "john@muster.example"))
    visitor.click("button:has-text('Confirm')")
    assert visitor.inner_text("h1") == "You are registered"


def test_organisers_see_who_comes_add_somebody_and_take_the_table(running: Demo, visitor: Any, organiser: Any) -> None:
    fill(visitor, running, "gast@muster.example")
    organiser.goto(f"{running.desk}musterstadt/")
    organiser.click("nav a:has-text('Veranstaltungen')")
    organiser.click("a:has-text('Als kleine Verwaltung durch die Krise')")
    organiser.click("summary:has-text('Jemanden anmelden')")
    organiser.fill("input[name=name]", "Anruf Person")
    organiser.fill("input[name=email]", "anruf@muster.example")
    organiser.click("button[value=add]")
    assert "Angemeldet. Die Person bekommt eine E-Mail." in organiser.inner_text("main")
    organiser.fill("#sought", "anruf")
    organiser.click("button[value=seek]")
    assert organiser.locator("tbody tr").count() == 1
    with organiser.expect_download() as download:
        organiser.click("button:has-text('CSV')")
    assert "anruf@muster.example" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    organiser.reload()
    assert "autorin@musterstadt.example" in organiser.inner_text("main")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_no_page_of_a_registration_breaks_a_rule_of_accessibility(
    running: Demo, browser: Any, organiser: Any, width: int, scheme: str
) -> None:
    email = f"axe{width}{scheme}@muster.example"
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale="de-DE")
    page = context.new_page()
    found: dict[str, Any] = {}

    def look(name: str, at: Any = page) -> None:
        at.wait_for_load_state("load")  # with its style sheet
        violations = Axe().run(at).response["violations"]
        if violations:
            found[name] = [(each["id"], each["nodes"][0]["html"]) for each in violations]
        assert at.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    page.goto(running.site + EVENT)
    look("event")
    page.fill("input[name=name]", "Erika Muster")
    page.fill("input[name=email]", "erika@muster")
    page.locator("form.kf-form button").click()
    look("faults")
    fill(page, running, email)
    look("answer")
    page.goto(link(running, email))
    look("confirm")
    page.click("button:has-text('Bestätigen')")
    look("registered")
    page.goto(f"{page.url}aendern/")
    look("change")
    page.goto(f"{running.site}counter/anmeldung/nichts/")
    look("gone")
    for answer in ("full", "limited", "closed"):
        page.goto(f"{running.site}counter/musterstadt/veranstaltungen/webinar-krisenfest/{answer}/")
        look(answer)
    organiser.set_viewport_size({"width": width, "height": 844})
    organiser.emulate_media(color_scheme=scheme)
    for path in ("", "webinar-krisenfest/"):
        organiser.goto(f"{running.desk}musterstadt/veranstaltungen/{path}")
        look(f"desk {path}", organiser)
    context.close()
    assert found == {}
