"""A draft exactly as its page will be on the public site: the same release, the same templates, nothing written."""

from __future__ import annotations

from datetime import datetime

from krisenfest.domain.records import Record
from krisenfest.domain.releases import Incoming, Key, continued
from krisenfest.site.build import plan
from krisenfest.site.edition import Site
from krisenfest.sources import state as states
from krisenfest.web.rooms import Files, marked


def pages(record: Record, files: Files, *, at: datetime, base_url: str) -> dict[str, bytes]:
    """The files of the site that a record's own page consists of, as they would be if it were published at `at`."""
    record = marked(record) if files.exercise else record
    release = states.load(files.state).release
    municipality = release.municipality if release else files.standing_municipality(at)
    incoming = {version.key: Incoming(version.digest) for version in (release.current() if release else ())}
    incoming[Key(record.kind, record.id)] = Incoming.of(record)
    when = max(at, release.as_of) if release else at
    site = Site.of(continued(release, municipality, incoming, when), when, base_url)
    for planned in plan(site):
        if planned.unit.name == f"record/{record.kind}/{record.id}":
            return {file.path: file.data for file in planned.unit.render()}
    raise LookupError(f"no page of the site is made from {record.kind} {record.id}")
