"""Mails that come in: RFC 5322 read with RFC 3834 (automatic answers), RFC 3464 (bounces), RFC 5965 (complaints).

`read` never raises: what cannot be read is a mail of kind UNREADABLE, and goes to a person. A kind comes with the
reasons that decided (words of ours, nothing of the mail), so that a person can see why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import getaddresses
from enum import StrEnum

from krisenfest.standards import replies

MAX_TEXT = 100_000  # characters of a text that is looked at
MAX_PARTS = 200
MAX_HOPS = 30  # RFC 5321 6.3: a mail that has gone further goes in circles


class Kind(StrEnum):
    """What a mail is."""

    PERSON = "person"
    BOUNCE = "bounce"  # a report about the delivery of another mail
    COMPLAINT = "complaint"  # somebody called a mail of ours spam
    AUTOMATIC = "automatic"  # an out-of-office reply, a robot, a list
    CALENDAR = "calendar"  # an answer that a calendar program sent (RFC 5546 3.2.3)
    LOOP = "loop"  # our own, come back
    UNREADABLE = "unreadable"


class Failure(StrEnum):
    """Whether a bounce is for good (RFC 3463 2: class 5) or only tells of a delay (class 4)."""

    FOR_GOOD = "for-good"
    DELAYED = "delayed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A mail as far as it could be read."""

    kind: Kind
    reasons: tuple[str, ...]
    sender: str = ""  # the address of From, in small letters
    name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""  # what the person wrote: without quoted text and signature
    whole: str = ""  # all of it
    message_id: str = ""
    answers: tuple[str, ...] = ()  # Message-IDs that it answers (In-Reply-To, References)
    about: tuple[str, ...] = ()  # of a bounce: Message-IDs of what came back
    failed: tuple[str, ...] = ()  # of a bounce: the addresses that it names
    failure: Failure = Failure.UNKNOWN
    attachments: tuple[str, ...] = ()
    lang: str = ""


def read(data: bytes, *, recipients: Sequence[str] = (), own: Iterable[str] = ()) -> Incoming:
    """Read and sort a mail.

    `recipients` are those of the envelope where they are known; `own` the addresses that we write from: a mail from
    one of them is a loop.
    """
    try:
        message = message_from_bytes(data, policy=default)
        if not isinstance(message, EmailMessage) or not message.keys():
            return Incoming(kind=Kind.UNREADABLE, reasons=("no headers",), whole=_anyhow(data))
        return _read(message, tuple(recipients), frozenset(each.lower() for each in own))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # The parser of the standard library gives up on some broken mails; a person can still read them.
        reasons = (f"not readable ({type(error).__name__})",)
        return Incoming(kind=Kind.UNREADABLE, reasons=reasons, whole=_anyhow(data))


def _anyhow(data: bytes) -> str:
    return data[:MAX_TEXT].decode("utf-8", "replace").replace("\0", "")


def _read(message: EmailMessage, envelope: tuple[str, ...], own: frozenset[str]) -> Incoming:
    name, sender = _first(_addresses(message, "from"))
    subject = " ".join(header(message, "subject").split())
    whole = _text(message)
    kind, reasons = _kind(message, sender, subject, whole, own)
    to = [
        address for field in ("to", "cc", "delivered-to", "x-original-to") for _, address in _addresses(message, field)
    ]
    text = replies.without_quotes(whole)
    about, failed, failure = (
        _report(message, whole) if kind in (Kind.BOUNCE, Kind.COMPLAINT) else ((), (), Failure.UNKNOWN)
    )
    return Incoming(
        kind=kind,
        reasons=reasons,
        sender=sender,
        name=" ".join(clean(name).split()),
        recipients=tuple(dict.fromkeys([*(each.lower() for each in envelope), *to])),
        subject=subject,
        text=text,
        whole=whole,
        message_id=_first_id(header(message, "message-id")),
        answers=tuple(_ids(header(message, "in-reply-to") + " " + header(message, "references"))),
        about=about,
        failed=failed,
        failure=failure,
        attachments=tuple(_attachments(message)),
        lang=header(message, "content-language")[:2].lower() or replies.language(text),
    )


