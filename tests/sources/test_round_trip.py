"""A folder that is written from records reads back as the same records, and is one that a person would write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import AT, MUSTERSTADT
from krisenfest.config import Config
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.records import Record
from krisenfest.domain.releases import KINDS
from krisenfest.errors import FieldError, SourceError
from krisenfest.sources.files import scan
from krisenfest.sources.folder import Content, read
from krisenfest.sources.write import ORDER, files_of, municipality_files, write
from strategies import HARD, own_fields, records, towns, whole_records

TOWN = Municipality(
    name="Kleinstadt", ars="059580099098", land="05", imprint="impressum", privacy="datenschutz", languages=("de", "en")
)


def read_back(town: Municipality, found: Iterable[Record], at: datetime = AT) -> Content:
    with TemporaryDirectory() as name:
        write(Path(name), town, found)
        return read(Path(name), scan(Path(name), Config()), at=at, anchor=town.example_day)


def records_of(content: Content) -> dict[str, Record]:
    return {
        f"{key.kind}/{key.id}": KINDS[key.kind].model_validate_json(new.payload)
        for key, new in content.incoming.items()
        if new.payload
    }


def by_name(found: Iterable[Record]) -> Mapping[str, Record]:
    return {f"{each.kind}/{each.id}": each for each in found}


@pytest.mark.parametrize("kind", KINDS)
@whole_records
@given(st.data())
def test_a_record_reads_back_from_the_folder_that_is_written_of_it(kind: str, data: st.DataObject) -> None:
    town = data.draw(towns())
    record = data.draw(records(kind, town))
    content = read_back(town, [record])
    assert [str(each) for each in content.errors if each.path != "municipality.yaml"] == []
    assert records_of(content) == by_name([record])


@given(towns())
def test_a_municipality_reads_back_with_its_parts(town: Municipality) -> None:
    assert read_back(town, []).municipality == town


@pytest.mark.parametrize("kind", KINDS)
def test_the_property_tests_write_every_field_of_every_kind(kind: str) -> None:
    moments = [AT + timedelta(hours=number) for number in range(5)]
    needed, optional = own_fields(kind, moments, ZoneInfo("Europe/Berlin"))
    common = {"kind", "id", "texts", "area", "topics", "audience", "published", "review_by"}
    assert {*needed, *optional} == set(KINDS[kind].model_fields) - common


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_its_place_among_the_keys(kind: str) -> None:
    common = {"kind", "id", "texts", "area", "topics", "audience", "published", "review_by", "hazard"}
    assert set(KINDS[kind].model_fields) - common - set(ORDER[kind]) == set()


@pytest.mark.parametrize("days_later", [0, 400])
def test_musterstadt_reads_back_from_the_folder_that_is_written_of_it(days_later: int, tmp_path: Path) -> None:
    at = AT + timedelta(days=days_later)
    town = read(MUSTERSTADT, scan(MUSTERSTADT, Config()), at=AT).municipality
    assert town is not None
    first = read(MUSTERSTADT, scan(MUSTERSTADT, Config()), at=at, anchor=town.example_day)
    paths = write(tmp_path, town, records_of(first).values())
    second = read(tmp_path, scan(tmp_path, Config()), at=at, anchor=town.example_day)
    assert second.errors == []
    assert second.municipality == town
    assert records_of(second) == records_of(first)
    written = {
        path.relative_to(MUSTERSTADT).as_posix() for path in MUSTERSTADT.rglob("*.*") if "media" not in path.parts
    }
    assert set(paths) == written - {"README.md"}


@pytest.mark.parametrize("path", ["measures/uferweg-gesperrt.en.md", "pages/impressum.md", "notices/sandsaecke.en.md"])
def test_a_file_of_musterstadt_is_written_as_it_stands_there(path: str) -> None:
    content = read(MUSTERSTADT, scan(MUSTERSTADT, Config()), at=AT)
    assert content.municipality is not None
    files: dict[str, bytes] = {}
    for record in records_of(content).values():
        files |= files_of(record, content.municipality)
    assert files[path].decode() == (MUSTERSTADT / path).read_text(encoding="utf-8")


FOLDER_TEXTS = {
    "measures/ausgang.md": """\
---
title: "Ausgangsbeschränkung: nachts"
level: bund
issued_by: Bundesgesetzgeber
form: law
legal_basis: "§ 28b Abs. 1 Nr. 2 IfSG"
binding_text: https://www.gesetze.example/28b
provided: 2021-04-22
promulgated: 2021-04-22
valid_from: 2021-04-24
valid_through: 2021-06-30
suspended: [{from: 2021-05-01T12:00, until: 2021-05-03, by: Oberverwaltungsgericht}]
area: "05958"
topics: [Ausgang, "Nacht, Morgen"]
---
Text

---

Ende
""",
    "alerts/hochwasser.md": """\
---
title: Hochwasser
kind: flood
severity: extreme
valid_from: 2026-07-14T18:00
valid_until: 2026-07-15T12:00
instructions: |
  - Keller meiden.

  - Auto aus der Senke fahren.
