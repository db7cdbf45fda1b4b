"""The way into the conference: only for the registered, only in time; systems checked by somebody who is not us."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.test import Client

from desk_people import AT, People
from krisenfest import clock
from krisenfest.errors import ConferenceError
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit.models import Entry
from krisenfest.web.events import conferences
from krisenfest.web.events.conference_models import Conference
from krisenfest.web.events.models import Book, Registration
from krisenfest.web.events.providers import Guest, Room
from krisenfest.web.events.providers.bigbluebutton import BigBlueButton
from krisenfest.web.events.providers.jitsi import Jitsi

SECRET = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
START = datetime(2026, 7, 9, 15, tzinfo=UTC)
END = datetime(2026, 7, 9, 16, 30, tzinfo=UTC)
EVENT = {
    "kind": "event",
    "id": "webinar",
    "texts": [{"lang": "de", "title": "Webinar: Krisenfest & flexibel?"}],
    "start": "2026-07-09T15:00:00Z",
    "end": "2026-07-09T16:30:00Z",
}
ROOM = Room(
    key="a" * 32, title="Webinar: Krisenfest & flexibel?", start=START, end=END, back="https://m.example/e.html"
)
GUEST = Guest(name="Änne Müller", key="p1")
HOST = Guest(name="Claudia", key="p2", moderator=True)


@dataclass
class BbbServer:
    """What BigBlueButton's documentation says of `create` and `join`, written from that and not from our adapter."""

    secret: str = SECRET
    meetings: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    broken: int = 0  # an HTTP status that it answers with instead

    def answer(self, target: str) -> tuple[int, str]:
        path, _, query = target.partition("?")
        call = path.rpartition("/")[2]
        self.calls.append(call)
        if self.broken:
            return self.broken, "<html>gateway</html>"
        unsigned, _, checksum = query.rpartition("&checksum=")
        if not path.startswith("/bigbluebutton/api/"):
            return 200, "<html>not here</html>"
        if sha256((call + unsigned + self.secret).encode("utf-8")).hexdigest() != checksum:
            return 200, self._xml("FAILED", "checksumError", "Checksums do not match")
        values = {name: found[0] for name, found in parse_qs(unsigned, strict_parsing=True).items()}
        return (200, self._create(values)) if call == "create" else (302, self._join(values))

    def _create(self, values: dict[str, str]) -> str:
        known = self.meetings.get(values["meetingID"])
        if known is None:
            self.meetings[values["meetingID"]] = values
            return self._xml("SUCCESS", "", "")
        same = all(known[name] == values[name] for name in ("attendeePW", "moderatorPW"))
        if same:
            return self._xml("SUCCESS", "duplicateWarning", "This conference was already in existence")
        return self._xml("FAILED", "idNotUnique", "A meeting already exists with that meeting ID")

    def _join(self, values: dict[str, str]) -> str:
        meeting = self.meetings[values["meetingID"]]
        assert values["password"] == meeting["moderatorPW" if values["role"] == "MODERATOR" else "attendeePW"]
        return f"{values['fullName']} is {values['role']}"

    @staticmethod
    def _xml(code: str, key: str, message: str) -> str:
        return f"<response><returncode>{code}</returncode><messageKey>{key}</messageKey><message>{message}</message></response>"


@pytest.fixture
def bbb() -> Iterator[tuple[BbbServer, str]]:
    rules = BbbServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = rules.answer(self.path)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "https://bbb.example/html5client/")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield rules, f"http://127.0.0.1:{server.server_address[1]}/bigbluebutton"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_room_of_bigbluebutton_is_made_once_however_often_it_is_asked_for(bbb: tuple[BbbServer, str]) -> None:
    rules, address = bbb
    ours = BigBlueButton(address, SECRET)
    ours.prepare(ROOM)
    ours.prepare(replace(ROOM, title="Ein neuer Titel"))
    assert list(rules.meetings) == [ROOM.key]
    meeting = rules.meetings[ROOM.key]
    assert (meeting["name"], meeting["record"], meeting["logoutURL"]) == (ROOM.title, "false", ROOM.back)
    assert meeting["attendeePW"] != meeting["moderatorPW"]


