"""What the commands of the server do, once Django is set up."""

from __future__ import annotations

import re
import signal
import sys
from datetime import datetime
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from krisenfest.domain.approval import Role
from krisenfest.errors import FieldError, KrisenfestError
from krisenfest.web import serve as server
from krisenfest.web.accounts import invitations
from krisenfest.web.accounts.models import Municipality, User
from krisenfest.web.audit import log
from krisenfest.web.desk import towns
from krisenfest.web.setup import listen
from krisenfest.web.worker import Workshop


def serve(host: str, port: int, *, work: bool) -> int:
    """Answer until stopped."""
    listening = listen(host, port)
    shown = f"http://{host}:{listening.getsockname()[1]}/"

    def ready() -> None:
        print(f"krisenfest answers at {shown}", file=sys.stderr, flush=True)

    return server.run(listening, work=work, ready=ready)


def work() -> int:
    """Do background work until stopped; what is begun is ended."""
    workshop = Workshop("worker")
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: workshop.stopping.set())
    workshop.start()
    while not workshop.stopping.wait(0.5):
        pass
    workshop.stop()
    return 0


def add_town(slug: str, folder: Path, *, host: str, at: datetime) -> int:
    """Take a content folder in as a municipality."""
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug) or slug in ("konto", "vorschau", "static"):
        raise FieldError("NAME", slug, "write small letters, digits and hyphens, such as musterstadt")
    town = towns.add(slug, folder, at=at)
    if host:
        town.host = host
        town.save()
    return 0


def export_town(slug: str, into: Path, *, at: datetime) -> int:
    """Write a municipality as a content folder."""
    towns.export(_town(slug), into, at=at)
    return 0


def break_glass(slug: str, email: str, *, reset: bool, at: datetime) -> int:
    """Print the link with which a person becomes an administrator; the log tells of it.

    With `reset` the person's passkeys, codes, password and log-in by the town's server are taken away first: whoever
    may run commands on the server vouches for who gets the link. The log of every municipality of that person tells.
    """
    town = _town(slug)
    with transaction.atomic():
        concerned = {town, *(_without_ways_in(email, town) if reset else ())}
        invitation, token = invitations.invite(
            email, [Role.ADMINISTRATOR], municipality=town, by=None, at=at, reset=reset
        )
        details = {"reset": reset, "town": slug}
        for each in sorted(concerned, key=lambda each: each.slug):
            log.record("break-glass", f"invitation {invitation.pk}", municipality=each, by=None, at=at, details=details)
    print(f"{settings.CONFIG.desk_url}/desk/konto/einladung/{token}/")
    return 0


def _without_ways_in(email: str, town: Municipality) -> list[Municipality]:
    """Take every way to log in away from a person of the town; gives all municipalities where they are somebody."""
    user = User.objects.filter(email=email.lower(), memberships__municipality=town).first()
    if user is None:
        raise KrisenfestError(f"nobody of {town.slug} has an account with {email}: leave --reset out")
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    user.set_unusable_password()  # which ends every session too
    user.save()
    return list(Municipality.objects.filter(memberships__user=user).distinct())


def verify_audit(slug: str) -> tuple[int, list[str]]:
    """The number of entries, and what is wrong with them."""
    verdict = log.verify(_town(slug))
    return verdict.entries, list(verdict.problems)


def export_audit(slug: str) -> int:
    """Print the log as lines of JSON."""
    for line in log.export(_town(slug)):
        sys.stdout.write(line.decode())
    return 0


def _town(slug: str) -> Municipality:
    found = Municipality.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Municipality.objects.values_list("slug", flat=True)) or "none yet"
        raise KrisenfestError(f"the municipality {slug} is not there: choose one of {known}")
    return found
