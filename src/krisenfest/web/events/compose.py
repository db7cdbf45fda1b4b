"""A row of the outbox as a mail: headers, text, HTML, calendar entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from krisenfest.domain.events import Event
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.registrations import State
from krisenfest.domain.releases import Version
from krisenfest.site.addresses import prefix, record_path
from krisenfest.standards import ics, itip
from krisenfest.web.events import links, marks
from krisenfest.web.events.models import Book, Mail, Purpose, Registration
from krisenfest.web.events.texts import TEXTS, About, Said
from krisenfest.web.rooms import MARK, files_for, site_address

HAS_PLACE = State.REGISTERED
CALENDAR: Mapping[str, str] = MappingProxyType(
    {
        Purpose.REGISTERED: "REQUEST",
        Purpose.MOVED_UP: "REQUEST",
        Purpose.CHANGED: "REQUEST",
        Purpose.CANCELLED: "CANCEL",
    }
)
BY_THE_CLOCK = (Purpose.REMINDER, Purpose.THANKS)  # nobody's own act causes them: they can be switched off

# Nobody has confirmed the address yet: what a stranger wrote as a name is not sent there.
TO_STRANGERS = (Purpose.CONFIRM, Purpose.KNOWN)


class Bytes(EmailMessage):
    """A mail that gives its bytes the way Django's backends ask for them."""

    def as_bytes(self, unixfrom: bool = False, policy: Any = None, linesep: str = "") -> bytes:
        """RFC 5322, lines end with CRLF."""
        return super().as_bytes(unixfrom, policy or SMTP)