def test_people_come_into_bigbluebutton_in_their_role(bbb: tuple[BbbServer, str]) -> None:
    rules, address = bbb
    ours = BigBlueButton(address, SECRET)
    ours.prepare(ROOM)
    for guest, told in ((GUEST, "Änne Müller is VIEWER"), (HOST, "Claudia is MODERATOR")):
        way = urlsplit(ours.way_in(ROOM, guest, START))
        assert rules.answer(f"{way.path}?{way.query}") == (302, told)
        assert SECRET not in way.query


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("secret", "refuses our signature"),
        ("broken", "answers with 502"),
        ("address", "is not that of BigBlueButton's API"),
        ("down", "does not answer"),
        ("foreign", "has this room with another password"),
    ],
)
def test_what_is_wrong_with_bigbluebutton_is_told_with_what_to_do(
    bbb: tuple[BbbServer, str], fault: str, said: str
) -> None:
    rules, address = bbb
    ours = BigBlueButton(address, SECRET)
    if fault == "secret":
        rules.secret = "another"
    elif fault == "broken":
        rules.broken = 502
    elif fault == "address":
        ours = BigBlueButton(address.removesuffix("/bigbluebutton"), SECRET)
    elif fault == "down":
        ours = BigBlueButton("http://127.0.0.1:9/bigbluebutton", SECRET)
    else:
        rules.meetings[ROOM.key] = {"attendeePW": "x", "moderatorPW": "y"}
    with pytest.raises(ConferenceError, match=said) as caught:
        ours.prepare(ROOM)
    assert SECRET not in str(caught.value)


def jitsi_token(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.path, parse_qs(parts.query)["jwt"][0]


def test_a_token_for_jitsi_says_who_comes_in_where_and_until_when() -> None:
    ours = Jitsi(address="https://meet.town.example", app="krisenfest", secret=SECRET)
    path, token = jitsi_token(ours.way_in(ROOM, GUEST, clock.now()))
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="jitsi", issuer="krisenfest")
    assert (path, claims["room"], claims["sub"]) == (f"/{ROOM.key}", ROOM.key, "meet.town.example")
    assert claims["context"]["user"] == {
        "id": "p1",
        "name": "Änne Müller",
        "moderator": "false",
        "affiliation": "member",
    }
    assert claims["moderator"] is False
    assert claims["exp"] - claims["nbf"] == 3720
    _, token = jitsi_token(ours.way_in(ROOM, HOST, clock.now()))
    assert jwt.decode(token, SECRET, algorithms=["HS256"], audience="jitsi")["context"]["user"]["moderator"] == "true"


def test_a_token_for_jitsi_opens_nothing_with_another_secret_or_after_its_time() -> None:
    ours = Jitsi(address="https://meet.town.example", app="krisenfest", secret=SECRET)
    _, token = jitsi_token(ours.way_in(ROOM, GUEST, clock.now()))
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, "x" * 40, algorithms=["HS256"], audience="jitsi")
    _, token = jitsi_token(ours.way_in(ROOM, GUEST, clock.now() - timedelta(hours=2)))
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, SECRET, algorithms=["HS256"], audience="jitsi")


def test_a_token_for_a_hosted_jitsi_is_signed_with_a_private_key(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    place = tmp_path / "key.pem"
    none = serialization.NoEncryption()
    place.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none))
    app = "vpaas-magic-cookie-1"
    ours = Jitsi(address="https://8x8.vc", app=app, key_file=str(place), key_id=f"{app}/k")
    ours.prepare(ROOM)
    path, token = jitsi_token(ours.way_in(ROOM, HOST, clock.now()))
    claims = jwt.decode(token, key.public_key(), algorithms=["RS256"], audience="jitsi", issuer="chat")
    assert (path, claims["sub"]) == (f"/{app}/{ROOM.key}", app)
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": f"{app}/k"}
    with pytest.raises(ConferenceError, match="cannot be read"):
        Jitsi(address="https://8x8.vc", app=app, key_file=str(tmp_path / "none")).prepare(ROOM)


@pytest.fixture
def book(municipality: Municipality) -> Book:
    return Book.objects.create(
        municipality=municipality, record_id="webinar", payload=EVENT, start=START, end=END, delete_on=END.date()
    )


