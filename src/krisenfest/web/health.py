"""Whether the server lives, and whether it can work: for a load balancer, without a word about people."""

from __future__ import annotations

import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"live": True})


def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and the data folder can be written; 503 if not, with what is missing."""
    missing = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM desk_draft WHERE 1 = 0")
    except DatabaseError:
        missing.append("database")
    if not os.access(settings.DATA, os.W_OK):
        missing.append("data folder")
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)
