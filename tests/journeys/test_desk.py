"""Two people at the desk: from a click to what residents see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from demos import Demo, demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("desk") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def people(browser: Any, running: Demo) -> Iterator[dict[str, Any]]:
    """A browser of their own for each: the author at a laptop, the approver on a phone."""
    contexts = {}
    for role, width in (("author", 1280), ("approver", 390), ("administrator", 1280)):
        context = browser.new_context(viewport={"width": width, "height": 844}, locale="de-DE")
        page = context.new_page()
        log_in(page, running, role)
        contexts[role] = page
    yield contexts
    for page in contexts.values():
        page.context.close()


def log_in(page: Any, running: Demo, role: str) -> None:
    login, password = running.accounts[role]
    page.goto(running.desk)
    page.click("summary:has-text('Mit Passwort')")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("main form button:has-text('Anmelden')")
    page.wait_for_url(f"{running.desk}musterstadt/")


def begin(page: Any, running: Demo, verb: str, preset: str = "") -> None:
    page.goto(running.desk)
    page.click(f"a.kd-verb[href$='/neu/{verb}/']")
    page.click(f"button[name=preset][value='{preset}']")
    page.wait_for_url("**/bearbeiten/")


def hand_over(page: Any) -> str:
    """Submit the draft that is open; gives the address at which the second person decides."""
    page.click("button[name=submit]")
    page.wait_for_selector("text=Wartet jetzt auf die Freigabe")
    return str(page.url) + "freigeben/"


def approve(page: Any, address: str, running: Demo) -> None:
    """Approve; who has not just proved who they are is asked, and the approval goes on from there."""
    page.goto(address)
    page.click("button[name=approve]")
    if "/bestaetigen/" in page.url:
        page.fill("input[name=password]", running.accounts["approver"][1])
        page.click("main form button[type=submit]")
    page.wait_for_selector("text=Alle sehen es", timeout=15000)


def test_a_warning_is_public_seconds_after_a_second_person_approved_it(people: Any, running: Demo) -> None:
    author, approver = people["author"], people["approver"]
    begin(author, running, "warn", "Stromausfall")
    author.fill("#id_title", "Stromausfall in der Altstadt")
    address = hand_over(author)
    author.goto(address)
    assert "Freigeben muss eine zweite Person" in author.inner_text("main")
    approve(approver, address, running)
    approver.click("a:has-text('Ansehen, wie es alle sehen')")
    assert approver.inner_text("h1") == "Stromausfall in der Altstadt"
    approver.goto(running.site)
    assert "Stromausfall in der Altstadt" in approver.frame_locator("iframe.kf-banner").locator("body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_the_desk_breaks_a_rule_of_accessibility(
    people: Any, running: Demo, scheme: str, width: int
) -> None:
    page = people["administrator"] if width == 1280 else people["approver"]
    author = people["author"]
    author.goto(f"{running.desk}musterstadt/neu/rule/")
    author.click("button[name=preset][value='']")
    author.wait_for_url("**/bearbeiten/")
    draft = author.url.removesuffix("bearbeiten/")
    pages = {
        page: ["", "eintraege/", "veroeffentlichungen/", "protokoll/", "uebung/", "eintrag/alert/hochwasser-muster/"],
        author: ["", "neu/warn/", "eintraege/?verb=restrict", draft, f"{draft}bearbeiten/"],
    }
    found = {}
    for who, paths in pages.items():
        who.emulate_media(color_scheme=scheme)
        who.set_viewport_size({"width": width, "height": 844})
        for path in [*paths, "/desk/konto/wege/", "/desk/gibt-es-nicht/"]:
            base = running.desk.removesuffix("/desk/") if path.startswith("/") else f"{running.desk}musterstadt/"
            who.goto(path if path.startswith("http") else base + path)
            violations = Axe().run(who).response["violations"]
            if violations:
                found[path] = [(each["id"], each["nodes"][0]["html"]) for each in violations]
            assert who.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert found == {}


def test_an_invited_person_logs_in_with_a_passkey_and_approves_with_it(
    browser: Any, people: Any, running: Demo
) -> None:
    administrator, author = people["administrator"], people["author"]
    administrator.goto(f"{running.desk}musterstadt/menschen/")
    administrator.fill("#email", "nachts@musterstadt.example")
    administrator.check("input[value=approver]")
    administrator.click("button[value=invite]")
    link = administrator.inner_text(".kd-success code")

    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE")
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(link)
    page.click("main button")
    page.wait_for_url("**/webauthn/add/")
    assert Axe().run(page).response["violations"] == []
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    assert page.goto(link).status == 410

    page.goto(f"{running.desk}musterstadt/")
    page.click("text=Abmelden")
    page.goto(f"{running.desk}musterstadt/")
    page.click("#passkey_login")
    page.wait_for_url(f"{running.desk}musterstadt/")

    begin(author, running, "warn", "Hitze")
    page.goto(hand_over(author))
    page.click("button[name=approve]")
    page.wait_for_url("**/webauthn/**")
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_selector("text=Alle sehen es", timeout=15000)
    assert page.locator("a:has-text('Menschen')").count() == 0
    context.close()
