"""When the event is that a post announces: a value where one reading stands out, else each reading with its doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from krisenfest.sources.german_dates import DayMention, TimeMention, days_in, local, sentences, span, times_in
from krisenfest.sources.german_times import VAGUE
from krisenfest.sources.post_clock import EVENT, Clock, belonging, clock_of, dayless_times, without_start
from krisenfest.sources.post_text import Line, Source, Unsure, clipped

FAR_DAYS = 274  # a day without a year that would lie further ahead than nine months is rather one just past
MAX_DAYS = 500  # days of one post that are weighed
MAX_TOLD = 40  # readings that are told

DEADLINE = re.compile(
    r"(?:anmelde|einsende|redaktions|melde|bewerbungs)schluss|bewerbung|bewerbt|bewirb|deadline|frist\b|stichtag|"
    r"(?:vor|karten|ticket)verkauf|anmeldestart|anmeldung\w{0,10}\s(?:beginnt|startet|öffnet|schließt|endet)|"
    r"noch die (?:gelegenheit|möglichkeit)|einreich|meldet euch bis|"
    r"anmeldung\w*\s(?:ist\s|sind\s)?(?:\w+\s)?(?:bis|ab|vom)\b",
    re.IGNORECASE,
)
UNTIL = re.compile(
    r"\bbis\s(?:(?:spätestens|einschließlich|zum|zu|den|dem|kommenden)\s){0,3}(?:\w{2,12},?\s(?:de[nm]\s)?)?$",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(?:voraussichtlich|vermutlich|eventuell|evtl\.|vielleicht|möglicherweise|wahrscheinlich|vorläufig|tbc)\b.{0,25}$",
    re.IGNORECASE,
)
_PERHAPS_BEHIND = re.compile(r"\W{0,3}(?:tbc|unter vorbehalt)\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:haben wir|hat(?:te|ten)?|war(?:en)?|fand(?:en)?|traf(?:en)?|wurden?|gab(?:en)?|"
    r"ging(?:en)?|kam(?:en)?|lud(?:en)?|besuchten?|diskutierten?|berichte[nt]?|bericht (?:vom|von|über|zum)|"
    r"rückblick|nachlese|stattgefunden|"
    r"nach (?:einem|dem) (?:erfolgreichen|tollen))\b",
    re.IGNORECASE,
)
_LOOKS_BACK = re.compile(
    r"\b(?:rückblick|nachlese|recap|das war|so war|nachbericht|bericht (?:vom|von|über|zum)|protokoll|fotos vom)\b",
    re.IGNORECASE,
)
_CALLS = re.compile(
    r"\b(?:laden|lädt|eingeladen|findet|finden|treffen wir|wir treffen|lade|es wieder soweit|join)\b", re.IGNORECASE
)
_INVITES = re.compile(
    r"\bwann\b|findet|finden|stattfinde|laden\b|lädt|einlad|treffen wir|wir treffen|eingeladen|startet|beginn|"
    r"veranstalte|herzlich|es wieder soweit|datum|termin|kommt\b|\bkommen\b.{0,200}\bzusammen|zusammenkomm|feiern|"
    r"lasst uns|save the date|join|takes place|invite",
    re.IGNORECASE,
)
_WE = re.compile(r"\b(?:wir (?:laden|treffen)|laden wir|treffen wir|lädt)\b", re.IGNORECASE)
_OFF = re.compile(
    r"\b(?:fäll(?:t|en)\b[^.!?]{0,80}\baus\b|ausgefallen|ausfallen|entfäll(?:t|en)|entfallen|abgesagt\w{0,2}|verschoben\w{0,2}|"
    r"verlegt|abgebrochen|cancel?led|postponed|nicht statt(?:finden)?)\b",
    re.IGNORECASE,
)
_NOT_OFF = re.compile(r"\b(?:nicht|kein\w*)\s(?:aus\b|abgesagt|verschoben|ausfallen|entfallen)", re.IGNORECASE)
_EVENT = re.compile(EVENT, re.IGNORECASE)
_STARTS_AND_ENDS = re.compile(
    r"(?=.{0,500}\b(?:start|beginn))(?=.{0,500}\b(?:endet|enden|ende|schluss|ends)\b)", re.IGNORECASE
)
_RELATIVE = re.compile(
    r"\b(?:heute|morgen|übermorgen|(?:kommende|nächste)[rsnm]? (?:woche|\w{2,12}tag)|"
    r"(?:am|diesen) (?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag))\b",
    re.IGNORECASE,
)
_RECURRING = re.compile(
    r"\b(?:jede[nr]?|every)\b.{0,30}\b(?:woche|monat|\w{0,12}tag|mittwoch|sonnabend|month|week)", re.IGNORECASE
)


@dataclass(slots=True)
class When:
    """What was found about the time: local ISO strings, None where nothing is certain."""

    kind: str = "none"
    start: str | None = None
    end: str | None = None
    sources: list[Source] = field(default_factory=list)
    unsure: list[Unsure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A day, or days, that may be the event's, with the times that belong to it in its sentence."""

    first: date
    last: date
    weight: int
    times: tuple[TimeMention, ...]
    mention: DayMention
    line: Line
    sentence: str


