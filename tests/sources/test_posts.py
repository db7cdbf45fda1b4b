"""Posts are read as they are: what is certain is a value, what is not is said with its sentence."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from krisenfest.cli import main
from krisenfest.sources.german_dates import days_in, times_in
from krisenfest.sources.posts import read_post, record_text


def post(body: str, name: str = "2020-06-04-post.md", head: str = "title: Treffen") -> str:
    return f"---\n{head}\n---\n{body}\n"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("am 30. Juni 2020, 17.00 Uhr", "2020-06-30", "2020-06-30"),
        ("Do, 14.5., 19 Uhr", "2021-05-14", "2021-05-14"),
        ("14.–16. Juni", "2020-06-14", "2020-06-16"),
        ("vom 11. bis zum 17. Oktober", "2020-10-11", "2020-10-17"),
        ("Sa, 09. + So, 10. November", "2020-11-09", "2020-11-10"),
        ("am 10.Juni", "2020-06-10", "2020-06-10"),
        ("2020-07-01", "2020-07-01", "2020-07-01"),
        ("am 3. Juni", "2021-06-03", "2021-06-03"),  # the day before the post: next year's
        ("am 4. Juni", "2020-06-04", "2020-06-04"),  # the day of the post itself
        ("31.12.", "2020-12-31", "2020-12-31"),
        ("30. Dezember bis 2. Januar", "2020-12-30", "2021-01-02"),
        ("vom 14. - 16. Juni", "2020-06-14", "2020-06-16"),
        ("14. bis 16. Juni 2020", "2020-06-14", "2020-06-16"),
        ("14./15. Juni", "2020-06-14", "2020-06-15"),
        ("14. und 15. Juni", "2020-06-14", "2020-06-15"),
        ("am 14., 15. und 16. Juni", "2020-06-14", "2020-06-16"),
        ("14.-16.6.", "2020-06-14", "2020-06-16"),
        ("30. Juni bis 2. Juli", "2020-06-30", "2020-07-02"),
        ("30. Juni und 1. Juli", "2020-06-30", "2020-07-01"),
        ("28. Dezember 2020 bis zum 2. Januar 2021", "2020-12-28", "2021-01-02"),
        ("28. Dezember bis 2. Januar 2021", "2020-12-28", "2021-01-02"),
        ("30.6. bis 2.7.2020", "2020-06-30", "2020-07-02"),
        ("2020-06-30 bis 2020-07-02", "2020-06-30", "2020-07-02"),
        ("Fr 26.6. bis So 28.6.", "2020-06-26", "2020-06-28"),
        ("14.6. 19 Uhr", "2020-06-14", "2020-06-14"),  # 19 is no year
        ("am 1.7.20 um 18 Uhr", "2020-07-01", "2020-07-01"),
        ("1. Juli '20", "2020-07-01", "2020-07-01"),
        ("5. Okt.", "2020-10-05", "2020-10-05"),
        ("5. Sept. 2020", "2020-09-05", "2020-09-05"),
        ("5. Mrz", "2021-03-05", "2021-03-05"),
        ("am dreißigsten Juni", "2020-06-30", "2020-06-30"),
        ("Saal 3 - 14. Juni", "2020-06-14", "2020-06-14"),
        ("Saal 3, 14. Juni", "2020-06-14", "2020-06-14"),
        ("29. Februar 2021", None, None),
        ("ab 11.10 Uhr", None, None),
        ("Version 3.1 ist da", None, None),
        ("siehe https://a.example/2020-07-01/x", None, None),
        ("July 3rd, 2020", "2020-07-03", "2020-07-03"),
    ],
)
def test_german_dates(text: str, first: str | None, last: str | None) -> None:
    found = days_in(text)
    days = found[0].days(date(2020, 6, 4)) if len(found) == 1 else None
    assert (str(days[0]) if days else None, str(days[1]) if days else None) == (first, last)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("17.00 Uhr", 1020, None),
        ("ab 18:30", 1110, None),
        ("von 16 bis 19 Uhr", 960, 1140),
        ("18:30–21:30 Uhr", 1110, 1290),
        ("16:45 Uhr - 21:00 Uhr", 1005, 1260),
        ("um 19.00", 1140, None),
        ("0 Uhr", 0, None),
        ("24 Uhr", 1440, None),
        ("von 18:00 bis 20:00 Uhr", 1080, 1200),
        ("18 bis 20 Uhr", 1080, 1200),
        ("17:00 bis 18:30", 1020, 1110),
        ("17–19 Uhr", 1020, 1140),
        ("19 - ca. 21 Uhr", 1140, 1260),
        ("zwischen 18 und 20 Uhr", 1080, 1200),
        ("22 Uhr bis 2 Uhr", 1320, 120),
        ("18.30h", 1110, None),
        ("um 19h", 1140, None),
        ("14. Juni 18:30", 1110, None),
        ("30. Juni 2020, 18:30.", 1110, None),
        ("30. Juni 2020, 17.00 Uhr", 1020, None),
        ("| 18:30", 1110, None),
        ("2020-06-30 17:00", 1020, None),
        ("7:15pm", 1155, None),
        ("7 pm", 1140, None),
        ("7-9pm", 1140, 1260),
        ("19 Uhr 30", 1170, None),
        ("19 Uhr 30 Personen", 1140, None),
        ("neunzehn Uhr", 1140, None),
        ("7 Uhr abends", 1140, None),
        ("abends um 7 Uhr", 1140, None),
        ("halb acht abends", 1170, None),
        ("7 Uhr morgens", 420, None),
    ],
)
def test_german_times(text: str, start: int, end: int | None) -> None:
    assert [(each.start, each.end, each.doubt) for each in times_in(text)] == [(start, end, "")]


@pytest.mark.parametrize(
    "text", ["25 Uhr", "30. Februar", "Raum 3.107", "Version 1.2.3", "DIN 18.30.1", "in 2 h", "um 7 am Tor"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert times_in(text) == []


def test_an_invitation_becomes_an_event() -> None:
    body = (
        "Wir laden euch ein: Das Treffen findet statt am **7. Juli 2020, 18.00 Uhr**.\n\n18.00 Uhr\tBeginn\n\n"
        "18.30 Uhr\tAustausch\n\nDas Treffen endet um 20.00 Uhr.\n\nBitte melde dich an: hallo@stadt.example. "
        "Es wird eine Zoom-Konferenz.\n\nGemeinsam mit dem [Deutschen Musterbund](https://a.example) laden wir ein.\n"
    )
    found = read_post("2020-06-04-x.md", post(body))
    assert (found.start, found.end, found.place) == ("2020-07-07T18:00", "2020-07-07T20:00", "Zoom")
    assert found.registration == {"mail": "hallo@stadt.example"}
    assert found.agenda == [{"at": "18:00", "title": "Beginn"}, {"at": "18:30", "title": "Austausch"}]
    assert found.hosts == ["Deutscher Musterbund"]


@pytest.mark.parametrize(
    "body",
    [
        "Wir treffen uns morgen um 19 Uhr.",
        "Wir treffen uns am Montag, 7. Juli 2020, um 19 Uhr.",  # that day is a Tuesday
        "Anmeldung bis 7. Juli 2020.",
        "Am 7. Juni 2019 haben wir uns getroffen.",
        "Treffen am 7. Juli 2020 um 19 Uhr. Treffen am 8. Juli 2020 um 19 Uhr.",
        "Kein Datum.",
    ],
)
def test_what_is_unsure_is_never_a_value(body: str) -> None:
    assert read_post("2020-06-04-x.md", post(body)).start is None


def test_what_is_unsure_is_said_with_its_sentence() -> None:
    found = read_post("2020-06-04-x.md", post("Wir treffen uns morgen um 19 Uhr."))
    assert [(each.field, each.sentence, each.line) for each in found.unsure] == [
        ("start", "Wir treffen uns morgen um 19 Uhr.", 4)
    ]


def test_an_imported_post_is_a_record_without_problems(town: Path, tmp_path: Path) -> None:
    text = post("Wir laden ein: am 7. Juli 2020, 18.00 Uhr. Anmelden: a@b.example")
    (tmp_path / "2020-06-04-fest.md").write_text(text, encoding="utf-8")
    assert main(["import", str(tmp_path / "2020-06-04-fest.md"), "--into", str(town)]) == 0
    assert (town / "events/2020-06-04-fest.md").exists()
    assert main(["check", str(town)]) == 0
    assert main(["import", str(tmp_path / "2020-06-04-fest.md"), "--into", str(town)]) == 1  # never overwritten


@given(st.one_of(st.text(), st.binary()))
def test_nothing_crashes_the_reader(data: str | bytes) -> None:
    found = read_post("x.md", data)
    record_text(found)
    assert found.report()


def test_real_invitations_are_read_with_no_wrong_value(shared_data: Path) -> None:
    sys.path.insert(0, str(ROOT / "bench"))
    from import_accuracy import measure

    figures = measure(shared_data / "events")
    assert figures["wrong"] == []
    assert figures["read"] == 45 + 56
    assert figures["right_day"] >= 0.9 * figures["single"]
    assert figures["right_time"] >= 0.8 * figures["timed"]


def test_the_invitation_with_which_it_began(shared_data: Path) -> None:
    path = shared_data / "origin" / "2020-06-04-webinar-resiliente-kommunalverwaltungen.md"
    found = read_post(path.name, path.read_bytes())
    assert (found.start, found.end, found.place, found.online) == ("2020-06-30T17:00", "2020-06-30T18:30", "Zoom", True)
    assert [each["at"] for each in found.agenda] == ["17:00", "17:20", "17:30"]
    assert found.registration == {"mail": "krisenresilienz@staedtetag.de"}
    assert found.hosts == ["Deutscher Städtetag", "Code for Germany"]  # "wir" is whose site its own files are on
    lines = {name: line for name, _, line, _ in found.recognised}
    assert lines == {
        "image": 9, "preview": 10, "attachment": 37, "start": 23, "end": 33, "agenda": 27, "place": 35,
        "registration": 35, "hosts": 19,
    }  # fmt: skip
    assert found.unsure == []
    assert [each.rpartition("/")[2] for each in found.attachments] == ["Einladung_Webinar_Krisenresilienz.pdf"]
    assert found.preview_image.endswith(".jpg") and found.preview.startswith("Einladung")
