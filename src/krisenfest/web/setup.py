"""Django made ready for a command: settings from Config, tables up to date."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from krisenfest.errors import KrisenfestError


def configure(**settings: str) -> None:
    """Set Django up; `settings` are fields of Config that a command has chosen."""
    for name, value in settings.items():
        os.environ[f"KRISENFEST_{name.upper()}"] = value
    os.environ["DJANGO_SETTINGS_MODULE"] = "krisenfest.web.settings"
    import django

    django.setup()


def migrate() -> None:
    """Bring the tables up to date."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def data_folder() -> Path:
    """The data folder of the settings."""
    from django.conf import settings

    return Path(settings.DATA)


def listen(host: str, port: int) -> socket.socket:
    """A socket to answer on; raises KrisenfestError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sends without delay (TCP_NODELAY, 40 ms an answer) only where it is.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        raise KrisenfestError(f"port {port} cannot be used ({error.strerror}): choose another with --port") from None
    return listening
