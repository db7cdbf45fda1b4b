"""What an event's post says of its agenda and its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from krisenfest.sources.german_dates import sentences
from krisenfest.sources.post_text import Line, Source, Unsure, clipped

_CAPITAL = r"[A-ZÄÖÜ]"
_NAME = rf"{_CAPITAL}[\w.\-]{{0,40}}"
_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_NO_NAME = (
    r"(?!(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Sonnabend|Ende|Abend|Nachmittag|Vormittag|"
    rf"{_MONTHS})\b)"
)
_ADDRESS = re.compile(
    rf"(?<![\w.-])(?:(?:{_NAME}\s){{0,3}}?{_NAME}?\s?"
    r"(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|[Pp]latz|[Ww]eg|[Aa]llee|[Uu]fer|[Gg]asse|[Gg]äßchen|[Dd]amm|[Rr]ing|[Mm]arkt|[Cc]haussee)|"
    rf"(?:Am|An der|Auf dem|Auf der|Unter den|Alter|Alte) {_NO_NAME}{_CAPITAL}\w{{1,40}})"
    r"\s\d{1,3}(?:\s?[a-z]\b)?(?:[-/]\d{1,4})?(?!\d|\s?Uhr|[.:]\s?\d|\.\s(?:Januar|Februar|März|April|Mai|Juni|Juli|August|"
    rf"September|Oktober|November|Dezember))"
    rf"(?:,?\s\d{{5}},?\s{_CAPITAL}[\w-]{{1,40}}(?:\s(?:a\.|am|an der)\s{_CAPITAL}\w{{1,30}})?)?"
)
_CONFERENCE = re.compile(
    r"\b(zoom|webex|jitsi|bigbluebutton|microsoft teams|ms teams|google meet|gotomeeting)\b", re.IGNORECASE
)
_CONFERENCE_CUE = re.compile(
    r"konferenz|meeting|\bper\b|\bvia\b|über|online|webinar|video|link|\bcall\b|digital|\b(?:wo|ort)\b|raum|treffen",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:nicht|kein\w*|ohne)\b|\bstatt\s(?:über|per|via|in|im|zoom|webex)\b", re.IGNORECASE)
_CONFERENCE_NAMES = {
    "bigbluebutton": "BigBlueButton",
    "gotomeeting": "GoToMeeting",
    "jitsi": "Jitsi",
    "ms teams": "Microsoft Teams",
    "webex": "Webex",
    "zoom": "Zoom",
}
_PLACE_LABEL = re.compile(
    r"^\W{0,4}(?:wo|ort|location|veranstaltungsort|treffpunkt|place|where)\b\W{0,2}:\W{0,4}(\S.{1,300})$", re.IGNORECASE
)
_OPEN = re.compile(r"\btbd\b|\btba\b|noch offen|folgt\b|wird noch", re.IGNORECASE)
_ITEM = re.compile(
    r"^\W{0,4}(?P<hour>[01]?\d|2[0-3])(?!\d)(?:(?P<mark>[.:])(?P<minute>[0-5]\d))?"
    r"(?:\s?(?:uhr)?\s?(?:–|—|-|bis)\s?(?:[01]?\d|2[0-4])(?:[.:][0-5]\d)?(?=\s?uhr|\s?[|:–—-]|\s[^\d\s]))?"
    r"(?P<uhr>\s?uhr\b)?(?P<point>\.)?\s?[|:–—-]{0,3}\s?(?!bis\b)(?P<title>\S.{0,2000})$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Agenda:
    """Items in order of time, and the line of the first."""

    items: list[dict[str, str]] = field(default_factory=list)
    line: int = 0


def agenda(lines: Sequence[Line]) -> Agenda:
    """Lines that begin with a time and go on with words, if there are at least two of them, in order of time.

    "11.10 - Dresden" is a day as soon as one line of the list can only be one ("13.10. - Köln").
    """
    found = Agenda()
    for line in lines:
        each = _ITEM.match(line.text)
        if not each:
            continue
        if each["mark"] == "." and not each["uhr"] and (each["point"] or re.match(r"(?:19|20)\d\d\b", each["title"])):
            return Agenda()  # a list of days
        if not each["uhr"] and (each["mark"] is None or not re.match(r"[^\W\d]|[\"„(*]|[^\w\s]", each["title"])):
            continue
        if re.fullmatch(r"[\d.:\s]{1,12}(?:uhr)?\W{0,3}", each["title"], re.IGNORECASE):
            continue
        at = f"{int(each['hour']):02d}:{each['minute'] or '00'}"
        found.items.append({"at": at, "title": each["title"].strip(" |")[:300]})
        found.line = found.line or line.number
    times = [each["at"] for each in found.items]
    return found if len(times) > 1 and times == sorted(times) else Agenda()


@dataclass(slots=True)
class Where:
    """The place, None where it is not certain; whether it is online."""

    place: str | None = None
    online: bool = False
    sources: list[Source] = field(default_factory=list)
    unsure: list[Unsure] = field(default_factory=list)


def place(lines: Sequence[Line]) -> Where:
    """Where it is: what stands beside "Wo:", or a video conference, or the one address."""
    conferences: dict[str, tuple[int, str]] = {}
    addresses: dict[str, tuple[int, str]] = {}
    labelled: dict[str, tuple[int, str]] = {}
    for line in lines:
        whole = _PLACE_LABEL.match(line.text)
        for sentence in clipped(sentences(line.text)):
            if (label := whole or _PLACE_LABEL.match(sentence)) and not _OPEN.search(label.group(1)):
                labelled.setdefault(label.group(1).strip(" *_,.|"), (line.at(sentence), sentence))
            for each in _CONFERENCE.findall(sentence):
                if _CONFERENCE_CUE.search(sentence):
                    name = _CONFERENCE_NAMES.get(each.lower(), each.title())
                    conferences.setdefault(name, (line.at(sentence), sentence))
            for address in _ADDRESS.findall(sentence):
                addresses.setdefault(address.strip(" ,"), (line.at(sentence), sentence))
    if len(labelled) == 1 and not conferences:
        name, (number, sentence) = next(iter(labelled.items()))
        return Where(name, False, [("place", name, number, sentence)])
    both = {**conferences, **(labelled or addresses)}
    denied = any(_NOT.search(sentence) for _, sentence in conferences.values())
    if len(both) == 1 and not denied:
        name, (number, sentence) = next(iter(both.items()))
        return Where(name, bool(conferences), [("place", name, number, sentence)])
    unsure = [Unsure("place", name, sentence, number) for name, (number, sentence) in both.items()]
    return Where(unsure=unsure[:40])
