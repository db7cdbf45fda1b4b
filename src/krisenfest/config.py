"""Every setting of krisenfest, once, typed, read from the environment at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from krisenfest.errors import FieldError

PREFIX = "KRISENFEST_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All there is to set. Each field is read from KRISENFEST_ and its name in capitals."""

    site_url: str = ""  # public address of the site; wins over site_url in municipality.yaml
    max_text_bytes: int = 2_000_000  # a Markdown, YAML or GeoJSON file may have so many bytes
    max_media_bytes: int = 20_000_000  # a picture or PDF may have so many bytes
    data: str = "krisenfest-data"  # folder of the desk: database, key, and for each town content, releases, site
    database_url: str = ""  # empty: SQLite in the data folder; postgresql://user:password@host:port/name
    desk_url: str = "http://localhost:8000"  # public address of the desk: links, passkeys and cookies hold for it
    hosts: str = ""  # further host names that the server answers to, with commas between
    mail_url: str = ""  # smtp://user:password@host:port, smtps:// with TLS; empty: mails are kept in the data folder
    mail_from: str = "krisenfest@localhost"  # the sender of mails
    oidc_url: str = ""  # the town's own log-in server (OpenID Connect issuer); empty: none
    oidc_client: str = ""  # how the desk is known there
    oidc_secret: str = ""  # and its secret
    oidc_town: str = ""  # the municipality that it belongs to; it vouches for nobody else. Empty: the only one
    oidc_name: str = "Stadt"  # what the button says
    backup_password: str = ""  # encrypts and opens backups; empty: they are not encrypted
    demo: int = 0  # 1: the demo, which shows the mails that it sends
    processes: int = 0  # so many processes render a large site; 0: one for each processor, at most 8


def from_environment(environment: Mapping[str, str]) -> Config:
    """Read the settings; what is not set keeps its default.

    Raises FieldError for a number that is none.
    """
    values: dict[str, str | int] = {}
    for each in fields(Config):
        text = environment.get(PREFIX + each.name.upper())
        if text is None:
            continue
        if isinstance(each.default, int):
            if not text.isascii() or not text.isdigit():
                raise FieldError(PREFIX + each.name.upper(), text, "write a whole number")
            values[each.name] = int(text)
        else:
            values[each.name] = text
    return Config(**values)  # type: ignore[arg-type]  # each value was read by its field's own type
