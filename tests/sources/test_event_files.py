"""Events in a folder: what is wrong with a series, a logo or a recap, and what a person should look at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import write
from krisenfest import pipeline
from krisenfest.config import Config

AT = datetime(2026, 7, 1, 10, tzinfo=UTC)
HEAD = "---\ntitle: Treff\nstart: 2026-07-07T18:00\nhosts: [Stadt]\n"


def problems(town: Path, lines: str, at: datetime = AT) -> list[str]:
    write(town, "events/treff.md", f"{HEAD}{lines}---\nText\n")
    return [str(each) for each in pipeline.check(town, config=Config(), at=at)]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("repeats: FREQ=WEEKLY\n", []),
        ("repeats: {rule: FREQ=WEEKLY, without: [2026-07-14], also: [2026-07-15T18:00]}\n", []),
        (
            "repeats: FREQ=MONTHLY;BYDAY=1MO\n",
            [
                "events/treff.md:5: repeats: does not fit: the start is no day of the rule; write the first day of the rule as start"
            ],
        ),
        (
            "repeats: {rule: FREQ=HOURLY}\n",
            [
                "events/treff.md:5: repeats.rule: is 'FREQ=HOURLY': an event comes again by days, weeks, months or years: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY"
            ],
        ),
        (
            "logos: {Land: media/l.svg}\n",
            [
                "events/treff.md:5: logos: does not fit: Land is none of the hosts; write the name as it stands there",
            ],
        ),
        (
            "logos: {Stadt: media/l.svg}\n",
            [
                "events/treff.md:5: logos: the link media/l.svg leads nowhere: write a path such as ../services/personalausweis.md or media/plan.pdf"
            ],
        ),
        (
            "join: https://zoom.example/1\n",
            [
                "events/treff.md:5: join: everybody who reads the page can come in by this link: where only the registered may come in, leave join out and set the conference at the desk"
            ],
        ),
        (
            "recap:\n  links: [{path: media/f.pdf, title: Folien}]\n",
            [
                "events/treff.md:6: recap.links: the link media/f.pdf leads nowhere: write a path such as ../services/personalausweis.md or media/plan.pdf"
            ],
        ),
        (
            "recap: {polls: [{question: Gut?, choices: []}]}\n",
            [
                "events/treff.md:5: recap.polls.0.choices: is this: tuple should have at least 1 item after validation, not 0"
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(town: Path, lines: str, told: list[str]) -> None:
    assert problems(town, lines) == told


def test_a_rule_without_an_end_is_told_a_year_before_its_dates_run_out(town: Path) -> None:
    line = "repeats: FREQ=MONTHLY;BYDAY=1TU\n"
    assert problems(town, line, datetime(2035, 6, 30, tzinfo=UTC)) == []
    assert problems(town, line, datetime(2035, 7, 3, tzinfo=UTC)) == [
        "events/treff.md:5: repeats: the rule has no end; the site counts its dates until 2036-07-01: "
        "write a later start, or an end such as COUNT=12 or UNTIL=20291231"
    ]


def test_a_link_that_was_public_is_no_matter_any_more_when_the_event_is_over(town: Path) -> None:
    assert problems(town, "join: https://zoom.example/1\n", datetime(2026, 7, 8, tzinfo=UTC)) == []
