"""A backup comes back into an empty installation, whole, or not at all."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from desk_people import AT, PASSWORD, People
from krisenfest.domain.approval import Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.errors import KrisenfestError, RefusedError
from krisenfest.web import backups
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.audit import log
from krisenfest.web.desk import publishing, work
from krisenfest.web.desk.models import Publication, Revision

NOTICE = {"kind": "notice", "id": "neues", "texts": [{"lang": "de", "title": "Neues aus der Nacht"}]}


def emptied(settings: Any, tmp_path: Path) -> Path:
    """As on a new machine: an empty database, an empty data folder."""
    from django.apps import apps
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_entry_no_delete")
            for table in reversed([each._meta.db_table for each in apps.get_models()]):
                if not table.startswith(("django_content", "auth_perm")):
                    cursor.execute(f"DELETE FROM {table}")
            cursor.execute(
                "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry"
                " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            )
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for nothing that is pending
            call_command("flush", verbosity=0, interactive=False)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    settings.DATA = tmp_path / "new"
    settings.DATA.mkdir()
    return Path(settings.DATA)


@pytest.fixture
def filled(municipality: Municipality, people: People) -> Municipality:
    draft = work.begin(Verb.TELL, "notice", municipality=municipality, by=people.author, at=AT)
    record = KINDS["notice"].model_validate(NOTICE)
    draft = work.submit(draft, record, version=draft.version, by=people.author, at=AT)
    work.approve(draft, version=draft.version, by=people.approver, at=AT)
    assert publishing.publish_waiting(municipality) == 1
    return municipality


@pytest.mark.parametrize("password", ["", "ein langer Satz für den Ernstfall"])
def test_everything_comes_back_into_an_empty_installation(
    filled: Municipality, people: People, tmp_path: Path, settings: Any, client: Client, password: str
) -> None:
    old = Path(settings.DATA)
    file = tmp_path / "sicherung"
    assert backups.backup(file, password=password) == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0
    assert (b"Neues aus der Nacht" in file.read_bytes()) is False
    page = (old / "towns/musterstadt/site/mitteilungen/neues.html").read_text(encoding="utf-8")
    before = (Revision.objects.count(), list(log.export(filled)))
    new = emptied(settings, tmp_path)
    assert not User.objects.exists()
    assert backups.restore(file, password=password) == 1
    town = Municipality.objects.get()
    assert (Revision.objects.count(), list(log.export(town))) == before
    assert log.verify(town).problems == ()
    assert Publication.objects.get().status == Publication.DONE
    assert "Neues aus der Nacht" in page
    assert "Neues aus der Nacht" in (new / "towns/musterstadt/site/mitteilungen/neues.html").read_text(encoding="utf-8")
    assert client.login(email=people.author.email, password=PASSWORD)


def test_a_wrong_password_a_cut_off_and_a_foreign_file_are_refused(
    filled: Municipality, tmp_path: Path, settings: Any
) -> None:
    file = tmp_path / "sicherung"
    backups.backup(file, password="richtig und lang genug")
    with pytest.raises(KrisenfestError, match="there already"):
        backups.backup(file)
    with pytest.raises(RefusedError, match="not empty"):
        backups.restore(file, password="richtig und lang genug")
    emptied(settings, tmp_path)
    with pytest.raises(RefusedError, match="password is not right"):
        backups.restore(file, password="falsch")
    with pytest.raises(RefusedError, match="set KRISENFEST_BACKUP_PASSWORD"):
        backups.restore(file)
    (tmp_path / "kurz").write_bytes(file.read_bytes()[:-100])
    with pytest.raises(RefusedError, match="cut off"):
        backups.restore(tmp_path / "kurz", password="richtig und lang genug")
    (tmp_path / "fremd").write_bytes(b"etwas anderes")
    with pytest.raises(RefusedError, match="right file"):
        backups.restore(tmp_path / "fremd")
    with tarfile.open(tmp_path / "leer", "w:gz"):
        pass
    with pytest.raises(RefusedError, match="no backup"):
        backups.restore(tmp_path / "leer")
    assert not Municipality.objects.exists() and not list(Path(settings.DATA).iterdir())
