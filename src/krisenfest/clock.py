"""The only reader of the clock; everywhere else time is an argument."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, to the second (records and pages name no smaller unit)."""
    return datetime.now(UTC).replace(microsecond=0)


def stopwatch_s() -> float:
    """Seconds of a clock that only runs forward; meant for differences."""
    return time.perf_counter()
