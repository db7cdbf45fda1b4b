"""Trigger files: YAML that says a rule in the words of a norm, read with every problem told by line and field."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from krisenfest.domain.triggers import Trigger
from krisenfest.errors import Problem, SourceError
from krisenfest.sources.front_matter import Document, FrontMatterError, load_mapping, read_text
from krisenfest.sources.record_fields import problems_of


def read_trigger(path: Path) -> Trigger:
    """The rule of a file; raises SourceError with every problem, OSError if the file cannot be opened."""
    trigger, problems = parse_trigger(str(path), path)
    if trigger is None:
        raise SourceError(problems)
    return trigger


def parse_trigger(shown: str, path: Path) -> tuple[Trigger | None, list[Problem]]:
    """The rule of a file, named `shown` in problems, or every problem of it; raises OSError."""
    try:
        text = read_text(path)
        values = load_mapping(text)
    except FrontMatterError as error:
        return None, [Problem(shown, error.line, "file", error.what, error.hint)]
    document = Document(values, "", text, 1, 1)
    try:
        return Trigger.model_validate(values), []
    except ValidationError as error:
        return None, problems_of(error, "trigger", shown, document)
