"""The built sites, served from their folders where no web server stands in front."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from krisenfest.web.accounts.models import Municipality
from krisenfest.web.rooms import files_for
from krisenfest.web.served import serve


@require_safe
def public(request: HttpRequest, path: str) -> HttpResponseBase:
    """The site of the municipality that this host name belongs to, or of the only one."""
    town = town_of(request)
    if town is None:
        raise Http404
    return serve(request, files_for(town).site, path)


@require_safe
def exercise(request: HttpRequest, slug: str, path: str) -> HttpResponseBase:
    """The site of a municipality's exercise."""
    town = Municipality.objects.filter(slug=slug).first()
    if town is None:
        raise Http404
    answer = serve(request, files_for(town, exercise=True).site, path)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def static(request: HttpRequest, path: str) -> HttpResponseBase:
    """A style sheet, script or font of the desk."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise Http404
    return serve(request, Path(found).parent, Path(found).name)


def town_of(request: HttpRequest) -> Municipality | None:
    """The municipality of a request's host name; where that names none, the only one or the first."""
    host = request.get_host().partition(":")[0]
    return Municipality.objects.filter(host=host).first() or Municipality.objects.order_by("pk").first()
