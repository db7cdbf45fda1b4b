"""Every setting of krisenfest, once, typed, read from the environment at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from krisenfest.errors import FieldError

PREFIX = "KRISENFEST_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All there is to set. Each field is read from KRISENFEST_ and its name in capitals."""

    site_url: str = ""  # public address of the site; wins over site_url in municipality.yaml
    max_text_bytes: int = 2_000_000  # a Markdown, YAML or GeoJSON file may have so many bytes
    max_media_bytes: int = 20_000_000  # a picture or PDF may have so many bytes
    processes: int = 0  # so many processes render a large site; 0: one for each processor, at most 8


def from_environment(environment: Mapping[str, str]) -> Config:
    """Read the settings; what is not set keeps its default.

    Raises FieldError for a number that is none.
    """
    values: dict[str, str | int] = {}
    for each in fields(Config):
        text = environment.get(PREFIX + each.name.upper())
        if text is None:
            continue
        if isinstance(each.default, int):
            if not text.isascii() or not text.isdigit():
                raise FieldError(PREFIX + each.name.upper(), text, "write a whole number")
            values[each.name] = int(text)
        else:
            values[each.name] = text
    return Config(**values)  # type: ignore[arg-type]  # each value was read by its field's own type
