"""At what time an event begins and ends: from the sentences that name its day, and from those that speak of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from krisenfest.sources.german_dates import DayMention, TimeMention, days_in, sentences, times_in
from krisenfest.sources.post_text import Line, clipped

ZONE = ZoneInfo("Europe/Berlin")  # of the posts, which are German

EVENT = (
    r"(?:veranstaltung|treffen|workshop|\w{0,20}seminar|webinar|konferenz|sitzung|versammlung|event|vortrag|hackathon|meetup|fest|"
    r"abend|kurs|führung|programm|runde|gespräch|sprechstunde)"
)
_OF_EVENT = re.compile(
    rf"findet\b.{{0,200}}\bstatt|\bwann\b|^\W{{0,4}}(?:uhr)?zeit\b|^\W{{0,4}}(?:beginn|start)\b|"
    rf"\b{EVENT}\w{{0,12}}\s(?:\S{{1,30}}\s){{0,4}}?(?:beginnt|startet|fängt|starts)|"
    rf"(?:beginnt|startet)\s(?:unser|die|das|der)\w{{0,3}}\s(?:\S{{1,30}}\s)?{EVENT}|"
    r"los geht|geht(?:'s|’s|\ses)?\s.{0,40}\blos\b|\b(?:starten|beginnen) wir\b|\bwir (?:starten|beginnen)\b",
    re.IGNORECASE,
)
_ITSELF = re.compile(r"\b(?:es|sie|er) (?:beginnt|startet)\b", re.IGNORECASE)
_MAYBE = re.compile(r"beginn|start|los geht|einlass|uhr", re.IGNORECASE)
_ENDS = re.compile(
    r"\b(?:endet|enden|ends)\b|^\W{0,4}(?:voraussichtliches\s)?ende\b(?!\s(?:des|der|dieses|januar|februar|märz|april|mai|"
    r"juni|juli|august|september|oktober|november|dezember))|\bschluss ist\b|\bende(?:\sist)?(?:\s(?:um|gegen|ca)\b|:)",
    re.IGNORECASE,
)
_OTHER_THING = re.compile(
    r"anmeld|bewerb|frist|öffnungszeit|geöffnet|schalter|verkauf|einlass endet|buffet", re.IGNORECASE
)
_INSTEAD = re.compile(r"\bstatt\s(?:wie|um|\d)|anstatt|\bnicht (?:um|wie)\b", re.IGNORECASE)
_WITH_SERVICE = re.compile(r"\bmit (?:dem|der|den)\b", re.IGNORECASE)
_STARTS_SOMETHING = re.compile(r"\b(?:startet|beginnt)\b.{0,300}\bmit (?:dem|der|den)\b", re.IGNORECASE)
_EVENT_OR_WE = re.compile(rf"\bwir\b|\bstatt\b|{EVENT}", re.IGNORECASE)
_OTHER_CLAUSE = re.compile(r"[,;]\s(?:und\s)?(?:der|die|das|unser\w{0,2}|ein\w{0,2})\s[A-ZÄÖÜ]")


@dataclass(slots=True)
class Clock:
    """Start and end in minutes since midnight, None where not sure; sources are (line, sentence)."""

    start: int | None = None
    end: int | None = None
    source: tuple[int, str] | None = None
    end_source: tuple[int, str] | None = None
    unsure: list[tuple[str, str, int]] = field(default_factory=list)  # says, sentence, line


@dataclass(frozen=True, slots=True)
class _Start:
    time: TimeMention
    end: int | None
    line: int
    sentence: str


def belonging(
    times: Sequence[TimeMention], mention: DayMention, sentence: str, window: tuple[int, int]
) -> tuple[TimeMention, ...]:
    """The times that stand in a window of a sentence, as those of the day it names; in doubt behind another clause."""
    own: list[TimeMention] = []
    for each in times:
        if not window[0] <= each.position < window[1]:
            continue
        ahead = each.finish <= mention.position
        between = sentence[each.finish : mention.position] if ahead else sentence[mention.finish : each.position]
        far = (ahead and len(between) > 40) or (each.role != "begin" and _OTHER_CLAUSE.search(between))
        something = _STARTS_SOMETHING.search(sentence) and not _EVENT_OR_WE.search(sentence)
        own.append(
            replace(each, doubt="which may be another thing's") if (far or something) and not each.doubt else each
        )
    return tuple(own)


def clock_of(named: Sequence[tuple[Sequence[TimeMention], DayMention | None, int, str]], day: date) -> Clock:
    """The one start, and the one end, that sentences name; each is times, day mention, line and sentence."""
    clock = Clock()
    starts = [
        start for times, mention, line, sentence in named if times for start in _starts(times, mention, line, sentence)
    ]
    if not starts:
        return clock
    values = {each.time.start for each in starts}
    doubts = [(each, doubt) for each in starts if (doubt := _doubt(each.time, day))]
    if len(values) > 1 or doubts:
        why = {id(each): doubt for each, doubt in doubts}
        clock.unsure = [
            (f"{each.time.text}: {why.get(id(each)) or 'one of several times'}", each.sentence, each.line)
            for each in starts[:20]
        ]
        return clock
    clock.start, clock.source = starts[0].time.start, (starts[0].line, starts[0].sentence)
    ends = {each.end for each in starts if each.end is not None}
    if len(ends) == 1:
        clock.end = ends.pop()
        clock.end_source = next((each.line, each.sentence) for each in starts if each.end is not None)
    return clock


def without_start(
    named: Sequence[tuple[Sequence[TimeMention], DayMention | None, int, str]],
) -> list[tuple[str, str, int]]:
    """What to say of sentences that tell only when the doors open, or when it ends."""
    only = {"entry": "the doors open; when does it begin?", "end": "it ends; when does it begin?"}
    return [
        (f"{each.text}: {only[each.role]}", sentence, line)
        for times, _, line, sentence in named
        for each in times
        if each.role in only
    ][:20]


def _starts(times: Sequence[TimeMention], mention: DayMention | None, line: int, sentence: str) -> list[_Start]:
    """Which of a sentence's times say when it begins, each with its end; several if that is not clear."""
    begins = [each for each in times if each.role == "begin"] or [each for each in times if not each.role]
    closing = [each.start for each in times if each.role == "end"]
    if len({each.start for each in begins}) > 1:
        near = begins[0]
        beside = mention and (0 <= near.position - mention.finish <= 15 or 0 <= mention.position - near.finish <= 15)
        if beside and not _INSTEAD.search(sentence) and near.start < begins[1].start:
            begins = [near]
    end = closing[0] if len(closing) == 1 else None
    return [_Start(each, each.end if each.end is not None else end, line, sentence) for each in begins]