def registered(book: Book, **more: Any) -> Registration:
    number = book.registrations.count() + 1
    values = {"number": number, "state": "registered", "name": "Änne Müller", "email": f"p{number}@post.example"}
    values |= {"asked": AT, "confirmed": AT, "digest": sha256(str(number).encode()).hexdigest(), **more}
    return Registration.objects.create(book=book, **{"rank": values["number"], **values})


@pytest.fixture
def typed(book: Book) -> Conference:
    return Conference.objects.create(book=book, provider="link", link="https://zoom.example/j/1", dial_in="0800 1")


@pytest.mark.parametrize(
    ("minutes_to_start", "state"),
    [(16, "early"), (15, "open"), (0, "open"), (-90, "open"), (-119, "open"), (-120, "over")],
)
def test_the_way_in_opens_a_set_time_before_the_start(typed: Conference, minutes_to_start: int, state: str) -> None:
    way = conferences.join_for(registered(typed.book), START - timedelta(minutes=minutes_to_start))
    assert way.state == state
    assert (way.link, way.dial_in) == (("https://zoom.example/j/1", "0800 1") if state == "open" else ("", ""))
    assert way.opens == (START - timedelta(minutes=15) if state == "early" else None)


@pytest.mark.parametrize(
    "more", [{"state": "waiting"}, {"state": "cancelled"}, {"state": "held", "confirmed": None}, {"confirmed": None}]
)
def test_nobody_without_a_confirmed_place_is_told_the_way_in(typed: Conference, more: dict[str, Any]) -> None:
    assert conferences.join_for(registered(typed.book, **more), START) == conferences.Way(state="none")


def test_a_cancelled_event_has_no_way_in(typed: Conference) -> None:
    Book.objects.filter(pk=typed.book.pk).update(payload={**EVENT, "cancelled": {"on": "2026-07-08T10:00:00Z"}})
    assert conferences.join_for(registered(typed.book), START).state == "none"


def test_each_time_of_a_series_has_a_room_of_its_own(book: Book) -> None:
    payload = {**EVENT, "repeats": {"rule": "FREQ=WEEKLY;COUNT=2"}}
    Book.objects.filter(pk=book.pk).update(payload=payload, end=END + timedelta(days=7))
    conference = Conference.objects.create(book=Book.objects.get(pk=book.pk), provider="jitsi")
    week = timedelta(days=7)
    assert conferences.opens_at(conference, START + timedelta(days=1)) == START + week - timedelta(minutes=15)
    keys = {conferences.room_of(conference, at).key for at in (START, START + week)}
    assert len(keys) == 2
    assert conferences.room_of(conference, START).key == conferences.room_of(conference, END).key


@pytest.fixture
def with_bbb(bbb: tuple[BbbServer, str], book: Book, settings: Any) -> tuple[BbbServer, Conference]:
    rules, address = bbb
    settings.CONFIG = replace(settings.CONFIG, bigbluebutton_url=address, bigbluebutton_secret=SECRET)
    return rules, Conference.objects.create(book=book, provider="bigbluebutton", dial_in="0800 1, Raum 5")


def at_the_door(client: Client, monkeypatch: pytest.MonkeyPatch, registration: Registration, at: datetime) -> Any:
    monkeypatch.setattr("krisenfest.clock.now", lambda: at)
    return client.get(conferences.join_for(registration, START).link)


