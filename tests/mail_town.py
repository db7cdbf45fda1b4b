"""A data folder with the example town and an event ahead, for tests that run the real worker or the demo.

With a third argument: also letters, mails in every state, and the HTML of each mail in that folder.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from krisenfest import clock
from krisenfest.web.setup import configure, migrate

LETTERS = {
    "Frage zum Webinar": "Guten Tag,\n\ngibt es das Webinar auch mit Untertiteln? Meine Kollegin hört schlecht.\n\nVielen Dank\nJonas Vorlage",
    "Anmeldung für uns drei": "Wir kommen zu dritt: Frau Beispiel, Herr Muster und ich. Bitte melden Sie uns alle an.",
}


def main(folder: Path, example: Path, mails: Path | None) -> None:
    configure(data=str(folder))
    migrate()
    from event_mails import publish
    from krisenfest.web.desk import towns

    start = (clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT15:00:00Z")
    book = publish(towns.add("musterstadt", example, at=clock.now()), start=start, end=None)
    if mails:
        fill(book, mails)


def fill(book: object, folder: Path) -> None:
    from event_mails import put, registered
    from krisenfest.web.events import by_mail, inbox
    from krisenfest.web.events.compose import Composer
    from krisenfest.web.events.models import Book, Mail, Purpose

    assert isinstance(book, Book)
    folder.mkdir(parents=True, exist_ok=True)
    now = clock.now()
    for lang in ("de", "en"):
        for purpose in Purpose:
            timed = {"until": now + timedelta(days=1)} if purpose in (Purpose.CONFIRM, Purpose.MOVED_UP) else {}
            mail = put(registered(book, lang=lang, **timed), purpose, due=now)
            found = Mail.objects.select_related("registration__book__municipality").get(pk=mail.pk)
            body = Composer(now).message(found).composed.get_body(("html",))
            assert body is not None
            (folder / f"{lang}-{purpose}.html").write_text(body.get_content(), encoding="utf-8")
    for status, problem in (("bounced", inbox.RETURNED), ("doubtful", ""), ("failed", "550 5.1.1 no such mailbox")):
        put(registered(book, "Maren Beispiel"), Purpose.REGISTERED, status=status, problem=problem)
    for number, (subject, text) in enumerate(LETTERS.items()):
        head = f"From: Jonas Vorlage <jonas@example.org>\nTo: anmeldung@musterstadt.example\nMessage-ID: <{number}@a.example>\n"
        data = f"{head}Subject: {subject}\n\n{text}\n".encode()
        inbox.receive(data, at=now, register=by_mail.register)
    away = "From: weg@example.org\nAuto-Submitted: auto-replied\nSubject: Abwesend bis Montag\n\nIch bin nicht da.\n"
    inbox.receive(away.encode(), at=now, register=by_mail.register)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
