"""The personal link of a registration: its secret, what is kept of it, and its address.

A secret follows from the installation's key and the registration, so that each mail can carry the same link. The
database keeps a digest: a copy of it opens nothing. NIST SP 800-107: HMAC-SHA-256, of which 192 bits are used.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from django.conf import settings

from krisenfest.web.accounts.models import token_digest
from krisenfest.web.events.models import Registration


def secret_for(book_id: int, number: int, email: str) -> str:
    """The secret of the personal link: 32 characters of an address."""
    told = f"registration/{book_id}/{number}/{email}".encode()
    return urlsafe_b64encode(hmac.digest(settings.SECRET_KEY.encode(), told, sha256)[:24]).decode()


def secret_of(registration: Registration) -> str:
    """The secret of a registration that is there; after a change of the installation's key it gets a new one."""
    secret = secret_for(registration.book_id, registration.number, registration.email)
    if token_digest(secret) != registration.digest:
        registration.digest = token_digest(secret)
        registration.save(update_fields=["digest"])
    return secret


def find(secret: str) -> Registration | None:
    """The registration that a link with this secret opens."""
    found = Registration.objects.filter(digest=token_digest(secret))
    return found.select_related("book__municipality").first()


def personal_path(secret: str) -> str:
    """The path of the personal page."""
    return f"/counter/anmeldung/{secret}/"


def personal_address(secret: str) -> str:
    """The whole address of the personal page, for mails."""
    return f"{settings.CONFIG.desk_url}{personal_path(secret)}"
