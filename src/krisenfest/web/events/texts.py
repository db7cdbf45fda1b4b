"""What each mail says: one definition, from which its plain text and its HTML are both made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from django.utils.translation import gettext as _

from krisenfest.domain.periods import is_midnight
from krisenfest.site.words import Words
from krisenfest.web.events.models import Purpose


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    kind: ClassVar = "paragraph"
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    kind: ClassVar = "facts"
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Button:
    """What to do next."""

    kind: ClassVar = "button"
    label: str
    url: str
    main: bool = True


Block = Paragraph | Facts | Button


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A mail in words: the headline, with the title beside it the subject; `first` is what a phone shows below that."""

    headline: str
    first: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a mail is about; texts on one line each, in the language of the person."""

    lang: str
    zone: ZoneInfo
    title: str
    start: datetime
    end: datetime | None
    place: str
    online: bool
    page: str  # of the event, on the public site
    personal: str
    sending: datetime
    delete_on: date
    until: datetime | None = None
    position: int = 0
    cancelled: bool = False  # the event, not the person
    reason: str = ""
    has_place: bool = True  # a confirmed one
    recap: bool = False
    survey: str = ""

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What, when, where."""
        rows = [(_("Was"), self.title), (_("Wann"), self.when)]
        if self.place or self.online:
            where = _("online, {place}").format(place=self.place) if self.online and self.place else self.place
            rows.append((_("Wo"), where or _("online")))
        return tuple(rows)

    @property
    def words(self) -> Words:
        """Dates in the language of the person."""
        return Words(self.lang, self.zone)

    @property
    def when(self) -> str:
        """The date with its weekday, its times, their zone: Donnerstag, 9. Juli 2026, 17:00 bis 18:30 Uhr (MESZ)."""
        words, start = self.words, self.start.astimezone(self.zone)
        if is_midnight(self.start, self.zone):
            if self.end is None or self.end - self.start <= timedelta(days=1):
                return words.weekday(start.date())
            return f"{words.weekday(start.date())}, {words.end(self.end)}"
        zone = get_timezone_name(start, width="short", locale="en_GB" if self.lang == "en" else self.lang)
        day, clock = words.weekday(start.date()), f"{start:%H:%M}"
        if self.end is None:
            return _("{day}, {start} Uhr ({zone})").format(day=day, start=clock, zone=zone)
        end = self.end.astimezone(self.zone)
        if end.date() == start.date():
            text = _("{day}, {start} bis {end} Uhr ({zone})")
            return text.format(day=day, start=clock, end=f"{end:%H:%M}", zone=zone)
        return f"{words.moment(self.start)}, {words.end(self.end)} ({zone})"

    def moment(self, at: datetime) -> str:
        """An instant in words."""
        return self.words.moment(at)

    @property
    def near(self) -> str:
        """The start as one says it on the day of sending; right however late the mail goes out."""
        start, today = self.start.astimezone(self.zone), self.sending.astimezone(self.zone).date()
        days = (start.date() - today).days
        named = {0: _("Heute um {time} Uhr"), 1: _("Morgen um {time} Uhr")}.get(days)
        if named and not is_midnight(self.start, self.zone):
            return named.format(time=f"{start:%H:%M}")
        return {0: _("Heute"), 1: _("Morgen")}.get(days) or self.words.start(self.start)


def _cancel() -> Paragraph:
    return Paragraph(
        _(
            "Sie können doch nicht? Sagen Sie bitte auf Ihrer persönlichen Seite ab, damit jemand anders den Platz "
            "bekommt. Dort ändern Sie auch Ihre Angaben."
        )
    )


def _access(about: About) -> tuple[Block, ...]:
    button = Button(_("Meine persönliche Seite"), about.personal)
    if not about.online:
        return (button,)
    text = _("Teilnehmen können Sie im Browser: Der Zugang steht auf Ihrer persönlichen Seite, kurz bevor es losgeht.")
    return (Paragraph(text), button)


