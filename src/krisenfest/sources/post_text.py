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
    whole = True
    for number, raw in enumerate(_marked_off(body, _for_reading).split("\n"), first):
        if not raw.strip():
            continue
        seen = raw[: min(MAX_LINE, max(room, 0))]
        whole = whole and len(seen) == len(raw)
        room -= max(len(seen), _LEAST)
        lines.append(Line(number, plain(seen), " ".join(seen.split())))
    return lines, whole


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
