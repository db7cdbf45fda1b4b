"""The desk's words for verbs, states, kinds and acts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

VERBS = {
    "warn": (_("Warnen"), _("Eine Gefahr: was ist zu tun, wo, bis wann.")),
    "rule": (_("Regel ändern"), _("Eine Maßnahme: was gilt, von wann bis wann.")),
    "restrict": (_("Angebot einschränken"), _("Eine Leistung läuft anders oder gar nicht.")),
    "invite": (_("Einladen"), _("Eine Veranstaltung ankündigen.")),
    "all-clear": (_("Entwarnen"), _("Eine Warnung mit einer Entwarnung beenden.")),
    "tell": (_("Mitteilen"), _("Eine Nachricht für alle Tage.")),
    "remove": (_("Zurückziehen"), _("Ein Eintrag ist danach nicht mehr öffentlich.")),
}
DRAFT_STATES = {
    "draft": _("Entwurf"),
    "in-review": _("wartet auf Freigabe"),
    "returned": _("zurückgegeben"),
    "approved": _("freigegeben, wird veröffentlicht"),
    "published": _("veröffentlicht"),
    "withdrawn": _("zurückgezogen"),
}
STATES = {
    "announced": _("angekündigt"),
    "in-force": _("gilt"),
    "suspended": _("ausgesetzt"),
    "withdrawn": _("zurückgenommen"),
    "repealed": _("aufgehoben"),
    "expired": _("gilt nicht mehr"),
    "all-clear": _("Entwarnung"),
    "ended": _("beendet"),
    "normal": _("läuft wie üblich"),
    "restricted": _("eingeschränkt"),
    "online-only": _("nur online"),
    "ahead": _("steht bevor"),
    "running": _("läuft"),
    "over": _("vorbei"),
    "cancelled": _("abgesagt"),
    "current": _("aktuell"),
    "past": _("vorbei"),
}
KINDS = {
    "alert": _("Warnung"),
    "measure": _("Maßnahme"),
    "notice": _("Mitteilung"),
    "service": _("Leistung"),
    "event": _("Veranstaltung"),
    "page": _("Seite"),
}
KINDS_MANY = {
    "alert": _("Warnungen"),
    "measure": _("Maßnahmen"),
    "notice": _("Mitteilungen"),
    "service": _("Leistungen"),
    "event": _("Veranstaltungen"),
    "page": _("Seiten"),
}
ACTS = {
    "submit": _("zur Freigabe gegeben"),
    "take-back": _("zurückgenommen"),
    "return": _("zurückgegeben"),
    "approve": _("freigegeben"),
    "publish": _("veröffentlicht"),
    "supersede": _("von einer neueren Fassung überholt"),
    "discard": _("verworfen"),
    "comment": _("Anmerkung"),
}
ROLES = {
    "reader": _("liest mit"),
    "author": _("schreibt"),
    "approver": _("gibt frei"),
    "emergency": _("veröffentlicht im Notfall"),
    "administrator": _("verwaltet"),
}
LOGGED = {
    "exercise.begun": _("Übung begonnen"),
    "draft.begun": _("Entwurf begonnen"),
    "draft.submitted": _("zur Freigabe gegeben"),
    "draft.taken-back": _("zurückgenommen"),
    "draft.returned": _("zurückgegeben"),
    "draft.commented": _("angemerkt"),
    "draft.discarded": _("verworfen"),
    "draft.approved": _("freigegeben"),
    "draft.preview": _("Vorschau geöffnet"),
    "publication.retried": _("noch einmal versucht"),
    "superseded": _("überholt"),
    "published": _("öffentlich"),
}
