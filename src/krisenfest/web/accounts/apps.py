"""Accounts: who a person is, and in which municipality what they may do."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The lowest row of the web rooms."""

    name = "krisenfest.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen."""
        from krisenfest.web.accounts import signals  # noqa: F401