@dataclass(frozen=True, slots=True)
class _Rejected:
    first: date | None
    why: str
    mention: DayMention
    line: Line
    sentence: str

    def unsure(self) -> Unsure:
        return Unsure("start", f"{self.mention.text}, {self.why}", self.sentence, self.line.at(self.sentence))


def when(lines: Sequence[Line], headline: Sequence[Line], posted: date | None) -> When:
    """When the event is that a post announces.

    `headline` are title and summary, in which an invitation names its day; `posted` is the day of the post, from
    which a missing year is inferred: the next such day on or after it, unless that is more than nine months away.
    """
    found = When()
    candidates: list[Candidate] = []
    rejected: list[_Rejected] = []
    for part, weight in ((headline, 6), (lines, 0)):
        for line in part:
            if len(candidates) + len(rejected) < MAX_DAYS:
                _weigh(line, posted, weight, candidates, rejected)
    if any(_LOOKS_BACK.search(line.text) for line in headline[:1]):
        rejected += [
            _Rejected(each.first, "but the post looks back", each.mention, each.line, each.sentence)
            for each in candidates
        ]
        candidates = []
    off = called_off([*headline, *lines]) if candidates or rejected else []
    if not candidates:
        found.unsure += [each.unsure() for each in rejected[:MAX_TOLD]] + off
        _recurring_or_relative(lines, found)
        return found
    spans: dict[tuple[date, date], int] = {}
    for each in candidates:
        spans[each.first, each.last] = spans.get((each.first, each.last), 0) + each.weight
    best = _best(spans, candidates, invited=any(_INVITES.search(line.text) for line in headline))
    if best is None:
        found.kind = (
            "several" if len(spans) > 1 else "single" if candidates[0].first == candidates[0].last else "multi-day"
        )
        for each in _first_of_each(candidates):
            found.unsure.append(Unsure("start", each.mention.text, each.sentence, each.line.at(each.sentence)))
        found.unsure += [each.unsure() for each in rejected[:MAX_TOLD]] + off
        return found
    chosen = [each for each in candidates if (each.first, each.last) == best]
    _fill(found, chosen, lines, several=len(spans) > 1)
    _contradicted(found, chosen, rejected)
    if off:
        _withdraw(found, chosen, "but perhaps called off or moved")
        found.unsure += off
    _other_days(found, chosen, candidates)
    return found


def _other_days(found: When, chosen: list[Candidate], candidates: list[Candidate]) -> None:
    """Tell what else the post announces beside the event that was taken."""
    best = chosen[0].first, chosen[0].last
    if repeats := next((each for each in chosen if _RECURRING.search(each.sentence)), None):
        found.unsure.append(
            Unsure("other day", "happens again and again", repeats.sentence, repeats.line.at(repeats.sentence))
        )
    others = [each for each in _first_of_each(candidates) if not best[0] <= each.first <= each.last <= best[1]]
    for each in others[:MAX_TOLD]:
        found.unsure.append(Unsure("other day", each.mention.text, each.sentence, each.line.at(each.sentence)))


def _weigh(
    line: Line, posted: date | None, headline_weight: int, candidates: list[Candidate], rejected: list[_Rejected]
) -> None:
    """Sort the days that a line names into those that may be the event's and those that may not."""
    for sentence in clipped(sentences(line.text)):
        mentions = days_in(sentence)
        if not mentions:
            continue
        times = times_in(sentence)
        mentions, times = _from_to(sentence, mentions, times, posted)
        for number, mention in enumerate(mentions):
            before = mentions[number - 1].finish if number else 0
            after = mentions[number + 1].position if number + 1 < len(mentions) else len(sentence)
            days = mention.days(posted or date.min)
            why = _why_not(sentence, mention, days, posted, (before, after, number + 1 == len(mentions)))
            if why or days is None:
                rejected.append(_Rejected(days[0] if days else None, why, mention, line, sentence))
                continue
            own = belonging(times, mention, sentence, (mention.position if number else 0, after))
            weight = _weight(sentence, headline_weight, timed=bool(times))
            candidates.append(Candidate(*days, weight, own, mention, line, sentence))


