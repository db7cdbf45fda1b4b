"""The headers that every answer of the desk carries, and what no request may hold."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

# OWASP ASVS 14.4: nothing inline, nothing from elsewhere. Pictures as data are KERN's icons.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)


class SecurityHeaders:
    """Adds the content security policy, and keeps pages of the desk out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # The way to the town's own log-in server begins with a form.
        there = urlsplit(settings.CONFIG.oidc_url)
        origin = f"{there.scheme}://{there.netloc}" if there.netloc else ""
        self.policy = POLICY.replace("form-action 'self'", f"form-action 'self' {origin}".strip())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its headers."""
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", self.policy)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if request.path.startswith("/desk/") and not request.path.startswith("/desk/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class RefuseNul:
    """Answers 400 to a request that holds a NUL character: no text has one, and PostgreSQL cannot keep it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, if nothing is wrong."""
        sent = [request.path]
        for fields in (request.GET, request.POST):
            sent += [text for name, values in fields.lists() for text in (name, *values)]
        if any("\0" in each for each in sent):
            raise BadRequest("a NUL character")
        return self.get_response(request)
