"""Records and whole releases are the same after canonical JSON, and canonical JSON is the same after reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krisenfest.domain.kinds import KINDS
from krisenfest.domain.releases import Incoming, Release, canonical, continued
from krisenfest.standards import release_json
from strategies import records, releases, whole_records


@pytest.mark.parametrize("kind", KINDS)
@whole_records
@given(st.data())
def test_a_record_is_the_same_after_canonical_json(kind: str, data: st.DataObject) -> None:
    record = data.draw(records(kind))
    payload = canonical(record)
    again = KINDS[kind].model_validate_json(payload)
    assert again == record
    assert canonical(again) == payload


@whole_records
@given(releases())
def test_a_release_is_the_same_after_json(release: Release) -> None:
    data = release_json.dumps(release)
    again = release_json.loads(data)
    assert again == release
    assert release_json.dumps(again) == data


@whole_records
@given(releases())
def test_a_release_that_was_read_goes_on_where_it_stood(release: Release) -> None:
    again = release_json.loads(release_json.dumps(release))
    same = {version.key: Incoming(version.digest, None) for version in release.current()}
    assert continued(again, release.municipality, same, release.as_of) == release
    assert again.timetable() == release.timetable()