def _why_not(
    sentence: str,
    mention: DayMention,
    days: tuple[date, date] | None,
    posted: date | None,
    window: tuple[int, int, bool],
) -> str:
    """Why a day that a text names cannot be taken for the event's; "" if it can."""
    if days is None:
        return "no such day" if posted or mention.year else "no year"
    if posted is None and mention.year is None:
        return "no year"
    before = sentence[max(window[0], mention.position - 80) : mention.position]
    after = sentence[mention.finish : min(window[1], mention.finish + 60)] if window[2] else ""
    single = mention.first == mention.last
    checks = (
        (posted is not None and days[1] < posted, "which lies before the post"),
        (posted is not None and mention.year is None and (days[0] - posted).days > FAR_DAYS,
         "no year, and the next such day is far away"),
        (not mention.weekday_fits(*days), "but that day is another weekday"),
        (bool(mention.doubt), mention.doubt),
        (single and bool(UNTIL.search(before) or DEADLINE.search(before) or DEADLINE.search(after)), "a deadline"),
        (bool(_PERHAPS.search(before) or _PERHAPS_BEHIND.match(sentence, mention.finish)), "but only perhaps"),
        (bool(_PAST.search(sentence)) and not _CALLS.search(sentence), "but the sentence looks back"),
    )  # fmt: skip
    return next((why for applies, why in checks if applies), "")


def _from_to(
    sentence: str, mentions: list[DayMention], times: list[TimeMention], posted: date | None
) -> tuple[list[DayMention], list[TimeMention]]:
    """Two days that are the first and the last of one event, with the times that stand beside each."""
    if len(mentions) != 2 or any(each.first != each.last for each in mentions):
        return mentions, times
    first, last = mentions
    between = sentence[first.finish : last.position]
    inside = [each for each in times if first.finish <= each.position and each.finish <= last.position]
    for each in inside:
        between = between.replace(each.text, "", 1)
    until = re.fullmatch(
        r"[\s,|(]{0,4}(?:um\s|ab\s)?[\s,|]{0,3}(?:bis(?:\szum)?|–|—|-)[\s,]{0,3}", between, re.IGNORECASE
    )
    if not until and not _STARTS_AND_ENDS.search(sentence):
        return mentions, times
    days = (first.days(posted or date.min), last.days(posted or date.min))
    whole = span(first, last, sentence)
    if not days[0] or not days[1] or not 0 < (days[1][0] - days[0][0]).days < 15:
        return mentions, times
    if whole.weekday is None and until is None:
        whole = replace(whole, last_weekday=last.weekday)
    closing = [each for each in times if each.position >= last.finish]
    if until and len(inside) == 1 and inside[0].end is None and len(closing) == 1 and closing[0].end is None:
        minutes = closing[0].start + 1440 * (days[1][0] - days[0][0]).days
        return [whole], [replace(inside[0], end=minutes)]
    return [whole], times


def _weight(sentence: str, headline_weight: int, *, timed: bool) -> int:
    weight = 1 + headline_weight
    weight += 3 if _INVITES.search(sentence) else 0
    weight += 2 if timed else 0
    weight += 2 if timed and _WE.search(sentence) else 0
    return weight


def _best(
    spans: dict[tuple[date, date], int], candidates: list[Candidate], *, invited: bool
) -> tuple[date, date] | None:
    """The span that stands out: alone, or holding all others, or at least twice as well attested as any other."""
    ordered = sorted(spans.items(), key=lambda each: (-each[1], each[0]))
    (first, last), most = ordered[0]
    headed = any(each.weight > 6 for each in candidates if (each.first, each.last) == (first, last))
    timed = {(each.first, each.last) for each in candidates if each.times and not headed}
    for (start, end), weight in ordered[1:]:
        inside = first <= start and end <= last
        if not inside and weight * (3 if (start, end) in timed else 2) > most:
            return None
    # A day that is merely mentioned is the event's only in a post that invites, and where no other thing has it.
    if len(ordered) > 1 or any(each.times or each.weight >= 4 for each in candidates):
        return first, last
    named = any(_EVENT.search(each.sentence) or len(each.sentence) - len(each.mention.text) < 8 for each in candidates)
    if not (invited and named):
        return None
    return first, last


