"""A content folder is read whole, and every problem of it is told at once."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import AT, MUSTERSTADT, write
from krisenfest import pipeline, rebuild
from krisenfest.cli import main
from krisenfest.config import Config
from krisenfest.domain.releases import Release
from krisenfest.errors import FieldError, KrisenfestError, SourceError
from krisenfest.sources import state as states
from krisenfest.sources.directory import areas_csv, read_areas
from krisenfest.sources.front_matter import FrontMatterError, split
from krisenfest.sources.standing import Report
from krisenfest.standards import release_json

ALERT = "---\ntitle: A\nkind: flood\nvalid_from: 2026-07-01\nvalid_until: 2026-07-02\n---\nText\n"
MEASURE = (
    "---\ntitle: M\nlevel: gemeinde\nissued_by: Stadt\nform: general-order\nbinding_text: https://a.example/\n"
    "promulgated: 2026-06-01\nvalid_from: 2026-06-02\nvalid_through: 2026-07-05\n---\nText\n"
)


def problems(folder: Path, at: datetime = AT) -> list[str]:
    return [str(each) for each in pipeline.check(folder, config=Config(), at=at)]


def test_musterstadt_has_nothing_to_mend() -> None:
    assert problems(MUSTERSTADT) == []


def test_a_town_that_is_right_has_no_problem(town: Path) -> None:
    write(town, "alerts/a.md", ALERT)
    write(town, "measures/m.md", MEASURE)
    assert problems(town) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("alerts/a.md", ALERT.replace("valid_until: 2026-07-02\n", ""), "alerts/a.md:2: valid_until: is missing"),
        ("alerts/a.md", ALERT.replace("07-02", "07-01"), "alerts/a.md:5: valid_until: "),
        ("alerts/a.md", ALERT.replace("flood", "flut"), "alerts/a.md:3: kind: is 'flut'"),
        ("measures/m.md", MEASURE.replace("07-05", "05-05"), "measures/m.md:9: valid_through: "),
        ("measures/m.md", MEASURE.replace("07-05", "02-30"), "measures/m.md:9: valid_through: "),
        ("measures/m.md", MEASURE.replace("2026-07-05", "9999-12-31"), "leave it out if the measure has no end"),
        (
            "notices/n.md",
            "---\ntitle: N\ntranslations:\n  en: {summary: S}\n---\n",
            "notices/n.md:4: translations.en.title: is missing",
        ),
        ("notices/n.md", "---\ntitle: N\ntranslations: [en]\n---\n", "notices/n.md:3: translations: is no list of"),
        ("measures/m.md", MEASURE.replace("binding_text: https://a.example/\n", ""), "binding text is not linked"),
        ("measures/m.md", MEASURE.replace("https://a.example/", "javascript:alert(1)"), "binding_text"),
        ("measures/m.md", MEASURE.replace("title:", "area: hinterwald\ntitle:"), "measures/m.md:2: area: hinterwald"),
        ("measures/m.md", MEASURE.replace("title:", "titel: x\ntitle:"), "did you mean title?"),
        ("measures/m.md", MEASURE.replace("title:", "review_by: 2026-06-30\ntitle:"), "the day 2026-06-30 has passed"),
        (
            "notices/n.md",
            "---\ntitle: N\n---\n[x](../services/nix.md)\n",
            "notices/n.md:4: body: the link ../services/nix.md",
        ),
        (
            "alerts/a.md",
            ALERT.replace("kind:", "instructions: '[x](../pages/nix.md)'\nkind:"),
            "alerts/a.md:3: instructions: the link",
        ),
        ("notices/n.md", "---\ntitle: N\n---\n[x](#nichts)\n", "notices/n.md:4: body: no heading answers to #nichts"),
        (
            "notices/n.md",
            "---\ntitle: N\n---\n[x](../pages/impressum.md#nichts)\n",
            "no heading answers to ../pages/impressum.md#nichts: write the words of a heading",
        ),
        (
            "notices/n.md",
            "---\ntitle: N\n---\n![x](https://a.example/b.png)\n",
            "the picture https://a.example/b.png is",
        ),
        (
            "notices/n.md",
            "---\ntitle: N\n---\n<iframe src=x></iframe>\n",
            "notices/n.md:4: body: <iframe> is not shown",
        ),
        ("notices/n.md", "---\ntitle: N\x08\n---\nText\n", "notices/n.md:2: file: holds a control character (0x08)"),
        ("notices/n.md", '---\ntitle: "N\\0"\n---\nText\n', "holds a control character written with a backslash"),
        ("Measures/m.md", MEASURE, "Measures/m.md:1: folder: the folder Measures is not read: did you mean measures?"),
        ("municipality.yml", "name: x\n", "the file municipality.yml is not read: did you mean municipality.yaml?"),
        ("notices/n.md", "---\ntitle: N\narea: 123\n---\n", "notices/n.md:3: area: is 123: write a word"),
        ("measures/m.md", MEASURE.replace("https://a.example/", '""'), "measures/m.md:6: binding_text: is empty"),
        ("services/s.md", "---\ntitle: S\ninstead: '[x](nix.md)'\n---\n", "services/s.md:3: instead: the link nix.md"),
        ("notices/n.md", "---\ntitle: N\n---\n\n![](media/x.png)\n", "has no alternative text"),
        ("notices/n.md", "---\ntitle: N\ntitle: M\n---\n", "notices/n.md:3: file: title stands twice"),
        ("notices/n.md", "---\ntitle: N\n", "the front matter does not end"),
        ("notices/n.md", "---\n- a\n---\n", "is no list of keys"),
        ("notices/n.md", "", "notices/n.md:1: file: is empty"),
        ("notices/N.md", "---\ntitle: N\n---\n", "use small letters"),
        ("notices/index.md", "---\ntitle: N\n---\n", "belongs to a page of the site"),
        ("alerts/banner.md", ALERT, "belongs to a page of the site"),
        ("notices/n.en.md", "---\ntitle: N\n---\n", "is a translation, but notices/n.md is not there"),
        ("notices/n.txt", "x", "is no record"),
        ("media/x.exe", "x", "is of a kind that is not published"),
        ("areas.geojson", "{", "areas.geojson:1: file: is not valid JSON"),
        ("services/s.md", "---\ntitle: S\nleika: 99008004\n---\n", "put it in quotes"),
    ],
)
def test_a_problem_is_told_with_its_place(town: Path, path: str, text: str, expected: str) -> None:
    write(town, path, text)
    found = problems(town)
    assert len([each for each in found if expected in each]) == 1, found


def test_an_appeal_binds_nobody_and_needs_no_binding_text(town: Path) -> None:
    text = MEASURE.replace("general-order", "appeal").replace("binding_text: https://a.example/\n", "")
    write(town, "measures/m.md", text.replace("promulgated: 2026-06-01\n", ""))
    assert problems(town) == []


def test_all_problems_are_told_at_once(town: Path) -> None:
    write(town, "alerts/a.md", ALERT.replace("flood", "flut").replace("07-02", "07-01"))
    write(town, "measures/m.md", MEASURE.replace("gemeinde", "stadt").replace("title:", "area: x\ntitle:"))
    (town / "pages/impressum.md").unlink()
    fields = [each.split(": ")[1] for each in problems(town)]
    assert fields == ["kind", "valid_until", "area", "level", "imprint"]


def test_a_file_that_is_not_utf_8_is_named(town: Path) -> None:
    write(town, "notices/n.md", "")
    (town / "notices/n.md").write_bytes(b"---\ntitle: \xff\n---\n")
    assert problems(town) == ["notices/n.md:2: file: is not UTF-8 (byte 11 is 0xFF): save the file as UTF-8"]


def test_a_link_out_of_the_folder_is_refused(town: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("---\ntitle: S\n---\n")
    (town / "pages/secret.md").symlink_to(tmp_path / "secret.md")
    assert [each.split(": ")[2] for each in problems(town)] == ["is a link that leads out of the folder, or nowhere"]


def test_a_file_that_is_too_large_is_named_and_not_opened(town: Path) -> None:
    write(town, "notices/n.md", "x")
    with (town / "notices/n.md").open("wb") as file:
        file.truncate(50_000_000)
    assert "has 50,000,000 bytes" in problems(town)[0]


def test_a_yaml_bomb_is_refused(town: Path) -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [f"{b}: &{b} [{','.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    write(town, "notices/n.md", "---\n" + "\n".join(lines) + "\n---\n")
    assert "nested or repeated too often" in problems(town)[0]


def test_an_id_may_stand_once(town: Path) -> None:
    write(town, "notices/a.md", "---\ntitle: A\n---\n")
    write(town, "notices/b.md", "---\nid: a\ntitle: B\n---\n")
    assert problems(town) == ["notices/b.md:2: id: a is the id of notices/a.md too: rename one of the two files"]


def test_nothing_is_written_if_there_is_an_error(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(town, "alerts/a.md", ALERT.replace("flood", "flut"))
    assert main(["build", str(town), str(tmp_path / "out")]) == 1
    assert "alerts/a.md:3: kind: " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.state").exists()


def test_advice_does_not_keep_a_site_from_being_built(town: Path, tmp_path: Path) -> None:
    write(town, "notices/n.md", "---\ntitle: N\nreview_by: 2020-01-01\n---\n")
    assert main(["check", str(town)]) == 1
    assert main(["build", str(town), str(tmp_path / "out")]) == 0


@given(st.text())
def test_any_text_is_read_or_explained(text: str) -> None:
    try:
        split(text)
    except FrontMatterError as error:
        assert error.line >= 1 and error.hint


@pytest.mark.parametrize("day", ["0001-01-01", "0026-06-30", "1799-12-31", "3000-01-01", "9999-12-31T23:30"])
def test_a_year_that_nobody_means_is_told(town: Path, day: str) -> None:
    write(town, "events/e.md", f"---\ntitle: E\nstart: {day}\npublished: {day}\n---\nText\n")
    found = [each for each in problems(town) if "write a year from 1800 to 2999" in each]
    assert [each.partition(": ")[0] for each in found] == ["events/e.md:3", "events/e.md:4"]
    write(town, "events/e.md", "---\ntitle: E\nstart: 1800-01-01\nend: 2999-12-31T23:30\n---\nText\n")
    assert problems(town) == []


def test_a_link_to_a_heading_leads_there(town: Path, tmp_path: Path) -> None:
    body = "[a](#so-geht-es) [b](../pages/hilfe.md#so-geht-es-2)\n\n# So geht **es**\n\nInhalt\n---\n"
    write(town, "notices/n.md", f"---\ntitle: N\n---\n{body}")
    write(town, "pages/hilfe.md", "---\ntitle: H\n---\n## So geht es\n\n## So geht es\n")
    assert problems(town) == []
    build(town, tmp_path / "out", AT)
    page = (tmp_path / "out/mitteilungen/n.html").read_text(encoding="utf-8")
    assert [each in page for each in ('<h2 id="so-geht-es">', '<h3 id="inhalt-2">')] == [True, True]
    assert 'id="so-geht-es-2"' in (tmp_path / "out/seiten/hilfe.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("out", "state"), [(".", "../s"), ("site", "../s"), ("..", "../../s"), ("../o", "state")])
def test_a_site_is_never_written_among_its_sources(town: Path, out: str, state: str) -> None:
    before = sorted(town.rglob("*"))
    with pytest.raises(KrisenfestError, match="lie in each other"):
        rebuild.build_folder(town, town / out, state_folder=town / state, config=Config(), at=AT)
    assert sorted(town.rglob("*")) == before


@pytest.mark.parametrize("address", ["javascript:alert(1)", 'https://a.example/"><script>', "a.example", "https://"])
def test_a_public_address_that_is_none_is_refused(town: Path, tmp_path: Path, address: str) -> None:
    with pytest.raises(FieldError, match="write the public address"):
        rebuild.build_folder(
            town, tmp_path / "o", state_folder=tmp_path / "s", config=Config(), at=AT, base_url=address
        )


def test_a_text_that_begins_with_code_keeps_its_spaces(town: Path, tmp_path: Path) -> None:
    write(town, "notices/n.md", "---\ntitle: N\n---\n\n\n    a code\n\nText  \n\n")
    build(town, tmp_path / "out", AT)
    page = (tmp_path / "out/mitteilungen/n.html").read_text(encoding="utf-8")
    assert "<pre><code>a code" in page


def test_a_phrase_that_the_original_does_not_say_is_told_at_every_build(town: Path, tmp_path: Path) -> None:
    write(town, "services/s.md", "---\ntitle: S\nfees: kostenlos\n---\nText\n")
    write(town, "services/s.en.md", "---\ntitle: S\nphrases: {kostenlos: free, umsonst: free}\n---\nText\n")
    expected = "services/s.md:2: phrases: the original does not say 'umsonst' (translated into en)"
    assert [each.rpartition(": ")[0] for each in problems(town)] == [expected]
    for hour in (0, 1, 24):
        advice = build(town, tmp_path / "out", AT + timedelta(hours=hour)).advice
        assert [str(each).rpartition(": ")[0] for each in advice] == [expected]
    write(town, "services/s.md", "---\ntitle: S\nphrases: {a: b}\n---\nText\n")
    assert any("phrases: is not known here" in each for each in problems(town))


def build(folder: Path, out: Path, at: datetime) -> Report:
    return rebuild.build_folder(folder, out, state_folder=out.with_suffix(".state"), config=Config(), at=at)


def release_of(out: Path) -> Release:
    """The release that the last build into `out` left; read again from its bytes, and the same."""
    state = out.with_suffix(".state")
    release = states.load(state).release
    assert release is not None
    assert release == release_json.loads((state / "release.json").read_bytes())
    return release


def test_a_changed_record_gets_the_next_version_and_the_moment(town: Path, tmp_path: Path) -> None:
    write(town, "notices/n.md", "---\ntitle: N\n---\nOne\n")
    write(town, "notices/n.en.md", "---\ntitle: N\n---\nOne\n")
    later = AT + timedelta(hours=1)
    assert build(town, tmp_path / "out", AT).release == 1
    assert build(town, tmp_path / "out", later).release == 1
    write(town, "notices/n.md", "---\ntitle: N\n---\nTwo, changed\n")
    build(town, tmp_path / "out", later)
    second = release_of(tmp_path / "out")
    history = [each for each in second.versions if each.kind == "notice"]
    assert [(each.number, each.recorded) for each in history] == [(1, AT), (2, later)]
    english = history[1].record.text("en")
    assert english is not None and history[1].outdated(english)
    assert second.number == 2


def test_a_record_that_is_taken_out_keeps_its_history_and_never_reuses_a_number(town: Path, tmp_path: Path) -> None:
    write(town, "notices/n.md", "---\ntitle: N\n---\nOne\n")
    build(town, tmp_path / "out", AT)
    (town / "notices/n.md").unlink()
    build(town, tmp_path / "out", AT + timedelta(hours=1))
    assert "entfernt" in (tmp_path / "out/mitteilungen/n.html").read_text()
    write(town, "notices/n.md", "---\ntitle: N\n---\nOne\n")
    build(town, tmp_path / "out", AT + timedelta(hours=2))
    release = release_of(tmp_path / "out")
    assert [(each.number, each.removed) for each in release.versions if each.kind == "notice"] == [
        (1, False),
        (2, True),
        (3, False),
    ]


def test_applies_answers_as_published_at_a_time(town: Path, tmp_path: Path) -> None:
    write(town, "measures/m.md", MEASURE)
    state = tmp_path / "out.state"
    build(town, tmp_path / "out", AT)
    write(town, "measures/m.md", MEASURE.replace("2026-07-05", "2026-07-02"))
    build(town, tmp_path / "out", AT + timedelta(days=1))

    def answer(known_at: datetime) -> list[str]:
        found = pipeline.applies_in(
            town,
            area="059580099098",
            at=datetime(2026, 7, 4, tzinfo=UTC),
            known_at=known_at,
            state_folder=state,
            config=Config(),
            now=AT,
        )
        return [each["id"] for each in found["applies"]]

    assert answer(AT - timedelta(seconds=1)) == []
    assert answer(AT) == ["m"]
    assert answer(AT + timedelta(days=1)) == []


def test_the_official_directory_is_read_as_it_is_published(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "areas" / "destatis_gv_gemeinden.csv"
    directory, found = read_areas(path)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert found == []
    assert all(directory.names[row["ars"]] == row["name"] for row in rows)
    assert len([key for key in directory.names if len(key) == 12]) == len(rows) == 11004
    again = tmp_path / "areas.csv"
    again.write_text(areas_csv(directory), encoding="utf-8")
    assert read_areas(again)[0] == directory


def test_a_directory_line_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ars,name\n059130000000,Dortmund\n99,Nirgends\n")
    with pytest.raises(SourceError, match=r"a\.csv:3: ars"):
        pipeline.import_areas(path, tmp_path)
