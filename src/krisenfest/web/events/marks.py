"""What marks a mail, and the link that switches reminders off; both follow from the installation's key."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

from krisenfest.web.events.models import Mail, Registration

_QUIET = "krisenfest.events.quiet"
_BACK = "krisenfest.events.back"


def mark_of(mail: Mail) -> str:
    """What tells this mail from all others, the same for each try; nobody else can make it (HMAC, RFC 2104)."""
    registration = mail.registration
    of = f"{registration.book_id}/{registration.number}/{registration.email}/{mail.purpose}/{mail.key}"
    return salted_hmac("krisenfest.events.mail", of, algorithm="sha256").hexdigest()[:32]


def quiet_address(registration: Registration) -> str:
    """Where reminders and thanks are switched off (RFC 8058); it opens nothing else."""
    return f"{settings.CONFIG.desk_url}/counter/mails/{signing.dumps(registration.pk, salt=_QUIET)}/"


def quiet_for(token: str) -> Registration | None:
    """The registration of such a link, or None."""
    try:
        return Registration.objects.filter(pk=signing.loads(token, salt=_QUIET)).first()
    except signing.BadSignature:
        return None


def plus(address: str, tag: str) -> str:
    """An address with a tag: anmeldung+webinar@musterstadt.example (RFC 5233)."""
    local, _, host = address.rpartition("@")
    return f"{local}+{tag}@{host}"


def tag_of(address: str, base: str) -> str | None:
    """What stands behind the plus of an address that belongs to `base`; "" for `base` itself, None for a stranger."""
    local, _, host = address.lower().rpartition("@")
    base_local, _, base_host = base.lower().rpartition("@")
    name, _, tag = local.partition("+")
    return tag if base and (name, host) == (base_local, base_host) else None


def back_tag(mail: Mail) -> str:
    """The tag of the address to which a mail comes back: its number, and a proof that we wrote it."""
    proof = salted_hmac(_BACK, str(mail.pk), algorithm="sha256").hexdigest()[:12]
    return f"r-{mail.pk}-{proof}"


def mail_of(tag: str) -> Mail | None:
    """The mail that came back to an address with this tag."""
    kind, _, rest = tag.partition("-")
    number, _, _proof = rest.partition("-")
    if kind != "r" or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    found = Mail.objects.filter(pk=int(number)).select_related("registration__book").first()
    return found if found and back_tag(found) == tag else None
