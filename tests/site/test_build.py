"""The built site: the same bytes always, only what changed, no dead link, nothing unescaped."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest

from conftest import AT, MUSTERSTADT, write
from krisenfest import pipeline, rebuild
from krisenfest.config import Config
from krisenfest.site.banner import style
from krisenfest.sources.standing import Report

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"


def build(folder: Path, out: Path, at: object = AT) -> Report:
    return rebuild.build_folder(folder, out, state_folder=out.with_suffix(".state"), config=Config(), at=at)  # type: ignore[arg-type]


def pages(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.rglob("*.html"))


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_release_gives_the_same_bytes_in_any_time_zone_locale_and_hash_seed(tmp_path: Path) -> None:
    found = []
    for number, (zone, locale, seed) in enumerate([("UTC", "C", "0"), ("Pacific/Auckland", "de_DE.UTF-8", "7")]):
        out = tmp_path / str(number)
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "krisenfest", "build", str(MUSTERSTADT), str(out), "--at", "2026-07-01T12:00"]
        subprocess.run(command, env=environment, check=True)
        found.append(digest(out))
    assert found[0] == found[1]
    assert len(found[0]) > 300


def test_a_build_without_a_change_writes_nothing(tmp_path: Path) -> None:
    build(MUSTERSTADT, tmp_path / "out")
    again = build(MUSTERSTADT, tmp_path / "out", AT + timedelta(minutes=5))
    assert (again.written, again.removed, again.release) == (0, 0, 1)


def test_one_changed_text_writes_only_what_depends_on_it(tmp_path: Path) -> None:
    town = tmp_path / "town"
    shutil.copytree(MUSTERSTADT, town)
    build(town, tmp_path / "out")
    before = digest(tmp_path / "out")
    path = town / "services/standesamt.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nNeu.\n", encoding="utf-8")
    report = build(town, tmp_path / "out", AT + timedelta(hours=1))
    after = digest(tmp_path / "out")
    changed = {name for name in after if before.get(name) != after[name]}
    assert len(changed) == report.written
    parts = {name.removeprefix("en/").removeprefix("ar/").removeprefix("de-simple/") for name in changed}
    assert parts == {
        "index.html",
        "offline.json",
        "leistungen/standesamt.html",
        "leistungen/index.html",
        "themen/familie.html",
        "feeds/alle.atom",
        "feeds/leistungen.atom",
        "data/services.json",
        "data/services.csv",
        "data/release.json",
        "data/timetable.json",
        "sitemap.xml",
    }


def test_one_changed_alert_leaves_the_pages_that_only_frame_it(tmp_path: Path) -> None:
    town = tmp_path / "town"
    shutil.copytree(MUSTERSTADT, town)
    build(town, tmp_path / "out")
    before = digest(tmp_path / "out")
    path = town / "alerts/hochwasser-muster.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Hochwasser an der Muster", "Deichbruch"), encoding="utf-8"
    )
    build(town, tmp_path / "out", AT + timedelta(hours=1))
    after = digest(tmp_path / "out")
    assert "Deichbruch" in (tmp_path / "out/warnungen/banner.html").read_text(encoding="utf-8")
    assert before["leistungen/standesamt.html"] == after["leistungen/standesamt.html"]
    assert len({name for name in after if before.get(name) != after[name]}) < 45


def test_a_file_that_was_lost_is_made_again(tmp_path: Path) -> None:
    build(MUSTERSTADT, tmp_path / "out")
    (tmp_path / "out/index.html").unlink()
    assert build(MUSTERSTADT, tmp_path / "out").written == 1
    assert (tmp_path / "out/index.html").exists()


def test_the_page_of_a_picture_that_is_gone_is_removed(tmp_path: Path) -> None:
    town = tmp_path / "town"
    shutil.copytree(MUSTERSTADT, town)
    build(town, tmp_path / "out")
    (town / "media/einladung-webinar.pdf").unlink()
    assert build(town, tmp_path / "out", AT + timedelta(hours=1)).removed == 1
    assert not (tmp_path / "out/media/einladung-webinar.pdf").exists()


def test_every_link_inside_the_site_leads_somewhere(built: Path) -> None:
    dead = []
    for page in pages(built):
        place = page.relative_to(built).as_posix()
        for href in re.findall(r'\b(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8")):
            parts = urlsplit(href)
            if parts.scheme or not parts.path:
                continue
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(place), unquote(parts.path))).lstrip("/")
            if not (built / target).is_file():
                dead.append((place, href))
    assert dead == []


def test_no_page_asks_a_third_party_for_anything(built: Path) -> None:
    for page in pages(built):
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'<(?:img|script|iframe|link rel="stylesheet")[^>]+(?:src|href)="(?:https?:)?//', text) == []


def test_no_page_has_inline_script_or_style(built: Path) -> None:
    for page in pages(built):
        text = page.read_text(encoding="utf-8")
        assert "Content-Security-Policy" in text
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(?:\bsrc=|application/ld\+json))", text) == []


def test_every_page_is_valid_html(built: Path) -> None:
    for page in pages(built):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(page.read_bytes(), transport_encoding="utf-8")
        assert [(page.name, error) for error in parser.errors] == []


def test_every_page_says_its_language_its_state_and_where_its_content_begins(built: Path) -> None:
    for page in pages(built):
        text = page.read_text(encoding="utf-8")
        assert re.search(r'<html lang="(de|de-simple|en|ar)" dir="(ltr|rtl)"', text), page
        if page.name != "banner.html":
            assert 'href="#inhalt"' in text and 'id="inhalt"' in text
            assert text.count("<h1") == 1
        if page.parent.name in ("massnahmen", "leistungen", "veranstaltungen") and page.name != "index.html":
            assert 'class="kf-asof"' in text


def test_the_first_visit_weighs_less_than_120_kilobytes(built: Path) -> None:
    import gzip

    files = ["assets/kern.css", "assets/site.css", "assets/site.js", "assets/icon.svg"]
    files += ["warnungen/banner.css", "warnungen/banner.html"]
    fonts = sum((built / f"assets/krisenfest-sans-{weight}.woff2").stat().st_size for weight in (400, 600))
    shared = sum(len(gzip.compress((built / name).read_bytes(), mtime=0)) for name in files) + fonts
    for page in pages(built):
        weight = shared + len(gzip.compress(page.read_bytes(), mtime=0))
        assert weight < 120_000, (page, weight)


def test_no_user_text_reaches_a_page_unescaped(town: Path, tmp_path: Path) -> None:
    quoted = json.dumps(SCRIPT)
    body = f"---\n{SCRIPT}\n\n[x](javascript:alert(1)) [y](data:text/html,x)\n"
    text = f"title: {quoted}\nsummary: {quoted}\ntopics: [{quoted}]\naudience: [{quoted}]\n"
    write(town, "notices/n.md", f"---\n{text}{body}")
    write(town, "pages/p.md", f"---\n{text}menu: 1\n{body}")
    write(
        town,
        "measures/m.md",
        f"---\n{text}level: bund\nissued_by: {quoted}\nform: law\nlegal_basis: {quoted}\nvalid_from: 2026-06-01\n"
        f"suspended: [{{from: 2026-06-20, by: {quoted}}}]\nrepealed: {{on: 2026-07-05, by: {quoted}, reason: {quoted}}}\n{body}",
    )
    write(
        town,
        "alerts/a.md",
        f"---\n{text}kind: flood\nvalid_from: 2026-06-30\nvalid_until: 2026-07-03\ninstructions: {quoted}\n"
        f"all_clear: {{at: 2026-07-02, text: {quoted}}}\n{body}",
    )
    write(
        town,
        "services/s.md",
        f"---\n{text}status: restricted\ninstead: {quoted}\nfees: {quoted}\nresponsible: {quoted}\ndocuments: [{quoted}]\n"
        f"channels: [{{kind: office, name: {quoted}, address: {quoted}, note: {quoted}, phone: {quoted}, mail: {quoted}}}]\n"
        f'opening_hours: "Mo 08:00-12:00"\nexceptions: [{{date: 2026-07-06, hours: off, note: {quoted}}}]\n{body}',
    )
    write(
        town,
        "events/e.md",
        f"---\n{text}start: 2026-07-09T17:00\nplace: {quoted}\nhosts: [{quoted}]\npreview: {quoted}\nrecap: {quoted}\n"
        f"agenda: [{{at: '17:00', title: {quoted}, speaker: {quoted}}}]\nimage_alt: {quoted}\nimage: media/x.svg\n"
        f"attachments: [{{path: media/x.svg, title: {quoted}}}]\ncancelled: {{on: 2026-07-01, reason: {quoted}}}\n{body}",
    )
    phrases = f"phrases: {{{quoted}: {quoted}}}\n"
    write(town, "services/s.en.md", f"---\n{text.partition('topics')[0]}{phrases}{body}")
    town_file = town / "municipality.yaml"
    town_file.write_text(f"{town_file.read_text()}hotline: {{phone: {quoted}, hours: {quoted}, note: {quoted}}}\n")
    write(town, "media/x.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    report = build(town, tmp_path / "out")
    build(town, tmp_path / "out", AT + timedelta(hours=1))
    assert report.files > 50
    for page in pages(tmp_path / "out"):
        parser = html5lib.HTMLParser()
        tree = parser.parse(page.read_bytes(), transport_encoding="utf-8")
        assert [(page.name, error) for error in parser.errors] == []
        for element in tree.iter():
            assert [name for name in element.attrib if name.startswith("on") or name == "style"] == []
            assert not str(element.attrib.get("href", "")).startswith(("javascript:", "data:"))
            if str(element.tag).endswith("}script"):
                assert element.attrib.get("type") == "application/ld+json" or "assets/site.js" in element.attrib["src"]
    for feed in (tmp_path / "out/feeds").glob("*.atom"):
        assert "<script" not in feed.read_text(encoding="utf-8")


def test_what_is_dangerous_now_stands_above_what_comes_and_what_is_over(built: Path) -> None:
    for name in ("index.html", "warnungen/banner.html"):
        text = (built / name).read_text(encoding="utf-8")
        found = [
            text.index(title) for title in ("Hochwasser an der Muster</a>", "Extreme Hitze</a>", "Nordviertel</a>")
        ]
        assert found == sorted(found), name


@pytest.mark.parametrize(("lengths", "expected"), [([], "display:none"), ([100], "height:")])
def test_the_banner_takes_no_room_without_an_alert(lengths: list[int], expected: str) -> None:
    assert expected in style(lengths)


def test_a_measure_shows_what_changed_between_neighbouring_versions(tmp_path: Path) -> None:
    town = tmp_path / "town"
    shutil.copytree(MUSTERSTADT, town)
    build(town, tmp_path / "out")
    path = town / "measures/uferweg-gesperrt.md"
    path.write_text(path.read_text(encoding="utf-8").replace("unterspült", "abgerutscht"), encoding="utf-8")
    build(town, tmp_path / "out", AT + timedelta(hours=1))
    text = (tmp_path / "out/massnahmen/uferweg-gesperrt.v2.html").read_text(encoding="utf-8")
    assert "<del>unterspült.</del><ins>abgerutscht.</ins>" in text
    english = (tmp_path / "out/en/massnahmen/uferweg-gesperrt.html").read_text(encoding="utf-8")
    assert 'hreflang="de"' in english and "kf-note" in english  # the translation is of the first version


def test_short_texts_are_translated_or_marked_as_what_they_are(town: Path, tmp_path: Path) -> None:
    yaml = town / "municipality.yaml"
    yaml.write_text(
        yaml.read_text(encoding="utf-8") + "phrases: {en: {Wasser: Water, kostenlos: free}}\n",
        encoding="utf-8",
    )
    service = "---\ntitle: S\nfees: kostenlos\ndocuments: [Ausweis, 'Foto & Heft']\ntopics: [Wasser]\n---\nText\n"
    write(town, "services/s.md", service)
    write(town, "services/s.en.md", "---\ntitle: S\nphrases: {Ausweis: identity card}\n---\nText\n")
    assert pipeline.check(town, config=Config(), at=AT) == ()
    build(town, tmp_path / "out")
    page = (tmp_path / "out/en/leistungen/s.html").read_text(encoding="utf-8")
    assert "<li>identity card</li>" in page
    assert '<li><span lang="de" dir="auto">Foto &amp; Heft</span></li>' in page
    assert "Fees: free<" in page and ">Water</a>" in page
    assert "<h1" in (topic := (tmp_path / "out/en/themen/wasser.html").read_text(encoding="utf-8")) and "Water" in topic
    german = (tmp_path / "out/leistungen/s.html").read_text(encoding="utf-8")
    assert "<li>Ausweis</li>" in german and "Foto &amp; Heft</li>" in german and "<span lang" not in german


def test_a_page_whose_translation_is_older_shows_the_text_that_binds_too(town: Path, tmp_path: Path) -> None:
    text = "---\ntitle: {}\nlevel: gemeinde\nissued_by: Stadt\nform: appeal\nvalid_from: 2026-06-03\n---\n{}\n"
    write(town, "measures/m.md", text.format("Alt", "Alter Text."))
    write(town, "measures/m.en.md", "---\ntitle: Old\n---\nOld text.\n")
    build(town, tmp_path / "out")
    page = tmp_path / "out/en/massnahmen/m.html"
    assert "Alter Text." not in page.read_text(encoding="utf-8")
    write(town, "measures/m.md", text.format("Neu", "Neuer Text."))
    build(town, tmp_path / "out")
    said = page.read_text(encoding="utf-8")
    assert said.index("older than the German text") < said.index("Old text.") < said.index("Neuer Text.")
    assert '<section class="kf-text kf-binding" lang="de" dir="auto"><h2>Neu</h2>' in said


def test_a_page_with_own_rules_only_says_so(town: Path, tmp_path: Path) -> None:
    write(
        town,
        "measures/m.md",
        "---\ntitle: M\nlevel: gemeinde\nissued_by: S\nform: bylaw\nvalid_from: 2026-06-02\n---\n",
    )
    build(town, tmp_path / "out")
    assert "eigenen Regeln der Kommune" in (tmp_path / "out/massnahmen/index.html").read_text(encoding="utf-8")


def test_a_part_without_measures_does_not_claim_to_hold_own_rules(town: Path, tmp_path: Path) -> None:
    square = '{"type": "Polygon", "coordinates": [[[8, 51], [9, 51], [9, 52], [8, 51]]]}'
    part = f'{{"type": "Feature", "properties": {{"id": "altstadt", "name": "Altstadt"}}, "geometry": {square}}}'
    write(town, "areas.geojson", f'{{"type": "FeatureCollection", "features": [{part}]}}')
    write(town, "notices/n.md", "---\ntitle: N\narea: altstadt\n---\n")
    build(town, tmp_path / "out")
    page = (tmp_path / "out/gebiete/altstadt.html").read_text(encoding="utf-8")
    assert ">N</a>" in page
    assert "eigenen Regeln der Kommune" not in page
