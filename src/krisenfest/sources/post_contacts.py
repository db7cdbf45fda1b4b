"""How one registers for a post's event, until when, and who invites."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from krisenfest.sources.german_dates import days_in, local, sentences, times_in
from krisenfest.sources.post_text import Line, Source, Unsure, clipped, links, mails, plain
from krisenfest.sources.post_when import DEADLINE, FAR_DAYS, UNTIL

_REGISTERS = re.compile(
    r"anmeld|\bmelde[tn]?\b.{0,200}\ban\b|registrier|\brsvp\b|\bregist(?:er|ration)|sign.?up|\btickets?\b",
    re.IGNORECASE,
)
_OTHER_PURPOSE = re.compile(
    r"reisekosten|fahrtkosten|erstatt|unterkunft|kinderbetreuung|newsletter|presseanfrag", re.IGNORECASE
)
_DEFINED = re.compile(r"^\[([^\[\]]{1,200})\]:\s?<?(https?://[^\s>]{1,2000})")
_BY_NAME = re.compile(r"\[([^\[\]]{1,200})\](?!\(|:)(?:\[([^\[\]]{0,200})\])?")
_CLOSES = re.compile(
    r"anmeldeschluss|anmeldefrist|anmeldung\w{0,3}\b.{0,80}\bbis\b|\bbis\b.{0,60}\banmeld|\bmelde[tn]?\b.{0,120}\bbis\b.{0,80}\ban\b",
    re.IGNORECASE,
)
_LINKED_NAME = re.compile(
    r"""\[([^\[\]]{2,80})\](?:\([^()\s]{1,500}[^()]{0,100}\)|\[[^\[\]]{0,80}\])|<a\s[^<>]{1,500}>([^<>]{2,80})</a>"""
)
_TOGETHER = re.compile(r"\b(?:gemeinsam|zusammen)\b[^.!?\[<]{0,30}?\bmit\s", re.IGNORECASE)
_ARTICLE = r"(?:de[mnr]|die|das|dem|)"
_INVITING = re.compile(r"\s?(?:lädt|laden(?!\s(?:wir|sie|euch)\b))\b", re.IGNORECASE)
_NAMES = r"[A-ZÄÖÜ][\w.&-]{0,40}(?:,?\s(?:(?:und|sowie|der|die|das|von|für|am)\s){0,2}[A-ZÄÖÜ][\w.&-]{0,40}){0,12}"
_SUBJECT = re.compile(rf"^(?:Das|Der|Die)\s({_NAMES})\s(?:lädt|laden)\b.{{0,400}}\b(?:ein|zum|zur)\b")
_WE = re.compile(r"\b(?:wir|uns)\b", re.IGNORECASE)
_HOME = re.compile(r"https?://(?:www\.)?([\w.-]{3,80})(/[\w.-]{1,80}/)[^\s)\"'>]{1,500}")
_REPOSITORY = re.compile(
    r"https?://(?:www\.)?github\.com/[\w.-]{1,80}/([\w-]{1,60}(?:\.[\w-]{2,20}){1,3})/(?:raw|blob)/"
)
_OWN_FILE = re.compile(r"(?:\]\(|[\"'\s=])(/[\w.-]{1,80}/)[^\s)\"'>]{1,500}")
# Who runs a site, where the address does not say it: from the imprints of civic tech's and the municipalities' bodies.
SITES = {
    "codefor.de": "Code for Germany",
    "okfn.de": "Open Knowledge Foundation Deutschland",
    "staedtetag.de": "Deutscher Städtetag",
    "landkreistag.de": "Deutscher Landkreistag",
    "dstgb.de": "Deutscher Städte- und Gemeindebund",
    "kgst.de": "KGSt",
    "vitako.de": "Vitako",
    "wikimedia.de": "Wikimedia Deutschland",
}


@dataclass(slots=True)
class Contact:
    """How to register: {"mail": ...} or {"url": ...}, with "closes" where that is sure; None if not certain."""

    registration: dict[str, str] | None = None
    sources: list[Source] = field(default_factory=list)
    unsure: list[Unsure] = field(default_factory=list)


def registration(lines: Sequence[Line], event: date | None, posted: date | None) -> Contact:
    """How to register: the one mail address or page that a sentence about registering names.

    `event` is the first day of the event: a paragraph that names only other days speaks of another one.
    """
    found: dict[tuple[str, str], tuple[int, str, bool]] = {}
    named = {
        name.lower(): url for line in lines if line.raw.startswith("[") for name, url in _DEFINED.findall(line.raw)
    }
    for index, line in enumerate(lines):
        if not _REGISTERS.search(line.raw):
            continue
        elsewhere = _of_another_day(line, event, posted)
        near = [line.raw] if len(line.raw) < 200 else list(clipped(sentences(line.raw)))
        told = False
        for raw in near:
            if _REGISTERS.search(plain(raw)) or _REGISTERS.search(raw):
                told = _take(raw, line, found, named, sure=not elsewhere) or told
        following = lines[index + 1] if index + 1 < len(lines) else None
        if not told and following and _is_link(following):
            _take(following.raw, following, found, named, sure=not elsewhere)
    return _chosen(found, lines, event, posted)


def _take(
    raw: str,
    line: Line,
    found: dict[tuple[str, str], tuple[int, str, bool]],
    named: Mapping[str, str],
    *,
    sure: bool,
) -> bool:
    """Note the addresses of a sentence about registering; whether there were any. `named` are links by name."""
    text = plain(raw)
    if _OTHER_PURPOSE.search(text):
        return False
    keys = [("mail", each) for each in mails(raw)] + [("url", each) for each in links(raw)]
    keys += [("url", named[each]) for text, name in _BY_NAME.findall(raw) if (each := (name or text).lower()) in named]
    for key in keys:
        found.setdefault(key, (line.at(text), text or line.text, sure))
    return bool(keys)


def _is_link(line: Line) -> bool:
    """Whether a line is hardly more than a link."""
    return (
        not _DEFINED.match(line.raw)
        and bool(re.match(r"[-*+]?\s?(?:\[|<a\s|<?https?://)", line.raw))
        and len(line.text.split()) < 8
    )


def _of_another_day(line: Line, event: date | None, posted: date | None) -> bool:
    """Whether a paragraph names days, and none of them is the event's; deadlines do not count."""
    if event is None:
        return False
    named: list[bool] = []
    for sentence in clipped(sentences(line.text)):
        for mention in days_in(sentence):
            before = sentence[max(0, mention.position - 80) : mention.position]
            if not (UNTIL.search(before) or DEADLINE.search(sentence)):
                days = mention.days(posted or date.min)
                named.append(days is not None and days[0] <= event <= days[1])
    return bool(named) and not any(named)


