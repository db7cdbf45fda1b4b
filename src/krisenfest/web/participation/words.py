"""What stopped somebody, in the words of the page."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from krisenfest.errors import FieldError

# by how the error begins
MESSAGES = {
    "this address only shows": _("Diese Adresse zeigt nur. Machen Sie mit einer eigenen Adresse mit."),
    "the event is not open": _("Fragen und Umfragen sind gerade nicht offen."),
    "the moderators have excluded": _("Die Moderation hat diese Adresse vom Fragen und Abstimmen ausgeschlossen."),
    "questions are closed": _("Es werden keine neuen Fragen mehr angenommen."),
    "this question is answered": _("Diese Frage ist schon beantwortet; abstimmen geht nicht mehr."),
    "this poll is closed": _("Diese Umfrage ist geschlossen."),
    "a vote can be changed": _("Sie haben oft genug gewechselt; es bleibt bei Ihrer letzten Wahl."),
    "one person may ask": _("Sie haben schon viel gefragt. Lassen Sie jetzt anderen das Wort."),
    "3 questions in": _("Das waren viele Fragen auf einmal. Bitte warten Sie zwei Minuten."),
    "there is nothing to undo": _("Es gibt nichts, was Sie rückgängig machen könnten."),
    "somebody has changed this since": _("Inzwischen hat jemand anderes das geändert. Bitte noch einmal hinsehen."),
    "nobody is known to have asked": _("Wer das gefragt hat, ist nicht mehr bekannt."),
    "this person is excluded already": _("Diese Person ist schon ausgeschlossen."),
    "the time of this event is over": _("Diese Veranstaltung ist vorbei; was Menschen gesagt haben, ist gelöscht."),
    "a question that is": _("Das geht mit dieser Frage nicht mehr: jemand war schneller."),
    "a poll that is": _("Das geht mit dieser Umfrage nicht mehr: jemand war schneller."),
    "your roles do not permit": _("Ihre Rolle erlaubt das nicht. Fragen Sie jemanden, der verwaltet."),
}
FIELDS = {
    "question": _("Schreiben Sie Ihre Frage, höchstens 500 Zeichen."),
    "name": _("Der Name ist zu lang: höchstens 80 Zeichen."),
    "choice": _("Wählen Sie eine Antwort."),
    "poll": _("Schreiben Sie, was gefragt wird, höchstens 500 Zeichen."),
    "option": _("Geben Sie 2 bis 12 verschiedene Antworten an, jede höchstens 200 Zeichen lang."),
    "answer": _("Die Antwort ist zu lang: höchstens 4.000 Zeichen."),
}


def in_words(error: Exception) -> str:
    """An error for whoever caused it; one that is not listed is given as it is, so that nothing is lost."""
    if isinstance(error, FieldError) and error.field in FIELDS:
        return gettext(FIELDS[error.field])
    text = str(error)
    return next((gettext(said) for begin, said in MESSAGES.items() if text.startswith(begin)), text)
