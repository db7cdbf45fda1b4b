"""Where something stands in YAML text: slow, and asked only when there is something to say about it."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


def first_error(text: str) -> tuple[int, str] | None:
    """The line of the first error, counted from 0, and what it is; None if there is none that has a line."""
    try:
        yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return (mark.line if mark else 0, str(error.problem))
    except (yaml.YAMLError, RecursionError):
        pass
    return None


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line of a key, counted from 0; 0 if the text cannot be read."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError):
        return 0
    line = 0
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line
