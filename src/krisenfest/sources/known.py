"""What a build remembers of the files it has read, so that the next one opens only what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from krisenfest.domain.measures import Form, Measure
from krisenfest.domain.phrases import short_texts
from krisenfest.domain.records import Record, utc
from krisenfest.sources.front_matter import Document

# path, line, field, address, what it is
NamedLink = tuple[str, int, str, str, int]


class KnownRecord(NamedTuple):
    """One record as it was read: enough to check the folder again at another time without opening the file.

    `lines` tells the line of the keys that `checks` may name. What most records have nothing of stands last.
    """

    signature: list[list[Any]]
    kind: str
    id: str
    digest: str
    published: str | None = None  # if it lay in the future when the file was read
    draft: bool = False
    lines: Mapping[str, int] | None = None
    links: Sequence[NamedLink] = ()
    areas: Sequence[str] = ()
    languages: Sequence[str] = ()  # of its texts, if not the municipality's first
    review_by: str | None = None
    trigger: str | None = None
    strays: Sequence[tuple[str, str]] = ()  # language and phrase: translated, but not said in the original
    headings: Sequence[str] = ()  # the names of the headings of its texts, to which links may lead
    # of a measure: start, end, "binding" if a text is linked, promulgated, provided, "gone" if it binds nobody
    measure: Sequence[str | None] = ()

    @property
    def quiet(self) -> bool:
        """Whether there is nothing of it that a check could ask about."""
        return not any(self._replace(headings=())[4:])

    @classmethod
    def of(  # noqa: PLR0913  a record's file has so many sides
        cls,
        record: Record,
        digest: str,
        signature: list[list[Any]],
        links: Sequence[NamedLink],
        document: Document,
        *,
        draft: bool,
        headings: Sequence[str],
        source_lang: str,
        at: datetime,
    ) -> KnownRecord:
        """What is to be remembered of a record that has just been read, as of `at`."""
        measure: list[str | None] = []
        trigger = None
        if isinstance(record, Measure):
            trigger = record.trigger
            end = record.valid_until
            gone = record.withdrawn is not None or record.repealed is not None
            gone = gone or record.form is Form.APPEAL  # binds nobody, so it needs no binding text and no notice
            measure = [
                utc(record.valid_from),
                utc(end) if end else None,
                "binding" if record.binding_text else None,
                record.promulgated.isoformat() if record.promulgated else None,
                record.provided.isoformat() if record.provided else None,
                "gone" if gone else None,
            ]
        published = record.published if record.published and record.published > at else None
        found = cls(
            signature,
            record.kind,
            record.id,
            digest,
            published=utc(published) if published else None,
            draft=draft,
            links=list(links),
            areas=list(record.area),
            languages=[text.lang for text in record.texts if text.lang != source_lang],
            review_by=record.review_by.isoformat() if record.review_by else None,
            trigger=trigger,
            strays=[
                (text.lang, phrase)
                for text in record.texts
                for phrase in sorted(set(text.phrases) - short_texts(record))
            ],
            headings=list(headings),
            measure=measure,
        )
        return found if found.quiet else found._replace(lines=_lines(document))

    def line(self, key: str) -> int:
        """The line of a key, or of the front matter's first line."""
        return (self.lines or {}).get(key, 2)

    def review_day(self) -> date | None:
        """The day by which somebody looks at the record again."""
        return date.fromisoformat(self.review_by) if self.review_by else None


def _strays(record: Record) -> list[tuple[str, str]]:
    if not any(text.phrases for text in record.texts):
        return []
    said = short_texts(record)
    return [(text.lang, phrase) for text in record.texts for phrase in sorted(text.phrases) if phrase not in said]


NAMED_KEYS = ("area", "review_by", "published", "trigger", "promulgated", "valid_from", "title")


def _lines(document: Document) -> dict[str, int]:
    named = [key for key in NAMED_KEYS if key in document.values]
    return {
        key: number
        for number, line in enumerate(document.yaml_text.split("\n"), document.yaml_line)
        for key in named
        if line.startswith(f"{key}:")
    }


def _short(seen: KnownRecord) -> list[Any]:
    """The fields without those at the end that say nothing."""
    last = next(number for number in range(len(seen) - 1, -1, -1) if seen[number])
    return list(seen[: last + 1])


@dataclass(slots=True)
class Known:
    """All records by the path of their main file; `context` is what else their meaning depends on."""

    context: str = ""
    records: dict[str, KnownRecord] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return {"context": self.context, "records": {path: _short(seen) for path, seen in self.records.items()}}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Known:
        """What `to_json` gave; raises ValueError, KeyError or TypeError for anything else."""
        return cls(str(values["context"]), {path: KnownRecord(*fields) for path, fields in values["records"].items()})
