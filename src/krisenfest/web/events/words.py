"""The words for states, acts and faults of registrations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

FAULTS = {
    "missing": _("Bitte ausfüllen."),
    "too-long": _("Das ist zu lang."),
    "link": _("Bitte ohne Internetadresse."),
    "address": _("Schreiben Sie eine E-Mail-Adresse, zum Beispiel name@beispiel.de."),
    "choose": _("Bitte eine der Antworten wählen."),
    "consent": _("Ohne diese Zustimmung geht es nicht."),
}
STATES = {
    "held": _("nicht bestätigt, Platz gehalten"),
    "queued": _("nicht bestätigt, in der Reihe"),
    "proposed": _("wartet auf Zusage"),
    "registered": _("angemeldet"),
    "waiting": _("Warteliste"),
    "offered": _("Platz angeboten"),
    "cancelled": _("abgemeldet"),
    "expired": _("abgelaufen"),
    "refused": _("abgelehnt"),
}
ACTS = {
    "approve": _("zusagen"),
    "refuse": _("ablehnen"),
    "place": _("Platz geben"),
    "set-back": _("auf die Warteliste"),
    "cancel": _("abmelden"),
}
PROBLEMS = {
    "the time of this link is over: register once more": _(
        "Die Zeit dieses Links ist vorbei. Melden Sie sich auf der Seite der Veranstaltung noch einmal an."
    ),
    "there is nothing to confirm": _("Hier ist nichts mehr zu bestätigen."),
    "this address is registered already": _("Diese Adresse ist schon angemeldet."),
    "all places are taken: raise the number of places, or take somebody's back first": _(
        "Alle Plätze sind vergeben. Erhöhen Sie die Zahl der Plätze, oder nehmen Sie erst einen zurück."
    ),
    "the registrations of this event are deleted": _("Die Anmeldungen dieser Veranstaltung sind gelöscht."),
}


def in_words(message: str) -> str:
    """What a use case says is wrong, for people."""
    return str(
        PROBLEMS.get(message, _("Das geht mit dieser Anmeldung nicht mehr. Sehen Sie nach, wie sie jetzt steht."))
    )
