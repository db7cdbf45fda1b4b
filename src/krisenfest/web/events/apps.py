"""Registrations for events, and the mails about them."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Follows what the desk publishes."""

    name = "krisenfest.web.events"
    label = "events"

    def ready(self) -> None:
        """Keep a book for each event that becomes public."""
        from krisenfest.web.events import books, happened, sheets
        from krisenfest.web.published import published, recap_begun

        published.connect(books.follow, dispatch_uid="events.books")
        recap_begun.connect(happened.tell, dispatch_uid="events.happened")
        published.connect(sheets.follow, dispatch_uid="events.sheets")
