"""The list of everything that is public: by kind, with a search and filters, each with how it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from krisenfest import clock
from krisenfest.domain.events import Event
from krisenfest.domain.releases import HOLDING
from krisenfest.site.words import Words
from krisenfest.web.desk import words
from krisenfest.web.desk.overview import Line, in_words, line
from krisenfest.web.desk.place import Place, in_town

A_FEW, MANY = 5, 200  # rows of a kind among others; and where one kind is asked for
KINDS_FOR: Mapping[str, tuple[str, ...]] = {"restrict": ("service",), "all-clear": ("alert",)}
AHEAD = frozenset({"announced", "ahead"})
OVER = frozenset({"withdrawn", "repealed", "expired", "ended", "over", "cancelled", "past"})
STANDS = {"now": _("jetzt aktuell"), "ahead": _("kommt noch"), "over": _("vorbei")}


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: how it stands, and since when it has been public as it is."""

    line: Line
    recorded: datetime
    begins: str = ""  # of an event, in words

    @property
    def stands(self) -> str:
        """Which of STANDS it is."""
        return "ahead" if self.line.state in AHEAD else "over" if self.line.state in OVER else "now"


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one kind that are shown, and how many there are."""

    kind: str
    name: str
    rows: list[Row]
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader of the list has asked for: a verb to choose an entry for, a kind, how it stands, words."""

    verb: str
    kind: str
    stands: str
    words: str

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """From the address; what is not known is not asked for."""
        given = {name: query.get(name, "") for name in ("verb", "kind", "stands")}
        known: Mapping[str, Any] = {"verb": words.VERBS, "kind": words.KINDS, "stands": STANDS}
        given = {name: value if value in known[name] else "" for name, value in given.items()}
        return cls(**given, words=query.get("q", "").replace("\0", "").strip()[:100])

    def kinds(self) -> tuple[str, ...]:
        """The kinds to be shown."""
        possible = KINDS_FOR.get(self.verb, tuple(words.KINDS))
        return tuple(kind for kind in possible if kind == self.kind) or possible

    def fits(self, row: Row) -> bool:
        """Whether an entry stands as asked for; only an alert that holds can be ended."""
        holds = self.verb != "all-clear" or row.line.state in HOLDING["alert"]
        return holds and self.stands in ("", row.stands)


@require_safe
@in_town
def records(request: HttpRequest, place: Place) -> HttpResponse:
    """Everything that is public, by kind; with `verb` to choose what it is to be done with."""
    asked = Asked.of(request.GET)
    rows = _rows(place, asked, clock.now())
    kinds = asked.kinds()
    most = MANY if len(kinds) == 1 or asked.words else A_FEW
    groups = []
    for kind in kinds:
        found = [row for row in rows if row.line.kind == kind]
        if found:
            groups.append(Group(kind, str(words.KINDS_MANY[kind]), found[:most], len(found)))
    context = {
        "groups": groups,
        "asked": asked,
        "verb": asked.verb,
        "verb_name": words.VERBS[asked.verb][0] if asked.verb else "",
        "kinds": [(kind, words.KINDS_MANY[kind]) for kind in KINDS_FOR.get(asked.verb, tuple(words.KINDS))],
        "stands": STANDS.items(),
    }
    return render(request, "desk/records.html", context)


def _rows(place: Place, asked: Asked, at: datetime) -> list[Row]:
    """The entries that fit: what is current first, then what comes, then what is over; each by its title."""
    said = Words(get_language() or "de", place.files.standing_municipality(at).zone)
    wanted = asked.words.casefold().split()
    rows = []
    for each in place.revisions().current().filter(kind__in=asked.kinds()):
        told = " ".join(text.get("title", "") for text in each.payload["texts"]).casefold()
        if all(word in told for word in wanted):
            record = each.record
            begins = in_words(record.start.astimezone(said.zone)) if isinstance(record, Event) else ""
            rows.append(Row(line(record, at, said), each.recorded, begins))
    order = list(STANDS)
    return sorted(filter(asked.fits, rows), key=lambda row: (order.index(row.stands), row.line.title.casefold()))
