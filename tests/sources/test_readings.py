"""Figures as authorities publish them: columns by their names, German numbers, and every bad line named."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from krisenfest.domain.indicators import Figures
from krisenfest.errors import SourceError
from krisenfest.sources.declared import read_declarations
from krisenfest.sources.readings import parse_day, read_readings


def read(tmp_path: Path, text: str | bytes, names: tuple[str, ...] = ("i",), **columns: str) -> Figures:
    path = tmp_path / "werte.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_readings(path, names, columns)


def values(found: Figures, area: str = "05911", name: str = "i") -> list[tuple[str, str]]:
    return [(each.day.isoformat(), str(each.value)) for each in found.readings[name][area]]


@pytest.mark.parametrize(
    "text",
    [
        "area,date,value\n05911,2021-04-24,99.967\n",
        "\ufeffarea;date;value\r\n05911;24.04.2021;99,967\r\n",
        "ags\tname\tdatum\twert\n5911\tBochum\t2021-04-24\t99.967\n",
        "ags,name,date,incidence7_fixed,cases7_fixed\n05911,SK Bochum,2021-04-24,99.967,360\n",
        '"ags","date","inzidenz"\n"05911","2021-04-24 00:00:00","99,967"\n',
        "\n".join(["ags,date,value", "05911,2021-04-24,99.967", "", ",,"]),
    ],
)
def test_a_file_is_taken_as_it_is_published(tmp_path: Path, text: str) -> None:
    assert values(read(tmp_path, text)) == [("2021-04-24", "99.967")]


def test_a_packed_file_and_one_in_the_code_page_of_windows_are_read(tmp_path: Path) -> None:
    text = "area,name,date,value\n05911,Köln,2021-04-24,1\n"
    assert values(read(tmp_path, gzip.compress(text.encode()))) == [("2021-04-24", "1")]
    assert values(read(tmp_path, text.encode("cp1252"))) == [("2021-04-24", "1")]


def test_a_value_keeps_every_digit(tmp_path: Path) -> None:
    digits = "100.01980000000000000000000000001"
    assert values(read(tmp_path, f"area,date,value\n05911,2021-05-06,{digits}\n")) == [("2021-05-06", digits)]


def test_columns_can_be_named_and_a_column_can_stand_for_each_indicator(tmp_path: Path) -> None:
    text = "k,t,betten,hosp\n08,2021-11-15,390,5.5\n"
    named = read(tmp_path, text, ("icu", "hosp"), area="k", date="t", icu="betten")
    assert (values(named, "08", "icu"), values(named, "08", "hosp")) == (
        [("2021-11-15", "390")],
        [("2021-11-15", "5.5")],
    )


def test_a_column_can_name_the_indicator(tmp_path: Path) -> None:
    text = "area,date,indicator,value\n08,2021-11-15,icu,390\n08,2021-11-15,hosp,5.5\n08,2021-11-15,other,1\n"
    found = read(tmp_path, text, ("icu", "hosp"))
    assert set(found.readings) == {"icu", "hosp"}


def test_names_of_laender_are_their_keys(tmp_path: Path) -> None:
    text = "land,date,value\nBaden-Württemberg,2021-11-15,5.5\nGesamt,2021-11-15,4\n"
    assert read(tmp_path, text).areas == ("08", "DE")


def test_an_empty_value_is_no_reading(tmp_path: Path) -> None:
    assert values(read(tmp_path, "area,date,value\n05911,2021-04-24,\n05911,2021-04-25,-\n05911,2021-04-26,7\n")) == [
        ("2021-04-26", "7")
    ]


def test_when_a_value_became_known_is_kept(tmp_path: Path) -> None:
    text = "area,date,value,published_at\n05911,2021-04-24,90,2021-04-24T03:00\n05911,2021-04-24,110,2021-04-26T03:00+02:00\n"
    found = read(tmp_path, text).readings["i"]["05911"]
    assert [each.known for each in found] == [
        datetime(2021, 4, 24, 1, tzinfo=UTC),
        datetime(2021, 4, 26, 1, tzinfo=UTC),
    ]


def problems(tmp_path: Path, text: str, names: tuple[str, ...] = ("i",), **columns: str) -> list[str]:
    with pytest.raises(SourceError) as told:
        read(tmp_path, text, names, **columns)
    return [str(each).partition("werte.csv:")[2] for each in told.value.problems]


def test_every_bad_line_is_named_at_once(tmp_path: Path) -> None:
    text = (
        "ags,date,value\n05911,2021-04-31,1\n05911,2021-04-24,viel\nBochum,2021-04-24,1\n05911,2021-04-24\n"
        "05911,2021-04-25,1\n05911,2021-04-25,2\n05911,2021-04-25,1\n"
    )
    assert problems(tmp_path, text) == [
        "2: date: is '2021-04-31': write a day such as 2021-04-24 or 24.04.2021",
        "3: value: is 'viel', no number: write a number such as 99.967, or leave it empty",
        "4: area: is 'Bochum': write the key of the area, such as 05913",
        "5: row: has 2 cells: it needs at least 3",
        "7: value: 05911 has another value for 2021-04-25 in line 6: keep one, or tell in a column published_at "
        "when each became known",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("area,date,x,y\n1,2021-04-24,1,2\n", "1: value: no column is recognised: name it with --columns value=...; "),
        ("a,b\n1,2\n", "1: area: no column is recognised"),
        ("area,date,value\n", "1: file: holds no readings"),
        ("", "1: "),
        ("area;date;value\n05911;2021-04-24;1,5\n05911;2021-04-25;1.234\n", "3: value: is 1.234: a dot of thousands"),
    ],
)
def test_a_file_that_cannot_be_understood_says_what_is_missing(tmp_path: Path, text: str, told: str) -> None:
    assert problems(tmp_path, text)[0].startswith(told)


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    told = problems(tmp_path, "ags,date,value\n05911,2021-04-24,1\n", value="inzidenz", colour="ags")
    assert told[0].startswith("1: value: there is no column inzidenz: the columns are ags, date, value")
    assert any(each.startswith("1: colour: is no column of readings") for each in told)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("1.5.2021", date(2021, 5, 1)),
        ("2021-05-01T23:30:00Z", date(2021, 5, 2)),  # by the clock of Berlin
        ("2021-03-28 02:15:00", date(2021, 3, 28)),  # the hour that summer time skips, as loggers write it
        ("01/05/2021", None),
    ],
)
def test_a_day_is_read(text: str, day: date | None) -> None:
    found = parse_day(text)
    assert (found and found[0]) == day


def test_the_real_files_are_recognised_without_help(shared_data: Path) -> None:
    for name, areas in (
        ("rki_lk_7di_fixed_2020-11-18_2021-09-10.csv.gz", 412),
        ("rki_lk_7di_fixed_2021-03-01_2021-07-31.csv", 412),
        ("rki_bl_7di_fixed_2020-05-06_2021-09-10.csv", 17),
        ("rki_bl_hosp7di_fixed_2021-09-11_2022-02-14.csv", 17),
    ):
        assert len(read_readings(shared_data / "incidence" / name, ("i",)).areas) == areas


def test_a_series_of_a_gauge_has_times(shared_data: Path) -> None:
    found = read_readings(shared_data / "gauges/bochum_hiltrop_15min_2025.csv.gz", ("i",), {"value": "pegel"})
    assert found.timed
    assert found.areas == ("900358",)
    assert found.readings["i"]["900358"][0].value == Decimal("95.335")


def test_a_logger_that_writes_the_skipped_hour_keeps_standard_time(tmp_path: Path) -> None:
    times = ("2025-03-30 01:15", "2025-03-30 02:15", "2025-03-30 03:15", "2025-07-01 12:00")
    text = "area,date,value\n" + "".join(f"P,{each},{number}\n" for number, each in enumerate(times))
    hours = [each.known and each.known.hour for each in read(tmp_path, text).readings["i"]["P"]]
    assert hours == [0, 1, 2, 11]
    summer = read(tmp_path, "area,date,value\nP,2025-07-01 12:00,1\n").readings["i"]["P"]
    assert summer[0].known == datetime(2025, 7, 1, 10, tzinfo=UTC)


def test_declarations_are_read_and_every_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "erklaert.csv"
    path.write_text("area,change,effective,announced,reason\n07231,out,2021-05-12,,einen Tag früher\n")
    (found,) = read_declarations(path)
    assert (found.effective, found.known_on, found.reason) == (date(2021, 5, 12), date(2021, 5, 12), "einen Tag früher")
    path.write_text("area,change,effective\n,heraus,gestern\n07231,out,\n")
    with pytest.raises(SourceError) as told:
        read_declarations(path)
    assert [(each.line, each.field) for each in told.value.problems] == [
        (2, "effective"),
        (2, "change"),
        (2, "area"),
        (3, "effective"),
    ]
