"""Times of day as German invitations write them: as values, with what each is for and what is doubtful about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MIDDAY = 720  # minutes
VAGUE = "no exact time"
_HOURS = (
    *("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf", "dreizehn"),
    *("vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn", "zwanzig"),
    *("einundzwanzig", "zweiundzwanzig", "dreiundzwanzig"),
)
_HOUR_WORDS = {name: number for number, name in enumerate(_HOURS, 1)} | {"eins": 1}
_WORD = "|".join(sorted(_HOUR_WORDS, key=len, reverse=True))
_FREE = r"(?<![\d.,:/§])"
_HOUR = r"(?P<h{0}>[01]?\d|2[0-4])"
_CLOCK = _HOUR + r"(?:(?:[.:]|\s?h(?=\d))(?P<m{0}>[0-5]\d))?"
_ABOUT = r"(?:(?:um|ca\.?|circa|etwa|gegen|spätestens|maximal)\s){0,2}"
_TO = rf"\s?(?:–|—|-|bis|to|until)\s?{_ABOUT}"
_MONTHS = r"jan|feb|mär|mar|mrz|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|dez|dec"
# What stands before a time that has no "Uhr": a word, the end of a date, a mark; never another number.
_LEAD_WORD = r"\b(?:um|ab|gegen|von|zwischen|at|from|beginn|start|zeit|uhrzeit|einlass|los)(?:\s|:\s?)"
_LEAD_DATE = rf"(?:\b(?:{_MONTHS})[a-zäöü]{{0,7}}\.?|\b(?:19|20)\d\d|\b\d\d?\.|\btag\b|\bwoch\b|’\d\d|'\d\d),?\s"
_LEAD = rf"(?:^\W{{0,4}}|[|,;(]\s?|[–—-]\s|\dT|{_LEAD_WORD}|\d\d-\d\d\s|{_LEAD_DATE})"
_NO_MORE = r"(?![\d:]|\.\d)"
_UNIT = r"(?:\s?uhr\b|\s?h\b)"

_PATTERNS = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        # halb acht · halb 7 Uhr · viertel nach sieben · dreiviertel acht
        rf"\b(?P<part>halb|(?:drei)?viertel|viertel\s(?:vor|nach))\s(?P<word>{_WORD}|1[0-2]|0?[1-9])\b(?:\suhr\b)?",
        # 7:15pm · 7 pm · 7-9pm
        rf"{_FREE}(?P<h1>1[0-2]|0?[1-9])(?:[:.](?P<m1>[0-5]\d))?(?:\s?(?P<half1>[ap]\.?m)\b\.?)?"
        rf"{_TO}(?P<h2>1[0-2]|0?[1-9])(?:[:.](?P<m2>[0-5]\d))?\s?(?P<half2>[ap]\.?m)\b\.?",
        rf"{_FREE}(?P<h1>1[0-2]|0?[1-9])(?:[:.](?P<m1>[0-5]\d))?(?P<gap>\s?)(?P<half1>[ap]\.?m)\b\.?",
        # 8 bis 12 und 14 bis 18 Uhr: when it begins; until when is not one time
        rf"{_FREE}{_CLOCK.format(1)}(?:\s?uhr)?{_TO}[012]?\d(?:[.:][0-5]\d)?(?:\s?uhr)?\s?(?:und|sowie|,|/|&)\s?"
        rf"(?:von\s)?[012]?\d(?:[.:][0-5]\d)?(?:\s?uhr)?{_TO}[012]?\d(?:[.:][0-5]\d)?\s?uhr\b",
        # um 18 und 20 Uhr · zwischen 18 und 20 Uhr
        rf"(?P<between>zwischen\s)?{_FREE}{_CLOCK.format(1)}(?:\s?uhr)?\s?(?:und|oder|/|\+|&)\s?(?:um\s)?{_CLOCK.format(2)}\s?uhr\b",
        # von 16 bis 19 Uhr · 16:45 Uhr - 21:00 Uhr · 22 Uhr bis 2 Uhr
        rf"{_FREE}{_CLOCK.format(1)}(?:\s?uhr)?{_TO}{_CLOCK.format(2)}\s?uhr\b",
        rf"{_FREE}{_HOUR.format(1)}[.:h](?P<m1>[0-5]\d)\s?h?{_TO}{_HOUR.format(2)}[.:h](?P<m2>[0-5]\d)\s?h\b",
        rf"\b(?:von|ab)\s{_CLOCK.format(1)}\s?h?{_TO}{_CLOCK.format(2)}\s?h\b",
        # 17:00 bis 18:30 · 17 Uhr bis 18:30 · von 18.30 bis 20.00
        rf"{_FREE}(?<!\d-){_HOUR.format(1)}:(?P<m1>[0-5]\d){_TO}{_HOUR.format(2)}:(?P<m2>[0-5]\d){_NO_MORE}",
        rf"{_FREE}{_CLOCK.format(1)}\s?uhr{_TO}{_HOUR.format(2)}[:.](?P<m2>[0-5]\d){_NO_MORE}",
        rf"\bvon\s{_HOUR.format(1)}\.(?P<m1>[0-5]\d){_TO}{_HOUR.format(2)}\.(?P<m2>[0-5]\d){_NO_MORE}",
        # 19 Uhr 30, but not "19 Uhr 30 Personen" · 17.00 Uhr
        rf"{_FREE}{_HOUR.format(1)}\suhr\s(?P<m1>[0-5]\d)\b(?!\s?(?-i:[A-ZÄÖÜ])|[.:–-]\s?\d|\.\s|\s?uhr|\s?%|\s?€)",
        rf"{_FREE}{_CLOCK.format(1)}\s?uhr\b",
        rf"\b(?P<word>{_WORD})\suhr\b(?:\s(?P<minutes>fünfzehn|dreißig|fünfundvierzig)\b)?",
        # 18.30h · um 19h
        rf"{_FREE}(?P<h1>[01]\d|2[0-4])(?:[.:]|\s?h)(?P<m1>[0-5]\d)\s?h\b",
        rf"{_FREE}(?P<h1>[01]\d|2[0-4])h(?P<m1>[0-5]\d)\b",
        rf"{_LEAD}{_HOUR.format(1)}\s?h\b",
        # ab 18:30 · | 18:30 · 14. Juni 18:30 · 30. Juni 2020, 18.30 · um 19.00 · 2020-06-30T17:00:00+02:00
        rf"{_LEAD}{_HOUR.format(1)}:(?P<m1>[0-5]\d)(?::[0-5]\d)?{_NO_MORE}",
        rf"\b(?:um|gegen|beginn:?)\s{_HOUR.format(1)}\.(?P<m1>[0-5]\d){_NO_MORE}",
        rf"\bab\s{_HOUR.format(1)}\.(?P<m1>00|1[3-9]|[2-5]\d){_NO_MORE}",  # "ab 11.10" may be a day
        rf"(?:\b(?:{_MONTHS})[a-zäöü]{{0,7}}\.?|\b(?:19|20)\d\d),\s(?:um\s)?{_HOUR.format(1)}\.(?P<m1>[0-5]\d){_NO_MORE}",
        r"\b(?P<noon>mittags|vormittags|nachmittags|abends|morgens|nachts|um mitternacht)\b",
    )
)
_DAYTIMES = r"(?P<daytime>morgens|früh|vormittags?|mittags?|nachmittags?|abends?|nachts?)"
_DAYTIME_AFTER = re.compile(rf"\s?\(?(?:am\s|in\sder\s)?{_DAYTIMES}\b", re.IGNORECASE)
_DAYTIME_BEFORE = re.compile(rf"{_DAYTIMES},?\s(?:um\s|ab\s|gegen\s|von\s)?$", re.IGNORECASE)
_EVENING = re.compile(r"(?:abends?|nachmittags?)\b(?!essen|kasse)", re.IGNORECASE)
_ROLES = {
    "entry": r"einlass|türöffnung|doors?|ankommen|ankunft|check-?in|akkreditierung|eintreffen|sektempfang",
    "begin": r"beginnt?|beginnen|los|start(?:et|en|s)?|anfang|fängt|anpfiff|begins",
    "end": r"ende|endet|enden|schluss|ends",
}
_BETWEEN = r"(?:\s(?:ist|geht(?:['’]s|\ses)?|wir|es|das|(?:die|der)\s\w{1,30}|voraussichtlich))?"
_ROLE_BEFORE = {
    role: re.compile(
        rf"\b(?:{words}{'|bis' if role == 'end' else ''}){_BETWEEN}\s?:?\s?{_ABOUT}(?:ab\s)?$", re.IGNORECASE
    )
    for role, words in _ROLES.items()
}
_ROLE_AFTER = {
    role: re.compile(
        rf"\s?[(–-]?\s?(?:ist\s)?(?:geht(?:'s|\ses)?\s)?(?:{words})\b(?!\W{{0,3}}(?:ist\s|ab\s|um\s)?\d)", re.IGNORECASE
    )
    for role, words in _ROLES.items()
}
# A time in a named zone is the reader's own only if that zone has the same offset on that day.
_OFFSETS = {"utc": 0, "gmt": 0, "z": 0, "mez": 60, "cet": 60, "mesz": 120, "cest": 120}
_ZONE = re.compile(r"\b(utc|gmt)\s?([+-]\d{1,2})\b|(?<![a-z])(utc|gmt|mez|cet|mesz|cest)\b", re.IGNORECASE)
_ISO_ZONE = re.compile(r"(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)\b|(?P<z>Z)\b")
_ELSEWHERE = re.compile(
    r"\b(?:e[sd]t|p[sd]t|bst|ist|jst|msk|eet|eest|wet|west)\b(?-i:(?<=[A-Z]))|"
    r"\b(?!deutscher|berliner|mitteleuropäischer|unserer|kurzer|langer|dieser|einer|jeder|aller)\w{3,30}er\szeit\b",
    re.IGNORECASE,
)
_ADDRESSES = re.compile(r"(?:https?://|www\.)\S{1,2000}|[\w.+-]{1,64}@\S{1,200}")


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time of day, or a span of times, in minutes since midnight.

    `role` is "entry", "begin", "end" or "" where the text does not say; `doubt` says why the value may be another;
    `offsets` are those of the zones named beside it, in minutes east of UTC.
    """

    start: int
    end: int | None
    position: int
    text: str
    finish: int = 0
    role: str = ""
    doubt: str = ""
    offsets: tuple[int, ...] = ()


