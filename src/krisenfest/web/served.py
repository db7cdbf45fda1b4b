"""One file of a built site as an answer."""

from __future__ import annotations

import stat
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag

from krisenfest.filetree import MEDIA_TYPES


def serve(request: HttpRequest, folder: Path, path: str) -> HttpResponseBase:
    """A file of a site; a folder is its index.html, and what is not there is the site's own 404 page."""
    if path.startswith("/") or ".." in path.split("/") or "\0" in path or "\\" in path:
        raise Http404  # leads out of the folder
    place = folder / path
    if path == "" or path.endswith("/"):
        place /= "index.html"
    status = 200
    if not place.is_file():
        if (place / "index.html").is_file():
            return HttpResponse(status=301, headers={"Location": f"{request.path}/"})
        place, status = folder / "404.html", 404
        if not place.is_file():
            raise Http404
    facts = place.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise Http404
    tag = quote_etag(f"{facts.st_mtime_ns:x}-{facts.st_size:x}")
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
    if status == 200 and tag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    kind = MEDIA_TYPES.get(place.suffix[1:], "application/octet-stream")
    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    return HttpResponse(place.read_bytes(), content_type=kind, headers=headers, status=status)