def test_a_registered_person_comes_in_through_the_door(
    with_bbb: tuple[BbbServer, Conference], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, conference = with_bbb
    answer = at_the_door(client, monkeypatch, registered(conference.book), START)
    assert (answer.status_code, answer["Referrer-Policy"], answer["Cache-Control"]) == (302, "no-referrer", "no-store")
    way = urlsplit(answer["Location"])
    assert rules.answer(f"{way.path}?{way.query}") == (302, "Änne Müller is VIEWER")
    assert at_the_door(client, monkeypatch, registered(conference.book), START - timedelta(hours=1)).status_code == 503


def test_the_door_closes_with_the_registration(
    with_bbb: tuple[BbbServer, Conference], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, conference = with_bbb
    registration = registered(conference.book)
    link = conferences.join_for(registration, START).link
    Registration.objects.filter(pk=registration.pk).update(state="cancelled")
    monkeypatch.setattr("krisenfest.clock.now", lambda: START)
    assert client.get(link).status_code == 503
    assert client.get(link[:-4] + "xxx/").status_code == 404


def test_a_system_that_fails_loses_no_registration_and_tells_both_sides(
    with_bbb: tuple[BbbServer, Conference], client: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, conference = with_bbb
    rules.broken = 502
    registration = registered(conference.book)
    answer = at_the_door(client, monkeypatch, registration, START)
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "lässt sich gerade nicht öffnen" in page and "0800 1, Raum 5" in page
    assert Registration.objects.get().state == "registered"
    assert conferences.join_for(registration, START).state == "failed"
    client.force_login(people.author)
    desk = client.get("/desk/musterstadt/veranstaltungen/webinar/konferenz/").content.decode()
    assert "antwortet mit dem Fehler 502" in desk and "eigenen Link" in desk
    rules.broken = 0
    assert conferences.enter(registration, START).startswith("http://127.0.0.1")
    assert Conference.objects.get().problem == ""


def test_an_organiser_replaces_a_broken_system_by_a_link_and_people_see_it_at_once(
    with_bbb: tuple[BbbServer, Conference], client: Client, people: People
) -> None:
    _, conference = with_bbb
    registration = registered(conference.book)
    client.force_login(people.author)
    values = {"provider": "link", "link": "https://webex.example/m/7", "dial_in": "", "opens_minutes": "30"}
    answer = client.post("/desk/musterstadt/veranstaltungen/webinar/konferenz/", values)
    assert answer.status_code == 302
    way = conferences.join_for(registration, START - timedelta(minutes=30))
    assert (way.state, way.link, way.direct) == ("open", "https://webex.example/m/7", True)
    entry = Entry.objects.get(act="conference.set")
    assert "webex" not in str(entry.details) + entry.subject


@pytest.mark.parametrize("link", ["", "http://zoom.example/1", "javascript:alert(1)", "https://", "https://a b"])
def test_a_link_that_is_none_is_refused(book: Book, client: Client, people: People, link: str) -> None:
    client.force_login(people.author)
    values = {"provider": "link", "link": link, "opens_minutes": "15"}
    answer = client.post("/desk/musterstadt/veranstaltungen/webinar/konferenz/", values)
    assert answer.status_code == 422
    assert "beginnt" in answer.content.decode()
    assert not Conference.objects.exists()


def test_only_who_organises_sets_a_conference(book: Book, client: Client, people: People) -> None:
    client.force_login(people.reader)
    assert client.get("/desk/musterstadt/veranstaltungen/webinar/konferenz/").status_code == 403
    client.force_login(people.author)
    assert client.get("/desk/musterstadt/veranstaltungen/anderes/konferenz/").status_code == 404


def test_an_organiser_comes_in_as_moderator(
    with_bbb: tuple[BbbServer, Conference], client: Client, people: People
) -> None:
    rules, _ = with_bbb
    client.force_login(people.author)
    answer = client.get("/desk/musterstadt/veranstaltungen/webinar/konferenz/moderieren/")
    way = urlsplit(answer["Location"])
    assert rules.answer(f"{way.path}?{way.query}") == (302, "Kleinstadt is MODERATOR")


def test_the_room_is_made_when_its_time_comes_and_a_failure_is_tried_again(
    with_bbb: tuple[BbbServer, Conference], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, conference = with_bbb
    opens = START - timedelta(minutes=15)
    assert conferences.sweep(opens - timedelta(seconds=1)) == 0
    rules.broken = 502
    assert conferences.sweep(opens) == 1
    monkeypatch.setattr("krisenfest.clock.now", lambda: opens)
    assert "502" in conferences.prepare_task.call(conference.pk)
    assert conferences.sweep(opens + timedelta(seconds=29)) == 0
    rules.broken = 0
    assert conferences.sweep(opens + timedelta(seconds=30)) == 1
    assert conferences.prepare_task.call(conference.pk) == ""
    assert conferences.sweep(opens + timedelta(minutes=5)) == 0
    assert list(rules.meetings) == [conferences.room_of(conference, START).key]


def test_the_link_stands_in_no_file_of_the_town(typed: Conference, municipality: Municipality, data: Path) -> None:
    from krisenfest.web.rooms import files_for

    files = files_for(municipality)
    with files.alone():
        files.build(AT, "https://m.example")
    for place in files.place.rglob("*"):
        if place.is_file():
            assert b"zoom.example" not in place.read_bytes()