class Ready(DjangoMail):
    """A composed mail, for Django's backends. `from_email` is the envelope's sender, to which it comes back."""

    def __init__(self, composed: Bytes, *, sender: str, to: str) -> None:
        super().__init__(from_email=sender, to=[to])
        self.composed = composed

    def message(self) -> Any:
        """The mail as it was composed."""
        return self.composed

    @property
    def message_id(self) -> str:
        """RFC 5322 3.6.4."""
        return str(self.composed["Message-ID"])


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the town by its name, and where answers go."""

    town: Municipality
    answers: str

    def organizer(self, lang: str) -> itip.Person:
        """As calendars name it."""
        return itip.Person(name=self.town.display_name(lang), email=self.answers)


class Composer:
    """Composes the mails of one round; what towns and events say is read once."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._towns: dict[tuple[int, bool], Municipality] = {}
        self._events: dict[int, Event] = {}

    def useless(self, mail: Mail) -> bool:
        """Whether the mail came too late, or the person does not want it any more."""
        registration, book = mail.registration, mail.registration.book
        match mail.purpose:
            case Purpose.REMINDER:
                comes = registration.state == HAS_PLACE and registration.reminded
                return self.at >= book.start or not comes or self._event(book).cancelled is not None
            case Purpose.THANKS:
                return not registration.reminded
            case Purpose.CONFIRM:
                return registration.until is not None and self.at >= registration.until
            case Purpose.CANCELLED | Purpose.REFUSED:
                return False
        return self.at >= book.end

    def message(self, mail: Mail) -> Ready:
        """The mail, ready to be sent."""
        registration, book = mail.registration, mail.registration.book
        lang = spoken(registration.lang)
        with translation.override(lang):
            sender = self._sender(book)
            about = self._about(mail, lang, sender.town)
            said = TEXTS[Purpose(mail.purpose)](about)
            return self._composed(mail, said, about, sender)

    def _composed(self, mail: Mail, said: Said, about: About, sender: Sender) -> Ready:
        registration, lang = mail.registration, about.lang
        composed = Bytes(policy=SMTP)
        mark = f"{MARK}: " if registration.book.exercise else ""
        composed["Subject"] = f"{mark}{said.headline}: {about.title}"
        composed["From"] = _address(sender.town.display_name(lang), settings.CONFIG.mail_from)
        composed["To"] = _address("" if mail.purpose in TO_STRANGERS else registration.name, registration.email)
        if sender.answers != settings.CONFIG.mail_from:
            composed["Reply-To"] = sender.answers
        composed["Date"] = self.at
        host = settings.CONFIG.mail_from.rpartition("@")[2]
        composed["Message-ID"] = f"<{marks.mark_of(mail)}@{host}>"
        composed["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: robots do not answer
        composed["X-Auto-Response-Suppress"] = "All"  # the same for Exchange (MS-OXCMAIL 2.2.3.2.14)
        quiet = marks.quiet_address(registration) if mail.purpose in BY_THE_CLOCK else ""
        if quiet:
            composed["List-Unsubscribe"] = f"<{quiet}>"  # RFC 2369 3.2
            composed["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058 3.1
        values = {"said": said, "about": about, "quiet": quiet, **_frame(mail, about, sender)}
        text = render_to_string("events/mail/mail.txt", values)
        composed.set_content(tidy(text), cte="quoted-printable")
        html = render_to_string("events/mail/mail.html", values)
        composed.add_alternative(html, subtype="html", cte="quoted-printable")
        self._add_calendar(composed, mail, about, sender)
        composed["Content-Language"] = lang  # last: what is added before moves into the part that it was added to
        back = settings.CONFIG.inbox_address
        envelope = marks.plus(back, marks.back_tag(mail)) if back else settings.CONFIG.mail_from
        return Ready(composed, sender=envelope, to=registration.email)

    def _add_calendar(self, composed: EmailMessage, mail: Mail, about: About, sender: Sender) -> None:
        """RFC 6047 2.4: as an alternative with its method, which mailers act on; and as a file, for all the others."""
        registration, method = mail.registration, CALENDAR.get(mail.purpose)
        offered = mail.purpose == Purpose.MOVED_UP and registration.until is not None
        if method is None or offered or (mail.purpose == Purpose.CHANGED and not about.has_place):
            return
        book = registration.book
        entry = entry_of(book, self._event(book), mail, about, sender.town)
        organizer = sender.organizer(about.lang)
        attendee = itip.Person(name=registration.name, email=registration.email)
        write = itip.cancel if method == "CANCEL" else itip.request
        by = settings.CONFIG.mail_from
        data = write(entry, sender.town.zone, organizer=organizer, attendee=attendee, sent_by=by)
        composed.add_alternative(data.decode(), subtype="calendar", params={"method": method}, cte="base64")
        name = "absage.ics" if method == "CANCEL" else "termin.ics"
        composed.add_attachment(data, maintype="application", subtype="ics", filename=name)

    def _about(self, mail: Mail, lang: str, town: Municipality) -> About:
        registration, book = mail.registration, mail.registration.book
        event = self._event(book)
        text = event.text(lang) or event.source
        site = site_address(book.municipality, exercise=book.exercise)
        folder = prefix(lang, town.source_lang) if lang in town.languages else ""
        return About(
            lang=lang,
            zone=town.zone,
            title=one_line(text.title or event.source.title),
            start=event.start,
            end=event.end,
            place=one_line(event.place),
            online=event.online,
            page=f"{site}/{folder}{record_path('event', book.record_id)}",
            personal=links.personal_address(mail.secret or links.secret_of(registration)),
            sending=self.at,
            delete_on=book.delete_on,
            until=registration.until,
            position=position(registration),
            cancelled=mail.key == "event" and event.cancelled is not None,
            reason=one_line(event.cancelled.reason) if event.cancelled else "",
            has_place=registration.state == HAS_PLACE,
            recap=bool(text.recap or event.source.recap),
            survey=book.survey,
        )

    def _sender(self, book: Book) -> Sender:
        key = (book.municipality_id, book.exercise)
        if key not in self._towns:
            files = files_for(book.municipality, exercise=book.exercise)
            self._towns[key] = files.municipality(self.at)
        town, event = self._towns[key], self._event(book)
        own = event.registration.mail if event.registration else None
        return Sender(town, own or town.contact.mail or settings.CONFIG.mail_from)

    def _event(self, book: Book) -> Event:
        if book.pk not in self._events:
            self._events[book.pk] = Event.model_validate(book.payload)
        return self._events[book.pk]


def entry_of(book: Book, event: Event, mail: Mail, about: About, town: Municipality) -> ics.CalendarEvent:
    """The entry of the site's calendar file, with the same UID, in the words of the person; the link is theirs."""
    site = site_address(book.municipality, exercise=book.exercise)
    payload = event.model_dump_json().encode()
    version = Version("event", book.record_id, book.version, mail.due, book.version, "", payload)
    whole = ics.from_event(version, town, site)
    personal = f"{about.title}\n\n{about.personal}" if about.online and mail.purpose != Purpose.CANCELLED else ""
    return replace(
        whole,
        summary=about.title,
        description=personal or whole.description,
        cancelled=about.cancelled,
    )


def position(registration: Registration) -> int:
    """Where in the line the registration stands, counted from 1."""
    line = Registration.objects.filter(book_id=registration.book_id, state=registration.state)
    return line.filter(number__lt=registration.number).count() + 1


def spoken(lang: str) -> str:
    """The language of ours that comes nearest: German for German and its plain form, else English."""
    return "de" if lang.partition("-")[0] == "de" else "en"


def one_line(text: str) -> str:
    """A text on one line: what people write does not become a header, or a block, of its own."""
    return " ".join(text.split())


def tidy(text: str) -> str:
    """At most one empty line between two others, none at the ends."""
    lines = [line if line == "-- " else line.rstrip() for line in text.strip().splitlines()]  # RFC 3676 4.3
    kept = [line for number, line in enumerate(lines) if line or lines[number - 1]]
    return "\n".join(kept) + "\n"


def _frame(mail: Mail, about: About, sender: Sender) -> dict[str, str]:
    """How a mail begins and ends."""
    name = "" if mail.purpose in TO_STRANGERS else one_line(mail.registration.name)
    kept = _("Diese Mail gehört zu Ihrer Anmeldung für „{title}“. Wir löschen Ihre Angaben am {day}.")
    return {
        "hello": _("Guten Tag {name},").format(name=name) if name else _("Guten Tag,"),
        "greetings": _("Freundliche Grüße"),
        "sender": sender.town.display_name(about.lang),
        "kept": kept.format(title=about.title, day=about.words.day(about.delete_on)),
        "answers": _("Fragen? Antworten Sie einfach auf diese Mail, oder schreiben Sie an {address}.").format(
            address=sender.answers
        ),
        "stop": _("Keine Erinnerungen und Rückblicke mehr zu dieser Veranstaltung:"),
        "stop_short": _("Keine Erinnerungen und Rückblicke mehr"),
    }


def _address(name: str, email: str) -> Address:
    local, _at, host = email.rpartition("@")
    return Address(display_name=one_line(name), addr_spec=f"{local}@{host.encode('idna').decode()}")  # RFC 5891
