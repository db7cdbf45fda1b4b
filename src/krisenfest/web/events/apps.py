"""Registrations for events, and the mails about them."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Follows what the desk publishes."""

    name = "krisenfest.web.events"
    label = "events"

    def ready(self) -> None:
        """Keep a book for each event that becomes public."""
        from krisenfest.web import passes
        from krisenfest.web.events import books, happened, live_pass, sheets
        from krisenfest.web.published import published, recap_begun

        published.connect(books.follow, dispatch_uid="events.books")
        passes.joining.connect(live_pass.answer, dispatch_uid="events.live_pass")
        recap_begun.connect(happened.tell, dispatch_uid="events.happened")
        published.connect(sheets.follow, dispatch_uid="events.sheets")
