"""The generators that take turns with ours: Hugo and Pelican, on the same posts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / "build" / "bench"  # a virtual environment of its own: none of it runs in a town


def pelican() -> str | None:
    """The Pelican of the measuring environment, which is made if it can be; None without a network."""
    found = installed("pelican")
    return str(found) if found else None


def hugo() -> str | None:
    """Hugo from the PATH, else the one of the measuring environment."""
    if found := shutil.which("hugo"):
        return found
    installed("hugo")
    binaries = sorted(TOOLS.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    return str(binaries[0]) if binaries else None


def hugo_version(program: str) -> str:
    """What Hugo says it is."""
    text = subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout
    return next(word for word in text.split() if word.startswith("v"))


def openfisca() -> str | None:
    """The Python of the measuring environment, if OpenFisca can be had there."""
    python = TOOLS / "bin" / "python"
    return str(python) if installed("openfisca") else None


def installed(name: str) -> Path | None:
    program = TOOLS / "bin" / name
    uv = ROOT / ".venv" / "bin" / "uv"
    if not program.exists() and uv.exists():
        requirements = ROOT / "requirements" / "bench.txt"
        python = TOOLS / "bin" / "python"
        commands = [
            [str(uv), "venv", "--quiet", "--clear", str(TOOLS)],
            [
                str(uv),
                "pip",
                "install",
                "--quiet",
                "--python",
                str(python),
                "--require-hashes",
                "-r",
                str(requirements),
            ],
        ]
        for command in commands:
            if subprocess.run(command, check=False).returncode:
                return None
    return program if program.exists() else None