def _chosen(
    found: dict[tuple[str, str], tuple[int, str, bool]], lines: Sequence[Line], event: date | None, posted: date | None
) -> Contact:
    contact = Contact()
    sent = [key for key in found if key[0] == "mail"]
    chosen = sent[0] if len(sent) == 1 else next(iter(found)) if len(found) == 1 else None
    if chosen is None or not found[chosen][2]:
        contact.unsure = [
            Unsure("registration", value, sentence, number)
            for (_, value), (number, sentence, _) in list(found.items())[:40]
        ]
        return contact
    number, sentence, _ = found[chosen]
    contact.registration = {chosen[0]: chosen[1]}
    contact.sources.append(("registration", chosen[1], number, sentence))
    _closing(contact, lines, event, posted)
    return contact


def _closing(contact: Contact, lines: Sequence[Line], event: date | None, posted: date | None) -> None:
    """Until when one registers: the one day that a sentence names for it, on or before the event's."""
    closes: dict[str, tuple[int, str]] = {}
    for line in lines:
        for sentence in clipped(sentences(line.text)):
            if not _CLOSES.search(sentence):
                continue
            mentions, times = days_in(sentence), times_in(sentence)
            days = mentions[0].days(posted or date.min) if len(mentions) == 1 else None
            if days is None or days[0] != days[1] or not mentions[0].weekday_fits(*days):
                continue
            near = posted is not None and timedelta() <= days[0] - posted <= timedelta(days=FAR_DAYS)
            if (mentions[0].year or near) and (event is None or days[0] <= event) and len(times) < 2:
                minutes = times[0].start if times and not times[0].doubt and not times[0].offsets else None
                closes.setdefault(local(days[0], minutes), (line.at(sentence), sentence))
    if len(closes) == 1 and contact.registration is not None:
        value, (number, sentence) = next(iter(closes.items()))
        contact.registration["closes"] = value
        contact.sources.append(("registration closes", value, number, sentence))
    elif len(closes) > 1:
        contact.unsure += [Unsure("registration closes", *each) for each in ((v, s, n) for v, (n, s) in closes.items())]


