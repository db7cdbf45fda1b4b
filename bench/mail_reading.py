"""How well mails are told apart: on 629 real bounces and automatic answers, and on mails that people wrote.

    python bench/mail_reading.py [FOLDER]

FOLDER holds `sisimai`, `sisimai-not`, `mikel` and `crisp` (see its SOURCE.txt). Prints a line for each set, then every
mail that was told wrong; exit 1 if a bounce or an automatic answer would become a registration, or a person a robot.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from krisenfest.standards import mail, replies

ROOT = Path(__file__).parent.parent
# Mails in `mikel` that no person wrote, as one who opens them sees; all the others come from people.
ROBOTS = (
    "multipart_report_emails/",  # bounces
    "mime_emails/raw_email_with_mimepart_without_content_type.eml",  # a bounce
    "error_emails/bad_date_header.eml",  # a newsletter, Precedence: junk
    "error_emails/empty_in_reply_to.eml",  # over a mailing list
    "error_emails/encoding_madness.eml",  # from no-reply@
    "plain_emails/raw_email_trailing_dot.eml",  # from noreply@
)


@dataclass(frozen=True)
class Told:
    """One mail and what was made of it."""

    path: str
    kind: mail.Kind
    registers: bool
    reasons: tuple[str, ...]


def tell(folder: Path, pattern: str) -> list[Told]:
    """Read the mails of a folder."""
    found = []
    for path in sorted(each for each in folder.glob(pattern) if each.is_file()):
        seen = mail.read(path.read_bytes())
        registers = seen.kind is mail.Kind.PERSON and replies.wants_to_register(seen.subject, seen.text)
        found.append(Told(str(path.relative_to(folder)), seen.kind, registers, seen.reasons))
    return found


def show(name: str, told: list[Told], seconds: float) -> None:
    """One line about a set."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(each.kind.value for each in told).most_common())
    registers = sum(each.registers for each in told)
    print(
        f"{name:<12} {len(told):>4} mails: {kinds}; {registers} would register; {1e3 * seconds / max(len(told), 1):.1f} ms each"
    )


def main(folder: Path) -> int:
    """Measure; gives the exit code."""
    wrong = []
    for name, pattern in (("sisimai", "*.eml"), ("sisimai-not", "*.eml"), ("mikel", "**/*")):
        began = time.perf_counter()
        told = tell(folder / name, pattern)
        show(name, told, time.perf_counter() - began)
        for each in told:
            robot = name == "sisimai" or (name == "mikel" and each.path.startswith(ROBOTS))
            if robot and each.kind is mail.Kind.PERSON:
                wrong.append((name, each, "taken for a person"))
            if robot and each.registers:
                wrong.append((name, each, "WOULD REGISTER"))
            if not robot and name == "mikel" and each.kind not in (mail.Kind.PERSON, mail.Kind.UNREADABLE):
                wrong.append((name, each, "a person taken for a robot"))
    for name, each, what in wrong:
        print(f"  {name}/{each.path}: {what}: {each.kind.value} ({'; '.join(each.reasons)})")
    return 1 if any(what != "taken for a person" for _, _, what in wrong) else 0


if __name__ == "__main__":
    given = (
        sys.argv[1]
        if len(sys.argv) > 1
        else os.environ.get("KRISENFEST_SHARED_DATA", str(ROOT.parent / "shared" / "data")) + "/mail"
    )
    sys.exit(main(Path(given)))
