"""Lists the interface texts that templates and code mark for translation, one a line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "krisenfest"
SITE = SOURCE / "site"
CALLS = {"N_", "words", "self", "_", "say"}


def messages() -> set[str]:
    """Every msgid: `_("...")` in templates; N_(), words() and self() with a literal in the site's code."""
    found: set[str] = set()
    for template in (SITE / "templates").glob("*.html"):
        for single, double in re.findall(r"""_\((?:'([^']+)'|"([^"]+)")\)""", template.read_text(encoding="utf-8")):
            found.add(single or double)
    return found | _in_code(SITE.glob("*.py"))


def trigger_messages() -> set[str]:
    """The msgids of the sentences that tell a rule: the catalogue `triggers`."""
    return _in_code([SOURCE / "domain" / "trigger_words.py"])


def _in_code(modules: Iterable[Path]) -> set[str]:
    found: set[str] = set()
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in CALLS and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


if __name__ == "__main__":
    print("\n".join(sorted(messages() | trigger_messages())))