def confirm(about: About) -> Said:
    """Somebody has registered this address: is it theirs?"""
    blocks: tuple[Block, ...] = (
        Paragraph(
            _("mit dieser Adresse wurde eine Anmeldung gemacht. Waren Sie das? Dann fehlt nur noch ein Schritt:")
        ),
        Button(_("Anmeldung bestätigen"), about.personal),
    )
    if about.until:
        text = _("Der Link gilt bis {until}. Erst mit der Bestätigung ist der Platz Ihrer.")
        blocks += (Paragraph(text.format(until=about.moment(about.until))),)
    blocks += (Facts(about.facts),)
    nothing = _("Sie waren es nicht? Dann müssen Sie nichts tun: Ohne Bestätigung löschen wir die Angaben.")
    return Said(
        headline=_("Bitte bestätigen"),
        first=_("Ein Klick fehlt noch zu Ihrer Anmeldung."),
        blocks=(*blocks, Paragraph(nothing)),
    )


def registered(about: About) -> Said:
    """The place is theirs."""
    return Said(
        headline=_("Angemeldet"),
        first=about.when,
        blocks=(
            Paragraph(_("Sie sind angemeldet. Wir freuen uns auf Sie.")),
            Facts(about.facts),
            *_access(about),
            Paragraph(_("Der Termin liegt dieser Mail als Kalenderdatei bei.")),
            _cancel(),
        ),
    )


def known(about: About) -> Said:
    """The address was given again: here is what there is."""
    again = _("mit dieser Adresse wurde noch einmal eine Anmeldung gemacht. Es gibt aber schon eine:")
    return Said(
        headline=_("Schon angemeldet"),
        first=_("Ihre Angaben stehen auf Ihrer persönlichen Seite."),
        blocks=(
            Paragraph(again),
            Facts(about.facts),
            Button(_("Meine persönliche Seite"), about.personal),
            Paragraph(_("Dort sehen Sie, wie Ihre Anmeldung steht, ändern Ihre Angaben oder sagen ab.")),
            Paragraph(_("Sie waren es nicht? Dann müssen Sie nichts tun: Es hat sich nichts geändert.")),
        ),
    )


def proposed(about: About) -> Said:
    """Confirmed; the organisers decide."""
    wait = _(
        "Ihre Anmeldung ist bestätigt. Die Veranstalter sehen sie sich an; wie sie entscheiden, schreiben wir Ihnen."
    )
    return Said(
        headline=_("Bestätigt"),
        first=_("Die Veranstalter entscheiden als Nächstes."),
        blocks=(
            Paragraph(wait),
            Facts(about.facts),
            Button(_("Meine persönliche Seite"), about.personal),
            Paragraph(_("Bis dahin müssen Sie nichts tun.")),
        ),
    )


def waiting(about: About) -> Said:
    """All places are taken; where they stand in the line."""
    line = _("alle Plätze sind vergeben. Sie stehen auf der Warteliste an Stelle {position}.")
    rise = _("Wird ein Platz frei, rücken Sie nach und bekommen gleich eine Mail. Bis dahin müssen Sie nichts tun.")
    leave = _("Sie wollen nicht mehr warten? Auf Ihrer persönlichen Seite verlassen Sie die Warteliste.")
    return Said(
        headline=_("Warteliste"),
        first=_("Sie stehen an Stelle {position}.").format(position=about.position),
        blocks=(
            Paragraph(line.format(position=about.position)),
            Paragraph(rise),
            Facts(about.facts),
            Button(_("Meine persönliche Seite"), about.personal),
            Paragraph(leave),
        ),
    )


def moved_up(about: About) -> Said:
    """A place is free, until a deadline if there is one."""
    if about.until is None:
        blocks: tuple[Block, ...] = (
            Paragraph(_("ein Platz ist frei geworden, und er ist Ihrer: Sie sind angemeldet.")),
            Facts(about.facts),
            *_access(about),
            _cancel(),
        )
        return Said(headline=_("Platz frei"), first=_("Sie sind nachgerückt."), blocks=blocks)
    until = about.moment(about.until)
    late = _("Danach bekommt ihn die nächste Person auf der Warteliste.")
    return Said(
        headline=_("Platz frei"),
        first=_("Nehmen Sie ihn bis {until} an.").format(until=until),
        blocks=(
            Paragraph(_("ein Platz ist frei geworden, und Sie sind an der Reihe.")),
            Paragraph(_("Nehmen Sie ihn bis {until} an.").format(until=until) + " " + late),
            Button(_("Platz annehmen"), about.personal),
            Facts(about.facts),
            Paragraph(_("Sie wollen ihn nicht? Geben Sie ihn auf derselben Seite gleich weiter.")),
        ),
    )