@dataclass(slots=True)
class Hosts:
    """Who invites: names in the nominative."""

    names: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    unsure: list[Unsure] = field(default_factory=list)


def hosts(lines: Sequence[Line], body: str, publisher: str = "") -> Hosts:
    """Who invites: the linked names after "gemeinsam mit", a linked name that "lädt ein"; and "we", who publish.

    `publisher` is the name of the site that the post belongs to, where it is known; otherwise it is told from the
    post's own files: an address with the same first folder as the post's own relative ones is on the post's own site.
    """
    found = Hosts()
    with_us: list[tuple[int, str]] = []
    for line in lines:
        if together := _TOGETHER.search(line.raw):
            names = _linked_names(line.raw[together.end() :][:600])
            for name in names:
                _note(found, name, line)
            sentence = next((each for each in clipped(sentences(line.text)) if _TOGETHER.search(each)), line.text)
            if names and _WE.search(sentence):
                with_us.append((line.at(sentence), sentence))
        for each in _LINKED_NAME.finditer(line.raw):
            name = each.group(1) or each.group(2)
            if _INVITING.match(line.raw[each.end() : each.end() + 12]) and re.match(r"[A-ZÄÖÜ]", name):
                _note(found, name, line)
    if not found.names:
        found.unsure = _unlinked(lines)
    if with_us:
        _add_us(found, *with_us[0], own_site(body), publisher)
    return found


def _unlinked(lines: Sequence[Line]) -> list[Unsure]:
    """ "Die Stadt und der Verein laden ... ein": probably hosts, but "Die Themen laden zum Nachdenken ein" is none."""
    return [
        Unsure("hosts", name, sentence, line.at(sentence))
        for line in lines
        for sentence in clipped(sentences(line.text))
        if (subject := _SUBJECT.match(sentence))
        for name in re.split(r"(?:,| und | sowie )\s?(?:d(?:as|er|ie) )?", subject.group(1))
    ][:20]


def _add_us(found: Hosts, line: int, sentence: str, site: str, publisher: str) -> None:
    """ "Gemeinsam mit ... laden wir ein": whoever publishes the post is a host too."""
    us = publisher or SITES.get(site, "")
    if not us:
        says = f'who is "wir"? Whoever published the post{f" on {site}" if site else ""} is a host too'
        found.unsure.append(Unsure("hosts", says, sentence, line))
    elif us not in found.names:
        found.names.append(us)
        found.sources.append(("hosts", us, line, sentence))


def _note(found: Hosts, name: str, line: Line) -> None:
    if name not in found.names:
        found.names.append(name)
        found.sources.append(("hosts", name, line.at(name), line.text))


def _linked_names(text: str) -> list[str]:
    """The names of a list of links: "dem [Bund](..), [A](..) und [B](..)"; a text without a link ends it."""
    names: list[str] = []
    at = 0
    for found in _LINKED_NAME.finditer(text):
        between = re.fullmatch(
            rf"\s?(?:,|und|sowie|u\.|&|)?\s?({_ARTICLE})\s?", text[at : found.start()], re.IGNORECASE
        )
        if not between:
            break
        names.append(_nominative(between.group(1), found.group(1) or found.group(2)))
        at = found.end()
    return names


def _nominative(article: str, name: str) -> str:
    """ "dem Deutschen Städtetag" names the Deutscher Städtetag: -tag, -bund, -verband and -verein are masculine."""
    if article.lower() == "dem" and re.search(r"(?:tag|bund|verband|verein|rat|kreis)$", name, re.IGNORECASE):
        return re.sub(r"^([A-ZÄÖÜ]\w{1,40})en (?=[A-ZÄÖÜ])", r"\1er ", name)
    return name


def own_site(body: str) -> str:
    """The host of the site that a post belongs to, where its addresses show it; "" if they do not."""
    own = set(_OWN_FILE.findall(body))
    shown = {host.lower() for host, folder in _HOME.findall(body) if folder in own}
    shown |= {name.lower() for name in _REPOSITORY.findall(body)}
    return shown.pop() if len(shown) == 1 else ""