def without_addresses(text: str) -> str:
    """The text, as long as before, with web and mail addresses blotted out: numbers in them say nothing."""
    if "@" not in text and "://" not in text and "www." not in text:
        return text
    return _ADDRESSES.sub(lambda found: "_" * len(found.group()), text)


def times_in(text: str) -> list[TimeMention]:
    """Every time of day that a text names, in order. 24 Uhr is midnight at the end of the day."""
    if not any(character.isdigit() for character in text) and not re.search(
        r"uhr|halb|viertel|ttags|abends|morgens|nachts|mitternacht", text, re.IGNORECASE
    ):
        return []
    text = without_addresses(text)
    found: list[TimeMention] = []
    taken = bytearray(len(text) + 1)
    for pattern in _PATTERNS:
        for each in pattern.finditer(text):
            start = each.start("h1") if "h1" in each.re.groupindex else each.start()
            if any(taken[start : each.end()]):
                continue
            if mention := _mention(each, start, text):
                taken[start : each.end()] = b"\1" * (each.end() - start)
                found.append(mention)
    found.sort(key=lambda mention: mention.position)
    exact = [mention for mention in found if mention.doubt != VAGUE]
    return exact or found


def _mention(found: re.Match[str], position: int, text: str) -> TimeMention | None:
    for start, end, doubt in _values(found.groupdict()):
        if start > 1440 or (end is not None and (end > 1440 or end == start)):
            return None
        words = text[position : found.end()].strip(" ,")
        mention = TimeMention(start, end, position, words, found.end(), doubt=doubt)
        return _with_surroundings(mention, text)
    return None


