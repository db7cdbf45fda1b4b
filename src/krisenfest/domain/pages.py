"""Pages: what a municipality says at any time, the imprint among them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from krisenfest.domain.records import Link, Phase, Record


class Page(Record):
    """A page; `menu` is its place among the links at the foot of every page (None: not there)."""

    kind: Literal["page"] = "page"
    menu: int | None = Field(default=None, ge=0, le=1000)
    image: Link | None = None


PAGE_PHASES = (Phase("current", None, None),)