# --- what kind it is -------------------------------------------------------------------------------------------------

# RFC 3834 5.2 and what is in use: bounces and robots write from these.
_DAEMONS = re.compile(
    r"^(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?daemon|bounces?|mdaemon|nobody|root|"
    r"(?:no|do[-_.]?not|nicht)[-_.]?(?:reply|respond|antworten)|.*-(?:bounces?|request|owner|admin)|owner-.*|"
    r"auto[-_.]?(?:reply|responder|mailer)|.*(?:bounce|mailer-daemon).*)$"
)
_RETURNED = re.compile(
    r"undeliver|undelivrable|unzustellbar|nicht zugestellt|delivery (?:status|failure|report|notification|has failed)|"
    r"mail delivery|returned mail|return(?:ed|ing) (?:to sender|message)|failure notice|non[- ]?(?:delivery|remis)|"
    r"delivery.{0,20}fail|message (?:could not|not) (?:be )?deliver|mail (?:could not|failure|system error)|"
    r"warning: (?:message|could not)|user unknown|zustell(?:ung|fehler)|mail failed|error sending|"
    r"complaint about message|^dsn\b|メールエラー|配信(?:エラー|不能)|недоставлен",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"^(?:re: *|aw: *)?(?:out of (?:the )?office|auto(?:matic|matische|mated)?[- ]?(?:reply|response|antwort|re)|"
    r"abwesenheit|nicht im (?:büro|haus|dienst)|automatische antwort|vacation|on (?:vacation|holiday|leave)|"
    r"r[ée]ponse automatique|absence|respuesta autom|risposta automatica|i am (?:out|away)|autoreply|autoresponder|"
    r"eingangsbest[äa]tigung|empfangsbest[äa]tigung|lesebest[äa]tigung|gelesen: |read: |not read: |ungelesen: )",
    re.IGNORECASE,
)
_BODY_OF_RETURNED = re.compile(
    r"(?:was|were|wurde|konnte)[^.\n]{0,60}(?:not be delivered|nicht zugestellt)|"
    r"delivery to the following recipient|"
    r"the following address(?:es)? (?:had|failed)|"
    r"this is (?:the mail system|an automatically generated (?:delivery|mail))|"
    r"permanent (?:fatal )?errors|undeliverable|did not reach the following recipient|reporting-mta:|"
    r"^final-recipient:|action: failed|^status: [45]\.\d",
    re.IGNORECASE | re.MULTILINE,
)
_REPORTS = (
    "multipart/report",
    "message/delivery-status",
    "message/feedback-report",
    "message/disposition-notification",
)


def _kind(
    message: EmailMessage, sender: str, subject: str, whole: str, own: frozenset[str]
) -> tuple[Kind, tuple[str, ...]]:
    """The first of these that has reasons, in this order: a report is a report whatever else it says."""
    for kind, reasons in (
        (Kind.COMPLAINT, _complaint(message, subject)),
        (Kind.CALENDAR, _calendar(message)),
        (Kind.BOUNCE, _bounce(message, sender, subject, whole)),
        (Kind.AUTOMATIC, _automatic(message, sender, subject)),
        (Kind.LOOP, _loop(message, sender, own)),
    ):
        if reasons:
            return kind, tuple(reasons)
    if not sender:
        return Kind.UNREADABLE, ("no sender",)
    return Kind.PERSON, ("no sign of a robot",)


def _complaint(message: EmailMessage, subject: str) -> list[str]:
    kinds = {part.get_content_type() for part in _parts(message)}
    if "message/feedback-report" in kinds or _report_type(message) == "feedback-report":
        return ["a feedback report (RFC 5965)"]
    return ["the subject of a complaint"] if subject.lower().startswith("complaint about message") else []


def _calendar(message: EmailMessage) -> list[str]:
    methods = {
        str(part.get_param("method", "")).upper()
        for part in _parts(message)
        if part.get_content_type() == "text/calendar"
    }
    return ["the answer of a calendar program (RFC 5546 3.2.3)"] if methods & {"REPLY", "COUNTER", "REFRESH"} else []


