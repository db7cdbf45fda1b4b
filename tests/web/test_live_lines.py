"""The live connection: everybody is told everything, once, and nobody what is not for them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from conftest import ROOT
from desk_people import People
from krisenfest.domain.participation import QuestionAct
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.participation import asking, moderating, stages
from krisenfest.web.participation.channels import Channel, Listener
from krisenfest.web.participation.hub import LISTENERS_A_PASS
from krisenfest.web.participation.models import Audience, Stage
from krisenfest.web.passes import Part
from live_lines import Line
from live_people import AT, holder, stage_for

PARTICIPANT, MODERATOR, SCREEN = (Part.PARTICIPANT, "de"), (Part.MODERATOR, "de"), (Part.SCREEN, "en")


@pytest.fixture
def stage(municipality: Municipality) -> Stage:
    from krisenfest import clock

    return stage_for(municipality, at=clock.now())


def ask(stage: Stage, who: str, text: str) -> int:
    return asking.ask(stage, text, holder=holder(stage, who), at=stage.start).pk


def items(channel: Channel, variant: Any, number: int) -> dict[str, str]:
    found = json.loads(channel.now.since(variant, number))
    assert found["number"] == channel.now.number
    return {each["id"]: each["list"] for each in found["items"]}


# --- what is told (no loop)


def test_who_knows_everything_up_to_a_number_is_told_the_rest_and_no_more(stage: Stage) -> None:
    first, second = ask(stage, "anna", "Eins?"), ask(stage, "ben", "Zwei?")
    channel = Channel(stage.pk)
    channel.read_variant(PARTICIPANT)
    assert items(channel, PARTICIPANT, 0) == {f"q{first}": "shown", f"q{second}": "shown"}
    assert items(channel, PARTICIPANT, 1) == {f"q{second}": "shown"}
    assert items(channel, PARTICIPANT, 2) == {}
    assert channel.read() is False
    asking.vote(stage, first, holder=holder(stage, "ben"))
    assert channel.read() is True
    assert items(channel, PARTICIPANT, 2) == {f"q{first}": "shown"}
    assert items(channel, PARTICIPANT, 99) == items(channel, PARTICIPANT, 0)  # from before a backup came back


def test_each_sees_what_is_for_them_and_is_told_when_it_is_taken_away(stage: Stage, people: People) -> None:
    Stage.objects.of(stage.municipality).update(moderated=True)
    question = ask(stage, "anna", "Geheim?")
    channel = Channel(stage.pk)
    for variant in (PARTICIPANT, MODERATOR, SCREEN):
        channel.read_variant(variant)
    assert b"Geheim" not in channel.now.since(PARTICIPANT, 0) + channel.now.since(SCREEN, 0)
    assert items(channel, MODERATOR, 0) == {f"q{question}": "new"}
    for act, expected in (
        (QuestionAct.AIR, ("air", "air", "air")),
        (QuestionAct.ANSWER, ("answered", "answered", "")),
        (QuestionAct.HIDE, ("", "hidden", "")),
    ):
        moderating.move(stage, question, act, by=people.author, at=AT)
        channel.read()
        number = channel.now.number - 1
        told = tuple(items(channel, each, number)[f"q{question}"] for each in (PARTICIPANT, MODERATOR, SCREEN))
        assert told == expected


def test_what_is_deleted_goes_from_every_page(stage: Stage, people: People) -> None:
    question = ask(stage, "anna", "Eins?")
    moderating.move(stage, question, QuestionAct.HIDE, by=people.author, at=AT)
    channel = Channel(stage.pk)
    channel.read_variant(MODERATOR)
    assert items(channel, MODERATOR, 0) == {f"q{question}": "hidden"}
    stages.forget({"municipality": stage.municipality, "exercise": False}, "webinar")
    channel.read()
    assert items(channel, MODERATOR, 0) == {"stage": "stage", f"q{question}": ""}
    assert b"Eins?" not in channel.now.since(MODERATOR, 0)


def test_the_peak_is_the_most_people_at_once_over_all_processes(stage: Stage) -> None:
    async def counted() -> tuple[int, int]:
        here = Channel(stage.pk)
        tabs = [Listener(PARTICIPANT, 0, key) for key in ("a", "a", "b")] + [Listener(SCREEN, 0, "")]
        for each in tabs:
            here.enter(each)
        people = here.people
        await sync_to_async(here.write_audience, thread_sensitive=True)()
        for each in tabs:
            here.leave(each)
        await sync_to_async(here.write_audience, thread_sensitive=True)()
        return people, here.people

    from krisenfest import clock

    Audience.objects.create(stage=stage, process="another", people=5, at=clock.now())
    assert async_to_sync(counted)() == (2, 0)
    stage.refresh_from_db()
    assert stage.peak == 7


# --- the line itself, between processes


@dataclass(frozen=True)
class Held:
    """An open stage with two server processes, and the passes of people."""

    addresses: list[str]
    passes: dict[str, str]

    def page(self, who: str, server: int = 0) -> str:
        return f"{self.addresses[server]}/counter/live/{self.passes[who]}/"

    def ask(self, who: str, text: str, server: int) -> None:
        data = urlencode({"do": "ask", "text": text}).encode()
        asked = Request(self.page(who, server), data, {"Accept": "application/json"})
        with urlopen(asked, timeout=20) as answer:
            assert json.load(answer)["ok"] is True


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("held")
    with ExitStack() as stack:
        environment = {**os.environ, "KRISENFEST_DATA": str(folder / "data")}
        if url := os.environ.get("KRISENFEST_DATABASE_URL"):
            environment["KRISENFEST_DATABASE_URL"] = stack.enter_context(database_of_its_own(url))
        script = [sys.executable, str(ROOT / "tests" / "live_town.py")]
        made = subprocess.run(script, env=environment, capture_output=True, text=True, timeout=120, check=True)
        addresses = [stack.enter_context(serving(folder / f"log-{number}", environment)) for number in range(2)]
        yield Held(addresses, json.loads(made.stdout))


@contextmanager
def database_of_its_own(url: str) -> Iterator[str]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as line:
        line.execute("DROP DATABASE IF EXISTS held WITH (FORCE)")
        line.execute("CREATE DATABASE held")
        yield f"{url.rpartition('/')[0]}/held"
        line.execute("DROP DATABASE held WITH (FORCE)")


@contextmanager
def serving(log: Path, environment: dict[str, str]) -> Iterator[str]:
    command = [sys.executable, "-m", "krisenfest", "serve", "--port", "0", "--no-worker"]
    with log.open("w") as errors:
        process = subprocess.Popen(command, stderr=errors, env=environment)
    try:
        until = time.monotonic() + 60
        while not (found := re.search(r"answers at (http://[^ /]+)/", log.read_text())):
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield found[1]
    finally:
        process.terminate()
        process.wait(timeout=40)


def test_everybody_is_told_whichever_process_they_listen_to(held: Held) -> None:
    lines = [Line(f"{held.page('anna', server)}stream") for server in (0, 1)]
    for server in (0, 1, 0, 1):
        text = f"Frage {len(lines[0].told())} an {server}"
        held.ask("ben" if server else "cem", text, server)
        for each in lines:
            each.wait_for(text, within_s=4)
    for each in lines:
        assert len(each.told()) == len(set(each.told()))
        each.stop()
    assert lines[0].texts() == lines[1].texts()


def test_a_line_that_comes_back_to_another_process_is_told_what_it_missed_and_nothing_twice(held: Held) -> None:
    first = Line(f"{held.page('anna')}stream")
    held.ask("dora", "Vorher?", 0)
    first.wait_for("Vorher?")
    first.stop()
    held.ask("dora", "Dazwischen?", 0)
    again = Line(f"{held.page('anna', 1)}stream", last_id=first.last_id)
    again.wait_for("Dazwischen?")
    held.ask("dora", "Nachher?", 1)
    again.wait_for("Nachher?")
    assert set(first.told()) & set(again.told()) == set()
    assert len(again.told()) == 2
    again.stop()


def test_a_page_that_cannot_keep_a_line_asks_once(held: Held) -> None:
    with urlopen(f"{held.page('anna')}stream?einmal=1&lang=en&nach=0", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        number = json.load(answer)["number"]
    with urlopen(f"{held.page('anna')}stream?einmal=1&nach={number}", timeout=20) as answer:
        assert json.load(answer) == {"number": number, "items": []}


def test_a_line_is_only_for_who_has_a_pass_and_not_for_a_hundred_tabs(held: Held) -> None:
    for address, data in (
        (f"{held.addresses[0]}/counter/live/unfug/stream", None),
        (f"{held.page('elsewhere')}stream", None),
        (f"{held.page('anna')}stream", b"do=ask"),
    ):
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(address, data), timeout=20)
        assert refused.value.code == 404
        refused.value.close()
    tabs = [urlopen(f"{held.page('ben')}stream", timeout=20) for _ in range(LISTENERS_A_PASS)]
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{held.page('ben')}stream", timeout=20)
    assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "30")
    refused.value.close()
    for each in tabs:
        assert each.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        each.close()
