"""A post's text as a person reads it: without markup, line by line, in a time that grows only with its length.

Posts come from outside, so no pattern here may look again and again over the same long run of characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_LINE = 20_000  # characters of one line that are looked at
MAX_TEXT = 300_000  # characters of one post that are looked at
MAX_SENTENCE = 2_000
_LEAST_WRAP, _LEAST_FULL, _MOST_WRAP = 50, 65, 110  # characters of a line in a text with fixed width
_OWN_LINE = re.compile(
    r"\s{4}|\s{0,3}(?:[-*+#>|<]|\d{1,2}[.)]\s|\[[^\[\]]{1,200}\]:|[01]?\d[.:][0-5]\d\b|[A-ZÄÖÜ][\wäöüß ]{1,30}:)",
    re.IGNORECASE,
)
_ENDED = re.compile(r"(?:[:!?|]|(?<!\d)\.)\s?$")  # "30." may go on with the month
_LEAST = 20  # what the shortest line counts for

_REF = re.compile(r"""\s{0,9}(?:rel)?ref\s{1,9}["']([^"']{1,500})["']\s{0,9}""")
_OPENINGS = re.compile(r"\{\{[<%]|\{%|<!--|<(?:script|style)\b", re.IGNORECASE)
_CLOSINGS = {"{{<": ">}}", "{{%": "%}}", "{%": "%}", "<!--": "-->", "<script": "</script>", "<style": "</style>"}
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\](?:\([^()\n]{0,1000}\)|\[[^\[\]]{0,200}\])?")
_LINKED = re.compile(r"\[([^\[\]]{0,500})\](?:\([^()\n]{0,1000}\)|\[[^\[\]]{0,200}\])?")
_TAG = re.compile(r"<[^<>]{0,500}>")
_STARS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|\*{2,3}")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LINK = re.compile(r"""(?:\]\(|href=["']?)(https?://[^\s)"'>]{1,2000})""")
_BARE_LINK = re.compile(r"https?://[^\s)\"'>\]]{1,2000}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a post: its number from 1, its text without markup, and as it was.

    A paragraph that was broken at a fixed width is one; `starts` are then where in its text the next lines begin.
    """

    number: int
    text: str
    raw: str
    starts: tuple[int, ...] = ()

    def at(self, words: str) -> int:
        """The number of the file's line in which `words` of this text begin."""
        place = self.text.find(words) if self.starts and words else 0
        return self.number + sum(start <= place for start in self.starts)


@dataclass(frozen=True, slots=True)
class Unsure:
    """A field that is not certain: what the text says, in which sentence."""

    field: str
    says: str
    sentence: str
    line: int


Source = tuple[str, str, int, str]  # field, value, line, sentence


def _marked_off(text: str, replace: Callable[[str, str], str]) -> str:
    """The text with what stands between each opening mark and its closing one replaced; one pass."""
    parts: list[str] = []
    at = 0
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters change their length
        lowered = text
    missing: set[str] = set()  # closings that come no more
    for opening in _OPENINGS.finditer(text):
        if opening.start() < at:
            continue
        closing = _CLOSINGS[opening.group().lower()]
        end = -1 if closing in missing else lowered.find(closing, opening.end())
        if end < 0:
            missing.add(closing)
            continue
        parts += [text[at : opening.start()], replace(opening.group(), text[opening.end() : end])]
        at = end + len(closing)
    return "".join([*parts, text[at:]]) if parts else text


def _for_reading(opening: str, inside: str) -> str:
    if reference := _REF.fullmatch(inside):
        return reference.group(1)
    return " " + "\n" * inside.count("\n")


def without_shortcodes(text: str) -> str:
    """The body of a record: shortcodes and Liquid tags are gone, references stay as addresses."""

    def replace(opening: str, inside: str) -> str:
        if opening[0] == "<":
            return f"{opening}{inside}{_CLOSINGS[opening.lower()]}"
        return reference.group(1) if (reference := _REF.fullmatch(inside)) else ""

    return _marked_off(text, replace)


def lines_of(body: str, first: int) -> tuple[list[Line], bool]:
    """The lines with words that are looked at, and whether that is all of them; comments and scripts are not."""
    lines: list[Line] = []
    room = MAX_TEXT
    whole, ended = True, ""
    for number, raw in enumerate(_marked_off(body, _for_reading).split("\n"), first):
        if not raw.strip():
            continue
        seen = raw[: min(MAX_LINE, max(room, 0))]
        whole = whole and len(seen) == len(raw)
        room -= max(len(seen), _LEAST)
        last = lines[-1] if lines else None
        line = Line(number, plain(seen), " ".join(seen.split()))
        if last and number == last.number + len(last.starts) + 1 and _goes_on(ended, seen):
            text = f"{last.text} {line.text}".strip()
            starts = (*last.starts, len(last.text) + 1)
            lines[-1] = Line(last.number, text, f"{last.raw} {line.raw}", starts)
        else:
            lines.append(line)
        ended = seen
    return lines, whole


def _goes_on(ended: str, following: str) -> bool:
    """Whether a line was broken only because it was full: the next one's first word would not have fitted."""
    if not _LEAST_WRAP <= len(ended) <= _MOST_WRAP or len(following) > _MOST_WRAP or ended.endswith(("  ", "\\", ">")):
        return False
    if _OWN_LINE.match(following) or _OWN_LINE.match(ended.lstrip("-*+ ")) or _ENDED.search(ended[-3:]):
        return False
    return len(ended) + 1 + len(following.split(maxsplit=1)[0]) > _LEAST_FULL


def plain(text: str) -> str:
    """A line without markup: what a person reads. A sign inside a word, as in Lokal_K or Bürger*innen, stays."""
    text = _marked_off(text, _for_reading)
    text = text.replace("&nbsp;", " ").replace("&amp;", "&").replace("&ndash;", "–").replace("&#8211;", "–")
    text = _LINKED.sub(r"\1", _IMAGE.sub(" ", " ".join(text.split())))
    text = _LINKED.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    text = _STARS.sub("", text.replace("\\*", "\ue000").replace("\\_", "\ue001"))  # escaped signs are no markup
    text = re.sub(r"\\([\-.#|])", r"\1", text.replace("\ue000", "*").replace("\ue001", "_"))
    return " ".join(text.split())


def mails(text: str) -> list[str]:
    """The mail addresses in a text, in order, each once."""
    return list(dict.fromkeys(each.rstrip(".") for each in _MAIL.findall(text))) if "@" in text else []


def links(text: str) -> list[str]:
    """The web addresses that a text links to, or else names, in order, each once."""
    return list(dict.fromkeys(_LINK.findall(text) or [each.rstrip(".,;:") for each in _BARE_LINK.findall(text)]))


def clipped(found: Iterator[str]) -> Iterator[str]:
    """Sentences, none longer than is looked at."""
    for each in found:
        yield each[:MAX_SENTENCE]
