"""Two people at the desk: from a click to what residents see."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import serving
from demos import Demo, demo
from krisenfest import clock

pytestmark = pytest.mark.browser
BERLIN = ZoneInfo("Europe/Berlin")


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


def log_out(page: Any, running: Demo) -> None:
    page.goto(f"{running.desk}musterstadt/")
    page.click("header summary")
    page.click("header button:has-text('Abmelden')")
    page.wait_for_url(lambda url: "/logout/" not in url)
    page.goto(running.desk)


def begin(page: Any, running: Demo, verb: str, preset: str = "") -> None:
    page.goto(running.desk)
    page.click(f"main a[href$='/neu/{verb}/']")
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


def barriers(page: Any, address: str = "", password: str = "") -> list[Any]:
    """What is wrong with a page at 390 and 1280 pixels, light and dark; `password` is for who is asked again."""
    found: list[Any] = []
    if address:
        page.goto(address)
        if password and "/bestaetigen/" in page.url:
            page.fill("input[name=password]", password)
            page.click("main form button[type=submit]")
            page.wait_for_url(lambda url: "/bestaetigen/" not in url)
        assert page.url.startswith(address.partition("?")[0]), page.url
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append((page.url, width, "is wider than the screen"))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for each in Axe().run(page).response["violations"]:
                found.append((page.url, width, scheme, each["id"], each["nodes"][0]["html"]))
    page.emulate_media(color_scheme="light")
    return found


def test_no_page_of_the_desk_breaks_a_rule_of_accessibility(browser: Any, people: Any, running: Demo) -> None:
    author, approver, administrator = people["author"], people["approver"], people["administrator"]
    desk, account = f"{running.desk}musterstadt/", f"{running.desk}konto/"
    found = []
    for verb in ("rule", "invite", "tell"):
        begin(author, running, verb)
        found += barriers(author, author.url)
    begin(author, running, "warn", "Stromausfall")
    draft = author.url.removesuffix("bearbeiten/")
    author.click("button[name=submit]")
    author.wait_for_selector("text=Wartet jetzt auf die Freigabe")
    found += barriers(approver, f"{draft}freigeben/")
    found += barriers(author, draft)
    approve(approver, f"{draft}freigeben/", running)
    found += barriers(approver, approver.url)
    for path in ("", "neu/warn/", "eintraege/", "eintraege/?verb=restrict", "eintraege/?q=wasser&kind=alert"):
        found += barriers(author, desk + path)
    for path in ("veroeffentlichungen/", "eintrag/alert/hochwasser-muster/", "uebung/", "uebung/ablauf/", "protokoll/"):
        found += barriers(approver, desk + path)
    password = running.accounts["administrator"][1]
    paths = ("wege/", "wege/webauthn/", "wege/webauthn/add/", "wege/totp/activate/", "sitzungen/", "passwort/aendern/")
    for address in (f"{desk}menschen/", f"{running.desk}gibt-es-nicht/", *(account + path for path in paths)):
        found += barriers(administrator, address, password)
    stranger = browser.new_context(locale="de-DE").new_page()
    for path in ("konto/login/", "konto/neu/", "konto/einladung/vorbei/", "vorschau/vorbei/index.html"):
        found += barriers(stranger, running.desk + path)
    found += barriers(stranger, running.desk.replace("/desk/", "/demo/mailbox/"))
    stranger.context.close()
    for page, width in ((author, 1280), (approver, 390), (administrator, 1280)):
        page.set_viewport_size({"width": width, "height": 844})
    assert found == []


def test_the_header_is_one_line_on_a_phone_and_opens_without_script(browser: Any, running: Demo) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE")
    page = context.new_page()
    log_in(page, running, "approver")
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    log_in(page, running, "approver")
    assert page.locator("header").bounding_box()["height"] <= 56
    page.click("header summary")
    page.click("header a:visible:has-text('Veröffentlichungen')")
    assert page.url == f"{running.desk}musterstadt/veroeffentlichungen/"
    page.goto(f"{running.desk}musterstadt/uebung/")
    assert page.locator("header").bounding_box()["height"] <= 100
    context.close()


def test_what_is_to_be_done_stands_on_the_first_screen_of_an_approval(people: Any, running: Demo) -> None:
    author, approver = people["author"], people["approver"]
    begin(author, running, "warn", "Stromausfall")
    approver.goto(hand_over(author))
    bar = approver.locator(".kd-thumb").bounding_box()
    instruction = approver.locator("dd:has-text('Bleiben Sie ruhig')").first.bounding_box()
    assert bar["y"] + bar["height"] <= 844
    assert instruction["y"] + instruction["height"] < bar["y"]
    approver.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = approver.locator(".kd-changes dd").last.bounding_box()
    assert last["y"] + last["height"] <= approver.locator(".kd-thumb").bounding_box()["y"]


def the_pages_of_an_account(page: Any, running: Demo) -> list[Any]:
    """Look at passkeys and codes, on the screen and on paper, and log in with a password and one of the codes."""
    page.click("#mfa_webauthn_reauthenticate")  # the codes are shown to who has the passkey
    page.wait_for_selector(".kd-codes")
    ways = f"{running.desk}konto/wege/"
    codes = page.locator(".kd-codes li").all_inner_texts()
    found = barriers(page)
    for path in ("", "recovery-codes/generate/", "webauthn/"):
        found += barriers(page, ways + path)
    for name in ("Umbenennen", "Wegnehmen"):
        page.goto(f"{ways}webauthn/")
        page.click(f"main a:has-text('{name}')")
        found += barriers(page)
    page.goto(f"{ways}recovery-codes/")
    page.emulate_media(media="print")
    printed = "all => all.filter(each => each.offsetHeight).map(each => each.outerHTML)"
    assert page.locator("header, nav, .kd-not-on-paper").evaluate_all(printed) == []
    assert [page.locator(f"text={each}").is_visible() for each in codes] == [True] * 10
    page.emulate_media(media="screen")
    page.goto(f"{running.desk}konto/passwort/")
    found += barriers(page)
    password = "drei Wörter, die nicht passen"
    page.fill("input[name=password1]", password)
    page.fill("input[name=password2]", password)
    page.click("main form button")
    log_out(page, running)
    page.click("summary:has-text('Mit Passwort')")
    page.fill("input[name=login]", "nachts@musterstadt.example")
    page.fill("input[name=password]", password)
    page.click("main form button:has-text('Anmelden')")
    page.wait_for_url("**/wege/authenticate/")
    found += barriers(page)
    page.fill("input[name=code]", codes[0])
    page.click("main form button:has-text('Anmelden')")
    page.wait_for_url(f"{running.desk}musterstadt/")
    return found


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
    assert barriers(page, link) == []
    page.click("main button")
    page.wait_for_url("**/webauthn/add/")
    assert barriers(page) == []
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    assert the_pages_of_an_account(page, running) == []
    assert page.goto(link).status == 410

    log_out(page, running)
    page.goto(f"{running.desk}musterstadt/")
    page.click("#passkey_login")
    page.wait_for_url(f"{running.desk}musterstadt/")

    begin(author, running, "warn", "Hitze")
    page.goto(hand_over(author))
    page.click("button[name=approve]")
    page.wait_for_url("**/webauthn/**")
    assert barriers(page) == []
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_selector("text=Alle sehen es", timeout=15000)
    assert page.locator("a:has-text('Menschen')").count() == 0
    context.close()


def choose(page: Any, running: Demo, verb: str, title: str) -> None:
    """Begin a draft of an entry that is public already."""
    page.goto(running.desk)
    page.click(f"a[href$='/neu/{verb}/']")
    page.click(f"button:has-text('{title}')")
    page.wait_for_url("**/bearbeiten/")


def test_each_of_the_five_verbs_leads_to_the_public_site(people: Any, running: Demo) -> None:
    author, approver = people["author"], people["approver"]

    begin(author, running, "rule")
    author.fill("#id_title", "Abstand halten am Ufer")
    author.fill("#id_summary", "Halten Sie fünf Meter Abstand zum Wasser.")
    approve(approver, hand_over(author), running)
    approver.goto(f"{running.site}massnahmen/abstand-halten-am-ufer.html")
    assert "fünf Meter Abstand" in approver.inner_text("main")

    choose(author, running, "restrict", "Wohnsitz anmelden")
    author.check("input[name=status][value=suspended]")
    author.fill("#id_instead", "Bitte kommen Sie nächste Woche.")
    approve(approver, hand_over(author), running)
    approver.click("a:has-text('Ansehen, wie es alle sehen')")
    assert "Bitte kommen Sie nächste Woche." in approver.inner_text("main")

    begin(author, running, "invite")
    author.fill("#id_title", "Bürgerversammlung")
    author.fill("#id_start", "2030-06-30T17:00")
    author.fill("#id_end", "2030-06-30T18:30")
    author.fill("#id_agenda", "17:00 Begrüßung\n17.20 Best Practice\n17:30 Diskussion")
    author.fill("#id_registration", "anmeldung@musterstadt.example")
    approve(approver, hand_over(author), running)
    approver.goto(f"{running.site}veranstaltungen/buergerversammlung.html")
    assert [each in approver.inner_text("main") for each in ("17:20", "Diskussion", "anmeldung@")] == [True] * 3

    begin(author, running, "warn", "Sperrung")
    author.fill("#id_title", "Brücke gesperrt")
    approve(approver, hand_over(author), running)
    choose(author, running, "all-clear", "Brücke gesperrt")
    author.fill("#id_all_clear", "Die Brücke ist wieder frei.")
    approve(approver, hand_over(author), running)
    approver.goto(f"{running.site}warnungen/bruecke-gesperrt.html")
    assert "Die Brücke ist wieder frei." in approver.inner_text("main")


def test_a_draft_comes_back_with_a_reason_and_goes_out_again(people: Any, running: Demo) -> None:
    author, approver = people["author"], people["approver"]
    begin(author, running, "warn", "Stromausfall")
    author.fill("#id_title", "Stromausfall irgendwo")
    address = hand_over(author)
    approver.goto(address)
    approver.click("summary:has-text('Mit einem Grund')")
    approver.fill("#reason", "Wo genau?")
    approver.click("button[name=return]")
    author.goto(address.removesuffix("freigeben/"))
    assert "Wo genau?" in author.inner_text("main")
    author.click("text=Weiterschreiben")
    author.fill("#id_title", "Stromausfall im Nordviertel")
    approve(approver, hand_over(author), running)
    approver.goto(f"{running.site}warnungen/stromausfall-im-nordviertel.html")
    assert approver.inner_text("h1") == "Stromausfall im Nordviertel"


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_lost(people: Any, running: Demo) -> None:
    author = people["author"]
    begin(author, running, "warn")
    author.fill("#id_title", "Etwas")
    author.fill("#id_valid_from", "2030-07-02T12:00")
    author.fill("#id_valid_until", "2030-07-01T12:00")
    author.click("button[name=submit]")
    said = author.inner_text(".kd-alarm")
    assert [each in said for each in ("Was ist zu tun", "Das Ende liegt vor dem Beginn")] == [True, True]
    assert author.input_value("#id_title") == "Etwas"
    author.fill("#id_instructions", "Drinnen bleiben.")
    author.fill("#id_valid_until", "2030-07-03T12:00")
    hand_over(author)


def test_a_draft_survives_a_closed_tab_and_a_line_that_was_down(people: Any, running: Demo) -> None:
    author = people["author"]
    begin(author, running, "warn", "Hitze")
    address = author.url
    author.fill("#id_title", "Gespeichert von selbst")
    author.wait_for_selector("#gespeichert:has-text('Gespeichert')", timeout=10000)
    author.context.set_offline(True)
    author.fill("#id_title", "Ohne Netz geschrieben")
    author.wait_for_selector("#gespeichert:has-text('Keine Verbindung')", timeout=10000)
    second = author.context.new_page()
    people["author"] = second
    author.close()  # as if the laptop was shut, still without a line
    second.context.set_offline(False)
    second.goto(address)
    assert second.input_value("#id_title") == "Ohne Netz geschrieben"
    second.wait_for_selector("#gespeichert:has-text('Gespeichert')", timeout=30000)
    second.evaluate("localStorage.clear()")
    second.reload()
    assert second.input_value("#id_title") == "Ohne Netz geschrieben"


def test_what_was_written_without_a_line_meets_what_somebody_else_saved(people: Any, running: Demo) -> None:
    author, approver = people["author"], people["approver"]
    begin(author, running, "warn", "Hitze")
    address = author.url
    author.context.set_offline(True)
    author.fill("#id_title", "Im Zug geschrieben")
    author.wait_for_selector("#gespeichert:has-text('Keine Verbindung')", timeout=30000)
    second = author.context.new_page()
    people["author"] = second
    author.close()
    approver.goto(address)
    approver.fill("#id_title", "Im Amt geschrieben")
    approver.click("button[name=save]")
    approver.wait_for_selector("text=Gespeichert.")
    second.context.set_offline(False)
    second.goto(address)
    second.wait_for_selector("#gespeichert:has-text('Nicht gespeichert')", timeout=30000)
    second.click("button[name=save]")
    said = second.inner_text(".kd-alarm")
    assert [each in said for each in ("Im Zug geschrieben", "Im Amt geschrieben")] == [True, True]
    assert second.input_value("#id_title") == "Im Zug geschrieben"


def test_handing_over_does_not_meet_the_drafts_own_save_on_its_way(people: Any, running: Demo) -> None:
    author = people["author"]
    begin(author, running, "warn", "Hitze")

    def slowly(route: Any) -> None:
        if route.request.headers.get("x-autosave"):
            author.wait_for_timeout(1000)
        route.continue_()

    author.route("**/bearbeiten/", slowly)
    author.fill("#id_title", "Hitze am Mittag")
    with author.expect_request(lambda request: request.headers.get("x-autosave") == "1"):
        pass
    author.fill("#id_title", "Hitze am Nachmittag")
    hand_over(author)
    author.unroute("**/bearbeiten/")
    assert author.inner_text("h1") == "Hitze am Nachmittag"


def test_what_is_typed_before_the_script_has_come_stays(people: Any, running: Demo) -> None:
    author = people["author"]
    begin(author, running, "warn", "Hitze")
    author.fill("#id_title", "Erst so")
    author.click("button[name=save]")
    author.wait_for_selector("text=Gespeichert.")

    def slowly(route: Any) -> None:
        author.wait_for_timeout(500)
        route.continue_()

    author.route("**/desk.js", slowly)
    author.reload(wait_until="commit")
    author.fill("#id_title", "Dann so")
    author.wait_for_load_state("load")
    author.wait_for_selector("#gespeichert:has-text('Gespeichert')")
    author.unroute("**/desk.js")
    author.reload()
    assert author.input_value("#id_title") == "Dann so"


def test_two_people_at_one_draft_see_each_other_and_both_versions(people: Any, running: Demo) -> None:
    author, approver = people["author"], people["approver"]
    begin(author, running, "warn", "Hitze")
    address = author.url
    approver.goto(address)
    assert "hat diesen Entwurf gerade offen" in approver.inner_text("main")
    author.fill("#id_title", "Von der Autorin")
    author.click("button[name=save]")
    author.wait_for_selector("text=Gespeichert.")
    approver.fill("#id_title", "Von der zweiten Person")
    approver.click("button[name=save]")
    said = approver.inner_text(".kd-alarm")
    assert [each in said for each in ("Von der Autorin", "Von der zweiten Person")] == [True, True]
    assert approver.input_value("#id_title") == "Von der zweiten Person"
    author.reload()
    assert author.input_value("#id_title") == "Von der Autorin"


def test_a_person_without_an_account_sees_a_draft_by_its_link(browser: Any, people: Any, running: Demo) -> None:
    author = people["author"]
    begin(author, running, "warn", "Stromausfall")
    author.fill("#id_title", "Noch geheim")
    draft = hand_over(author).removesuffix("freigeben/")
    author.goto(draft)
    author.click("button[name=share]")
    link = author.inner_text("main code")
    stranger = browser.new_context().new_page()
    stranger.goto(link)
    assert stranger.inner_text("h1") == "Noch geheim"
    assert stranger.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Krisenfest Sans"')
    assert stranger.goto(f"{running.site}warnungen/noch-geheim.html").status == 404
    assert stranger.goto(link.replace("/vorschau/", "/vorschau/x")).status == 410
    stranger.context.close()


def test_the_approval_page_is_small_enough_for_a_bad_line(browser: Any, people: Any, running: Demo) -> None:
    author, approver = people["author"], people["approver"]
    begin(author, running, "warn", "Stromausfall")
    address = hand_over(author)
    sizes: dict[str, int] = {}
    approver.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}) if answer.ok else None)
    approver.goto(address, wait_until="networkidle")
    weight = sum(size for url, size in sizes.items() if not url.endswith(".woff2"))
    assert 0 < weight < 30_000, sizes


def test_a_rule_begins_at_midnight_with_the_server_gone(browser: Any, tmp_path: Path) -> None:
    with demo(tmp_path / "data") as running:
        context = browser.new_context(locale="de-DE")
        page = context.new_page()
        log_in(page, running, "author")
        begin(page, running, "rule")
        page.fill("#id_title", "Gilt ab Mitternacht")
        page.fill("#id_summary", "Ab Mitternacht.")
        tomorrow = clock.now().astimezone(BERLIN).date() + timedelta(days=1)
        page.fill("#id_valid_from", f"{tomorrow}T00:00")
        address = hand_over(page)
        context.clear_cookies()
        log_in(page, running, "approver")
        approve(page, address, running)
        context.close()
    with serving(tmp_path / "data" / "towns" / "musterstadt" / "site") as url:
        midnight = datetime.combine(tomorrow, time(), BERLIN)
        for at, state in ((midnight - timedelta(seconds=1), "angekündigt"), (midnight, "gilt")):
            context = browser.new_context(locale="de-DE")
            page = context.new_page()
            page.clock.set_fixed_time(at)
            page.goto(f"{url}massnahmen/gilt-ab-mitternacht.html")
            assert state in page.locator(".kf-state:visible").first.inner_text().lower()
            context.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider's own libraries
def test_the_towns_own_log_in_opens_an_invited_account_and_no_other(browser: Any, tmp_path: Path) -> None:
    from oidc_provider_mock import User, run_server_in_thread

    claims = {
        "kennt": {"email": "autorin@musterstadt.example", "email_verified": True},
        "fremd": {"email": "fremd@anderswo.example", "email_verified": True},
    }
    with run_server_in_thread(user_claims=[User(sub=sub, claims=each) for sub, each in claims.items()]) as server:
        settings = {"KRISENFEST_OIDC_URL": f"http://localhost:{server.server_port}", "KRISENFEST_OIDC_CLIENT": "desk"}
        settings |= {"KRISENFEST_OIDC_SECRET": "geheim", "KRISENFEST_OIDC_NAME": "Musterstadt"}
        with demo(tmp_path / "data", **settings) as running:
            for who in claims:
                page = browser.new_context(locale="de-DE").new_page()
                page.goto(running.desk)
                page.click("button:has-text('Mit Musterstadt anmelden')")
                page.wait_for_url(f"http://localhost:{server.server_port}/**")
                page.fill("input[name=sub]", who)
                page.click("button:has-text('Authorize')")
                page.wait_for_url(f"{running.desk}**")
                assert (page.url == f"{running.desk}musterstadt/") == (who == "kennt"), page.inner_text("body")
                page.context.close()


def test_a_drill_by_one_person_leaves_the_real_site_alone(people: Any, running: Demo) -> None:
    approver = people["approver"]
    approver.goto(f"{running.desk}musterstadt/uebung/")
    assert "ÜBUNG" in approver.inner_text("header")
    approver.click("a.kd-verb[href$='/neu/warn/']")
    approver.click("button[value=Evakuierung]")
    approver.wait_for_url("**/uebung/entwurf/*/bearbeiten/")
    approver.fill("#id_title", "Nur zum Üben")
    approve(approver, hand_over(approver), running)
    approver.click("a:has-text('Ansehen, wie es alle sehen')")
    assert "/uebung/musterstadt/" in approver.url
    assert approver.inner_text("h1") == "ÜBUNG: Nur zum Üben"
    assert "ÜBUNG Musterstadt" in approver.inner_text("header")
    assert approver.goto(f"{running.site}warnungen/nur-zum-ueben.html").status == 404
    approver.goto(f"{running.desk}musterstadt/uebung/ablauf/")
    assert [each in approver.inner_text("table") for each in ("Übung begonnen", "freigegeben")] == [True, True]


def test_who_can_run_commands_on_the_server_lets_a_new_administrator_in(browser: Any, running: Demo) -> None:
    command = [sys.executable, "-m", "krisenfest", "admin", "musterstadt", "notfall@musterstadt.example"]
    environment = {"KRISENFEST_DATA": str(running.data), "KRISENFEST_DESK_URL": running.site.rstrip("/")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **environment})
    page = browser.new_context(locale="de-DE").new_page()
    page.goto(done.stdout.strip())
    page.click("main button")
    page.wait_for_url("**/webauthn/add/")
    page.goto(f"{running.desk}musterstadt/protokoll/")
    assert "break-glass" in page.inner_text("table") and "nichts wurde verändert" in page.inner_text("main")
    page.context.close()
