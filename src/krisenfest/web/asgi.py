"""What uvicorn runs: the counter's fast path, and Django for everything else."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krisenfest.web.settings")
django = get_asgi_application()

from krisenfest.web.events.fast import Counter  # noqa: E402  models can be loaded only now

application = Counter(django)
