"""What came of an event: links, answers, results and numbers. What people said stands here without their names."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from krisenfest.domain.records import Link, Model, Word

Count = Annotated[int, Field(ge=0, le=10_000_000)]


class Attachment(Model):
    """A file or an address to pass on, such as an invitation or the slides."""

    path: Link
    title: Word


class Answered(Model):
    """A question that was asked, and what was answered; the answer may still come."""

    question: Annotated[str, Field(min_length=1, max_length=2000)]
    answer: str = Field(default="", max_length=4000)


class Choice(Model):
    """One choice of a poll with its votes."""

    title: Word
    votes: Count


class PollResult(Model):
    """A poll: what was asked, and how often each choice was taken; `voters` where several could be taken."""

    question: Annotated[str, Field(min_length=1, max_length=1000)]
    choices: tuple[Choice, ...] = Field(min_length=1)
    voters: Count | None = None


class Number(Model):
    """A count, such as 84 under "waren dabei"."""

    title: Word
    count: Count


class Recap(Model):
    """What there is beside the words of a recap, which stand in the record's texts."""

    links: tuple[Attachment, ...] = ()
    questions: tuple[Answered, ...] = ()
    polls: tuple[PollResult, ...] = ()
    numbers: tuple[Number, ...] = ()
    survey: Link | None = None

    def short_texts(self) -> list[str]:
        """Its texts as the original says them, for translation."""
        found = [each.title for each in self.links] + [each.title for each in self.numbers]
        found += [text for each in self.questions for text in (each.question, each.answer)]
        for poll in self.polls:
            found += [poll.question, *(each.title for each in poll.choices)]
        return found
