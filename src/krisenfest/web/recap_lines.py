"""What happened at an event as the lines of its recap's form; `desk.recap` reads them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class AskedQuestion(Protocol):
    """A question that was asked, and what was answered to it ("" if nothing was written down)."""

    @property
    def question(self) -> str: ...  # noqa: D102  the name says it
    @property
    def answer(self) -> str: ...  # noqa: D102  the name says it


class PollChoice(Protocol):
    """A choice with its votes."""

    @property
    def title(self) -> str: ...  # noqa: D102  the name says it
    @property
    def votes(self) -> int: ...  # noqa: D102  the name says it


class HeldPoll(Protocol):
    """A poll; `voters` where several choices could be taken, else None."""

    @property
    def question(self) -> str: ...  # noqa: D102  the name says it
    @property
    def choices(self) -> Sequence[PollChoice]: ...  # noqa: D102  the name says it
    @property
    def voters(self) -> int | None: ...  # noqa: D102  the name says it


def recap_fields(
    questions: Iterable[AskedQuestion], polls: Iterable[HeldPoll], counts: Mapping[str, int]
) -> dict[str, str]:
    """The form's fields, filled from what happened: questions with answers, polls, and numbers by what they count."""
    return {
        "numbers": "\n".join(f"{count} {one_line(title)}" for title, count in counts.items()),
        "questions": "\n\n".join(joined(one_line(each.question), paragraph(each.answer)) for each in questions),
        "polls": "\n\n".join(
            joined(
                one_line(poll.question) + (f" [{poll.voters}]" if poll.voters is not None else ""),
                "\n".join(f"{each.votes} {one_line(each.title)}" for each in poll.choices),
            )
            for poll in polls
        ),
    }


def one_line(text: str) -> str:
    """A text with single spaces between its words."""
    return " ".join(text.split())


def paragraph(text: str) -> str:
    """Several lines, none of them empty: an empty one would begin the next question."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def joined(head: str, rest: str) -> str:
    """A head with what stands below it, if anything does."""
    return f"{head}\n{rest}" if rest else head