def _values(groups: dict[str, str | None]) -> Iterator[tuple[int, int | None, str]]:
    """Start, end and doubt of a match; none if it is no time."""
    if noon := groups.get("noon"):
        yield (1440, None, "of which day?") if noon.lower() == "um mitternacht" else (MIDDAY, None, VAGUE)
    elif word := groups.get("word"):
        yield _spoken(word.lower(), (groups.get("part") or "").lower(), (groups.get("minutes") or "").lower())
    elif half := groups.get("half2") or groups.get("half1"):
        if half.lower() == "am" and groups.get("gap") and not groups.get("m1"):
            return  # "um 7 am Rathaus"
        start = _twelve_hours(groups["h1"], groups.get("m1"), groups.get("half1") or half)
        yield start, _twelve_hours(groups["h2"], groups.get("m2"), half) if groups.get("h2") else None, ""
    else:
        doubt = "" if groups.get("between", "") is not None else "one of two times"
        start = int(groups["h1"] or 0) * 60 + int(groups.get("m1") or 0)
        yield start, int(groups["h2"] or 0) * 60 + int(groups.get("m2") or 0) if groups.get("h2") else None, doubt


def _twelve_hours(hour: str | None, minutes: str | None, half: str) -> int:
    return (int(hour or 0) % 12 + (12 if half.lower().startswith("p") else 0)) * 60 + int(minutes or 0)