def _bounce(message: EmailMessage, sender: str, subject: str, whole: str) -> list[str]:
    reasons = []
    kinds = [part.get_content_type() for part in _parts(message)]
    if any(each in _REPORTS[1:] for each in kinds) or _report_type(message) in (
        "delivery-status",
        "disposition-notification",
    ):
        reasons.append("a delivery report (RFC 3464)")
    if message["x-failed-recipients"] is not None:
        reasons.append("names failed recipients")
    empty = header(message, "return-path").strip() == "<>"
    if empty and not _answers_for_somebody(message, subject):
        reasons.append("an empty sender (RFC 5321 4.5.5)")
    returned = bool(_RETURNED.search(subject))
    if returned and (_DAEMONS.match(sender.partition("@")[0]) or _BODY_OF_RETURNED.search(whole) or not sender):
        reasons.append("the subject of a bounce")
    elif _DAEMONS.match(sender.partition("@")[0]) and _BODY_OF_RETURNED.search(whole):
        reasons.append("the words of a bounce")
    elif sender.startswith(("mailer-daemon@", "mailer_daemon@")) or sender == "mailer-daemon":
        reasons.append("from a mailer daemon")
    return reasons


def _answers_for_somebody(message: EmailMessage, subject: str) -> bool:
    """RFC 3834 3.3: an out-of-office reply has an empty sender too."""
    said = header(message, "auto-submitted").lower()
    return bool(_AWAY.match(subject)) or (said.startswith("auto-replied") and not _RETURNED.search(subject))


def _automatic(message: EmailMessage, sender: str, subject: str) -> list[str]:
    reasons = []
    said = header(message, "auto-submitted").lower().partition(";")[0].strip()
    if said and said != "no":
        reasons.append("Auto-Submitted (RFC 3834 5)")
    if header(message, "precedence").lower().strip() in ("bulk", "junk", "list", "auto_reply"):
        reasons.append("Precedence")
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autogenerated", "x-vacation"):
        if message[name] is not None and header(message, name).lower().strip() not in ("no", "none", "false"):
            reasons.append(name)
    suppress = header(message, "x-auto-response-suppress").lower()
    if suppress and suppress != "none" and "auto-submitted" in [each.lower() for each in message]:
        reasons.append("x-auto-response-suppress")
    if message["list-id"] is not None or message["list-unsubscribe"] is not None:
        reasons.append("from a mailing list (RFC 2919)")
    if header(message, "return-path").strip() == "<>":
        reasons.append("an empty sender (RFC 5321 4.5.5)")
    if _AWAY.match(subject):
        reasons.append("the subject of an automatic answer")
    if _DAEMONS.match(sender.partition("@")[0]):
        reasons.append("an address of a robot")
    return reasons


def _loop(message: EmailMessage, sender: str, own: frozenset[str]) -> list[str]:
    reasons = []
    if sender in own:
        reasons.append("from our own address")
    if len(message.get_all("received", [])) > MAX_HOPS:
        reasons.append("went through too many servers (RFC 5321 6.3)")
    if message["x-loop"] is not None:
        reasons.append("X-Loop")
    return reasons


def _report_type(message: EmailMessage) -> str:
    return str(message.get_param("report-type", "")).lower()


# --- what a bounce says ----------------------------------------------------------------------------------------------

_STATUS = re.compile(r"(?im)^(?:status:\s*|.{0,200}?\b(?:#|smtp;\s*\d{3}[- ]))?([245])\.\d{1,3}\.\d{1,3}\b")
_ACTION = re.compile(r"(?im)^action:\s*(failed|delayed|delivered|relayed|expanded)")
_FAILED = re.compile(
    r"(?im)^(?:final-recipient|original-recipient|x-failed-recipients?):\s*(?:rfc822;|utf-8;)?\s*<?([^\s<>;,]+@[^\s<>;,]+)>?"
)
_ID = re.compile(r"<[^<>\s]+@[^<>\s]*>")
_RETURNED_ID = re.compile(r"(?im)^[> ]*message-id:\s*(<[^<>\s]+>)")
_LATER = re.compile(
    r"will (?:be )?retr|still being retried|delayed|warning|not yet been delivered|wird weiter versucht", re.IGNORECASE
)


