"""What a record says, in each of its languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

# Autonyms as residents look for them; a tag that is missing here is shown as it is.
LANGUAGES = {
    "de": "Deutsch",
    "de-simple": "Leichte Sprache",
    "en": "English",
    "ar": "العربية",
    "tr": "Türkçe",
    "uk": "Українська",
    "ru": "Русский",
    "pl": "Polski",
    "fr": "Français",
    "fa": "فارسی",
}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def _language_tag(text: str) -> str:
    if not re.fullmatch("[a-z]{2,3}(-[a-z0-9]{2,8})*", text):
        raise ValueError("a language tag such as de, de-simple, en")
    return text


# BCP 47 in lower case; "simple" is a registered variant, so de-simple is Leichte Sprache to every reader of tags.
Lang = Annotated[str, AfterValidator(_language_tag)]


# YAML reads keys of up to 1,024 characters.
Phrase = Annotated[str, Field(min_length=1, max_length=500)]
Rendering = Annotated[str, Field(min_length=1, max_length=2000)]


def _trimmed(text: str) -> str:
    return re.sub(r"\A(?:[ \t]*\n)+", "", text).rstrip()


# The spaces before the first words are kept: four of them make code of it (CommonMark 0.31, 4.4).
Markdown = Annotated[str, StringConstraints(strip_whitespace=False), AfterValidator(_trimmed)]


class Text(BaseModel):
    """The words of one record in one language; fields that its kind does not have stay empty.

    `phrases` are the record's short texts that stand outside of its text (an item of the agenda, a fee, a note), each
    as the original says it, with its translation. `translates` is the version of the record whose source text this
    translation renders; it is 0 in the source language itself, and None until a release has numbered it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    lang: Lang
    title: str = Field(default="", max_length=300)
    summary: str = Field(default="", max_length=2000)
    body: Markdown = ""
    instructions: str = Field(default="", max_length=4000)
    instead: str = Field(default="", max_length=4000)
    all_clear: str = Field(default="", max_length=4000)
    recap: Markdown = ""
    image_alt: str = Field(default="", max_length=1000)
    phrases: dict[Phrase, Rendering] = Field(default={})
    translates: int | None = None


def direction(lang: str) -> str:
    """The writing direction of a language, "ltr" or "rtl", as HTML's `dir` names it."""
    return "rtl" if lang.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def in_order(texts: Iterable[Text], source_lang: str) -> tuple[Text, ...]:
    """The source language first, the others by their tag: one order, whatever order they were read in."""
    return tuple(sorted(texts, key=lambda text: (text.lang != source_lang, text.lang)))
