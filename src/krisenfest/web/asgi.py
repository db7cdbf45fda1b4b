"""What uvicorn runs: Django, and beside it what must keep thousands of connections open."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krisenfest.web.settings")
django = get_asgi_application()

from krisenfest.web.participation import stream  # noqa: E402  its models can be loaded only now


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer one request."""
    if stream.wanted(scope):
        await stream.answer(scope, receive, send)
    else:
        await django(scope, receive, send)
