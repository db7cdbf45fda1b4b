"""Invitations, break-glass, and that the log-in says nothing about who has an account."""

from __future__ import annotations

import base64
import hmac
import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import translation

from desk_people import AT, PASSWORD, People, person
from krisenfest import clock
from krisenfest.domain.approval import Role
from krisenfest.errors import KrisenfestError, RefusedError
from krisenfest.web import commands
from krisenfest.web.accounts import invitations
from krisenfest.web.accounts.adapter import TownAccountAdapter
from krisenfest.web.accounts.models import Invitation, Membership, Municipality, User
from krisenfest.web.accounts.sessions import in_words
from krisenfest.web.audit import log
from krisenfest.web.audit.models import Entry


def invite(
    municipality: Municipality, by: User | None, email: str = "neu@musterstadt.example"
) -> tuple[Invitation, str]:
    return invitations.invite(email, [Role.AUTHOR], municipality=municipality, by=by, at=clock.now())


def test_an_invitation_is_open_until_its_time_is_over(municipality: Municipality, people: People) -> None:
    _, token = invitations.invite(
        "a@b.example", [Role.AUTHOR], municipality=municipality, by=people.administrator, at=AT
    )
    last = AT + invitations.OPEN_FOR
    assert Invitation.objects.open_at(token, last - timedelta(seconds=1)) is not None
    assert Invitation.objects.open_at(token, last) is None
    assert Invitation.objects.open_at(token + "x", AT) is None


def test_only_an_administrator_invites(municipality: Municipality, people: People) -> None:
    with pytest.raises(RefusedError):
        invite(municipality, people.approver)


def test_opening_the_link_changes_nothing_and_the_button_makes_the_account(
    municipality: Municipality, people: People, client: Client
) -> None:
    _, token = invite(municipality, people.administrator)
    address = f"/desk/konto/einladung/{token}/"
    assert client.get(address).status_code == 200
    assert not User.objects.filter(email="neu@musterstadt.example").exists()
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, "/desk/konto/wege/webauthn/add/")
    user = User.objects.get(email="neu@musterstadt.example")
    assert user.roles_in(municipality) == {Role.AUTHOR}
    assert not user.has_usable_password()
    assert client.get("/desk/musterstadt/").status_code == 200


def test_a_link_does_not_open_an_account_that_somebody_uses(
    municipality: Municipality, people: People, client: Client
) -> None:
    _, token = invite(municipality, people.administrator, people.author.email)
    answer = client.post(f"/desk/konto/einladung/{token}/")
    assert answer["Location"].startswith("/desk/konto/login/")
    assert client.get("/desk/musterstadt/").status_code == 302


def nobody_yet(*towns: Municipality, email: str = "o@x.example") -> User:
    """An account with roles and no passkey or password."""
    user = User.objects.create_user(username=email, email=email)
    user.set_unusable_password()
    user.save()
    for each in towns:
        Membership.objects.create(municipality=each, user=user, role=Role.APPROVER)
    return user


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_link_does_not_open_an_account_that_logs_in_with_the_towns_own_server(
    municipality: Municipality, people: People, client: Client
) -> None:
    user = nobody_yet()
    SocialAccount.objects.create(user=user, provider="stadt", uid="1")
    _, token = invite(municipality, people.administrator, user.email)
    assert client.post(f"/desk/konto/einladung/{token}/")["Location"].startswith("/desk/konto/login/")
    assert not logged_in(client)


def test_no_town_opens_an_account_of_another_town(municipality: Municipality, people: People, client: Client) -> None:
    other = Municipality.objects.create(slug="anderswo", name="Anderswo")
    administrator = person(other, Role.ADMINISTRATOR)
    user = nobody_yet(municipality)
    _, token = invite(other, administrator, user.email)
    assert client.post(f"/desk/konto/einladung/{token}/")["Location"].startswith("/desk/konto/login/")
    assert not logged_in(client)
    assert user.roles_in(other) == frozenset()
    with pytest.raises(RefusedError, match="on the server only"):
        invitations.invite(user.email, [Role.READER], municipality=other, by=administrator, at=clock.now(), reset=True)
    with pytest.raises(KrisenfestError, match="nobody of anderswo"):
        commands.break_glass("anderswo", user.email, reset=True, at=clock.now())