def changed(about: About) -> Said:
    """When or where has changed."""
    if about.has_place:
        moves = _("Ihre Anmeldung bleibt bestehen. Die beigelegte Kalenderdatei verschiebt den Eintrag im Kalender.")
        after: tuple[Block, ...] = (Paragraph(moves), *_access(about), _cancel())
    else:
        stays = Paragraph(_("An Ihrem Platz auf der Liste ändert das nichts."))
        after = (stays, Button(_("Meine persönliche Seite"), about.personal))
    return Said(
        headline=_("Geändert"),
        first=about.when,
        blocks=(
            Paragraph(_("an der Veranstaltung hat sich etwas geändert. Das gilt jetzt:")),
            Facts(about.facts),
            *after,
        ),
    )


def cancelled(about: About) -> Said:
    """The event does not take place; or it does, without this person."""
    removes = Paragraph(_("Steht der Termin in Ihrem Kalender, entfernt ihn die beigelegte Datei."))
    if about.cancelled:
        why = (Paragraph(_("Der Grund: {reason}").format(reason=about.reason)),) if about.reason else ()
        return Said(
            headline=_("Fällt aus"),
            first=about.when,
            blocks=(
                Paragraph(_("diese Veranstaltung findet leider nicht statt:")),
                Facts(about.facts),
                *why,
                Paragraph(_("Sie müssen nichts tun.")),
                removes,
                Button(_("Zur Seite der Veranstaltung"), about.page, main=False),
            ),
        )
    again = _("War das ein Versehen? Solange Plätze frei sind, melden Sie sich auf der Seite der Veranstaltung neu an.")
    return Said(
        headline=_("Abgemeldet"),
        first=_("Ihr Platz ist wieder frei."),
        blocks=(
            Paragraph(_("Ihre Anmeldung ist aufgehoben, und Ihr Platz ist wieder frei.")),
            Facts(about.facts),
            removes,
            Paragraph(again),
            Button(_("Zur Seite der Veranstaltung"), about.page, main=False),
        ),
    )


def refused(about: About) -> Said:
    """No place for this person."""
    sorry = _("leider können wir Ihnen bei dieser Veranstaltung keinen Platz geben.")
    return Said(
        headline=_("Leider kein Platz"),
        first=sorry[:1].upper() + sorry[1:],
        blocks=(
            Paragraph(sorry),
            Facts(about.facts),
            Paragraph(_("Sie haben Fragen dazu? Antworten Sie auf diese Mail.")),
            Button(_("Zur Seite der Veranstaltung"), about.page, main=False),
        ),
    )


def reminder(about: About) -> Said:
    """It is about to begin."""
    return Said(
        headline=about.near,
        first=about.when,
        blocks=(
            Paragraph(_("es ist bald so weit. Sie sind angemeldet für:")),
            Facts(about.facts),
            *_access(about),
            _cancel(),
        ),
    )


def thanks(about: About) -> Said:
    """It is over: what remains of it, and what people have to say."""
    hello = _("danke, dass Sie sich für „{title}“ angemeldet hatten.").format(title=about.title)
    blocks: list[Block] = [Paragraph(hello)]
    if about.recap:
        blocks += [
            Paragraph(_("Was besprochen wurde, steht jetzt auf der Seite der Veranstaltung: nachlesen, weitergeben.")),
            Button(_("Zum Rückblick"), about.page),
        ]
    else:
        blocks.append(Button(_("Zur Seite der Veranstaltung"), about.page))
    if about.survey:
        blocks += [
            Paragraph(_("Wie war es für Sie? Ein paar Fragen helfen uns, es besser zu machen.")),
            Button(_("Zur Umfrage"), about.survey, main=False),
        ]
    return Said(
        headline=_("Danke"),
        first=_("Zum Nachlesen und Weitergeben."),
        blocks=tuple(blocks),
    )


TEXTS: Mapping[Purpose, Callable[[About], Said]] = MappingProxyType(
    {
        Purpose.CONFIRM: confirm,
        Purpose.KNOWN: known,
        Purpose.PROPOSED: proposed,
        Purpose.REGISTERED: registered,
        Purpose.WAITING: waiting,
        Purpose.MOVED_UP: moved_up,
        Purpose.CHANGED: changed,
        Purpose.CANCELLED: cancelled,
        Purpose.REFUSED: refused,
        Purpose.REMINDER: reminder,
        Purpose.THANKS: thanks,
    }
)
