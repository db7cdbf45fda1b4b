"""How a registration goes: its workflow as a table that one function walks, and what a form must say to become one.

The table is drawn in docs/how-to/registrations.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from krisenfest.domain.events import Event, FormQuestion, RegistrationForm, ends
from krisenfest.errors import StepError


class State(StrEnum):
    """Where a registration stands."""

    NEW = "new"  # asked for this moment; never stored
    HELD = "held"  # not confirmed yet; a place is kept until the link ends
    QUEUED = "queued"  # not confirmed yet; no place was free
    PROPOSED = "proposed"  # confirmed; an organiser decides, a place is kept meanwhile
    REGISTERED = "registered"
    WAITING = "waiting"  # confirmed, in line for a place
    OFFERED = "offered"  # moved up: a place is kept until the deadline
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # nobody confirmed, or took the offered place, in time
    REFUSED = "refused"


class Act(StrEnum):
    """What is done with a registration: by the person, by an organiser, or by time."""

    HOLD = "hold"
    QUEUE = "queue"
    CONFIRM = "confirm"
    PROPOSE = "propose"  # the person confirms where organisers decide
    WAIT = "wait"  # the person confirms while no place is free
    OFFER = "offer"
    LAPSE = "lapse"
    CANCEL = "cancel"
    APPROVE = "approve"
    REFUSE = "refuse"
    PLACE = "place"  # an organiser gives a place, past the line
    SET_BACK = "set-back"  # an organiser takes the place back into the line


_ENDED = (State.NEW, State.CANCELLED, State.EXPIRED)
_LIVING = (State.HELD, State.QUEUED, State.PROPOSED, State.REGISTERED, State.WAITING, State.OFFERED)

STEPS: Mapping[tuple[State, Act], State] = MappingProxyType(
    {
        **{(each, Act.HOLD): State.HELD for each in _ENDED},
        **{(each, Act.QUEUE): State.QUEUED for each in _ENDED},
        **{(each, Act.PLACE): State.REGISTERED for each in (*_ENDED, State.REFUSED, State.WAITING, State.QUEUED)},
        **{(each, Act.WAIT): State.WAITING for each in (State.NEW, State.QUEUED)},
        **{(each, Act.CONFIRM): State.REGISTERED for each in (State.HELD, State.QUEUED, State.OFFERED)},
        **{(each, Act.PROPOSE): State.PROPOSED for each in (State.HELD, State.QUEUED, State.OFFERED)},
        **{(each, Act.LAPSE): State.EXPIRED for each in (State.HELD, State.QUEUED, State.OFFERED)},
        **{(each, Act.CANCEL): State.CANCELLED for each in _LIVING},
        **{(each, Act.REFUSE): State.REFUSED for each in (State.PROPOSED, State.WAITING)},
        (State.WAITING, Act.OFFER): State.OFFERED,
        (State.PROPOSED, Act.APPROVE): State.REGISTERED,
        (State.REGISTERED, Act.SET_BACK): State.WAITING,
    }
)
# the states that take a place of the event
HOLDS = frozenset({State.HELD, State.PROPOSED, State.REGISTERED, State.OFFERED})
UNCONFIRMED = frozenset({State.HELD, State.QUEUED})
# the states in which time runs out
TIMED = frozenset({State.HELD, State.QUEUED, State.OFFERED})


def step(state: State, act: Act) -> State:
    """The state that follows; raises StepError where the table has no such step."""
    try:
        return STEPS[state, act]
    except KeyError:
        possible = ", ".join(sorted(each for before, each in STEPS if before is state)) or "nothing"
        raise StepError(f"a registration that is {state} cannot {act}: possible is {possible}") from None


def takes_over(before: State, after: State) -> int:
    """How many places more a step takes: 1, 0, or -1 where one comes free."""
    return (after in HOLDS) - (before in HOLDS)


class Standing(StrEnum):
    """Whether a person can register at an instant, and if not, why."""

    OPEN = "open"
    NOT_HERE = "not-here"  # the event asks for no registration on its page
    NOT_YET = "not-yet"
    CLOSED = "closed"
    CANCELLED = "cancelled"


def standing_at(event: Event, at: datetime, *, by_mail: bool = False) -> Standing:
    """Whether the event takes registrations at the instant `at`, by form or `by_mail`; until it begins, or before."""
    form = event.registration
    if form is None or not (form.form or by_mail):
        return Standing.NOT_HERE
    if event.cancelled and at >= event.cancelled.on:
        return Standing.CANCELLED
    if form.opens and at < form.opens:
        return Standing.NOT_YET
    return Standing.OPEN if at < (form.closes or event.start) else Standing.CLOSED


def link_ends(event: Event, form: RegistrationForm, at: datetime) -> datetime:
    """Until when a link that is sent at `at` confirms: some hours on, and never after the event."""
    return min(at + timedelta(hours=form.confirm_within_h), ends(event))


def offer_ends(event: Event, form: RegistrationForm, at: datetime) -> datetime:
    """Until when a place that is offered at `at` is kept: some hours on, and never after the event has begun."""
    return min(at + timedelta(hours=form.move_up_within_h), event.start)


def deletion_day(event: Event) -> date:
    """The day (UTC) on which what people wrote is deleted: so many days after the end. People are told this day.

    GDPR Art. 5 (1) e, Art. 13 (2) a.
    """
    days = event.registration.keep_days if event.registration else KEEP_DAYS
    return (ends(event).astimezone(UTC) + timedelta(days=days)).date()


KEEP_DAYS: int = RegistrationForm.model_fields["keep_days"].default


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a person has asked for, checked and tidied; `consented` is the text that they agreed to."""

    name: str
    email: str
    organisation: str = ""
    lang: str = "de"
    answers: Mapping[str, str] = field(default_factory=dict)
    consented: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a form: its name there, and what is wrong with it as a word of `FAULTS`."""

    field: str
    what: str


FAULTS = ("missing", "too-long", "link", "address", "choose", "consent")
TRAP = "website"  # a field that nobody sees: who fills it in is a robot
LONGEST = {"name": 200, "email": 254, "organisation": 200}
LONGEST_ANSWER = 2000
_ADDRESS = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9äöüß](?:[a-z0-9äöüß-]{0,61}[a-z0-9äöüß])?\.)+[a-zäöü]{2,63}"
)
_LINK = re.compile(r"https?:|://|www\.", re.IGNORECASE)


def question_field(question: FormQuestion) -> str:
    """The name of a question's field in the form."""
    return f"q_{question.id}"


