"""How often one network and one address may ask: counted in memory under keys that nobody can turn back.

The key changes every day and lies in no file; what was counted goes with it. Nothing of this is logged or stored.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from datetime import date, datetime
from hashlib import blake2b

PER_ADDRESS = 5  # an hour: who asks more often has the mail already
HOUR_S = 3600
MOST_KEYS = 200_000
# From inside comes the house itself, or a web server in front that does not say for whom it asks (RFC 1918, RFC 4193).
INSIDE = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)


class Limits:
    """Counts per hour; `key` gives the secret of a day (its own for tests)."""

    def __init__(self, key: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._new_key = key
        self._day: date | None = None
        self._hour = -1
        self._key = b""
        self._counts: dict[bytes, int] = {}

    def _turn(self, at: datetime) -> None:
        if self._day != at.date():
            self._day, self._key, self._counts = at.date(), self._new_key(32), {}
        hour = int(at.timestamp()) // HOUR_S
        if hour != self._hour or len(self._counts) > MOST_KEYS:
            self._hour, self._counts = hour, {}

    def _within(self, what: str, most: int, at: datetime) -> bool:
        self._turn(at)
        name = blake2b(what.encode(), key=self._key, digest_size=16).digest()
        self._counts[name] = self._counts.get(name, 0) + 1
        return self._counts[name] <= most

    def network_may(self, client: str, most: int, at: datetime) -> bool:
        """Whether the network of this client may ask once more this hour; counts the question."""
        return is_inside(client) or self._within(network_of(client), most, at)

    def address_may(self, book: str, email: str, at: datetime) -> bool:
        """Whether this address may ask once more for this event this hour; counts the question."""
        return self._within(f"{book} {email}", PER_ADDRESS, at)


def _address(client: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_inside(client: str) -> bool:
    """Whether a client comes from inside: no network can be told apart there, and nobody is shut out."""
    address = _address(client)
    return address is not None and any(address in network for network in INSIDE)


def network_of(client: str) -> str:
    """The network of an IP address: /24 of IPv4, /56 of IPv6; what is none of these as it is."""
    address = _address(client)
    if address is None:
        return client
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 56}", strict=False))


limits = Limits()