def test_a_link_opens_only_what_it_has_made_itself(municipality: Municipality, people: People, client: Client) -> None:
    _, first = invite(municipality, people.administrator)
    client.post(f"/desk/konto/einladung/{first}/")
    assert logged_in(client)
    again = Client()
    again.post(f"/desk/konto/einladung/{first}/")  # the line broke before there was a passkey
    assert logged_in(again)
    for roles in ([Role.AUTHOR], [Role.APPROVER]):
        _, second = invitations.invite(
            "neu@musterstadt.example", roles, municipality=municipality, by=people.administrator, at=clock.now()
        )
        stranger = Client()
        stranger.post(f"/desk/konto/einladung/{second}/")
        assert not logged_in(stranger)
    client.post(f"/desk/konto/einladung/{second}/")  # its own person takes it up
    late = Client()
    late.post(f"/desk/konto/einladung/{first}/")  # more than the first has given hangs on the account now
    assert not logged_in(late)


def test_an_account_that_its_person_has_come_back_to_is_opened_by_no_link(
    municipality: Municipality, people: People, client: Client
) -> None:
    _, token = invite(municipality, people.administrator)
    client.post(f"/desk/konto/einladung/{token}/")
    user = User.objects.get(email="neu@musterstadt.example")
    answer = client.post("/desk/konto/passwort/", {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    assert Invitation.objects.get(user=user).accepted is not None  # the link is used up
    user.set_unusable_password()
    user.save()
    Membership.objects.filter(user=user).delete()
    _, token = invite(municipality, people.administrator)
    other = Client()
    other.post(f"/desk/konto/einladung/{token}/")
    assert not logged_in(other)


def test_a_reset_ends_sessions_and_every_town_of_the_person_is_told(
    municipality: Municipality, people: People, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    other = Municipality.objects.create(slug="anderswo", name="Anderswo")
    Membership.objects.create(municipality=other, user=people.author, role=Role.READER)
    SocialAccount.objects.create(user=people.author, provider="stadt", uid="1")
    client.force_login(people.author)
    commands.break_glass("musterstadt", people.author.email, reset=True, at=clock.now())
    assert client.get("/desk/musterstadt/").status_code == 302
    assert [Entry.objects.of(each).latest("number").act for each in (municipality, other)] == ["break-glass"] * 2
    opened = Client()
    opened.post(capsys.readouterr().out.strip().removeprefix("http://localhost:8000"))
    assert logged_in(opened)


def test_what_happens_to_an_account_is_logged_without_a_name(
    municipality: Municipality, people: People, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    _, token = invite(municipality, people.administrator)
    client.post(f"/desk/konto/einladung/{token}/")

    def post(path: str, said: Any = None) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(path, said).status_code == 302

    post("/desk/konto/passwort/", {"password1": PASSWORD, "password2": PASSWORD})
    post("/desk/konto/bestaetigen/", {"password": PASSWORD})
    page = client.get("/desk/konto/wege/totp/activate/").content.decode()
    secret = re.search(r'id="secret">([A-Z2-7]{32})<', page)
    assert secret is not None
    code = totp(secret.group(1), int(clock.now().timestamp()) // 30)
    post("/desk/konto/wege/totp/activate/", {"code": code})
    post("/desk/konto/wege/recovery-codes/generate/")
    post("/desk/konto/wege/totp/deactivate/")
    post(
        "/desk/konto/passwort/aendern/",
        {"oldpassword": PASSWORD, "password1": f"{PASSWORD} more", "password2": f"{PASSWORD} more"},
    )
    told = [(each.act, each.details.get("way")) for each in Entry.objects.of(municipality)][1:]
    assert told == [
        ("exercise.begun", None),
        ("invitation.taken-up", None),
        ("account.way-renewed", "password"),
        ("account.way-added", "totp"),
        ("account.way-added", "recovery_codes"),
        ("account.way-renewed", "recovery_codes"),
        ("account.way-removed", "totp"),
        ("account.way-removed", "recovery_codes"),
        ("account.way-renewed", "password"),
    ]
    assert "@" not in b"".join(log.export(municipality)).decode()


@pytest.mark.parametrize(
    ("own", "towns", "enters"),
    [
        ("", ["musterstadt"], False),  # two towns, and nobody has said whose server it is
        ("musterstadt", ["musterstadt"], True),
        ("musterstadt", ["anderswo"], False),
        ("musterstadt", ["musterstadt", "anderswo"], False),
        ("musterstadt", [], False),
    ],
)
def test_a_towns_log_in_server_vouches_for_its_own_people_only(
    municipality: Municipality, settings: Any, rf: Any, own: str, towns: list[str], enters: bool
) -> None:
    Municipality.objects.create(slug="anderswo", name="Anderswo")
    settings.CONFIG = replace(settings.CONFIG, oidc_town=own)
    user = nobody_yet(*Municipality.objects.filter(slug__in=towns))
    login = SocialLogin(user=user, account=SocialAccount(provider="stadt", uid="1"))
    request = rf.get("/")
    request.user, request.session = AnonymousUser(), {}
    refused = nullcontext() if enters else pytest.raises(ImmediateHttpResponse)
    with refused as error:
        TownAccountAdapter().pre_social_login(request, login)
    if error is not None:
        assert error.value.response.status_code == 403


def test_break_glass_makes_an_administrator_and_the_log_tells(
    municipality: Municipality, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    assert commands.break_glass("musterstadt", "not@musterstadt.example", reset=False, at=clock.now()) == 0
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://localhost:8000/desk/konto/einladung/")
    client.post(link.removeprefix("http://localhost:8000"))
    assert User.objects.get(email="not@musterstadt.example").roles_in(municipality) == {Role.ADMINISTRATOR}
    assert [each.act for each in Entry.objects.of(municipality)][-2:] == ["break-glass", "invitation.taken-up"]
    with pytest.raises(KrisenfestError, match="choose one of musterstadt"):
        commands.break_glass("anderswo", "not@musterstadt.example", reset=False, at=AT)


def test_a_lost_way_in_is_opened_again_from_the_server_only(
    municipality: Municipality, people: People, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    with pytest.raises(KrisenfestError, match="nobody of musterstadt has an account"):
        commands.break_glass("musterstadt", "wer@musterstadt.example", reset=True, at=clock.now())
    commands.break_glass("musterstadt", people.author.email, reset=True, at=clock.now())
    link = capsys.readouterr().out.strip()
    assert not client.login(email=people.author.email, password=PASSWORD)
    assert client.post(link.removeprefix("http://localhost:8000"))["Location"] == "/desk/konto/wege/webauthn/add/"


def test_the_log_in_says_the_same_about_a_known_and_an_unknown_address(
    municipality: Municipality, people: People, client: Client
) -> None:
    said = []
    for email in (people.author.email, "niemand@musterstadt.example"):
        answer = client.post("/desk/konto/login/", {"login": email, "password": "wrong wrong wrong"})
        said.append(answer.content.decode().replace(email, "").split("<form")[1].split("csrfmiddlewaretoken")[0])
        assert answer.status_code == 200
    assert said[0] == said[1]


def test_too_many_wrong_passwords_lock_out_with_a_clear_message(
    municipality: Municipality, people: People, client: Client, settings: Any
) -> None:
    answers = [
        client.post("/desk/konto/login/", {"login": people.author.email, "password": f"wrong number {each}"})
        for each in range(6)
    ]
    assert "Warten Sie fünf Minuten" in answers[-1].content.decode()
    right = client.post("/desk/konto/login/", {"login": people.author.email, "password": PASSWORD})
    assert right.status_code in (200, 429)
    assert client.get("/desk/musterstadt/").status_code == 302


def test_too_many_requests_are_told_in_german_on_a_page_of_ours(
    municipality: Municipality, people: People, client: Client
) -> None:
    for each in range(31):
        answer = client.post("/desk/konto/login/", {"login": f"{each}@b.example", "password": "wrong"})
    assert (answer.status_code, "Zu viele Versuche" in answer.content.decode()) == (429, True)


def test_the_list_of_sessions_speaks_german(municipality: Municipality, people: People, client: Client) -> None:
    client.force_login(people.author)
    page = client.get("/desk/konto/sitzungen/").content.decode()
    assert [bool(re.search(r"<h1[^>]*>\s*Wo ich angemeldet bin", page)), "Sessions" in page] == [True, False]


@pytest.mark.parametrize("path", ["/desk/konto/neu/", "/desk/konto/passwort/vergessen/"])
def test_nobody_signs_up_alone(db: None, path: str, client: Client) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert client.post(path).status_code == 405


def test_every_page_of_the_desk_forbids_what_is_inline_or_from_elsewhere(db: None, client: Client) -> None:
    answer = client.get("/desk/konto/login/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert answer["Cache-Control"] == "no-store" or "no-store" in answer["Cache-Control"]
    assert "frame-ancestors 'self'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_person_has_codes_on_paper_and_sees_where_they_are_logged_in(
    municipality: Municipality, people: People, client: Client
) -> None:
    assert client.post("/desk/konto/login/", {"login": people.author.email, "password": PASSWORD}).status_code == 302
    assert client.post("/desk/konto/bestaetigen/", {"password": PASSWORD}).status_code == 302
    page = client.get("/desk/konto/wege/totp/activate/").content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", page)
    assert secret is not None
    code = totp(secret.group(1), int(clock.now().timestamp()) // 30)
    assert client.post("/desk/konto/wege/totp/activate/", {"code": code}).status_code == 302
    codes = client.get("/desk/konto/wege/recovery-codes/download/").content.decode().split()
    assert len(set(codes)) == 10
    assert [client.get("/desk/konto/wege/recovery-codes/").content.decode().count(each) for each in codes] == [1] * 10

    other = Client()
    answer = other.post("/desk/konto/login/", {"login": people.author.email, "password": PASSWORD})
    assert answer["Location"].startswith("/desk/konto/wege/authenticate/")
    assert other.get("/desk/musterstadt/").status_code == 302
    assert other.post("/desk/konto/wege/authenticate/", {"code": codes[0]}).status_code == 302
    assert other.get("/desk/musterstadt/").status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox auf Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge auf Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome auf Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari auf iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "Safari auf macOS"),
        ("curl/8.0", "Unbekannter Browser"),
    ],
)
def test_a_session_is_named_by_browser_and_system(user_agent: str, words: str) -> None:
    with translation.override("de"):
        assert in_words(user_agent) == words


def test_a_person_sees_where_they_are_logged_in_and_logs_one_device_out(
    municipality: Municipality, people: People
) -> None:
    phone, laptop, stranger = (Client(HTTP_USER_AGENT=f"Mozilla/5.0 ({each}) Firefox/140.0") for each in SYSTEMS)
    for each, who in ((phone, people.author), (laptop, people.author), (stranger, people.approver)):
        each.post("/desk/konto/login/", {"login": who.email, "password": PASSWORD})
    page = laptop.get("/desk/konto/sitzungen/").content.decode()
    assert page.index("Firefox auf Windows") < page.index("dieses Gerät, jetzt") < page.index("Firefox auf Android")
    assert "Mozilla" not in page and "macOS" not in page
    theirs = UserSession.objects.get(user=people.approver)
    assert laptop.post("/desk/konto/sitzungen/", {"end": theirs.pk}).status_code == 302
    assert stranger.get("/desk/musterstadt/").status_code == 200
    mine = UserSession.objects.get(user=people.author, user_agent__contains="Android")
    laptop.post("/desk/konto/sitzungen/", {"end": mine.pk})
    assert phone.get("/desk/musterstadt/").status_code == 302
    phone.post("/desk/konto/login/", {"login": people.author.email, "password": PASSWORD})
    laptop.post("/desk/konto/sitzungen/", {"end": "others"})
    assert (phone.get("/desk/musterstadt/").status_code, laptop.get("/desk/musterstadt/").status_code) == (302, 200)


SYSTEMS = ("Linux; Android 15", "Windows NT 10.0", "Intel Mac OS X 10_15")


@pytest.mark.parametrize("path", ["wege/", "wege/webauthn/", "wege/webauthn/add/", "sitzungen/", "passwort/aendern/"])
def test_the_pages_of_an_account_speak_of_passkeys_only(
    municipality: Municipality, people: People, client: Client, path: str
) -> None:
    client.post("/desk/konto/login/", {"login": people.author.email, "password": PASSWORD})
    client.post("/desk/konto/bestaetigen/", {"password": PASSWORD})
    page = client.get(f"/desk/konto/{path}").content.decode()
    assert re.findall("Sicherheitsschlüssel|Zwei-Faktor|Authenticator|Sessions|Wiederherstellung", page) == []


def totp(secret: str, step: int) -> str:
    """The code of an authenticator app (RFC 6238, RFC 4226 5.3)."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1").digest()
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
