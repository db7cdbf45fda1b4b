"""People at the desk and readers of the site, as the server sees them: HTTP, with cookies and tokens."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from krisenfest import clock

POLL_S = 0.003
KEPT_S = 4.0  # the server closes a connection that nobody uses, a second later


@dataclass(frozen=True)
class Account:
    """Somebody who has logged in: the key of the session."""

    session: str

    @classmethod
    def of(cls, user: Any) -> Account:
        """A session as a log-in with a password makes it; only the hashing of the password is left out."""
        from django.conf import settings
        from django.test import Client

        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": clock.now().timestamp()}]
        session.save()
        return cls(client.cookies[settings.SESSION_COOKIE_NAME].value)


class Browser:
    """One person's connection to the desk."""

    def __init__(self, port: int, account: Account) -> None:
        self.port, self.account = port, account
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.token, self.used = "", time.perf_counter()
        page = self.get("/desk/konto/wege/")
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if found is None:
            raise SystemExit(f"no token in the page, which begins with {page[:200]!r}")
        self.form_token = found.group(1)

    def get(self, path: str) -> str:
        """The page at a path."""
        return self._ask("GET", path, None, {})[2]

    def post(self, path: str, fields: dict[str, str], *, autosave: bool = False) -> tuple[int, str]:
        """Send a form; gives the status, and where it leads or what it says."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self.form_token})
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"X-Autosave": "1"} if autosave else {})
        status, where, text = self._ask("POST", path, body, headers)
        return status, where or text

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, str]:
        cookies = f"sessionid={self.account.session}" + (f"; csrftoken={self.token}" if self.token else "")
        host = f"localhost:{self.port}"
        given = {"Cookie": cookies, "Host": host, "Referer": f"http://{host}/", "User-Agent": "bench", **headers}
        if time.perf_counter() - self.used > KEPT_S:
            self.connection.close()
        self.connection.request(method, path, body, given)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.used = time.perf_counter()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and value.startswith("csrftoken="):
                self.token = value.partition("=")[2].partition(";")[0]
        return answer.status, answer.getheader("Location") or "", text


def page_is_there(address: str, path: str) -> bool:
    """Whether a page answers now."""
    try:
        return _status(http.client.HTTPConnection(urlsplit(address).netloc, timeout=10), path) == 200
    except OSError:
        return False


class Reader:
    """Somebody who reads the public site."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)

    def sees(self, path: str) -> bool:
        """Whether a page is there now."""
        try:
            return _status(self.connection, path) == 200
        except (http.client.HTTPException, OSError):
            self.connection.close()
            return False


def _status(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status
