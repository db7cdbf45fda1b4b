"""BigBlueButton's API: `create` and `join`, each call signed with SHA-256 over its name, its query and the secret."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from krisenfest.errors import ConferenceError
from krisenfest.web.events.providers import Guest, Room

TIMEOUT_S = 5.0
MAX_BYTES = 65_536
EMPTY_MINUTES = 30  # a room in which nobody is yet stays so long; entering makes it again


@dataclass(frozen=True, slots=True)
class BigBlueButton:
    """A server: its address up to and with /bigbluebutton/, and the shared secret (bbb-conf --secret)."""

    address: str
    secret: str

    def prepare(self, room: Room) -> None:
        """Create the room; the server takes the same values once more as the same room. Raises ConferenceError."""
        answer = self._call("create", self._values(room))
        if answer.get("returncode") != "SUCCESS":
            raise ConferenceError(_advice(answer.get("messageKey", ""), answer.get("message", "")))

    def way_in(self, room: Room, guest: Guest, at: datetime) -> str:
        """The signed address of `join`, with the role of the guest."""
        role = "MODERATOR" if guest.moderator else "VIEWER"
        values = {
            "fullName": guest.name,
            "meetingID": room.key,
            "password": self._password(room, role),  # servers before 2.5 tell the role by it
            "role": role,
            "userID": guest.key,
            "redirect": "true",
        }
        return self._signed("join", values)

    def _values(self, room: Room) -> dict[str, str]:
        return {
            "name": room.title[:250] or room.key,
            "meetingID": room.key,
            "attendeePW": self._password(room, "VIEWER"),
            "moderatorPW": self._password(room, "MODERATOR"),
            "record": "false",
            "autoStartRecording": "false",
            "allowStartStopRecording": "false",
            "meetingExpireIfNoUserJoinedInMinutes": str(EMPTY_MINUTES),
            "logoutURL": room.back,
        }

    def _password(self, room: Room, role: str) -> str:
        return hmac.new(self.secret.encode(), f"{room.key} {role}".encode(), sha256).hexdigest()[:24]

    def _signed(self, call: str, values: Mapping[str, str]) -> str:
        query = urlencode({name: value for name, value in values.items() if value})
        checksum = sha256(f"{call}{query}{self.secret}".encode()).hexdigest()
        return f"{self.address.rstrip('/')}/api/{call}?{query}&checksum={checksum}"

    def _call(self, call: str, values: Mapping[str, str]) -> dict[str, str]:
        """Ask the server; gives the plain elements of its answer."""
        try:
            # The address is a setting of the server, never something that a person typed into a page.
            with urlopen(Request(self._signed(call, values)), timeout=TIMEOUT_S) as answer:  # noqa: S310
                text = answer.read(MAX_BYTES).decode("utf-8", "replace")
        except HTTPError as error:
            error.close()
            raise ConferenceError(f"BigBlueButton answers with {error.code}: ask who runs the server") from None
        except (URLError, TimeoutError, OSError, HTTPException):
            raise ConferenceError("BigBlueButton does not answer: see whether the server runs") from None
        # Four words are read from a flat answer; no XML parser has to be trusted with what a server sends.
        found = dict(re.findall(r"<(returncode|messageKey|message|createTime)>([^<]{0,500})</\1>", text))
        if "returncode" not in found:
            raise ConferenceError("the address is not that of BigBlueButton's API: check KRISENFEST_BIGBLUEBUTTON_URL")
        return found


def _advice(key: str, message: str) -> str:
    if key == "checksumError":
        return "BigBlueButton refuses our signature: check KRISENFEST_BIGBLUEBUTTON_SECRET (bbb-conf --secret)"
    if key == "idNotUnique":
        return "BigBlueButton has this room with another password: end it there, or type a link by hand"
    said = re.sub(r"[^\w .,:!?'()-]", "", message)[:200]
    return f"BigBlueButton does not open the room ({said or key or 'no reason given'}): ask who runs the server"
