"""`python -m krisenfest` is the command `krisenfest`."""

from krisenfest.cli import run

run()
