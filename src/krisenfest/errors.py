"""All errors of krisenfest, and the exit code that each one means.

::

    KrisenfestError             1  something asked for cannot be done as asked
    ├── FieldError              1  one value cannot be read
    ├── SourceError             1  a content folder has problems, all of them listed
    ├── StateError              1  the state of an earlier build does not fit
    ├── StepError               1  a draft cannot take this step from where it stands
    ├── StaleError              1  somebody else saved in the meantime
    ├── UploadError             1  a file that is not taken
    ├── ConferenceError         1  a system for conferences does not do what it should
    ├── TooMuchError            1  one person asks for more than their share
    └── RefusedError            3  refused for safety (forged, stale, not authorised)

Exit 0 means done, 2 wrong usage (the command line's own).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class KrisenfestError(Exception):
    """Something that was asked for cannot be done; the message says what to do."""

    exit_code = 1


class FieldError(KrisenfestError):
    """A value cannot be read: which one, what it is, and what to write instead."""

    def __init__(self, field: str, value: object, hint: str, *, file: str = "") -> None:
        super().__init__(f"{file or 'input'}: {field} = {value!r}: {hint}")
        self.field, self.value, self.hint, self.file = field, value, hint, file


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem of a source file: where, what, and what to do.

    `advice` marks what a person should mend but what does not keep a site from being built
    (a passed review date, say); everything else stops a build before it writes anything.
    """

    path: str
    line: int
    field: str
    what: str
    hint: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.field}: {self.what}: {self.hint}"


class SourceError(KrisenfestError):
    """A content folder cannot be used; `problems` holds every problem, not the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class StateError(KrisenfestError):
    """The state folder of an earlier build cannot be continued."""


class StepError(KrisenfestError):
    """A draft cannot take this step from where it stands; the message names the steps that it can take."""


class UploadError(KrisenfestError):
    """A file is not taken: why, and what to bring instead. `code` names the reason, `details` its figures."""

    def __init__(self, code: str, message: str, **details: str) -> None:
        super().__init__(message)
        self.code, self.details = code, details


class StaleError(KrisenfestError):
    """Somebody else saved in the meantime; nothing was overwritten."""


class ConferenceError(KrisenfestError):
    """A system for conferences does not do what it should; the message says what to do, and names nobody."""


class TooMuchError(KrisenfestError):
    """One person asks for more, or more often, than their share; waiting helps where the message says so."""


class RefusedError(KrisenfestError):
    """Refused for safety: forged, stale or not authorised."""

    exit_code = 3
