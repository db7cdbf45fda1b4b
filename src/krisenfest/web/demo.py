"""The demo: Musterstadt as of now, its site and its desk, on this machine only; no questions asked."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from krisenfest.config import Config
from krisenfest.web.setup import configure, listen, migrate

HOST = "127.0.0.1"
PASSWORD = "demo-demo-demo"  # noqa: S105  the demo binds to this machine only; nothing else ships with a password
ACCOUNTS = {
    "author": "autorin@musterstadt.example",
    "approver": "freigabe@musterstadt.example",
    "administrator": "verwaltung@musterstadt.example",
}


def example() -> Path:
    """The folder of the example town, from the package or from the project's tree."""
    packed = Path(str(files("krisenfest"))) / "examples" / "musterstadt"
    return packed if packed.is_dir() else packed.parents[3] / "examples" / "musterstadt"


def run(*, port: int, data: Path | None, as_json: bool, config: Config, at: datetime) -> int:
    """Show the product until stopped; prints the addresses once everything answers.

    Without `data` all files lie in a temporary folder that goes with the demo. Raises KrisenfestError if the port
    is taken.
    """
    with tempfile.TemporaryDirectory(prefix="krisenfest-demo-") as temporary:
        listening = listen(HOST, port)
        # Passkeys hold for a name, not for a number: localhost, not 127.0.0.1.
        address = f"http://localhost:{listening.getsockname()[1]}"
        configure(data=str(data or temporary), desk_url=address, site_url="", mail_url="", demo="1")
        migrate()
        _fill(at)
        from krisenfest.web import serve

        return serve.run(listening, work=True, ready=lambda: _tell(address, as_json))


def _fill(at: datetime) -> None:
    """The example town and its people, once."""
    from krisenfest.web.accounts.models import Membership, Municipality, User
    from krisenfest.web.desk import towns
    from krisenfest.web.participation import examples

    known = Municipality.objects.filter(slug="musterstadt").first()
    town = known or towns.add("musterstadt", example(), at=at)
    for role, email in ACCOUNTS.items():
        user, new = User.objects.get_or_create(email=email, defaults={"username": email})
        if new:
            user.set_password(PASSWORD)
            user.save()
        Membership.objects.get_or_create(municipality=town, user=user, role=role)
    if known is None:
        examples.hold(town, User.objects.get(email=ACCOUNTS["author"]), at)


def _tell(address: str, as_json: bool) -> None:
    accounts = [{"role": role, "login": email, "password": PASSWORD} for role, email in ACCOUNTS.items()]
    values: dict[str, Any] = {
        "site": f"{address}/",
        "desk": f"{address}/desk/",
        "mailbox": f"{address}/demo/mailbox/",
        "api": None,
        "accounts": accounts,
    }
    if as_json:
        sys.stdout.write(orjson.dumps(values).decode() + "\n")
    else:
        print(f"Musterstadt is at {values['site']}  (Ctrl+C ends the demo)")
        print(f"Its desk is at {values['desk']}, the mails of the demo at {values['mailbox']}")
        print(f"Take part in its webinar at {address}/counter/mitmachen/musterstadt/webinar-krisenfest/")
        for each in accounts:
            print(f"  {each['role']:<14} {each['login']}  {each['password']}")
    sys.stdout.flush()
