"""Whose site a post belongs to: the title in the settings of the Jekyll or Hugo folder that it lies in."""

from __future__ import annotations

import tomllib
from pathlib import Path

from krisenfest.sources.front_matter import FrontMatterError, load_mapping

MAX_BYTES = 200_000
_SETTINGS = ("_config.yml", "hugo.toml", "hugo.yaml", "config.toml", "config.yaml")


def site_title(post: Path) -> str:
    """The title of the site, "" if the post lies in none: Jekyll's `_posts` (or `_events`...), Hugo's `content`."""
    for folder in post.absolute().parents:
        if folder.name == "content" or folder.name.startswith("_"):
            return next((title for name in _SETTINGS if (title := _title(folder.parent / name))), "")
    return ""


def _title(settings: Path) -> str:
    try:
        if not settings.is_file() or settings.stat().st_size > MAX_BYTES:
            return ""
        text = settings.read_text(encoding="utf-8-sig")
        values = tomllib.loads(text) if settings.suffix == ".toml" else load_mapping(text)
    except (OSError, UnicodeDecodeError, FrontMatterError, tomllib.TOMLDecodeError, RecursionError):
        return ""  # who publishes is then said to be unknown; the post itself is read all the same
    title = values.get("title")
    return " ".join(title.split())[:200] if isinstance(title, str) else ""
