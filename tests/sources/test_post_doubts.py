"""A post's doubtful words are told as unsure, with their sentence, and never become a value; nor does a post take long."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from krisenfest.cli import main
from krisenfest.sources.posts import read_post, record_text


def post(body: str, head: str = 'title: "Einladung"') -> str:
    return f"---\n{head}\n---\n{body}\n"


HEAVY = {
    "letters": "Anmeldung " + "A" * 200_000,
    "an address": "anmeld " + "a." * 30_000,
    "images": "![" * 30_000,
    "tags of Liquid": "{% " * 20_000,
    "shortcodes": "{{< " * 20_000,
    "brackets": "[" * 30_000,
    "spaces": " " * 100_000,
    "numbers": "1." * 50_000,
    "signs": "<" * 200_000,
    "comments": "<!-- " * 30_000,
    "links": "[a](https://" * 20_000,
    "days": "am 1.1. " * 20_000,
    "points": "." * 200_000,
    "lines": "\n" * 300_000,
}
HEAVY["everything"] = "\n".join(HEAVY.values())


@pytest.mark.parametrize("name", HEAVY)
def test_no_post_takes_long_to_read(name: str) -> None:
    begun = time.process_time()
    read_post("2020-05-20-x.md", post(HEAVY[name] + "\n\nDas Treffen findet am 30. Juni 2020, 17 Uhr, statt."))
    assert time.process_time() - begun < 2  # seconds of the processor; on an idle machine a tenth of that


@pytest.mark.parametrize(
    "head", ["---\n" + "a: [\n" * 20_000 + "---\nx", "+++\na=" + "[" * 50_000 + "\n+++\n", '{"a":' * 50_000]
)
def test_no_front_matter_takes_long_to_read(head: str) -> None:
    begun = time.process_time()
    assert read_post("2020-05-20-x.md", head).start is None
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        ("Das Treffen findet vom 14.–16. Juni statt.", "2020-06-14", "2020-06-16"),
        ("Das Treffen findet vom 30. Mai, 18 Uhr, bis 2. Juni, 12 Uhr, statt.", "2020-05-30T18:00", "2020-06-02T12:00"),
        ("Das Treffen findet am 30. Juni von 22 Uhr bis 2 Uhr statt.", "2020-06-30T22:00", "2020-07-01T02:00"),
        ("Das Treffen findet am 30. Juni statt, Einlass 17 Uhr, Beginn 18 Uhr.", "2020-06-30T18:00", None),
        ("Das Treffen findet am 30. Juni statt. Einlass 17 Uhr, Beginn 18 Uhr.", "2020-06-30T18:00", None),
        (
            "Das Treffen am 30. Juni beginnt um 18 Uhr (Einlass 17 Uhr) und endet um 20 Uhr.",
            "2020-06-30T18:00",
            "2020-06-30T20:00",
        ),
        (
            "Wir laden ein zum Vortrag am 30. Juni. Los geht's um 19 Uhr, Schluss ist gegen 21 Uhr.",
            "2020-06-30T19:00",
            "2020-06-30T21:00",
        ),
        ("Das Impfmobil steht am 30. Juni, 8 bis 12 und 14 bis 18 Uhr, am Markt.", "2020-06-30T08:00", None),
        ("Save the date: 30. Juni 2020", "2020-06-30", None),
        ("Wir treffen uns am 30/6/2020 um 18 Uhr.", "2020-06-30T18:00", None),
        ("**30. Juni 2020**\n18:30 Uhr", "2020-06-30T18:30", None),
        ("Datum: 30. Juni 2020\nUhrzeit: 18:00", "2020-06-30T18:00", None),
        ("Das Treffen ist am 30. Juni, 17.00 Uhr MESZ.", "2020-06-30T17:00", None),
        ("Anmeldeschluss ist der 10. Juni, das Treffen ist am 30. Juni, 18 Uhr.", "2020-06-30T18:00", None),
        ("In Köln kommen am 10. Juni Stadtplaner und Bürger zusammen.", "2020-06-10", None),
    ],
)
def test_what_is_sure_is_a_value(body: str, start: str, end: str | None) -> None:
    found = read_post("2020-05-20-x.md", post(body))
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize(
    ("body", "start", "says"),
    [
        # days
        ("Das Treffen findet am 3. Mai um 18 Uhr statt.", None, "3. Mai, no year, and the next such day is far away"),
        ("Wir berichten vom Treffen am 28. Mai, 18 Uhr.", None, "28. Mai, but the sentence looks back"),
        ("Das Treffen fand am 28. Mai um 18 Uhr statt.", None, "28. Mai, but the sentence looks back"),
        ("Das Treffen findet am 29. Februar um 18 Uhr statt.", None, "29. Februar, no such day"),
        ("Das Treffen findet am 31. Juni 2020 um 18 Uhr statt.", None, "31. Juni 2020, no such day"),
        ("Treffen am Montag, 30. Juni 2020, 18 Uhr.", None, "Montag, 30. Juni 2020, but that day is another weekday"),
        ("Treffen am 30. Juni (Montag) um 18 Uhr.", None, "30. Juni (Montag), but that day is another weekday"),
        ("Treffen am 30.6.2020 (Mo), 18 Uhr.", None, "30.6.2020 (Mo), but that day is another weekday"),
        ("Treffen am 30. Juni 2020, Montag, um 18 Uhr.", None, "30. Juni 2020, Montag, but that day is another weekday"),
        ("Treffen am 5/6/2020 um 18 Uhr.", None, "5/6/2020, of which the first number is the day or the month"),
        ("Bitte bis zum 10. Juni anmelden.", None, "10. Juni, a deadline"),
        ("Frist: 10. Juni 2020.", None, "10. Juni 2020, a deadline"),
        ("Am 10. Juni erscheint das Buch.", None, "10. Juni"),
        ("Am 10. Juni 2019 trafen wir uns.", None, "10. Juni 2019, which lies before the post"),
        ("Das Treffen ist voraussichtlich am 30. Juni, 18 Uhr.", None, "30. Juni, but only perhaps"),
        ("Der Vorverkauf beginnt am 10. Juni um 9 Uhr.", None, "10. Juni, a deadline"),
        ("Wir treffen uns am Dienstag um 18 Uhr.", None, "am Dienstag, no day"),
        ("Wir treffen uns jeden Dienstag.", None, "happens again and again"),
        ("Das Treffen am 30. Juni, 18 Uhr, fällt aus.", None, "30. Juni, but perhaps called off or moved"),
        ("Das Treffen am 30. Juni, 18 Uhr, ist abgesagt.", None, "30. Juni, but perhaps called off or moved"),
        ("Das Treffen am 30. Juni, 18 Uhr, wird verschoben.", None, "30. Juni, but perhaps called off or moved"),
        ("Das Treffen findet am 30. Juni um 18 Uhr nicht statt.", None, "30. Juni, but perhaps called off or moved"),
        # times
        ("Das Treffen findet am 30. Juni um halb 7 Uhr statt.", "2020-06-30", "halb 7 Uhr: in the morning or in the evening?"),
        ("Das Treffen findet am 30. Juni um halb acht statt.", "2020-06-30", "halb acht: in the morning or in the evening?"),
        ("Filmabend am 30. Juni um 8 Uhr.", "2020-06-30", "8 Uhr: in the morning or in the evening?"),
        ("Das Treffen findet am 30. Juni mittags statt.", "2020-06-30", "mittags: no exact time"),
        ("Die Sprechstunde ist am 30. Juni vormittags.", "2020-06-30", "vormittags: no exact time"),
        ("Das Treffen findet am 30. Juni um 18 und 20 Uhr statt.", "2020-06-30", "18 und 20 Uhr: one of two times"),
        ("Das Treffen ist am 30. Juni, Einlass 17 Uhr.", "2020-06-30", "17 Uhr: the doors open; when does it begin?"),
        ("Das Treffen am 30. Juni geht bis 20 Uhr.", "2020-06-30", "20 Uhr: it ends; when does it begin?"),
        ("Das Treffen ist am 30. Juni, 18 Uhr c.t.", "2020-06-30", "18 Uhr: c.t.: a quarter past?"),
        ("Treffen am 30. Juni, 17.00 Uhr UTC.", "2020-06-30", "17.00 Uhr: in another time zone than Germany's"),
        ("Treffen am 30. Juni, 17.00 Uhr (MEZ).", "2020-06-30", "17.00 Uhr: in another time zone than Germany's"),
        ("Treffen am 30. Juni, 17 Uhr Londoner Zeit.", "2020-06-30", "17 Uhr: Londoner Zeit: another time zone"),
        ("Am 30. Juni startet um 9 Uhr die Stadt mit dem Telefondienst.", "2020-06-30", "9 Uhr: which may be another thing's"),
        ("Der Laden hat ab 11.10 Uhr auf, das Treffen ist am 30.6.", "2020-06-30", "11.10 Uhr: which may be another thing's"),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_told_with_its_sentence(body: str, start: str | None, says: str) -> None:
    found = read_post("2020-05-20-x.md", post(body))
    assert (found.start, found.end) == (start, None)
    assert ("start", says, body, 4) in [(each.field, each.says, each.sentence, each.line) for each in found.unsure]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Am 10. Juni erscheint das Buch.", "single"),
        ("Treffen am 30. Juni um 18 Uhr und am 7. Juli um 19 Uhr.", "several"),
        ("Treffen am 7. oder 8. Juni.", "several"),
        ("Treffen am 7. und 21. Juni.", "several"),
        ("Am 10. Juni 2019 trafen wir uns.", "none"),
    ],
)
def test_several_is_more_than_one_span_of_days(body: str, kind: str) -> None:
    assert read_post("2020-05-20-x.md", post(body)).kind == kind


def test_another_day_beside_the_event_is_told() -> None:
    found = read_post("2020-05-20-x.md", post("Wir laden am 30. Juni, 18 Uhr, ein.\n\nAm 5. August ist Pause."))
    assert [(each.field, each.says, each.line) for each in found.unsure] == [("other day", "5. August", 6)]


def test_a_time_of_something_else_is_told_and_not_taken() -> None:
    body = "Das Treffen findet am 30. Juni statt. Die Stadt startet um 9 Uhr mit dem Telefondienst."
    found = read_post("2020-05-20-x.md", post(body))
    assert (found.start, [each.says for each in found.unsure]) == (
        "2020-06-30",
        ["9 Uhr, which may be another thing's"],
    )


@pytest.mark.parametrize(
    ("posted", "start"),
    [("2021-01-05", None), ("2019-12-05", "2020-02-29T18:00"), ("2019-01-05", None)],
)
def test_the_leap_day_is_that_of_the_next_months_only(posted: str, start: str | None) -> None:
    found = read_post(f"{posted}-x.md", post("Das Treffen findet am 29. Februar um 18 Uhr statt."))
    assert (found.start, len(found.unsure)) == (start, 0 if start else 1)


@pytest.mark.parametrize(
    ("body", "registration"),
    [
        ("Bitte bis zum 10. Juni anmelden: a@b.example", {"mail": "a@b.example", "closes": "2020-06-10"}),
        ("Anmeldeschluss: 10. Juni, 12 Uhr. Anmeldung: a@b.example", {"mail": "a@b.example", "closes": "2020-06-10T12:00"}),
        ("Anmeldung [hier](https://b.example/a)", {"url": "https://b.example/a"}),
        ("Die Anmeldung ist [hier][].\n\n[hier]: https://b.example/a", {"url": "https://b.example/a"}),
        ("[Meldet euch][form] an!\n\n[Bund]: https://c.example\n[form]: https://b.example/a", {"url": "https://b.example/a"}),
        ("Mehr Infos und Anmeldung hier:\n\n[Formular](https://b.example/a)", {"url": "https://b.example/a"}),
        ("Anmeldung: [hier](https://b.example/a)\nReisekosten? Meldet euch vorher kurz bei [Ina](mailto:i@b.example).",
         {"url": "https://b.example/a"}),
        ("Am 7. und 8. Juli ist das Fest. Infos und Anmeldung [hier](https://b.example/fest)", None),
        ("Anmeldung: a@b.example oder c@d.example", None),
    ],
)  # fmt: skip
def test_how_to_register_is_taken_from_what_the_event_says(body: str, registration: dict[str, str] | None) -> None:
    found = read_post("2020-05-20-x.md", post(f"Das Treffen findet am 30. Juni 2020 um 18 Uhr statt.\n\n{body}"))
    assert (found.start, found.registration) == ("2020-06-30T18:00", registration)
    assert ("registration" in [each.field for each in found.unsure]) == (registration is None)


def test_whoever_registers_may_do_so_all_through_the_last_day() -> None:
    found = read_post(
        "2020-05-20-x.md", post("Treffen am 30. Juni, 18 Uhr. Bitte bis zum 10. Juni anmelden: a@b.example")
    )
    assert "closes: '2020-06-11'" in record_text(found)[1]


@pytest.mark.parametrize(
    ("body", "hosts"),
    [
        ("Gemeinsam mit [Amt](https://a.example) und dem [Deutschen Bund](https://b.example) laden wir ein.", ["Amt", "Deutscher Bund", "Stadt X"]),
        ("Das [OK Lab][] lädt zum Treffen ein.", ["OK Lab"]),
        ("Die Stadt Y und der Verein Z laden zum Treffen ein.", []),
    ],
)  # fmt: skip
def test_hosts_are_who_invites(body: str, hosts: list[str]) -> None:
    assert read_post("2020-05-20-x.md", post(body), publisher="Stadt X").hosts == hosts


def test_hosts_without_a_link_are_told_as_unsure() -> None:
    found = read_post("2020-05-20-x.md", post("Die Stadt Y und der Verein Z laden zum Treffen ein."))
    assert [(each.field, each.says) for each in found.unsure] == [("hosts", "Stadt Y"), ("hosts", "Verein Z")]


def test_the_site_that_a_post_lies_in_says_who_publishes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_config.yml").write_text("title: Stadt X\n", encoding="utf-8")
    file = tmp_path / "_posts" / "2020-05-20-x.md"
    file.write_text(post("Zusammen mit dem [Verein](https://b.example) laden wir am 30. Juni ein."), encoding="utf-8")
    assert main(["import", str(file), "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hosts"] == ["Verein", "Stadt X"]


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("- 18:00 – 18:20 Uhr Begrüßung\n- 18:20–19:00 Vortrag", [("18:00", "Begrüßung"), ("18:20", "Vortrag")]),
        ("| 18:00 | Begrüßung |\n| 20:15 | Ende |", [("18:00", "Begrüßung"), ("20:15", "Ende")]),
        ("11.10 - Dresden\n13.10. - Köln", []),
        ("08.10.2020 - Macht\n09.10.2020 - Technik", []),
    ],
)
def test_an_agenda_is_of_times_and_not_of_days(body: str, items: list[tuple[str, str]]) -> None:
    found = read_post("2020-05-20-x.md", post(f"Das Treffen findet am 30. Juni 2020 um 18 Uhr statt.\n\n{body}"))
    assert [(each["at"], each["title"]) for each in found.agenda] == items


@pytest.mark.parametrize(
    ("body", "place", "online"),
    [
        ("Ort: Lokal_K, Markt 2", "Lokal_K, Markt 2", False),
        ("Wir treffen uns im Haus, Arabellastraße 23.", "Arabellastraße 23", False),
        ("Es wird eine ZOOM-Konferenz.", "Zoom", True),
        ("Der Zoom des Objektivs ist neu.", None, False),
        ("Ort: Rathaus\n\nOder per Zoom.", None, False),
        ("Am Samstag 14 Uhr ist Pause.", None, False),
        ("Im Oktober 2021 war es so.", None, False),
    ],
)
def test_where_it_is(body: str, place: str | None, online: bool) -> None:
    found = read_post("2020-05-20-x.md", post(body))
    assert (found.place, found.online) == (place, online)


def test_a_paragraph_broken_at_a_fixed_width_is_read_as_one_with_real_lines() -> None:
    body = (
        "In diesem Sommer laden wir alle, die mitmachen wollen, herzlich ein. Das Treffen\n"
        "für die ganze Nachbarschaft findet wie in jedem Jahr auf dem Markt statt, am 30.\n"
        "Juni 2020 um 18 Uhr. Bitte kommt alle recht zahlreich zu uns auf den Markt. Es\n"
        "endet um 20 Uhr."
    )
    found = read_post("2020-05-20-x.md", post(body))
    assert (found.start, found.end) == ("2020-06-30T18:00", "2020-06-30T20:00")
    assert [(name, line) for name, _, line, _ in found.recognised] == [("start", 4), ("end", 6)]


def test_the_place_of_one_of_several_events_is_unsure() -> None:
    found = read_post("2020-05-20-x.md", post("Treffen am 7. und 21. Juni.\n\nOrt: Rathaus"))
    assert (found.place, [each.says for each in found.unsure if each.field == "place"]) == (None, ["Rathaus"])


SENTENCE = "Das Treffen findet am 5. Juni um 18 Uhr statt."


@pytest.mark.parametrize(
    ("text", "published", "start", "image_line"),
    [
        (f'{{"title": "A", "date": "2020-06-04T23:30:00Z", "og-image": "/a.jpg"}}\n{SENTENCE}', "2020-06-05", "2020-06-05T18:00", 1),
        (f'{{\n"title": "A",\n"og-image": "/a.jpg"\n}}\n{SENTENCE}', "2020-05-20", "2020-06-05T18:00", 3),
        (f'+++\ntitle = "A"\ndate = 2020-06-04T23:30:00Z\n"og-image" = "/a.jpg"\n+++\n{SENTENCE}', "2020-06-05", "2020-06-05T18:00", 4),
        (f"---\ntitle: A\ndate: 2020-06-05 23:30:00 +0000\nog-image: /a.jpg\n---\n{SENTENCE}", "2020-06-06", None, 4),
        (f"---\ntitle: A\ndate: 2020-06-04T10:00:00+02:00\nlocation: B\nog-image: /a.jpg\n---\n{SENTENCE}", "2020-06-04", "2020-06-05T18:00", 5),
        ("---\ntitle: A\nwhen: 2020-06-30T15:00:00Z\nog-image: /a.jpg\n---\n", "2020-05-20", "2020-06-30T17:00", 4),
        ("---\ntitle: A\ndate: 2020-06-30\ntime: 7 Uhr abends\nog-image: /a.jpg\n---\n", "2020-06-30", "2020-06-30T19:00", 5),
        ("---\ntitle: A\ndate: 2020-06-30\ntime: 19 Uhr\nog-image: /a.jpg\n---\nDas Treffen fällt aus.", "2020-06-30", None, 5),
    ],
)  # fmt: skip
def test_front_matter_of_every_kind_with_real_lines(
    text: str, published: str, start: str | None, image_line: int
) -> None:
    found = read_post("2020-05-20-x.md", text)
    assert (found.title, found.published, found.start) == ("A", published, start)
    assert [line for name, _, line, _ in found.recognised if name == "image"] == [image_line]
