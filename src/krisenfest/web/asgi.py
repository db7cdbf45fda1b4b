"""What uvicorn runs: the counter's fast path, live connections, and Django for everything else."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krisenfest.web.settings")
django = get_asgi_application()

from krisenfest.web.events.fast import Counter  # noqa: E402  models can be loaded only now
from krisenfest.web.participation import stream  # noqa: E402  see above

counter = Counter(django)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer one request."""
    if stream.wanted(scope):
        await stream.answer(scope, receive, send)
    else:
        await counter(scope, receive, send)
