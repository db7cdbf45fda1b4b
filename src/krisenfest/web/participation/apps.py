"""Live questions and polls."""

from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    """What participants ask, vote and answer; follows what the desk publishes."""

    name = "krisenfest.web.participation"
    label = "participation"

    def ready(self) -> None:
        """Set up a stage for each event that becomes public."""
        from krisenfest.web.participation import happened, stages
        from krisenfest.web.published import published, recap_begun

        published.connect(stages.follow, dispatch_uid="participation.stages")
        recap_begun.connect(happened.tell, dispatch_uid="participation.happened")
