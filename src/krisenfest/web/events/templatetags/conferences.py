"""The way into the conference, for a template that knows a registration."""

from __future__ import annotations

from django import template

from krisenfest import clock
from krisenfest.web.events import conferences, live_pass
from krisenfest.web.events.models import Registration

register = template.Library()


@register.simple_tag
def way_in(registration: Registration) -> conferences.Way:
    """What the person is told of the conference now."""
    return conferences.join_for(registration, clock.now())


@register.simple_tag
def live(registration: Registration) -> str:
    """The address of the person's live page now; "" if it is not time."""
    return live_pass.address_for(registration, clock.now())
