"""Everything of an installation in one file, encrypted on request, and back into an empty one.

What can be made again (sites, the cache, sessions, tasks) is left out. The database goes as JSON, so that a backup of
SQLite comes back on PostgreSQL and the other way round.
"""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from krisenfest import clock
from krisenfest.errors import KrisenfestError, RefusedError
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.rooms import files_for, site_address

DATABASE = "database.json"
KEY = "secret-key"
LEFT_OUT = ("contenttypes", "auth.permission", "sessions", "usersessions", "django_tasks_database")
NOT_KEPT = ("site", "lock")
MAGIC = b"krisenfest backup 1, AES-256-GCM\n"
SALT_BYTES, CHUNK_BYTES, TAG_BYTES = 16, 1 << 20, 16


def backup(file: Path, *, password: str = "") -> int:
    """Write the installation as one file, whole or not at all; gives its number of bytes.

    Raises KrisenfestError if the file is there already.
    """
    if file.exists():
        raise KrisenfestError(f"{file} is there already: name another file")
    part = file.with_name(f"{file.name}.part")
    with tempfile.TemporaryFile() as plain:
        _pack(plain)
        plain.seek(0)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for chunk in _sealed(plain, password) if password else iter(lambda: plain.read(CHUNK_BYTES), b""):
                out.write(chunk)
            os.fsync(out.fileno())
    os.replace(part, file)
    return file.stat().st_size


def restore(file: Path, *, password: str = "") -> int:
    """Bring a backup into an empty installation and build its sites; gives the number of municipalities.

    Raises RefusedError if there is something already, or if the password or the file is not right; nothing is changed
    then.
    """
    if Municipality.objects.exists() or User.objects.exists():
        raise RefusedError("this installation is not empty: restore into a new one (KRISENFEST_DATA)")
    with tempfile.TemporaryFile() as plain, open(file, "rb") as source:
        head = source.read(len(MAGIC))
        if head == MAGIC:
            for chunk in _opened(source, password):
                plain.write(chunk)
        else:
            plain.write(head + source.read())
        plain.seek(0)
        _unpack(plain, file)
    towns = list(Municipality.objects.all())
    for town in towns:
        for exercise in (False, True):
            files = files_for(town, exercise=exercise)
            with files.alone():
                files.build(clock.now(), site_address(town, exercise=exercise))
    return len(towns)


def _pack(out: IO[bytes]) -> None:
    text = io.StringIO()
    towns = Path(settings.DATA) / "towns"
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive:
        with transaction.atomic():
            call_command("dumpdata", exclude=LEFT_OUT, stdout=text, verbosity=0)
            for place in sorted(towns.iterdir()) if towns.is_dir() else ():
                archive.add(place, arcname=f"towns/{place.name}", filter=_kept)
        for name, data in ((DATABASE, text.getvalue().encode()), (KEY, settings.SECRET_KEY.encode())):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = entry.name.split("/")[2:]
    if parts and (parts[0] in NOT_KEPT or (parts[0] == "exercise" and parts[1:2] and parts[1] in NOT_KEPT)):
        return None
    return entry


def _unpack(plain: IO[bytes], file: Path) -> None:
    data = Path(settings.DATA)
    try:
        with tarfile.open(fileobj=plain, mode="r:gz") as archive:
            names = archive.getnames()
            if DATABASE not in names:
                raise RefusedError(f"{file} is no backup of krisenfest: name the right file")
            with tempfile.TemporaryDirectory(dir=data) as place:
                archive.extractall(place, filter="data")  # refuses what leads out of the folder
                fixture = Path(place) / DATABASE
                with transaction.atomic():
                    call_command("loaddata", str(fixture), verbosity=0)
                    for name in ("towns", KEY):
                        if (Path(place) / name).exists():
                            os.replace(Path(place) / name, data / name)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise RefusedError(f"{file} cannot be read as a backup ({error}): is it whole, and the right file?") from None


def _key(password: str, salt: bytes) -> AESGCM:
    # RFC 7914; the cost is what OWASP's Password Storage Cheat Sheet names for scrypt.
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(password.encode()))


def _sealed(plain: IO[bytes], password: str) -> Iterator[bytes]:
    """The encrypted file: each chunk under its own nonce, the last one marked, so that a cut-off file is told."""
    salt = os.urandom(SALT_BYTES)
    key = _key(password, salt)
    yield MAGIC + salt
    number, chunk = 0, plain.read(CHUNK_BYTES)
    while True:
        following = plain.read(CHUNK_BYTES)
        yield key.encrypt(number.to_bytes(12, "big"), chunk, b"more" if following else b"last")
        if not following:
            return
        number, chunk = number + 1, following


def _opened(source: IO[bytes], password: str) -> Iterator[bytes]:
    if not password:
        raise RefusedError("the backup is encrypted: set KRISENFEST_BACKUP_PASSWORD")
    key = _key(password, source.read(SALT_BYTES))
    number, chunk = 0, source.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = source.read(CHUNK_BYTES + TAG_BYTES)
        try:
            yield key.decrypt(number.to_bytes(12, "big"), chunk, b"more" if following else b"last")
        except InvalidTag:
            raise RefusedError("the password is not right, or the backup was changed or cut off") from None
        if not following:
            return
        number, chunk = number + 1, following