def _first_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    seen: dict[tuple[date, date], Candidate] = {}
    for each in candidates:
        seen.setdefault((each.first, each.last), each)
    return list(seen.values())[:MAX_TOLD]


def _fill(found: When, chosen: list[Candidate], lines: Sequence[Line], *, several: bool) -> None:
    """The day, and the time where the sentences that name the day, or speak of the event, agree on one."""
    first, last = chosen[0].first, chosen[0].last
    found.kind = "multi-day" if last > first else "single"
    named = [(each.times, each.mention, each.line.at(each.sentence), each.sentence) for each in chosen]
    clock = clock_of(named, first)
    if last > first:
        _fill_span(found, chosen, clock)
        return
    if not several or clock.start is not None:
        clock = dayless_times(lines, clock, first, chosen[-1].line)
    told = clock.unsure if clock.start is not None or clock.unsure else without_start(named)
    found.unsure += [Unsure("start", *each) for each in told]
    source = next((each for each in chosen if each.times), chosen[0])
    number, sentence = clock.source or (source.line.at(source.sentence), source.sentence)
    found.start = local(first, clock.start)
    found.sources.append(("start", found.start, number, sentence))
    if clock.start is None or clock.end is None:
        return
    end = clock.end if clock.end > clock.start else clock.end + 1440  # "22 Uhr bis 2 Uhr": the next day
    number, sentence = clock.end_source or (number, sentence)
    found.end = local(first, end)
    found.sources.append(("end", found.end, number, sentence))


def _fill_span(found: When, chosen: list[Candidate], clock: Clock) -> None:
    first, last = chosen[0].first, chosen[0].last
    source = next((each for each in chosen if each.times), chosen[0])
    through = clock.end is not None and clock.end >= 1440  # the times of the first and of the last day
    found.start = local(first, clock.start if through else None)
    found.end = local(first, clock.end) if through else local(last, None)
    found.sources.append(("start", found.start, source.line.at(source.sentence), source.sentence))
    found.sources.append(("end", found.end, source.line.at(source.sentence), source.sentence))
    for each in chosen if not through else ():
        found.unsure += [
            Unsure("time", time.text, each.sentence, each.line.at(each.sentence))
            for time in each.times
            if time.doubt != VAGUE
        ]


def _contradicted(found: When, chosen: list[Candidate], rejected: list[_Rejected]) -> None:
    """The same day beside a weekday that it is not: one of the two is wrong, so the day is not sure."""
    against = [each for each in rejected if each.first == chosen[0].first and "weekday" in each.why]
    if against:
        _withdraw(found, chosen, "but elsewhere with another weekday")
        found.unsure += [each.unsure() for each in against]


def called_off(lines: Sequence[Line]) -> list[Unsure]:
    """The sentences that call an event off, or move it: such an event is not announced as if it took place."""
    return [
        Unsure("start", f"perhaps called off or moved: {says.group()[:60]}", sentence, line.at(sentence))
        for line in lines
        for sentence in clipped(sentences(line.text))
        if (says := _OFF.search(sentence)) and not _NOT_OFF.search(sentence)
    ][:MAX_TOLD]


def _withdraw(found: When, chosen: list[Candidate], why: str) -> None:
    found.start = found.end = None
    found.sources = []
    found.unsure.append(
        Unsure("start", f"{chosen[0].mention.text}, {why}", chosen[0].sentence, chosen[0].line.at(chosen[0].sentence))
    )


def _recurring_or_relative(lines: Sequence[Line], found: When) -> None:
    for line in lines:
        for sentence in clipped(sentences(line.text)):
            if _RECURRING.search(sentence) and (times_in(sentence) or _INVITES.search(sentence)):
                found.kind = "recurring"
                found.unsure.append(Unsure("start", "happens again and again", sentence, line.at(sentence)))
            elif (relative := _RELATIVE.search(sentence)) and (_INVITES.search(sentence) or times_in(sentence)):
                found.kind = "single"
                found.unsure.append(Unsure("start", f"{relative.group()}, no day", sentence, line.at(sentence)))
