"""SMTP (RFC 5321) that tells, right before the last line of a mail goes out, that from now on it may have arrived.

A server that has not seen the line with the final dot delivers nothing (4.1.1.4). One that has seen it may have
delivered, whether or not its answer comes through: the doubt begins there, and nowhere else.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from typing import Any

from django.core.mail.backends import smtp

ANSWER_WITHIN_S = 600.0  # 4.5.3.2.6: who gives up earlier doubts, and doubles, mails that have arrived


def _nothing() -> None:
    """Nobody wants to know."""


class _Careful(smtplib.SMTP):
    before_the_end: Callable[[], None] = staticmethod(_nothing)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """DATA: everything, then the word, then the dot."""
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        text = msg.encode("ascii") if isinstance(msg, str) else bytes(msg)
        text = re.sub(rb"\r\n|\r|\n", b"\r\n", text)
        text = re.sub(rb"(?m)^\.", b"..", text)  # 4.5.2
        self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        self.before_the_end()
        assert self.sock is not None
        usual = self.sock.gettimeout()
        self.sock.settimeout(ANSWER_WITHIN_S)
        self.send(b".\r\n")
        answer = self.getreply()
        if self.sock is not None:
            self.sock.settimeout(usual)
        return answer


class _CarefulTls(_Careful, smtplib.SMTP_SSL):
    """The same with TLS from the first byte (RFC 8314)."""


class EmailBackend(smtp.EmailBackend):
    """Django's, with `before_the_end` called right before the final dot of a mail."""

    before_the_end: Callable[[], None] = staticmethod(_nothing)

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """With TLS from the first byte or without."""
        return _CarefulTls if self.use_ssl else _Careful

    def open(self) -> bool | None:
        """Connect, unless it is connected."""
        opened = super().open()
        if isinstance(self.connection, _Careful):
            self.connection.before_the_end = self._tell
        return opened

    def _tell(self) -> None:
        self.before_the_end()

    def hang_up(self) -> None:
        """Drop the line without a word: a word would become part of a mail that is half said."""
        if self.connection is not None:
            smtplib.SMTP.close(self.connection)
            self.connection = None