def _spoken(word: str, part: str, minutes: str) -> tuple[int, None, str]:
    hour = _HOUR_WORDS.get(word) or int(word)
    before = {"halb": -30, "viertel": -45, "dreiviertel": -15, "viertel vor": -15, "viertel nach": 15}.get(part, 0)
    after = {"fünfzehn": 15, "dreißig": 30, "fünfundvierzig": 45}.get(minutes, 0)
    return hour * 60 + before + after, None, "in the morning or in the evening?" if hour <= 12 else ""


def _with_surroundings(mention: TimeMention, text: str) -> TimeMention:
    """The mention with what the words beside it say: of which half of the day, what for, in which zone."""
    before, after = text[max(0, mention.position - 45) : mention.position], text[mention.finish : mention.finish + 60]
    mention = _in_daytime(mention, before, after, text)
    role = next((role for role, words in _ROLE_BEFORE.items() if words.search(before)), "") or next(
        (role for role, words in _ROLE_AFTER.items() if words.match(after)), ""
    )
    near = after.partition(". ")[0]
    offsets: list[int] = []
    for zone, number, alone in _ZONE.findall(near):
        offsets.append(_OFFSETS[(zone or alone).lower()] + 60 * int(number or 0))
    if (iso := _ISO_ZONE.match(after)) and text[mention.position - 1 : mention.position] == "T":
        minutes = 0 if iso["z"] else int(iso["hours"]) * 60 + int(iso["minutes"])
        offsets.append(-minutes if iso["sign"] == "-" else minutes)
    if re.match(r"\s?\(?c\.?\s?t\.", after):
        mention = replace(mention, doubt="c.t.: a quarter past?")
    doubt = mention.doubt or (f"{found.group()}: another time zone" if (found := _ELSEWHERE.search(near)) else "")
    return replace(mention, role=role, offsets=tuple(offsets), doubt=doubt)


def _in_daytime(mention: TimeMention, before: str, after: str, text: str) -> TimeMention:
    """ "7 Uhr abends" is 19:00; where only the sentence speaks of an evening, 7 Uhr is in doubt."""
    if mention.doubt == VAGUE:
        return mention
    found = _DAYTIME_AFTER.match(after) or _DAYTIME_BEFORE.search(before)
    hour = mention.start // 60
    if not found:
        if 0 < hour < 12 and not mention.doubt and mention.end is None and _EVENING.search(text):
            return replace(mention, doubt="in the morning or in the evening?")
        return mention
    daytime = found["daytime"].lower().rstrip("s")
    later = {"abend": range(4, 12), "nachmittag": range(1, 8), "mittag": range(1, 3), "nacht": range(9, 12)}
    fits = {
        "abend": range(16, 24),
        "nachmittag": range(12, 19),
        "mittag": range(11, 15),
        "nacht": (*range(20, 25), *range(6)),
        "morgen": range(3, 12),
        "früh": range(3, 12),
        "vormittag": range(6, 13),
    }
    if hour in later.get(daytime, ()):
        shift = MIDDAY if mention.end is None or mention.end < MIDDAY else 0
        end = mention.end + shift if mention.end is not None else None
        return replace(mention, start=mention.start + MIDDAY, end=end, doubt="")
    return replace(mention, doubt="" if hour in fits[daytime] else f"{found.group().strip()}?")