all_clear: {at: 2026-07-15T08:00:30, text: Der Pegel fällt.}
---
""",
    "alerts/hochwasser.en.md": """\
---
title: Flood
all_clear: {text: The water goes down.}
translates: 1
---
Text
""",
    "services/ausweis.md": """\
---
title: "115"
lang: en
leika: "99008004000000"
status: restricted
status_until: 2026-07-20
channels:
  - {kind: office, address: "Rathausplatz 1, 59999 Musterstadt"}
  - kind: phone
    phone: 0221 4710 115
    note: |
      Tag
      und Nacht
opening_hours: Mo-Fr 08:00-12:00; Th 14:00-18:00; PH off
exceptions: [{date: 2026-07-03, hours: "off"}]
---
""",
    "events/webinar.md": """\
---
title: Webinar
start: 2020-06-30T17:00
end: 2020-07-01
online: true
agenda: [{at: "17:20", title: Best Practice}]
registration: {capacity: 100, closes: 2020-06-29T12:00, required: false}
---
""",
}


def test_a_written_folder_is_one_that_a_person_would_write(tmp_path: Path) -> None:
    for path, text in FOLDER_TEXTS.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "municipality.yaml").write_bytes(municipality_files(TOWN)["municipality.yaml"])
    found = records_of(read(tmp_path, scan(tmp_path, Config()), at=AT)).values()
    files: dict[str, str] = {}
    for record in found:
        files |= {path: data.decode() for path, data in files_of(record, TOWN).items()}
    assert files == FOLDER_TEXTS


@pytest.mark.parametrize("word", HARD)
def test_other_programs_read_the_words_that_were_written(word: str) -> None:
    # YAML 1.1, as most of them read it: there `no` is false and 17:20 a number
    values = {"id": "n", "texts": [{"lang": "de", "title": word}], "topics": [word]}
    record = KINDS["notice"].model_validate(values)
    front_matter = files_of(record, TOWN)["notices/n.md"].decode().removeprefix("---\n").removesuffix("---\n")
    assert yaml.safe_load(front_matter) == {"title": record.source.title, "topics": list(record.topics)}


def test_a_municipality_is_written_as_a_person_would_write_it() -> None:
    files = municipality_files(TOWN)
    assert {path: data.decode() for path, data in files.items()} == {
        "municipality.yaml": 'name: Kleinstadt\nars: "059580099098"\nland: "05"\nlanguages: [de, en]\n'
        "imprint: impressum\nprivacy: datenschutz\n"
    }


def test_translations_within_a_record_become_files_beside_it(town: Path, tmp_path: Path) -> None:
    text = "---\ntitle: Neues\ntranslations:\n  uk: U\n  en: {title: E, body: B}\n---\n"
    (town / "notices").mkdir()
    (town / "notices/n.md").write_text(text, encoding="utf-8")
    record = records_of(read(town, scan(town, Config()), at=AT))["notice/n"]
    files = {path: data.decode() for path, data in files_of(record, TOWN).items()}
    assert files == {
        "notices/n.md": "---\ntitle: Neues\n---\n",
        "notices/n.en.md": "---\ntitle: E\n---\nB\n",
        "notices/n.uk.md": "---\ntitle: U\n---\n",
    }
    assert records_of(read_back(TOWN, [record])) == by_name([record])


def notice(record_id: str = "n", **text: object) -> Record:
    texts = [{"lang": "de", "title": "N"}, {"lang": "en", "title": "E", **text}]
    return KINDS["notice"].model_validate({"id": record_id, "texts": texts})


@pytest.mark.parametrize(
    ("text", "field"), [({"title": ""}, "title"), ({"body": "a\0b"}, "body"), ({"all_clear": "Vorbei"}, "all_clear")]
)
def test_what_a_folder_cannot_hold_is_refused(text: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as error:
        files_of(notice(**text), TOWN)
    assert (error.value.field, error.value.file) == (field, "notices/n.en.md")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write(tmp_path, TOWN, [notice()])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    with pytest.raises(SourceError) as error:
        write(tmp_path, TOWN, [notice(body="neu"), notice("m")])
    there = ["municipality.yaml", "notices/n.en.md", "notices/n.md"]
    assert [(each.path, each.what) for each in error.value.problems] == [(path, "is there already") for path in there]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_two_records_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"notices/strasse\.md:1: file: is asked for by two records"):
        write(tmp_path / "new", TOWN, [notice("straße"), notice("strasse")])
    assert not (tmp_path / "new").exists()


def test_the_hour_that_comes_twice_is_written_with_its_offset() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time
    values = {"id": "n", "texts": [{"lang": "de", "title": "N"}], "published": second}
    record = KINDS["notice"].model_validate(values)
    assert b"published: 2026-10-25T02:30+01:00\n" in files_of(record, TOWN)["notices/n.md"]


def test_the_hour_that_comes_twice_reads_back() -> None:
    values = {
        "id": "n",
        "texts": [{"lang": "de", "title": "N"}],
        "published": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    }
    record = KINDS["notice"].model_validate(values)
    assert records_of(read_back(TOWN, [record])) == by_name([record])
