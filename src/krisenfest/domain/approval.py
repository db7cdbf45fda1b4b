"""Who may do what with a draft, and what comes of it: the workflow is a table, and one function walks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from krisenfest.errors import RefusedError, StepError


class State(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What is done with a draft; PUBLISH, SUPERSEDE and WITHDRAW follow from an approval, nobody chooses them."""

    SAVE = "save"
    COMMENT = "comment"
    SUBMIT = "submit"
    TAKE_BACK = "take-back"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    SUPERSEDE = "supersede"
    DISCARD = "discard"
    WITHDRAW = "withdraw"


STEPS: Mapping[tuple[State, Act], State] = MappingProxyType(
    {
        (State.DRAFT, Act.SAVE): State.DRAFT,
        (State.DRAFT, Act.SUBMIT): State.IN_REVIEW,
        (State.DRAFT, Act.DISCARD): State.WITHDRAWN,
        (State.IN_REVIEW, Act.TAKE_BACK): State.DRAFT,
        (State.IN_REVIEW, Act.RETURN): State.RETURNED,
        (State.IN_REVIEW, Act.APPROVE): State.APPROVED,
        (State.RETURNED, Act.SAVE): State.RETURNED,
        (State.RETURNED, Act.SUBMIT): State.IN_REVIEW,
        (State.RETURNED, Act.DISCARD): State.WITHDRAWN,
        (State.APPROVED, Act.PUBLISH): State.PUBLISHED,
        (State.APPROVED, Act.SUPERSEDE): State.WITHDRAWN,
        (State.PUBLISHED, Act.WITHDRAW): State.WITHDRAWN,
        **{(state, Act.COMMENT): state for state in (State.DRAFT, State.IN_REVIEW, State.RETURNED)},
    }
)


def step(state: State, act: Act) -> State:
    """The state that follows; raises StepError where the table has no such step."""
    try:
        return STEPS[state, act]
    except KeyError:
        possible = ", ".join(sorted(each for before, each in STEPS if before is state)) or "nothing"
        raise StepError(f"a draft that is {state} cannot {act}: possible is {possible}") from None


class Role(StrEnum):
    """What a person is in a municipality; a person may be several."""

    READER = "reader"
    AUTHOR = "author"
    APPROVER = "approver"
    EMERGENCY = "emergency"  # the emergency publisher: warn, banner, all-clear, and nothing else
    ADMINISTRATOR = "administrator"  # accounts and settings; writes and approves nothing


class Verb(StrEnum):
    """What an editor sets out to do; each opens the shortest form that can be right."""

    WARN = "warn"
    RULE = "rule"
    RESTRICT = "restrict"
    INVITE = "invite"
    ALL_CLEAR = "all-clear"
    TELL = "tell"  # a notice or a page: ordinary days
    REMOVE = "remove"  # what is public is withdrawn


EMERGENCY_VERBS = frozenset({Verb.WARN, Verb.ALL_CLEAR})
_WRITING = frozenset({Act.SAVE, Act.COMMENT, Act.SUBMIT, Act.TAKE_BACK, Act.DISCARD})
_DECIDING = frozenset({Act.COMMENT, Act.RETURN, Act.APPROVE})

# what each role may do, and with which verbs
PERMITS: Mapping[Role, tuple[frozenset[Act], frozenset[Verb]]] = MappingProxyType(
    {
        Role.READER: (frozenset(), frozenset()),
        Role.AUTHOR: (_WRITING, frozenset(Verb)),
        Role.APPROVER: (_WRITING | _DECIDING, frozenset(Verb)),
        Role.EMERGENCY: (_WRITING | _DECIDING, EMERGENCY_VERBS),
        Role.ADMINISTRATOR: (frozenset(), frozenset()),
    }
)


def may(roles: Iterable[Role], act: Act, verb: Verb) -> bool:
    """Whether somebody with these roles may do this with a draft of this verb."""
    return any(act in PERMITS[role][0] and verb in PERMITS[role][1] for role in roles)


def require_permit(roles: Iterable[Role], act: Act, verb: Verb) -> None:
    """Raise RefusedError unless one of the roles may do this."""
    if not may(roles, act, verb):
        raise RefusedError(f"your roles do not permit to {act} a draft of the kind {verb}: ask an administrator")


def require_decider(roles: Iterable[Role], act: Act, verb: Verb, *, exercise: bool = False) -> None:
    """Raise RefusedError unless one of the roles may decide so; in an exercise whoever may write decides too."""
    require_permit(roles, Act.SAVE if exercise else act, verb)


def require_four_eyes(
    *, submitter: object, approver: object, last_editor: object = None, exercise: bool = False
) -> None:
    """Raise RefusedError if whoever submitted a change, or last edited it, would approve it; an exercise allows it."""
    if exercise:
        return
    if submitter == approver:
        raise RefusedError("whoever submitted a change cannot approve it: ask a second person")
    if last_editor is not None and last_editor == approver:
        raise RefusedError("whoever last edited a text cannot approve it: ask a second person")
