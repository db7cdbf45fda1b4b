"""What the domain's models say is wrong, in the words of the desk."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

MESSAGES = {
    "the end does not come after the start; mend one of the two": _(
        "Das Ende liegt vor dem Beginn. Bitte eines von beiden ändern."
    ),
    "comes before the alert began; mend one of the two": _("Die Entwarnung liegt vor dem Beginn der Warnung."),
    "write an address that begins with https://, http://, mailto: or tel:": _(
        "Schreiben Sie eine Adresse, die mit https:// beginnt."
    ),
    "write a path inside the content folder, such as media/text.pdf": _(
        "Schreiben Sie eine Adresse, die mit https:// beginnt."
    ),
    "is missing; write what a resident should read first": _("Was sollen Menschen zuerst lesen?"),
    "the measure ends by itself before that; leave repealed out": _("Die Maßnahme endet vorher von selbst."),
    "whoever submitted a change cannot approve it: ask a second person": _(
        "Wer eine Änderung zur Freigabe gibt, kann sie nicht selbst freigeben. Bitten Sie eine zweite Person."
    ),
    "whoever last edited a text cannot approve it: ask a second person": _(
        "Sie haben diesen Text zuletzt bearbeitet. Freigeben muss ihn jemand, der ihn nicht geschrieben hat."
    ),
    "neither approved nor returned: press one of the two buttons": _(
        "Nichts ist geschehen: weder freigegeben noch zurückgegeben. Bitte wählen Sie eines von beidem."
    ),
    "only who writes or approves may show a draft to others": _(
        "Eine Vorschau dürfen nur Schreibende und Freigebende zeigen."
    ),
    "the draft has changed since you looked at it: look once more": _(
        "Der Entwurf hat sich geändert, seit Sie ihn angesehen haben. Bitte sehen Sie ihn noch einmal an."
    ),
    "somebody else saved in the meantime: compare the two and keep what is right": _(
        "Inzwischen hat jemand anderes gespeichert. Nichts wurde überschrieben: vergleichen Sie die beiden Fassungen."
    ),
    "something else was published for this entry since the draft was begun: return it, compare": _(
        "Zu diesem Eintrag wurde inzwischen etwas anderes veröffentlicht. Geben Sie den Entwurf zurück und vergleichen Sie."
    ),
    "a reason is needed: the author wants to know what to change": _("Schreiben Sie, was geändert werden soll."),
    "a template needs a name": _("Eine Vorlage braucht einen Namen."),
    "a comment needs words": _("Die Anmerkung ist leer."),
    "there is nothing to confirm": _("Hier ist nichts mehr zu bestätigen."),
    "only the person who submitted it can take it back: return it with a reason instead": _(
        "Nur wer den Entwurf zur Freigabe gegeben hat, kann ihn zurücknehmen. Sie können ihn mit einem Grund zurückgeben."
    ),
    "one person alone may publish an alert only where the municipality has switched that on": _(
        "Allein veröffentlichen geht nur, wo die Kommune das eingeschaltet hat."
    ),
    "somebody else submitted it: approve it in the usual way": _(
        "Jemand anderes hat das vorgelegt: geben Sie es frei."
    ),
    "the audit log is for approvers and administrators": _("Das Protokoll sehen Freigebende und Verwaltende."),
    "only an administrator invites: ask one": _("Nur wer verwaltet, kann einladen."),
    "choose at least one role": _("Wählen Sie mindestens eine Rolle."),
    "only who writes or approves may say that an entry is still correct": _(
        "Das dürfen nur Schreibende und Freigebende."
    ),
    "only who writes or approves may try again": _("Das dürfen nur Schreibende und Freigebende."),
}


def in_german(message: str) -> str:
    """A model's message for editors; one that is not listed is given as it is, so that nothing is lost."""
    known = MESSAGES.get(message)
    if known:
        return gettext(known)
    if "write a year from" in message:
        return gettext("Dieses Jahr kann nicht gemeint sein.")
    if message.startswith("your roles do not permit"):
        return gettext("Ihre Rolle erlaubt das nicht. Fragen Sie jemanden, der verwaltet.")
    if message.startswith("a draft that is"):
        return gettext(
            "Das geht mit diesem Entwurf nicht mehr: jemand war schneller. Sehen Sie nach, wie er jetzt steht."
        )
    if "is skipped" in message or "does not exist" in message:
        return gettext("Diese Uhrzeit gibt es an dem Tag nicht (Umstellung auf Sommerzeit).")
    return message
