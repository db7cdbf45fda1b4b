"""Jitsi Meet: a room is there when somebody comes; a signed token (JWT, RFC 7519) says who comes in and as what."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from krisenfest.errors import ConferenceError
from krisenfest.web.events.providers import Guest, Room

VALID_FOR = timedelta(hours=1)  # to come in; who is in stays in
SKEW = timedelta(minutes=2)  # clocks of two servers


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitsi:
    """A server: its address, the id of the application, and a shared secret (HS256) or a private key (RS256)."""

    address: str
    app: str
    secret: str = ""
    key_file: str = ""
    key_id: str = ""

    def prepare(self, room: Room) -> None:
        """See that a token could be signed: the room itself needs nothing. Raises ConferenceError."""
        self._sign({})

    def way_in(self, room: Room, guest: Guest, at: datetime) -> str:
        """The address of the room with a token for this guest; after it has run out it opens nothing."""
        hosted = self.app.startswith("vpaas-magic-cookie-")  # 8x8's JaaS puts the application before the room
        claims = {
            "aud": "jitsi",
            "iss": "chat" if hosted else self.app,
            "sub": self.app if hosted else self.address.partition("//")[2].split("/")[0].split(":")[0],
            "room": room.key,
            "nbf": int((at - SKEW).timestamp()),
            "exp": int((at + VALID_FOR).timestamp()),
            "moderator": guest.moderator,
            "context": {
                "user": {
                    "id": guest.key,
                    "name": guest.name,
                    "moderator": "true" if guest.moderator else "false",
                    "affiliation": "owner" if guest.moderator else "member",
                }
            },
        }
        place = f"{self.app}/{room.key}" if hosted else room.key
        return f"{self.address.rstrip('/')}/{place}?jwt={self._sign(claims)}"

    def _sign(self, claims: Mapping[str, Any]) -> str:
        """RFC 7515 compact serialisation."""
        header = {"alg": "RS256" if self.key_file else "HS256", "typ": "JWT"}
        header |= {"kid": self.key_id} if self.key_id else {}
        body = f"{_base64(orjson.dumps(header))}.{_base64(orjson.dumps(claims))}"
        if not self.key_file:
            signature = hmac.new(self.secret.encode(), body.encode(), sha256).digest()
        else:
            signature = self._key().sign(body.encode(), PKCS1v15(), SHA256())
        return f"{body}.{_base64(signature)}"

    def _key(self) -> RSAPrivateKey:
        try:
            key = load_pem_private_key(Path(self.key_file).read_bytes(), None)
        except (OSError, ValueError, TypeError):
            raise ConferenceError("the key for Jitsi cannot be read: check KRISENFEST_JITSI_KEY") from None
        if not isinstance(key, RSAPrivateKey):
            raise ConferenceError("the key for Jitsi is no RSA key: check KRISENFEST_JITSI_KEY")
        return key


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
