"""Real mail servers on this machine, for tests: an SMTP server that keeps what it accepts, and a Dovecot."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
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
    place: Path

    @property
    def maildir(self) -> Path:
        return self.place / "mail/Maildir"

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
def dovecot(folder: Path | None = None, port: int = 0) -> Iterator[Dovecot]:
    """A Dovecot of this test's own: its configuration, its port, nobody's daemon; `folder` is that of an earlier one."""
    binary = find_dovecot()
    assert binary is not None
    with tempfile.TemporaryDirectory(prefix="krisenfest-dovecot-") as temporary:
        place, port = folder or Path(temporary), port or free_port()
        # Started by root it serves as somebody who may do nothing; else as whoever runs the tests.
        known = {each.pw_name: each for each in pwd.getpwall()}
        login = (
            known["dovenull" if "dovenull" in known else "nobody"] if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
        )
        mail = known["nobody"] if os.geteuid() == 0 else login
        for name in (
            "run",
            "state",
            "mail",
            "mail/Maildir",
            *(f"mail/Maildir/{each}" for each in ("new", "cur", "tmp")),
        ):
            (place / name).mkdir(parents=True, exist_ok=True)
            if name.startswith("mail") and os.geteuid() == 0:
                os.chown(place / name, mail.pw_uid, mail.pw_gid)
        place.chmod(0o755)
        values = {"user": login.pw_name, "group": grp.getgrgid(login.pw_gid).gr_name, "port": port, "base": place}
        config = place / "dovecot.conf"
        config.write_text(CONFIG.format(**values, uid=mail.pw_uid, gid=mail.pw_gid))
        process = subprocess.Popen(
            [binary, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(port, process, place / "log")
            yield Dovecot(port, "anmeldung", "geheim", place)
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            probe.settimeout(0.5)
            try:
                probe.connect(("127.0.0.1", port))
                if probe.recv(10).startswith(b"* OK"):
                    return
            except OSError:
                pass
        assert process.poll() is None, log.read_text() if log.exists() else "Dovecot ended"
        time.sleep(0.1)
    raise AssertionError(log.read_text() if log.exists() else "Dovecot does not answer")
