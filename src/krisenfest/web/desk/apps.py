"""The desk: where staff write, approve and publish."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The room of the editors."""

    name = "krisenfest.web.desk"
    label = "desk"