def _doubt(mention: TimeMention, day: date) -> str:
    if mention.doubt:
        return mention.doubt
    hours, minutes = divmod(mention.start % 1440, 60)
    offset = datetime.combine(day, time(hours, minutes), ZONE).utcoffset()
    own = offset.total_seconds() // 60 if offset else 0
    return "in another time zone than Germany's" if any(each != own for each in mention.offsets) else ""


def dayless_times(lines: Sequence[Line], clock: Clock, day: date, day_line: Line) -> Clock:
    """The clock with what sentences say that speak of the event but name no day: start, contradiction, end."""
    named: list[tuple[Sequence[TimeMention], None, int, str]] = []
    begins: list[_Start] = []
    others: list[tuple[str, str, int]] = []
    next_line = next((line for line in lines if line.number > day_line.number and line.text), None)
    for line in lines:
        for sentence in clipped(sentences(line.text)):
            if not (times := times_in(sentence)) or days_in(sentence):
                continue
            if _ENDS.search(sentence) and not any(each.role == "begin" for each in times):
                continue
            alone = line is next_line and len(times) == 1 and len(sentence) - len(times[0].text) < 4
            roles = {each.role for each in times}
            spoken_of = roles >= {"entry", "begin"} or _OF_EVENT.search(sentence) or _ITSELF.search(sentence)
            if alone or (spoken_of and not _of_something_else(sentence)):
                named.append((times, None, line.at(sentence), sentence))
            elif _MAYBE.search(sentence) and times[0].position > 4:
                others.append((f"{times[0].text}, which may be another thing's", sentence, line.at(sentence)))
            if re.match(r"\W{0,4}(?:beginn|start)\b", sentence, re.IGNORECASE):
                begins += [
                    each for each in _starts(times, None, line.at(sentence), sentence) if each.time.role == "begin"
                ]
    if clock.start is None and not clock.unsure:
        clock = clock_of(named, day)
        if clock.start is None and not clock.unsure:
            clock.unsure = others[:5]
    elif clock.start is not None and (against := [each for each in begins if each.time.start != clock.start]):
        number, sentence = clock.source or (0, "")
        said = f"{clock.start // 60:02d}:{clock.start % 60:02d}: one of several times"
        told = [(f"{each.time.text}: one of several times", each.sentence, each.line) for each in against]
        clock = Clock(unsure=[(said, sentence, number), *told])
    if clock.start is not None and clock.end is None:
        clock.end, clock.end_source = _stated_end(lines, day)
    return clock


def _of_something_else(sentence: str) -> bool:
    return bool(_OTHER_THING.search(sentence) or (_WITH_SERVICE.search(sentence) and "statt" not in sentence))


def _stated_end(lines: Sequence[Line], day: date) -> tuple[int | None, tuple[int, str] | None]:
    """ "Die Veranstaltung endet spätestens um 18.30 Uhr": the one such time, if there is one."""
    found = [
        (times[0].start, (line.at(sentence), sentence))
        for line in lines
        for sentence in clipped(sentences(line.text))
        if _ENDS.search(sentence)
        and not _OTHER_THING.search(sentence)
        and len(times := times_in(sentence)) == 1
        and not _doubt(times[0], day)
        and not days_in(sentence)
    ]
    return found[0] if len(found) == 1 else (None, None)
