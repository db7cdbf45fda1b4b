"""The audit log: what was done, by which account, in which order, provably."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Written by every use case."""

    name = "krisenfest.web.audit"
    label = "audit"

    def ready(self) -> None:
        """Listen."""
        from krisenfest.web.audit import listening  # noqa: F401  connects its receivers
