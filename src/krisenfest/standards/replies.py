"""What a person has written in a mail: without what they quote, without their signature; and in which language."""

from __future__ import annotations

import re
from html import unescape

# The line before a quotation, as mail programs write it in the languages that residents use.
_INTRODUCTION = re.compile(
    r"^\s*(?:>?\s*)(?:"
    r"(?:am|on|le|el|il|op|den|em|no dia|dnia|w dniu|em|a|på)\b.{0,250}?(?:schrieb|wrote|écrit|escribi[óo]|ha scritto|"
    r"schreef|skrev|escreveu|napisał\(?a?\)?|kirjoitti)[^\n]{0,80}:?"
    r"|.{0,200}\b(?:schrieb|wrote|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał|kirjoitti)\b[^\n]{0,60}:"
    r"|-{2,}\s*(?:original(?:nachricht| message| appointment)?|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"forwarded message|message d'origine|mensaje original|oorspronkelijk bericht|reply message|orijinal ileti)[^\n]*"
    r"|_{20,}"
    r")\s*$",
    re.IGNORECASE,
)
_HEADERS = re.compile(r"^\s*\*?(?:von|from|de|da|van|fra|från|od|kimden|gesendet|sent)\*?\s*:\s*\S.*$", re.IGNORECASE)
_MORE_HEADERS = re.compile(
    r"^\s*\*?(?:an|to|à|a|aan|til|till|do|kime|betreff|subject|objet|asunto|oggetto|onderwerp|datum|date|gesendet|sent|"
    r"envoyé)\*?\s*:",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^(?:--\s?|__+|-{2,}|\s*(?:von meinem|gesendet von|sent from my|envoyé de mon|enviado desde|get outlook for|"
    r"outlook für (?:ios|android))\b.*)$",
    re.IGNORECASE,
)


def without_quotes(text: str) -> str:
    """The text without quoted lines, the line that introduces them, and the signature."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _SIGNATURE.match(line) and _something(kept):
            break
        if _begins_a_quotation(lines, number):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _something(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)


def _begins_a_quotation(lines: list[str], number: int) -> bool:
    """Whether everything from here on is quoted: an introduction, on one line or broken into two or three."""
    line = lines[number]
    if len(line) > 400:
        return False
    if _INTRODUCTION.match(line):
        return True
    following = [each.strip() for each in lines[number + 1 : number + 3]]
    if re.match(r"^\s*(?:am|on|le|el|il|op|den|em|w dniu|dnia)\b", line, re.IGNORECASE) and any(
        _INTRODUCTION.match(" ".join([line.strip(), *following[:count]])) for count in (1, 2)
    ):
        return True
    return bool(_HEADERS.match(line)) and any(_MORE_HEADERS.match(each) for each in lines[number + 1 : number + 5])


def text_of_html(html: str) -> str:
    """The words of an HTML mail, for reading and sorting; nothing of it is shown as HTML."""
    text = re.sub(r"(?is)<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", "", html)
    text = re.sub(r"(?is)<blockquote\b[^>]*>", "\n> ", text)
    text = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li|/h[1-6]|hr)\b[^>]*>", "\n", re.sub(r"\s+", " ", text))
    text = unescape(re.sub(r"<[^>]*(?:>|\Z)", "", text)).replace("\xa0", " ")
    return re.sub(r"\n\s*\n\s*", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


_GERMAN = frozenset(
    {"und", "der", "die", "das", "ich", "ist", "nicht", "mit", "für", "wir", "sie", "zu", "ein", "eine"}
)
_ENGLISH = frozenset({"and", "the", "i", "is", "not", "with", "for", "we", "you", "to", "please", "would", "of", "my"})


def language(text: str) -> str:
    """ "de" or "en", whichever has more of its small words; "" where that does not decide."""
    words = re.findall(r"[a-zäöüß]+", text.lower())[:400]
    german, english = sum(each in _GERMAN for each in words), sum(each in _ENGLISH for each in words)
    if german == english:
        return "de" if re.search("[äöüß]", text.lower()) else ""
    return "de" if german > english else "en"


# --- what a person wants ---------------------------------------------------------------------------------------------

_CANCELS = re.compile(
    r"\b(?:absage[nr]?|sage (?:\w+ ){0,4}ab\b|abgesagt|abmeld\w*|melde (?:\w+ ){0,6}(?:wieder )?ab\b|storn\w*|"
    r"verhindert|nicht (?:teilnehmen|kommen|dabei|mehr)|keine? (?:erinnerung|mails?)|lösch\w*|"
    r"cancel\w*|unsubscribe|withdraw\w*|cannot (?:attend|come|make)|can't (?:attend|come|make)|"
    r"(?:unable|not able) to|not (?:attend|be able|coming|join)|remove (?:me|my)|delete (?:me|my))",
    re.IGNORECASE,
)
_REGISTERS = re.compile(
    r"\b(?:anmeld\w*|melde (?:\w+ ){0,8}an\b|registrier\w*|teilnahme|teilnehmen|nehme (?:\w+ ){0,8}teil\b|"
    r"(?:bin|wäre|bin gern|komme) (?:\w+ ){0,3}(?:dabei|gerne?)\b|komme (?:\w+ ){0,2}gern\w*|zusage|"
    r"sage (?:\w+ ){0,3}zu\b|"
    r"(?:platz|plätze) reservier\w*|reservier\w*|"
    r"regist\w+|sign (?:me |us )?up|sign-up|(?:would like|want|wish|like) to "
    r"(?:attend|join|participate|come|take part)|"
    r"(?:i|we) (?:will|would) (?:attend|join|come)|count me in|attend\w*|participat\w*)",
    re.IGNORECASE,
)
_MORE_THAN_ONE = re.compile(
    r"\b(?:wir (?:sind|kommen|melden|nehmen)|"
    r"(?:zwei|drei|vier|fünf|sechs|\d+) (?:personen|plätze|people|places|seats|kolleg\w+)|"
    r"(?:mein\w*|unser\w*) kolleg\w+|uns beide|two of us|my colleague)",
    re.IGNORECASE,
)
LONGEST, EARLY = 1500, 600  # characters: who writes more than that, or comes to it later, has more to say
ANSWERS = ("re:", "aw:", "sv:", "antw:", "fw:", "fwd:", "wg:")


def wants_to_register(subject: str, text: str) -> bool:
    """Whether a mail says so, plainly and only for its sender; everything else is for a person to read."""
    if subject.lower().startswith(ANSWERS):
        subject = ""  # it repeats our words
    if len(text) > LONGEST or _CANCELS.search(text) or _CANCELS.search(subject) or _MORE_THAN_ONE.search(text):
        return False
    return bool(_REGISTERS.search(text[:EARLY]) or _REGISTERS.search(subject))


def asks_something(text: str) -> bool:
    """Whether there is a question in it that a person should read, beside the registration."""
    return "?" in text
