"""Texts to pass an event on: for social media, for a mail, and for one's own administration. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from krisenfest.domain.texts import Text
from krisenfest.site.words import Words

SHORT = 280  # characters that every network takes


def of(words: Words, text: Text, shown: Mapping[str, Any], address: str) -> dict[str, str]:
    """The texts, and a mail that is written already; `shown` is what the page says of when, where and who."""
    facts = _facts(words, text, shown, address)
    subject = words("Einladung: {title}").format(title=text.title)
    mail = "\n\n".join([words("Guten Tag,"), words("ich möchte Sie auf eine Veranstaltung hinweisen:"), *facts])
    office = "\n\n".join(
        [
            words("Guten Tag,"),
            words("diese Veranstaltung ist für unsere Verwaltung interessant. Sie ist für alle offen:"),
            *facts,
            words("Geben Sie die Einladung bitte an die Kolleginnen und Kollegen weiter, die es angeht."),
        ]
    )
    return {
        "short": _short(text, shown, address),
        "mail": mail,
        "mailto": _mailto(subject, mail),
        "office": office,
        "office_mailto": _mailto(subject, office),
    }


def _short(text: Text, shown: Mapping[str, Any], address: str) -> str:
    """Title, when, and the address; the summary where it fits."""
    lines = [text.title, _plain(shown["when"]), address]
    whole = "\n".join(each for each in [lines[0], text.summary, *lines[1:]] if each)
    return whole if text.summary and len(whole) <= SHORT else "\n".join(each for each in lines if each)


def _facts(words: Words, text: Text, shown: Mapping[str, Any], address: str) -> list[str]:
    lines = [words("{name}: {value}").format(name=words("Wann"), value=_plain(shown["when"]))]
    if shown["repeats"]:
        lines.append(shown["repeats"])
    if shown["place"]:
        lines.append(words("{name}: {value}").format(name=words("Wo"), value=_plain(shown["place"])))
    if shown["hosts"]:
        hosts = ", ".join(map(_plain, shown["hosts"]))
        lines.append(words("{name}: {value}").format(name=words("Wer lädt ein"), value=hosts))
    agenda = [f"{each['at']} {_plain(each['title'])}".strip() for each in shown["agenda"]]
    how = words("Mehr dazu und Anmeldung: {address}") if shown["registration"] else words("Mehr dazu: {address}")
    mail = (shown["registration"] or {}).get("mail")
    by_mail = words("Anmeldung per E-Mail: {address}").format(address=mail) if mail else ""
    parts = [text.title, text.summary, "\n".join(lines), "\n".join(agenda), by_mail]
    return [each for each in [*parts, how.format(address=address) if address else ""] if each]


def _plain(text: str) -> str:
    """A short text without the mark that says in which language it is."""
    return re.sub(r"<[^>]+>", "", str(text)) if str(text).startswith("<span lang=") else str(text)


def _mailto(subject: str, body: str) -> str:
    """RFC 6068: percent-encoded, with line breaks as CRLF."""
    line_breaks = body.replace("\n", "\r\n")
    return f"mailto:?subject={quote(subject, safe='')}&body={quote(line_breaks, safe='')}"
