"""Lists the texts of the desk that are marked for translation; with --missing those without an English one."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

WEB = Path(__file__).parent.parent / "src" / "krisenfest" / "web"
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES" / "django.po"
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop"}


def messages() -> set[str]:
    """Every msgid of templates and code."""
    found: set[str] = set()
    for template in (*(WEB / "templates").rglob("*.html"), *(WEB / "templates").rglob("*.txt")):
        text = template.read_text(encoding="utf-8")
        for single, double in re.findall(r"""{% translate (?:'([^']+)'|"([^"]+)")""", text):
            found.add(single or double)
        found |= set(re.findall(r'_\("([^"]+)"\)', text))
        for block in re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, re.DOTALL):
            found.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", block))
    for module in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            if getattr(node.func, "id", None) in CALLS and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return found


def translated() -> dict[str, str]:
    """The English catalogue: msgid to msgstr."""
    text = CATALOGUE.read_text(encoding="utf-8") if CATALOGUE.exists() else ""
    pairs = re.findall(r'^msgid (".*")\nmsgstr (".*")$', text, re.MULTILINE)
    return {ast.literal_eval(msgid): ast.literal_eval(msgstr) for msgid, msgstr in pairs}


if __name__ == "__main__":
    known = translated() if "--missing" in sys.argv else {}
    print("\n".join(sorted(messages() - {msgid for msgid, msgstr in known.items() if msgstr})))
