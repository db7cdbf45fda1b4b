"""Log lines for programs: one JSON object a line, with what happened and nothing about who."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import orjson

FIELDS = ("town", "exercise", "publication", "release", "seconds", "attempt")


class JsonLines(logging.Formatter):
    """Time (UTC), level, logger, message, and the fields that are ours; of an error its type and place."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        values: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        values["message"] = record.getMessage()
        values |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            values["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                values["place"] = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        return orjson.dumps(values, default=str).decode()
