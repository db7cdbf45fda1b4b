"""Lists the interface texts that templates and code mark for translation, one a line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SITE = Path(__file__).parent.parent / "src" / "krisenfest" / "site"
CALLS = {"N_", "words", "self", "_"}


def messages() -> set[str]:
    """Every msgid: `_("...")` in templates; N_(), words() and self() with a literal in the site's code."""
    found: set[str] = set()
    for template in (SITE / "templates").glob("*.html"):
        for single, double in re.findall(r"""_\((?:'([^']+)'|"([^"]+)")\)""", template.read_text(encoding="utf-8")):
            found.add(single or double)
    for module in SITE.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in CALLS and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


if __name__ == "__main__":
    print("\n".join(sorted(messages())))