def _report(message: EmailMessage, whole: str) -> tuple[tuple[str, ...], tuple[str, ...], Failure]:
    """Message-IDs of what came back, the addresses named, and whether it is for good."""
    told = whole + "\n" + "\n".join(_inner(message))
    about = [*_RETURNED_ID.findall(told), *_ids(header(message, "in-reply-to") + " " + header(message, "references"))]
    failed = [*_FAILED.findall(told), *re.findall(r"[^\s<>,]+@[^\s<>,]+", header(message, "x-failed-recipients"))]
    actions = {each.lower() for each in _ACTION.findall(told)}
    classes = {each for each in _STATUS.findall(told) if each in "45"}
    if "failed" in actions or (not actions and "5" in classes):
        failure = Failure.FOR_GOOD
    elif "delayed" in actions or classes == {"4"} or _LATER.search(header(message, "subject")):
        failure = Failure.DELAYED
    else:
        failure = Failure.UNKNOWN
    return tuple(dict.fromkeys(about)), tuple(dict.fromkeys(each.lower() for each in failed)), failure


def _inner(message: EmailMessage) -> Iterator[str]:
    """The parts of a report that are no text for people: status, headers, the mail that came back."""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "text/rfc822-headers", "message/rfc822", "message/global"):
            yield _plain(part)


# --- reading what is not always right --------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Text that every database takes: raw UTF-8 in headers (RFC 6532) decoded, no NUL, no half characters."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "")


def header(message: Message, name: str) -> str:
    """A header as text; "" where it is missing or cannot be read."""
    try:
        return clean(str(message.get(name) or ""))
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
        return raw.encode("utf-8", "replace").decode("utf-8", "replace").replace("\0", "")


def _addresses(message: EmailMessage, name: str) -> list[tuple[str, str]]:
    try:
        found = message.get_all(name) or []
        pairs = [(each.display_name, each.addr_spec) for field in found for each in getattr(field, "addresses", ())]
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        pairs = []
    if not any(re.fullmatch(r"[^\s@]+@[^\s@]+", address) for _, address in pairs):
        raw = [str(value) for key, value in message.raw_items() if key.lower() == name]
        pairs = getaddresses([" ".join(each.split()) for each in raw])
    return [(shown, address.lower()) for shown, address in pairs if re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address)]


def _first(pairs: list[tuple[str, str]]) -> tuple[str, str]:
    return pairs[0] if pairs else ("", "")


def _ids(text: str) -> list[str]:
    return list(dict.fromkeys(_ID.findall(text)))


def _first_id(text: str) -> str:
    found = _ids(text)
    return found[0] if found else ""


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            return
        yield part


def _text(message: EmailMessage) -> str:
    """The text that people read: the plain one, else that of the HTML."""
    plain = [part for part in _parts(message) if part.get_content_type() == "text/plain" and not _is_file(part)]
    if plain:
        return "\n".join(_plain(part) for part in plain[:5])[:MAX_TEXT]
    html = [part for part in _parts(message) if part.get_content_type() == "text/html" and not _is_file(part)]
    return replies.text_of_html("\n".join(_plain(part) for part in html[:5])[: 4 * MAX_TEXT])[:MAX_TEXT]


def _is_file(part: Message) -> bool:
    return header(part, "content-disposition").lower().startswith("attachment")


def _plain(part: Message) -> str:
    """The text of a part, whatever it says about its characters."""
    if part.is_multipart():
        return "\n".join(str(each) for each in part.get_payload() if isinstance(each, Message))[:MAX_TEXT]
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    for charset in (str(part.get_content_charset("utf-8")), "utf-8"):
        try:
            return data.decode(charset).replace("\0", "")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("latin-1").replace("\0", "")


def _attachments(message: EmailMessage) -> Iterator[str]:
    for part in _parts(message):
        if part.is_multipart():
            continue
        name = part.get_filename() if _is_file(part) or part.get_param("name") else None
        if name or _is_file(part):
            yield " ".join(clean(str(name or part.get_content_type())).split())[:200]
