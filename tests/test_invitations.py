"""The invitation to pass on: one page, tagged, the same bytes, printed once, never in the way of a build."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from conftest import write
from krisenfest import invitations, pipeline, printing, rebuild
from krisenfest.config import Config
from krisenfest.sources.files import scan
from krisenfest.sources.standing import Order, Report

AT = datetime(2027, 6, 1, 10, tzinfo=UTC)
TOWN = """name: Goldstadt
ars: "059130000000"
land: "05"
languages: [de, en]
imprint: impressum
privacy: datenschutz
"""
EVENT = """---
title: "Webinar: Krisenfest"
summary: Eine Einladung.
start: 2027-06-29T17:00
end: 2027-06-29T18:30
place: Zoom
online: true
hosts: [Goldstadt, Nachbarstadt]
logos: {Goldstadt: media/wappen.svg}
agenda: [{at: "17:00", title: Begrüßung}, {at: "17:20", title: Beispiel}]
registration: {mail: anmeldung@goldstadt.example, capacity: 100}
---
Wir laden Sie ein. ![Bild](../media/wappen.svg)

17:00 Uhr Begrüßung
"""
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><rect width="30" height="10" fill="#0b4f86"/></svg>'


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    files = {"municipality.yaml": TOWN, "events/webinar.md": EVENT, "media/wappen.svg": LOGO}
    files |= {f"pages/{each}.md": f"---\ntitle: {each}\n---\n" for each in ("impressum", "datenschutz")}
    for path, text in files.items():
        write(folder, path, text)
    return folder


def build(town: Path, *, at: datetime = AT, prints: bool = True, base_url: str = "https://gold.example") -> Report:
    out = town.parent / "site"
    return rebuild.build_folder(
        town, out, state_folder=town.parent / "state", config=Config(), at=at, base_url=base_url, prints=prints
    )


def sheet(town: Path) -> Path:
    return town.parent / "site" / "veranstaltungen" / "webinar.pdf"


def text_of(data: bytes) -> str:
    import subprocess

    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return found.stdout.decode()


def tags(pdf: pikepdf.Pdf) -> list[Any]:
    found: list[Any] = []

    def walk(element: Any) -> None:
        if isinstance(element, pikepdf.Array):
            for each in element:
                walk(each)
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append(element)
            walk(element.get("/K", pikepdf.Array()))

    walk(pdf.Root.StructTreeRoot.K)
    return found


def test_the_invitation_is_one_page_a4_and_tagged_for_readers(town: Path) -> None:
    build(town)
    with pikepdf.open(sheet(town)) as pdf:
        root: Any = pdf.Root
        assert len(pdf.pages) == 1
        assert [round(float(each) / 72 * 25.4) for each in pdf.pages[0].MediaBox] == [0, 0, 210, 297]
        assert str(root.Lang) == "de"
        assert bool(root.MarkInfo.Marked) and bool(root.ViewerPreferences.DisplayDocTitle)
        assert b"pdfuaid" in root.Metadata.read_bytes()
        assert str(pdf.docinfo["/Title"]) == "Einladung: Webinar: Krisenfest"
        found = tags(pdf)
        kinds = [str(each.S) for each in found]
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/Link"} <= set(kinds)
        pictures = [str(each.get("/Alt", "")) for each in found if str(each.S) == "/Figure"]
        assert pictures == [
            "Goldstadt",
            "QR-Code mit der Adresse der Seite: https://gold.example/veranstaltungen/webinar.html",
        ]
        fonts = {str(each.BaseFont).partition("+")[2] for each in pdf.pages[0].Resources.Font.values()}
        assert fonts == {"Krisenfest-Sans", "Krisenfest-Sans-Semi-Bold"}
        links = {str(each.A.URI) for each in pdf.pages[0].Annots}
        assert links == {"https://gold.example/veranstaltungen/webinar.html", "mailto:anmeldung@goldstadt.example"}


def test_the_invitation_says_each_thing_once_and_how_to_register(town: Path) -> None:
    from shutil import which

    if which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    build(town)
    text = text_of(sheet(town).read_bytes())
    assert re.findall("Begrüßung", text) == ["Begrüßung"]
    for said in (
        "Dienstag, 29. Juni 2027, 17:00–18:30 Uhr",
        "Zoom (online)",
        "Nachbarstadt",
        "anmeldung@goldstadt.example",
    ):
        assert said in text


def test_the_page_offers_the_invitation_until_the_event_is_over(town: Path) -> None:
    build(town)
    page = sheet(town).with_suffix(".html")
    assert 'href="../veranstaltungen/webinar.pdf"' in page.read_text(encoding="utf-8")
    after = build(town, at=datetime(2027, 6, 30, 10, tzinfo=UTC))
    assert ".pdf" not in page.read_text(encoding="utf-8")
    assert (after.removed, sheet(town).exists()) == (1, False)


def test_what_was_printed_is_printed_again_only_when_it_says_something_else(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    original = printing.pdf

    def counted(html: str, *given: Any, **named: Any) -> bytes:
        made.append(html)
        return original(html, *given, **named)

    monkeypatch.setattr(printing, "pdf", counted)
    build(town)
    before = sheet(town).read_bytes()
    build(town, at=AT + timedelta(hours=1))
    write(town, "pages/impressum.md", "---\ntitle: Neues Impressum\n---\n")  # stands at the foot of every page
    build(town, at=AT + timedelta(hours=2))
    assert len(made) == 1
    write(town, "media/wappen.svg", LOGO.replace("0b4f86", "862b0b"))
    build(town, at=AT + timedelta(hours=3))
    assert len(made) == 2
    assert sheet(town).read_bytes() != before


def test_an_invitation_that_was_lost_comes_back_with_the_same_bytes(town: Path) -> None:
    build(town)
    data = sheet(town).read_bytes()
    sheet(town).unlink()
    assert build(town, at=AT + timedelta(minutes=1)).written == 1
    assert sheet(town).read_bytes() == data


def test_a_build_that_somebody_waits_for_prints_nothing_and_the_stage_follows(town: Path) -> None:
    build(town, prints=False)
    assert not sheet(town).exists()
    place = town.parent
    order = Order(
        folder=town,
        listing=scan(town, Config()),
        out=place / "site",
        state_folder=place / "state",
        config=Config(),
        base_url="https://gold.example",
        at=AT,
    )
    assert pipeline.print_invitations(order) == 1
    assert pipeline.print_invitations(order) == 0
    kept = invitations.printed(place / "state", order.place)
    assert {path: entry[3] for path, entry in kept.items()} == {
        "veranstaltungen/webinar.pdf": sheet(town).stat().st_size
    }
    build(town, at=AT + timedelta(minutes=1), prints=False)
    assert sheet(town).exists()


@pytest.mark.parametrize(
    ("line", "there"),
    [("invitation: false\n", False), ("invitation: true\n", True), ("", True)],
)
def test_an_event_can_ask_for_an_invitation_or_refuse_it(town: Path, line: str, there: bool) -> None:
    write(town, "events/webinar.md", EVENT.replace("place: Zoom\n", f"place: Zoom\n{line}"))
    build(town)
    assert sheet(town).exists() == there


def test_a_translated_event_has_an_invitation_in_that_language(town: Path) -> None:
    write(town, "events/webinar.en.md", "---\ntitle: Webinar on crises\n---\nWe invite you.\n")
    build(town)
    with pikepdf.open(town.parent / "site" / "en" / "veranstaltungen" / "webinar.pdf") as pdf:
        assert (str(pdf.Root.Lang), str(pdf.docinfo["/Title"])) == ("en", "Invitation: Webinar on crises")


def test_a_sheet_fetches_nothing_but_what_it_was_given() -> None:
    html = '<html lang="de"><title>x</title><p>Text <img src="file:///etc/hostname" alt="a"><img src="https://fremd.example/x.png" alt="b"></p></html>'
    with pikepdf.open(BytesIO(printing.pdf(html))) as pdf:
        assert len(pdf.pages[0].Resources.XObject) == 0


def test_a_long_text_takes_smaller_letters_before_a_second_page(town: Path) -> None:
    long = "Ein Satz, der Platz braucht und noch etwas mehr davon. " * 60
    write(town, "events/webinar.md", EVENT.replace("Wir laden Sie ein.", long))
    build(town)
    with pikepdf.open(sheet(town)) as pdf:
        assert len(pdf.pages) == 1


def test_the_size_of_the_letters_is_guessed_so_that_most_sheets_are_laid_out_once(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weasyprint import HTML

    laid_out: list[int] = []
    original = HTML.render

    def counted(self: Any, *given: Any, **named: Any) -> Any:
        laid_out.append(1)
        return original(self, *given, **named)

    monkeypatch.setattr(HTML, "render", counted)
    paragraphs = "\n\n".join(["Wir freuen uns auf Ihre Fragen zu Hochwasser, Verwaltung und Nachbarschaft. " * 3] * 5)
    write(town, "events/webinar.md", EVENT.replace("Wir laden Sie ein.", paragraphs))
    build(town)
    with pikepdf.open(sheet(town)) as pdf:
        assert (len(pdf.pages), len(laid_out)) == (1, 1)
