"""What a system for conferences could not do, in the words of the desk."""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

MESSAGES = {
    "BigBlueButton does not answer: see whether the server runs": _(
        "BigBlueButton antwortet nicht. Fragen Sie, wer den Server betreibt, ob er läuft."
    ),
    "the address is not that of BigBlueButton's API: check KRISENFEST_BIGBLUEBUTTON_URL": _(
        "Unter der eingestellten Adresse antwortet kein BigBlueButton. Die IT prüft KRISENFEST_BIGBLUEBUTTON_URL."
    ),
    "BigBlueButton refuses our signature: check KRISENFEST_BIGBLUEBUTTON_SECRET (bbb-conf --secret)": _(
        "BigBlueButton nimmt unsere Unterschrift nicht an. Die IT prüft KRISENFEST_BIGBLUEBUTTON_SECRET."
    ),
    "BigBlueButton has this room with another password: end it there, or type a link by hand": _(
        "BigBlueButton hat diesen Raum schon mit einem anderen Kennwort. Beenden Sie ihn dort."
    ),
    "the key for Jitsi cannot be read: check KRISENFEST_JITSI_KEY": _(
        "Der Schlüssel für Jitsi lässt sich nicht lesen. Die IT prüft KRISENFEST_JITSI_KEY."
    ),
    "the key for Jitsi is no RSA key: check KRISENFEST_JITSI_KEY": _(
        "Der Schlüssel für Jitsi ist kein RSA-Schlüssel. Die IT prüft KRISENFEST_JITSI_KEY."
    ),
}


def in_german(message: str) -> str:
    """The message of a ConferenceError for organisers; one that is not listed is given as it is."""
    if known := MESSAGES.get(message):
        return gettext(known)
    if found := re.match(r"BigBlueButton answers with (\d+)", message):
        return gettext("BigBlueButton antwortet mit dem Fehler {code}. Fragen Sie, wer den Server betreibt.").format(
            code=found[1]
        )
    if found := re.match(r"BigBlueButton does not open the room \((.*)\)", message):
        return gettext("BigBlueButton öffnet den Raum nicht ({said}). Fragen Sie, wer den Server betreibt.").format(
            said=found[1]
        )
    if "is not set up on this server" in message:
        return gettext("Dieses System ist auf dem Server nicht mehr eingerichtet. Die IT prüft die Einstellungen.")
    return message
