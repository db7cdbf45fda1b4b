"""Valid municipalities, records and releases for property tests: every field, in words that are hard to write down.

Left out on purpose: fractions of a second (canonical JSON names none), and the hour that the end of summer time
repeats (a folder's reader means the first one).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st

from krisenfest.domain.continuity import ChannelKind, Status
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.measures import Form, Level
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.notices import AlertKind, Category, Certainty, Severity, Urgency
from krisenfest.domain.records import ID_PATTERN, Record
from krisenfest.domain.releases import Release, by_key, continued

Fields = dict[str, st.SearchStrategy[Any]]


def whole_records(test: Callable[..., None]) -> Callable[..., None]:
    """For tests that draw whole records: many values to make smaller, so a failure may take minutes until it is told.

    Hypothesis stops after five; explaining each value on top would take as long again.
    """
    phases = [Phase.explicit, Phase.generate, Phase.shrink]
    decorated: Callable[..., None] = pytest.mark.timeout(600)(settings(phases=phases)(test))
    return decorated


# What YAML 1.1 or 1.2 takes for something else, what Markdown and front matter mean something by, and plain words.
HARD = (
    *(
        "yes",
        "No",
        "off",
        "y",
        "null",
        "~",
        "true",
        "0123",
        "1e3",
        "0x1F",
        "0o17",
        "1_000",
        ".inf",
        "+1",
        "-1",
        "=",
        "<<",
    ),
    *("2021-02-29", "2026-07-14T18:00", "17:20", "2026-07-14 18:00:00", "12:30:45", "115", "99008004000000"),
    *(
        "a: b",
        "a:",
        ": a",
        "a #b",
        "#a",
        "- a",
        "-",
        "? a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "|",
        ">",
        "{a}",
        "[a]",
    ),
    *(
        "a, b",
        "a,b",
        "{a: [b",
        '"',
        "'",
        '"a" b',
        "'a' b",
        "a\\nb",
        "\\",
        "---",
        "...",
        "--- a",
        "<!-- a -->",
        "{{ a }}",
    ),
    *(
        "Straße „Am Ufer“",
        "Über 100 § 28b Abs. 1 Nr. 2 IfSG",
        "🌊 Hochwasser",
        "😀",
        "موسترشتات",
        "a\u00a0b",
        "a\u2028b",
    ),
    *("a\ufeffb", "a\tb", "a  b", "a\x85b", "</script>", "https://a.example/?b=c#d", "é vs e\u0301"),
)
IDS = ("a", "no", "1e3", "0123", "2021-02-29", "übung-straße", "a_b", "x" * 80)
LINKS = (
    *("https://a.example/b?c=d#e", "http://ä.example/ü", "mailto:a@b.example", "tel:+49221", "media/plan.pdf"),
    *("media/Plan (2), neu: Süd.pdf", "no", "1e3", "#a"),
)
HOURS = ("Mo-Fr 08:00-12:00; Th 14:00-18:00; PH off", "24/7", "Mo-Fr 08:00-12:00, Th 14:00-18:00", "Dec 24-Dec 31 off")
ZONES = ("Europe/Berlin", "America/Havana", "Pacific/Chatham")  # Havana changes its clocks at midnight
PARTS = ("altstadt", "no", "1e3")
KEY = "059580099099"
AREAS = ("DE", "05", "05958", "059580099", KEY, *PARTS)

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
_CONTROLS = "".join(map(chr, {*range(32), 127} - {9, 10}))  # refused when read
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters=_CONTROLS)


def _lines(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(HARD) | st.text(characters, max_size=20)


def _texts(characters: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lines = st.sampled_from(("", "- a", "    code", "  a", "a  ", "a\\", "# a", "| a | b |", "[a](../pages/a.md)"))
    return st.lists(lines | _lines(characters), max_size=6).map("\n".join)


LINE = _lines(_CHARACTERS)
WORD = LINE.filter(lambda text: bool(text.strip()))
TEXT = _texts(_CHARACTERS)
WORDS = st.lists(WORD, max_size=4)
PHRASES = st.dictionaries(WORD.map(str.strip), WORD, max_size=3)
# A body is written as it is: no NUL, and one kind of line end.
BODY = _texts(st.characters(exclude_categories=["Cs"], exclude_characters=_CONTROLS))
LINK = st.sampled_from(LINKS)
RECORD_IDS = st.sampled_from(IDS) | st.text("abzäöüß019_-", min_size=1, max_size=20).filter(
    lambda text: re.fullmatch(ID_PATTERN, text) is not None
)
TAGS = st.sampled_from(("en", "ar", "de-simple", "uk", "no", "zh-hant"))


def instants(zone: ZoneInfo) -> st.SearchStrategy[datetime]:
    """Whole seconds, midnights and changes of clocks in the zone; see above for the hour left out."""
    seconds = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0))
    local = seconds | DAYS.map(lambda day: datetime.combine(day, time()))
    changes = st.sampled_from(
        (datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 3, 8), datetime(2026, 11, 1))
    )
    near = st.builds(lambda day, minutes: day + timedelta(minutes=minutes), changes, st.integers(-300, 300))
    return (
        (local | near)
        .map(lambda at: at.replace(tzinfo=zone).astimezone(UTC))
        .filter(lambda at: not at.astimezone(zone).fold)
    )


def _some(draw: st.DrawFn, needed: Fields, optional: Fields) -> dict[str, Any]:
    return draw(st.fixed_dictionaries(needed, optional=optional))


def _part(needed: Fields, optional: Fields) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed, optional=optional)


def towns() -> st.SearchStrategy[Municipality]:
    """A municipality with every field, its parts among them."""
    names = st.dictionaries(TAGS, WORD, max_size=2)
    ring = [[[8.1, 51.4], [8.2, 51.4], [8.2, 51.5], [8.1, 51.4]]]
    parts = [
        _part(
            {
                "id": st.just(part),
                "names": st.builds(lambda name, more: {"de": name, **more}, WORD, names),
                "geometry": st.just({"type": "Polygon", "coordinates": ring}),
            },
            {},
        )
        for part in PARTS
    ]
    needed: Fields = {
        "name": WORD,
        "ars": st.just(KEY),
        "land": st.just("05"),
        "imprint": st.just("impressum"),
        "privacy": RECORD_IDS,
        "parts": st.tuples(*parts),
    }
    optional: Fields = {
        "names": names,
        "kreis": LINE,
        "languages": st.sampled_from((["de"], ["de", "en"], ["no", "de"], ["en", "zh-hant"])),
        "time_zone": st.sampled_from(ZONES),
        "phrases": st.dictionaries(TAGS, PHRASES, max_size=2),
        "site_url": LINK,
        "contact": _part({}, {"mail": LINE, "phone": LINE, "address": TEXT}),
        "hotline": _part({"phone": WORD}, {"hours": LINE, "note": TEXT}),
        "accessibility": RECORD_IDS,
        "partners": st.lists(_part({"name": WORD, "url": LINK}, {}), max_size=2),
        "logo": _part({"path": LINK, "alt": WORD}, {}),
        "local_holidays": st.dictionaries(DAYS, WORD, max_size=2),
        "example_day": DAYS,
    }
    return st.fixed_dictionaries(needed, optional=optional).map(Municipality.model_validate)


def own_fields(kind: str, moments: list[datetime], zone: ZoneInfo) -> tuple[Fields, Fields]:
    """The fields of a kind beside those of all records: needed ones, optional ones. `moments` are five, earliest first."""
    first, second, third, fourth, fifth = map(st.just, moments)
    pair = st.lists(instants(zone), min_size=2, max_size=2, unique=True).map(sorted)
    match kind:
        case "measure":
            suspended = st.builds(
                lambda pair, end, more: {"start": pair[0], **({"end": pair[1]} if end else {}), **more},
                pair,
                st.booleans(),
                _part({"by": WORD}, {"link": LINK}),
            )
            return {
                "level": st.sampled_from(Level),
                "issued_by": WORD,
                "form": st.sampled_from(Form),
                "valid_from": second,
            }, {
                "legal_basis": LINE,
                "binding_text": LINK,
                "provided": DAYS,
                "promulgated": DAYS,
                "valid_until": fourth,
                "suspended": st.lists(suspended, max_size=2),
                "withdrawn": _part({"on": first}, {"reason": TEXT}),
                "repealed": _part({"on": third}, {"by": LINE, "reason": TEXT}),
                "trigger": LINE,
            }
        case "alert":
            return {"hazard": st.sampled_from(AlertKind), "valid_from": first, "valid_until": third}, {
                "category": st.sampled_from(Category),
                "severity": st.sampled_from(Severity),
                "urgency": st.sampled_from(Urgency),
                "certainty": st.sampled_from(Certainty),
                "all_clear": _part({"at": second | fifth}, {}),
            }
        case "notice":
            return {}, {"valid_until": fifth}
        case "service":
            ways = {"office": "address", "online": "url", "phone": "phone", "mail": "mail"}
            channels = [
                _part(
                    {"kind": st.just(each), ways[each]: LINK if each == "online" else WORD},
                    {"name": LINE, "note": TEXT, **({} if each == "phone" else {"phone": WORD})},
                )
                for each in ChannelKind
            ]
            exception = _part(
                {"date": DAYS, "hours": st.sampled_from(("off", "08:00-10:00", "closed"))}, {"note": LINE}
            )
            return {}, {
                "leika": st.text("0123456789", min_size=14, max_size=14),
                "status": st.sampled_from(Status),
                "status_from": first,
                "status_until": second,
                "channels": st.lists(st.one_of(channels), max_size=3),
                "opening_hours": st.sampled_from(HOURS),
                "exceptions": st.lists(exception, max_size=2),
                "fees": LINE,
                "documents": WORDS,
                "responsible": LINE,
            }
        case "event":
            item = _part({"title": WORD}, {"at": st.times().map("{:%H:%M}".format), "day": DAYS, "speaker": LINE})
            registration = _part(
                {},
                {
                    "mail": st.sampled_from(("a@b.example", "no@1e3.example")),
                    "url": LINK,
                    "capacity": st.integers(1, 1_000_000),
                    "opens": first,
                    "closes": third,
                    "required": st.booleans(),
                },
            )
            return {"start": second}, {
                "end": fourth,
                "place": LINE,
                "online": st.booleans(),
                "join": LINK,
                "hosts": WORDS,
                "agenda": st.lists(item, max_size=3),
                "registration": registration,
                "attachments": st.lists(_part({"path": LINK, "title": WORD}, {}), max_size=2),
                "image": LINK,
                "preview": LINE,
                "cancelled": _part({"on": first}, {"reason": TEXT}),
            }
        case "page":
            return {}, {"menu": st.integers(0, 1000), "image": LINK}
    raise NotImplementedError(f"write strategies for the fields of {kind}")


@st.composite
def records(draw: st.DrawFn, kind: str, town: Municipality | None = None) -> Record:
    """A valid record of a kind with any of its fields, in up to four languages, the source language first."""
    zone = town.zone if town else ZoneInfo("Europe/Berlin")
    moments = draw(st.lists(instants(zone), min_size=5, max_size=5, unique=True).map(sorted))
    needed, optional = own_fields(kind, moments, zone)
    common: Fields = {
        "area": st.lists(st.sampled_from(AREAS), max_size=3),
        "topics": WORDS,
        "audience": WORDS,
        "published": st.just(moments[3]),
        "review_by": DAYS,
    }
    values = _some(draw, {"id": RECORD_IDS, **needed}, {**common, **optional})
    source_lang = draw(st.sampled_from((town.source_lang if town else "de", "de", "en")))
    words: Fields = dict.fromkeys(("summary", "instructions", "instead", "recap", "image_alt"), TEXT)
    words |= {"body": BODY, **({"all_clear": TEXT} if "all_clear" in values else {})}
    values["texts"] = [_some(draw, {"lang": st.just(source_lang), "title": WORD}, words)]
    for lang in draw(st.lists(TAGS, max_size=3, unique=True).map(sorted)):
        if lang != source_lang:
            more = {**words, "phrases": PHRASES, "translates": st.integers(0, 9)}
            values["texts"].append(_some(draw, {"lang": st.just(lang), "title": WORD}, more))
    return KINDS[kind].model_validate(values)


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """A release after some builds: records of all kinds that come, change and are taken out."""
    town = draw(towns())
    at = datetime(2026, 7, 1, 10, tzinfo=UTC)
    kinds: Mapping[str, st.SearchStrategy[Record]] = {kind: records(kind, town) for kind in KINDS}
    release = continued(None, town, by_key(draw(st.lists(st.one_of(*kinds.values()), max_size=3))), at)
    for number in range(draw(st.integers(0, 2))):
        kept = [version.record for version in release.current() if draw(st.booleans())]
        changed = [each.model_copy(update={"topics": ("neu",)}) for each in kept if draw(st.booleans())]
        added = draw(st.lists(st.one_of(*kinds.values()), max_size=2))
        release = continued(release, town, by_key([*kept, *changed, *added]), at + timedelta(hours=number + 1))
    return release
