"""Real mail servers on this machine, for tests: an SMTP server that keeps what it accepts, and a Dovecot."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Accepted:
    """What an SMTP server has accepted: envelope sender, recipients, message. `answers` are given for a recipient."""

    mails: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    slow_s: float = 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        if self.slow_s:
            time.sleep(self.slow_s)  # it has the mail; its answer is on the way
        return "250 taken"

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for _, _, message in self.mails]


@contextmanager
def smtp_server(accepted: Accepted) -> Iterator[int]:
    """A server on a free port; gives the port."""
    controller = Controller(accepted, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot: its port, who may log in, where mails are delivered to."""

    port: int
    user: str
    password: str
    maildir: Path

    @property
    def url(self) -> str:
        return f"imap://{self.user}:{self.password}@127.0.0.1:{self.port}/INBOX"

    def deliver(self, data: bytes, number: int) -> None:
        """Put a mail into the mailbox, as a mail server does (maildir)."""
        name = f"1782900000.{number}.test"
        (self.maildir / "tmp" / name).write_bytes(data)
        (self.maildir / "tmp" / name).rename(self.maildir / "new" / name)

    def left(self) -> int:
        return sum(1 for folder in ("new", "cur") for _ in (self.maildir / folder).iterdir())


CONFIG = """\
protocols = imap
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
mail_location = maildir:{base}/mail/Maildir
first_valid_uid = 0
first_valid_gid = 0
mail_uid = {uid}
mail_gid = {gid}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = user=anmeldung password=geheim
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail
}}
"""


def find_dovecot() -> str | None:
    """The path of an installed Dovecot (scripts/ensure-dovecot installs one)."""
    return shutil.which("dovecot") or next((each for each in ("/usr/sbin/dovecot",) if os.access(each, os.X_OK)), None)


@contextmanager
def dovecot(folder: Path, port: int = 0) -> Iterator[Dovecot]:
    """A Dovecot of this test's own: its configuration, its port, nobody's daemon."""
    binary = find_dovecot()
    assert binary is not None
    import grp

    user, uid, gid, port = getpass.getuser(), os.getuid(), os.getgid(), port or free_port()
    for name in ("run", "state", "mail/Maildir/new", "mail/Maildir/cur", "mail/Maildir/tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    group = grp.getgrgid(gid).gr_name
    config = folder / "dovecot.conf"
    config.write_text(CONFIG.format(base=folder, user=user, group=group, uid=uid, gid=gid, port=port))
    process = subprocess.Popen([binary, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _wait_for(port, process, folder / "log")
        yield Dovecot(port, "anmeldung", "geheim", folder / "mail/Maildir")
    finally:
        process.terminate()
        process.wait(timeout=10)
        assert process.stderr is not None
        process.stderr.close()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0 and probe.recv(10).startswith(b"* OK"):
                return
        assert process.poll() is None, log.read_text() if log.exists() else process.stderr
        time.sleep(0.1)
    raise AssertionError(log.read_text() if log.exists() else "Dovecot does not answer")
