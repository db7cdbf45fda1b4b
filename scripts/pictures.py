"""Takes the pictures of the documentation: builds the example and photographs its pages with a real Chromium."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser import CHROMIUM_FLAGS, find_chromium, serving  # noqa: E402
from demos import demo  # noqa: E402
from krisenfest import rebuild  # noqa: E402
from krisenfest.config import Config  # noqa: E402

AT = datetime(2026, 7, 1, 10, tzinfo=UTC)
PAGES = {
    "start": "index.html",
    "measure": "massnahmen/uferweg-gesperrt.html",
    "service": "leistungen/personalausweis.html",
    "event": "veranstaltungen/webinar-krisenfest.html",
}
# The documentation shows one picture of each; --full takes all of them, in full length, to look at.
SHOWN = {"start": (390, "light"), "measure": (1280, "light"), "service": (390, "dark"), "event": (1280, "light")}


def main(source: Path, target: Path, pages: dict[str, str]) -> None:
    """Photograph `pages` of the site of `source` at two widths, light and dark."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no Chromium found; run scripts/ensure-chromium")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "site"
        rebuild.build_folder(source, out, state_folder=Path(temporary) / "state", config=Config(), at=AT)
        target.mkdir(parents=True, exist_ok=True)
        with serving(out) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
            for scheme in ("light", "dark"):
                for width, height in ((390, 844), (1280, 900)):
                    context = browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=1
                    )
                    page = context.new_page()
                    page.clock.set_fixed_time(AT)
                    for name, path in pages.items():
                        if "--full" not in sys.argv and SHOWN[name] != (width, scheme):
                            continue
                        page.goto(address + path)
                        page.wait_for_timeout(300)
                        page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page="--full" in sys.argv)
                    context.close()
            browser.close()


def desk(target: Path) -> None:
    """Photograph the desk's start page at a laptop and an approval on a phone at night."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        demo(Path(temporary) / "data") as running,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        pages = {}
        for role, width, scheme in (("author", 1280, "light"), ("approver", 390, "dark")):
            page = browser.new_context(
                viewport={"width": width, "height": 844}, color_scheme=scheme, locale="de-DE"
            ).new_page()
            page.goto(running.desk)
            page.click("summary:has-text('Mit Passwort')")
            page.fill("input[name=login]", running.accounts[role][0])
            page.fill("input[name=password]", running.accounts[role][1])
            page.click("main form button:has-text('Anmelden')")
            page.goto(running.desk)
            pages[role] = page
        pages["author"].screenshot(path=target / "desk-1280-light.png")
        pages["author"].goto(f"{running.desk}musterstadt/neu/warn/")
        pages["author"].click("button[value=Hochwasser]")
        pages["author"].wait_for_url("**/bearbeiten/")
        pages["author"].click("button[name=submit]")
        pages["author"].wait_for_selector("text=Wartet jetzt")
        pages["approver"].goto(f"{pages['author'].url}freigeben/")
        pages["approver"].screenshot(path=target / "approve-390-dark.png")
        browser.close()


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "examples" / "musterstadt"
    place = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "pictures"
    chosen = dict(each.split("=") for each in sys.argv[3:] if "=" in each) or PAGES
    main(folder, place, chosen)
    if len(sys.argv) == 1:
        desk(place)