def read_application(form: RegistrationForm, fields: Mapping[str, str]) -> tuple[Application, tuple[Fault, ...]]:
    """What the fields of a form say, and everything that is wrong with them; the one rule for every way in."""
    faults: list[Fault] = []
    said = {name: tidy(fields.get(name, "")) for name in LONGEST}
    for name, text in said.items():
        if not text and name != "organisation":
            faults.append(Fault(name, "missing"))
        elif len(text) > LONGEST[name]:
            faults.append(Fault(name, "too-long"))
        elif name != "email" and _LINK.search(text):  # a mail to a stranger shall carry nobody's advertisement
            faults.append(Fault(name, "link"))
    email = said["email"].lower()
    if email and len(email) <= LONGEST["email"] and not _ADDRESS.fullmatch(email):
        faults.append(Fault("email", "address"))
    answers: dict[str, str] = {}
    for question in form.questions:
        answer, wrong = _answer(question, fields.get(question_field(question), ""))
        if wrong:
            faults.append(Fault(question_field(question), wrong))
        elif answer:
            answers[question.id] = answer
    if form.consent and not fields.get("consent"):
        faults.append(Fault("consent", "consent"))
    application = Application(
        name=said["name"],
        email=email,
        organisation=said["organisation"],
        lang=fields.get("lang", "de")[:10] or "de",
        answers=answers,
        consented=form.consent,
    )
    return application, tuple(faults)


def _answer(question: FormQuestion, given: str) -> tuple[str, str]:
    if question.kind == "checkbox":
        return ("yes", "") if given else ("", "missing" if question.required else "")
    text = tidy(given, lines=question.kind == "text")
    if not text:
        return "", "missing" if question.required else ""
    if question.kind == "choice":
        return (text, "") if text in question.options else ("", "choose")
    return (text, "") if len(text) <= LONGEST_ANSWER else ("", "too-long")


def tidy(text: str, *, lines: bool = False) -> str:
    """A text without control characters and needless spaces; line ends stay only where `lines` asks for it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", text)
    if not lines:
        return " ".join(text.split())
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()
