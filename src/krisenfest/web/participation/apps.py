"""Live questions and polls."""

from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    """What participants ask, vote and answer."""

    name = "krisenfest.web.participation"
    label = "participation"
