"""The counter under load: several servers, one of them killed with -9; nothing lost, nothing twice, never one over."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from event_books import AT, payload, publish

from conftest import ROOT
from krisenfest import clock
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events import booking, fast
from krisenfest.web.events.limits import limits
from krisenfest.web.events.models import Book, Mail, Registration

PATH = "/counter/musterstadt/veranstaltungen/treffen/"
SAID = {"name": "Erika", "email": "erika@muster.example", "lang": "en"}


def test_two_servers_and_a_killed_one_lose_nobody_and_give_no_place_twice() -> None:
    command = [sys.executable, str(ROOT / "bench/registrations.py"), "--alone", "--json", "--runs", "1"]
    command += ["--people", "900", "--places", "200", "--connections", "48"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert {name: found[name] for name in ("one over", "lost", "miscounted", "mails missing", "refused")} == {
        "one over": 0,
        "lost": 0,
        "miscounted": 0,
        "mails missing": 0,
        "refused": 0,
    }
    assert (found["held of the places"], found["killed with -9: rows"]) == ([200, 200, 200], 900)
    assert found["killed with -9: sent again by people"] > 0


@pytest.fixture
def town(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Municipality]:
    monkeypatch.setattr(clock, "now", lambda: AT)
    limits._day = None
    yield Municipality.objects.create(slug="musterstadt", name="Kleinstadt")
    connection.close()


def close() -> None:
    """Each thread has a connection of its own: this closes that of the thread in which it runs."""
    connection.close()


async def otherwise(scope: Any, receive: Any, send: Any) -> None:
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": body})


def asked(
    *forms: Any, path: str = PATH, kind: bytes = b"application/x-www-form-urlencoded"
) -> list[tuple[int, str, bytes]]:
    """What the counter answers to forms that arrive at the same moment: status, location, body."""

    async def one(counter: fast.Counter, form: Any) -> tuple[int, str, bytes]:
        told: list[Any] = []
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        messages = [
            {"type": "http.request", "body": body[:7], "more_body": True},
            {"type": "http.request", "body": body[7:]},
        ]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            told.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"content-type", kind)]}
        await counter(scope | {"client": ("192.0.2.1", 1)}, receive, send)
        return told[0]["status"], dict(told[0]["headers"]).get(b"location", b"").decode(), told[1]["body"]

    async def all_of_them() -> list[tuple[int, str, bytes]]:
        counter = fast.Counter(otherwise)
        answers = await asyncio.gather(*(one(counter, each) for each in forms))
        await asyncio.get_running_loop().run_in_executor(counter._committer._thread, close)
        return list(answers)

    return asyncio.run(all_of_them())


def test_registrations_of_one_moment_share_a_transaction(town: Municipality, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(town, payload(capacity=3))
    batches: list[int] = []
    register_all = booking.register_all
    monkeypatch.setattr(
        fast, "register_all", lambda batch, at: (batches.append(len(batch)), register_all(batch, at=at))[1]
    )
    answers = asked(*({**SAID, "email": f"p{number}@muster.example"} for number in range(20)))
    assert set(answers) == {(303, f"{PATH}told/?lang=en", b"")}
    assert (sum(batches), len(batches) < 5) == (20, True)
    assert (Registration.objects.filter(state="held").count(), Registration.objects.count()) == (3, 20)
    assert (Book.objects.get().taken, Mail.objects.count()) == (3, 20)


def test_the_fast_and_the_plain_path_say_and_do_the_same(town: Municipality, client: Client) -> None:
    publish(town, payload(capacity=1, waiting_list=False))
    forms = [SAID, SAID | {"website": "x"}, SAID | {"email": "zwei@muster.example"}]
    quick = [asked(form)[0][1] for form in forms]
    rows = list(Registration.objects.values_list("name", "email", "state", "lang", "digest"))
    Registration.objects.all().delete()
    Book.objects.update(taken=0, issued=0)
    limits._day = None
    plain = [client.post(PATH, form)["Location"] for form in forms]
    assert quick == plain
    assert rows == list(Registration.objects.values_list("name", "email", "state", "lang", "digest"))


@pytest.mark.parametrize(
    ("form", "path", "kind"),
    [
        ({"name": "", "email": "erika"}, PATH, b"application/x-www-form-urlencoded"),
        (SAID, PATH.replace("treffen", "anderes"), b"application/x-www-form-urlencoded"),
        (SAID, "/counter/nirgends/veranstaltungen/treffen/", b"application/x-www-form-urlencoded"),
        (SAID, PATH, b"multipart/form-data; boundary=x"),
        (SAID, "/counter/anmeldung/secret/", b"application/x-www-form-urlencoded"),
    ],
)
def test_what_the_fast_path_does_not_know_goes_on_to_django_as_it_came(
    town: Municipality, form: Any, path: str, kind: bytes
) -> None:
    publish(town)
    assert asked(form, path=path, kind=kind)[0] == (299, "", urlencode(form).encode()[:7])
    assert Registration.objects.count() == 0


def test_an_event_that_was_published_anew_is_read_anew(town: Municipality) -> None:
    publish(town)

    async def twice() -> None:
        counter = fast.Counter(otherwise)
        assert await counter._known(("musterstadt", "treffen", False)) is not None
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(counter._committer._thread, lambda: publish(town, payload(capacity=5)))
        answer = await counter._register(
            {"path": PATH, "client": ("192.0.2.1", 1)},
            fast.PATH.fullmatch(PATH),
            SAID,  # type: ignore[arg-type]
        )
        assert answer is not None and answer[0] == 303
        await loop.run_in_executor(counter._committer._thread, close)

    asyncio.run(twice())
    assert Registration.objects.get().email == "erika@muster.example"


def test_one_that_the_database_refuses_takes_no_other_with_it(
    town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(town)
    register_all = booking.register_all

    def refusing(batch: Any, *, at: Any) -> Any:
        if any(each.application.name == "Bruch" for each in batch):
            raise DatabaseError
        return register_all(batch, at=at)

    monkeypatch.setattr(fast, "register_all", refusing)
    answers = asked(SAID, SAID | {"name": "Bruch", "email": "b@muster.example"}, SAID | {"email": "c@muster.example"})
    assert [status for status, _, _ in answers] == [303, 503, 303]
    assert "Nicht angemeldet" in answers[1][2].decode()
    assert sorted(Registration.objects.values_list("email", flat=True)) == ["c@muster.example", "erika@muster.example"]


def test_a_visitor_who_leaves_before_the_answer_is_registered_all_the_same(town: Municipality) -> None:
    book = publish(town)

    async def leaving() -> None:
        committer = fast.Committer()
        from event_books import person

        one = booking.Asked(book.pk, book.version, person(1))
        gone = asyncio.create_task(committer.commit(one))
        await asyncio.sleep(0)
        gone.cancel()
        assert await committer.commit(booking.Asked(book.pk, book.version, person(2))) is booking.Answer.TOLD
        await asyncio.get_running_loop().run_in_executor(committer._thread, close)

    asyncio.run(leaving())
    assert Registration.objects.count() == 2


def test_a_form_that_is_too_large_or_has_too_many_fields_is_not_read_here(town: Municipality) -> None:
    publish(town)
    assert asked(SAID | {"organisation": "x" * fast.MOST_BYTES})[0][0] == 299
    assert fast.fields_of("&".join(f"a{n}=1" for n in range(200)).encode()) == {}
    assert fast.fields_of(b"a=1&a=2&b=%C3%A4") == {"a": "1", "b": "ä"}


def test_the_sweep_of_a_server_runs_while_people_register(town: Municipality) -> None:
    from krisenfest.web.events import sweeping

    publish(town, payload(capacity=1))
    asked(SAID)
    sweeping.sweep(AT + timedelta(hours=25))
    assert Registration.objects.get().state == "expired"
