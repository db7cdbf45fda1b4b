"""What an event's book can say in its recap: counts, and nothing about who."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from krisenfest.web.accounts.models import Municipality
from krisenfest.web.events.conferences import HAS_A_PLACE
from krisenfest.web.events.models import Book


def tell(sender: object, *, municipality: Municipality, exercise: bool, record_id: str, **_: Any) -> dict[str, str]:
    """The number of people who had a place, as a line of the recap's form; receiver of `recap_begun`."""
    book = Book.objects.of(municipality, exercise=exercise).filter(record_id=record_id).first()
    count = book.registrations.filter(state=HAS_A_PLACE).count() if book else 0
    return {"numbers": gettext("{count} waren angemeldet").format(count=count)} if count else {}
