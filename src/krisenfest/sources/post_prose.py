"""What a post announces, read from its prose: when, where, how to register; and what remains unsure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from krisenfest.sources.german_dates import DayMention, TimeMention, days_in, local, sentences, times_in

_DEADLINE = re.compile(
    r"anmeldeschluss|anmeldefrist|einsendeschluss|bewerb|deadline|frist\b|\bbis (?:zum|spätestens)?\s*\d|"
    r"noch die (?:gelegenheit|möglichkeit)|einreich|meldet euch bis|anmeldung bis",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:haben wir|hat(?:te|ten)?|war(?:en)?|fand(?:en)?|trafen|wurde[n]?|gab es|"
    r"nach (?:einem|dem) (?:erfolgreichen|tollen))\b",
    re.IGNORECASE,
)
_INVITES = re.compile(
    r"\bwann\b|findet|finden|stattfinde|laden\b|lädt|einlad|treffen wir|wir treffen|eingeladen|startet|beginn|"
    r"veranstalte|herzlich|es wieder soweit|datum|termin|kommt\b|feiern|lasst uns|join|takes place|invite",
    re.IGNORECASE,
)
_WE = re.compile(r"\b(?:wir (?:laden|treffen)|laden wir|treffen wir|lädt)\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:endet|enden|ende|schluss|ends)\b", re.IGNORECASE)
_REGISTERS = re.compile(r"anmeld|meld(?:e|et)\b|registrier|rsvp|register|sign.?up|ticket", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:heute|morgen|übermorgen|(?:kommende|nächste)[rsnm]? (?:woche|\w+tag))\b", re.IGNORECASE)
_RECURRING = re.compile(
    r"\b(?:jede[nr]?|every)\b.{0,30}\b(?:woche|monat|\w*tag|mittwoch|sonnabend|month|week)", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"""(?:\]\(|href=["']?)(https?://[^\s)"'>]+)""")
_BARE_LINK = re.compile(r"https?://[^\s)\"'>\]]+")
_ADDRESS = re.compile(
    r"(?:[A-ZÄÖÜ][\w.\-]*(?:\s[A-ZÄÖÜ][\w.\-]*){0,3}?\s?(?:straße|strasse|str\.|platz|weg|allee|ufer|gasse|damm|ring)|"
    r"(?:Am|An der|Unter den|Alter|Alte) [A-ZÄÖÜ]\w+)\s\d+[a-z]?(?:-\d+)?(?:,?\s+\d{5}\s[A-ZÄÖÜ][\w-]+)?",
    re.IGNORECASE,
)
_CONFERENCE = re.compile(r"\b(zoom|webex|jitsi|bigbluebutton|microsoft teams|google meet|gotomeeting)\b", re.IGNORECASE)
_CONFERENCE_NAMES = {"bigbluebutton": "BigBlueButton", "webex": "Webex", "jitsi": "Jitsi", "zoom": "Zoom"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a post: its number from 1, its text without markup, and as it was."""

    number: int
    text: str
    raw: str


@dataclass(frozen=True, slots=True)
class Unsure:
    """A field that is not certain: what the text says, in which sentence."""

    field: str
    says: str
    sentence: str
    line: int


@dataclass(slots=True)
class When:
    """What was found about the time: local ISO strings, None where nothing is certain."""

    kind: str = "none"
    start: str | None = None
    end: str | None = None
    sources: list[tuple[str, str, int, str]] = field(default_factory=list)  # field, value, line, sentence
    unsure: list[Unsure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Candidate:
    first: date
    last: date
    weight: int
    times: tuple[TimeMention, ...]
    mention: DayMention
    line: Line
    sentence: str


def when(lines: Sequence[Line], headline: Sequence[Line], posted: date | None) -> When:
    """When the event is that a post announces.

    `headline` are title and summary, in which an invitation names its day; `posted` is the day of the post, from
    which a missing year is inferred: the next such day on or after it.
    """
    found = When()
    candidates = [each for line in headline for each in _candidates(line, posted, 6, found)]
    candidates += [each for line in lines for each in _candidates(line, posted, 0, found)]
    candidates = [each for each in candidates if each.weight > 0]
    if not candidates:
        _recurring_or_relative(lines, found)
        return found
    spans: dict[tuple[date, date], int] = {}
    for each in candidates:
        spans[each.first, each.last] = spans.get((each.first, each.last), 0) + each.weight
    best = _best(spans, candidates)
    if best is None:
        found.kind = "several"
        for each in _first_of_each(candidates):
            found.unsure.append(Unsure("start", each.mention.text, each.sentence, each.line.number))
        return found
    chosen = [each for each in candidates if (each.first, each.last) == best]
    _fill(found, chosen, lines, several=len(spans) > 1)
    return found


def _candidates(line: Line, posted: date | None, headline_weight: int, found: When) -> list[_Candidate]:
    candidates: list[_Candidate] = []
    for sentence in sentences(line.text):
        mentions = days_in(sentence)
        if not mentions:
            continue
        merged = _start_and_end(sentence, mentions, posted)
        for mention in mentions[:1] if merged else mentions:
            if posted is None and mention.year is None:
                found.unsure.append(Unsure("start", f"{mention.text}, no year", sentence, line.number))
                continue
            days = merged or mention.days(posted or date.min)
            if days is None or (posted and days[1] < posted):
                continue
            if not merged and not mention.weekday_fits(days[0]):
                says = f"{mention.text}, but that day is another weekday"
                found.unsure.append(Unsure("start", says, sentence, line.number))
                continue
            candidates.append(
                _Candidate(
                    *days,
                    _weight(sentence, mention, headline_weight),
                    tuple(times_in(sentence)),
                    mention,
                    line,
                    sentence,
                )
            )
    return candidates


def _start_and_end(sentence: str, mentions: list[DayMention], posted: date | None) -> tuple[date, date] | None:
    """ "starts on Saturday (28 October) and ends on Sunday (29 October)": two days of one event."""
    if len(mentions) != 2 or not _ENDS.search(sentence) or not re.search(r"start|beginn", sentence, re.IGNORECASE):
        return None
    first, last = (each.days(posted or date.min) for each in mentions)
    if not first or not last or not 0 < (last[1] - first[0]).days < 15:
        return None
    return first[0], last[1]


def _weight(sentence: str, mention: DayMention, headline_weight: int) -> int:
    before = sentence[max(0, mention.position - 40) : mention.position]
    deadline = re.search(r"\bbis (?:zum |spätestens )?(?:\w+, ?(?:den )?)?$", before, re.IGNORECASE)
    if (deadline or _DEADLINE.search(sentence)) and mention.first == mention.last:
        return 0
    if _PAST.search(sentence) and not _INVITES.search(sentence):
        return 0
    weight = 1 + headline_weight
    weight += 3 if _INVITES.search(sentence) else 0
    weight += 2 if times_in(sentence) else 0
    weight += 2 if _WE.search(sentence) and times_in(sentence) else 0
    return weight


def _best(spans: dict[tuple[date, date], int], candidates: list[_Candidate]) -> tuple[date, date] | None:
    """The span that stands out: alone, or holding all others, or at least twice as well attested as any other."""
    ordered = sorted(spans.items(), key=lambda each: (-each[1], each[0]))
    (first, last), most = ordered[0]
    for (start, end), weight in ordered[1:]:
        inside = first <= start and end <= last
        if not inside and weight * 2 > most:
            return None
    if most < 4 and len(ordered) == 1 and len(candidates) == 1 and not candidates[0].times:
        # A day that is merely mentioned once need not be the event's.
        return (first, last) if _INVITES.search(candidates[0].sentence) or candidates[0].weight > 1 else None
    return first, last


def _first_of_each(candidates: list[_Candidate]) -> list[_Candidate]:
    seen: dict[tuple[date, date], _Candidate] = {}
    for each in candidates:
        seen.setdefault((each.first, each.last), each)
    return list(seen.values())


def _fill(found: When, chosen: list[_Candidate], lines: Sequence[Line], *, several: bool) -> None:
    first, last = chosen[0].first, chosen[0].last
    found.kind = "multi-day" if last > first else "single"
    timed = [(each.times[0], each.line.number, each.sentence) for each in chosen if each.times]
    if not timed and not several:
        timed = _times_of_event(lines)
    starts = {time.start for time, _, _ in timed}
    ends = {time.end for time, _, _ in timed if time.end is not None}
    source = next((each for each in chosen if each.times), chosen[0])
    if last > first:
        found.start, found.end = local(first, None), local(last, None)
        found.sources.append(("start", found.start, source.line.number, source.sentence))
        found.sources.append(("end", found.end, source.line.number, source.sentence))
        return
    if len(starts) > 1:
        for time, number, sentence in timed:
            found.unsure.append(Unsure("start", f"several times, {time.text}", sentence, number))
    start = starts.pop() if len(starts) == 1 else None
    found.start = local(first, start)
    found.sources.append(("start", found.start, source.line.number, source.sentence))
    if start is None:
        return
    end_time = ends.pop() if len(ends) == 1 else None
    if end_time is not None:
        number, sentence = next((number, text) for time, number, text in timed if time.end == end_time)
    else:
        end_time, number, sentence = _stated_end(lines)
    if end_time is not None:
        if end_time <= start:
            end_time += 1440
        found.end = local(first, end_time)
        found.sources.append(("end", found.end, number, sentence))


def _times_of_event(lines: Sequence[Line]) -> list[tuple[TimeMention, int, str]]:
    """Times in sentences that speak of the event but name no day."""
    found: list[tuple[TimeMention, int, str]] = []
    cue = re.compile(
        r"findet .*statt|\bwann\b|^\W*(?:uhr)?zeit\b|beginn|los geht|geht es los|starten wir|startet", re.IGNORECASE
    )
    for line in lines:
        for sentence in sentences(line.text):
            times = times_in(sentence)
            if len(times) == 1 and cue.search(sentence) and not days_in(sentence):
                found.append((times[0], line.number, sentence))
    return found


def _stated_end(lines: Sequence[Line]) -> tuple[int | None, int, str]:
    """ "Die Veranstaltung endet spätestens um 18.30 Uhr": the one such time, if there is one."""
    found = [
        (times[0].start, line.number, sentence)
        for line in lines
        for sentence in sentences(line.text)
        if _ENDS.search(sentence) and len(times := times_in(sentence)) == 1 and not days_in(sentence)
    ]
    return found[0] if len(found) == 1 else (None, 0, "")


def _recurring_or_relative(lines: Sequence[Line], found: When) -> None:
    for line in lines:
        for sentence in sentences(line.text):
            if times_in(sentence) and _RECURRING.search(sentence):
                found.kind = "recurring"
                found.unsure.append(Unsure("start", "happens again and again", sentence, line.number))
            elif (relative := _RELATIVE.search(sentence)) and (_INVITES.search(sentence) or times_in(sentence)):
                found.kind = "single"
                found.unsure.append(Unsure("start", f"{relative.group()}, no day", sentence, line.number))


def agenda(lines: Sequence[Line]) -> list[dict[str, str]]:
    """Lines that begin with a time and go on with words, if there are at least two of them, in order of time."""
    pattern = re.compile(
        r"^\W{0,4}([01]?\d|2[0-3])[.:]([0-5]\d)\s*(?:uhr)?\s*[\t:|–—-]*\s*(?!bis\b)(\S.*)$", re.IGNORECASE
    )
    found: list[dict[str, str]] = []
    for line in lines:
        if (each := pattern.match(line.text)) and not re.match(r"[\d.:]+\s*(?:uhr)?\s*$", each.group(3), re.IGNORECASE):
            found.append({"at": f"{int(each.group(1)):02d}:{each.group(2)}", "title": each.group(3).strip()[:300]})
    times = [each["at"] for each in found]
    return found if len(found) > 1 and times == sorted(times) else []


def place(lines: Sequence[Line]) -> tuple[str | None, bool, list[tuple[str, str, int, str]], list[Unsure]]:
    """Where it is: a video conference or the one address; whether it is online; the sources; what is unsure."""
    conferences: dict[str, tuple[int, str]] = {}
    addresses: dict[str, tuple[int, str]] = {}
    for line in lines:
        for sentence in sentences(line.text):
            for each in _CONFERENCE.findall(sentence):
                conferences.setdefault(_CONFERENCE_NAMES.get(each.lower(), each.title()), (line.number, sentence))
            for address in _ADDRESS.findall(sentence):
                addresses.setdefault(address.strip(" ,"), (line.number, sentence))
    both = {**conferences, **addresses}
    if len(both) == 1:
        name, (number, sentence) = next(iter(both.items()))
        return name, bool(conferences), [("place", name, number, sentence)], []
    unsure = [Unsure("place", name, sentence, number) for name, (number, sentence) in both.items()]
    return None, False, [], unsure


def registration(lines: Sequence[Line]) -> tuple[dict[str, str] | None, list[tuple[str, str, int, str]], list[Unsure]]:
    """How to register: the one mail address or page that a sentence about registering names."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for number, line in enumerate(lines):
        if not _REGISTERS.search(line.raw):
            continue
        near = [line, *(each for each in lines[number + 1 : number + 2] if not each.text or _LINK.search(each.raw))]
        for each in near:
            for mail in _MAIL.findall(each.raw):
                found.setdefault(("mail", mail.rstrip(".")), (each.number, each.text))
            for url in _LINK.findall(each.raw) or _BARE_LINK.findall(each.raw):
                found.setdefault(("url", url), (each.number, each.text))
    mails = [key for key in found if key[0] == "mail"]
    chosen = mails[0] if len(mails) == 1 else next(iter(found)) if len(found) == 1 else None
    if chosen:
        number, sentence = found[chosen]
        return {chosen[0]: chosen[1]}, [("registration", chosen[1], number, sentence)], []
    unsure = [Unsure("registration", value, sentence, number) for (_, value), (number, sentence) in found.items()]
    return None, [], unsure


def hosts(lines: Sequence[Line]) -> tuple[list[str], list[tuple[str, str, int, str]]]:
    """Who invites together: what stands as a link after "gemeinsam mit" or "zusammen mit"."""
    pattern = re.compile(r"(?:gemeinsam|zusammen)[^.\[<]{0,30}?\bmit (de[mnr]|)\s*\[([^\]]{2,80})\]\(", re.IGNORECASE)
    found: list[str] = []
    sources: list[tuple[str, str, int, str]] = []
    for line in lines:
        for article, name in pattern.findall(line.raw):
            nominative = _nominative(article, name)
            if nominative not in found:
                found.append(nominative)
                sources.append(("hosts", nominative, line.number, line.text))
    return found, sources


def _nominative(article: str, name: str) -> str:
    """ "dem Deutschen Städtetag" names the Deutscher Städtetag: -tag, -bund, -verband and -verein are masculine."""
    if article.lower() == "dem" and re.search(r"(?:tag|bund|verband|verein|rat|kreis)$", name):
        return re.sub(r"^([A-ZÄÖÜ]\w+)en (?=[A-ZÄÖÜ])", r"\1er ", name)
    return name
