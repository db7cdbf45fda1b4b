"""What a build remembers of the files it has read, so that the next one opens only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from krisenfest.domain.measures import Form, Measure
from krisenfest.domain.records import Record, utc
from krisenfest.sources.front_matter import Document

# path, line, field, address, whether it is a picture without alternative text
NamedLink = tuple[str, int, str, str, bool]


class KnownRecord(NamedTuple):
    """One record as it was read: enough to check the folder again at another time without opening the file.

    `lines` tells the line of the keys that `checks` may name.
    """

    signature: list[list[Any]]
    kind: str
    id: str
    digest: str
    draft: bool
    links: list[NamedLink]
    areas: list[str]
    languages: list[str]
    review_by: str | None
    published: str | None
    trigger: str | None
    measure: list[str | None]  # start, end, "binding" if a text is linked, promulgated; empty for other kinds
    lines: dict[str, int]

    @classmethod
    def of(
        cls,
        record: Record,
        digest: str,
        signature: list[list[Any]],
        links: Sequence[NamedLink],
        document: Document,
        *,
        draft: bool,
    ) -> KnownRecord:
        """What is to be remembered of a record that has just been read."""
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
        keys = ("area", "review_by", "published", "trigger", "promulgated", "valid_from", "title")
        named = [key for key in keys if key in document.values]
        return cls(
            signature,
            record.kind,
            record.id,
            digest,
            draft,
            list(links),
            list(record.area),
            [text.lang for text in record.texts],
            record.review_by.isoformat() if record.review_by else None,
            utc(record.published) if record.published else None,
            trigger,
            measure,
            {
                key: number
                for number, line in enumerate(document.yaml_text.split("\n"), document.yaml_line)
                for key in named
                if line.startswith(f"{key}:")
            },
        )

    def line(self, key: str) -> int:
        """The line of a key, or of the front matter's first line."""
        return self.lines.get(key, 2)

    def review_day(self) -> date | None:
        """The day by which somebody looks at the record again."""
        return date.fromisoformat(self.review_by) if self.review_by else None


@dataclass(slots=True)
class Known:
    """All records by the path of their main file; `context` is what else their meaning depends on."""

    context: str = ""
    records: dict[str, KnownRecord] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return {"context": self.context, "records": {path: list(seen) for path, seen in self.records.items()}}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Known:
        """What `to_json` gave; raises ValueError, KeyError or TypeError for anything else."""
        return cls(
            str(values["context"]), {path: KnownRecord._make(fields) for path, fields in values["records"].items()}
        )
