"""Measures, alerts, services and events: what they are at an instant, on both sides of every boundary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from krisenfest.domain import areas, measures, notices, opening_hours
from krisenfest.domain.calendars import Calendar
from krisenfest.domain.continuity import Service, service_phases
from krisenfest.domain.events import Event
from krisenfest.domain.measures import Measure, MeasureState, state_at
from krisenfest.domain.periods import Span, local_instant, midnight, through
from krisenfest.domain.records import Reading
from krisenfest.errors import FieldError

BERLIN = ZoneInfo("Europe/Berlin")
READING = Reading(zone=BERLIN)


def measure(**values: object) -> Measure:
    base = {
        "id": "m",
        "texts": [{"lang": "de", "title": "M"}],
        "level": "gemeinde",
        "issued_by": "Stadt",
        "form": "general-order",
        "valid_from": "2021-04-24",
    }
    return Measure.model_validate({**base, **values}, context=READING)


def at(text: str) -> datetime:
    return local_instant(datetime.fromisoformat(text), BERLIN)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2021-04-23T23:59:59", MeasureState.ANNOUNCED),
        ("2021-04-24T00:00:00", MeasureState.IN_FORCE),
        ("2021-06-30T23:59:59", MeasureState.IN_FORCE),
        ("2021-07-01T00:00:00", MeasureState.EXPIRED),
    ],
)
def test_a_measure_binds_from_its_first_midnight_through_its_last_day(moment: str, state: MeasureState) -> None:
    assert state_at(measure(valid_until="2021-07-01"), at(moment)) == state


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2021-04-30T11:59:59", MeasureState.IN_FORCE),
        ("2021-04-30T12:00:00", MeasureState.SUSPENDED),
        ("2021-05-02T11:59:59", MeasureState.SUSPENDED),
        ("2021-05-02T12:00:00", MeasureState.IN_FORCE),
    ],
)
def test_a_court_suspends_a_measure_for_a_time(moment: str, state: MeasureState) -> None:
    suspended = [{"start": "2021-04-30T12:00", "end": "2021-05-02T12:00", "by": "OVG"}]
    assert state_at(measure(suspended=suspended), at(moment)) == state


def test_a_measure_withdrawn_before_it_began_never_binds() -> None:
    withdrawn = measure(withdrawn={"on": "2021-04-22"})
    assert [phase.state for phase in measures.phases(withdrawn)] == ["announced", "withdrawn"]


def test_a_repeal_ends_a_measure_that_has_no_end() -> None:
    repealed = measure(repealed={"on": "2021-05-01"})
    assert [phase.state for phase in measures.phases(repealed)] == ["announced", "in-force", "repealed"]


@pytest.mark.parametrize(
    "values",
    [
        {"valid_until": "2021-04-24"},
        {"valid_until": "2021-04-23"},
        {"withdrawn": {"on": "2021-04-24"}},
        {"repealed": {"on": "2021-04-23"}},
        {"valid_until": "2021-05-01", "repealed": {"on": "2021-05-01"}},
    ],
)
def test_dates_that_contradict_each_other_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        measure(**values)


@given(
    st.lists(
        st.integers(0, 9999).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
        min_size=1,
        max_size=3,
    )
)
def test_phases_cover_all_of_time_without_a_gap(cuts: list[datetime]) -> None:
    start = min(cuts)
    values: dict[str, object] = {"valid_from": start.isoformat()}
    if max(cuts) > start:
        values["valid_until"] = max(cuts).isoformat()
    phases = measures.phases(measure(**values))
    assert phases[0].start is None
    assert phases[-1].end is None
    assert all(before.end == after.start for before, after in zip(phases, phases[1:], strict=False))
    for cut in cuts:
        assert sum(cut in phase for phase in phases) == 1


def test_an_alert_takes_its_cap_words_from_its_kind_unless_the_editor_says_otherwise() -> None:
    base = {"id": "a", "texts": [{"lang": "de", "title": "A"}], "valid_from": "2026-07-01", "valid_until": "2026-07-02"}
    preset = notices.Alert.model_validate({**base, "hazard": "bomb"}, context=READING)
    chosen = notices.Alert.model_validate({**base, "hazard": "bomb", "severity": "minor"}, context=READING)
    assert (preset.severity, preset.urgency, chosen.severity) == ("extreme", "immediate", "minor")


def test_an_all_clear_is_shown_for_a_day() -> None:
    values = {
        "id": "a",
        "texts": [{"lang": "de", "title": "A"}],
        "hazard": "flood",
        "valid_from": "2026-07-01T08:00",
        "valid_until": "2026-07-03",
        "all_clear": {"at": "2026-07-02T08:00"},
    }
    alert = notices.Alert.model_validate(values, context=READING)
    states = [(phase.state, phase.start) for phase in notices.alert_phases(alert)]
    assert states == [
        ("announced", None),
        ("in-force", at("2026-07-01T08:00")),
        ("all-clear", at("2026-07-02T08:00")),
        ("ended", at("2026-07-03T08:00")),
    ]


def test_a_service_runs_normally_before_and_after_its_restriction() -> None:
    values = {"id": "s", "texts": [{"lang": "de", "title": "S"}], "status": "suspended"}
    dates = {"status_from": "2026-03-29T01:30", "status_until": "2026-03-29T03:30"}  # across the change of clocks
    service = Service.model_validate({**values, **dates}, context=READING)
    phases = service_phases(service)
    assert [phase.state for phase in phases] == ["normal", "suspended", "normal"]
    assert phases[1].start is not None and phases[1].end is not None
    assert phases[1].end - phases[1].start == timedelta(hours=1)


def test_a_time_that_the_start_of_summer_time_skips_is_refused() -> None:
    with pytest.raises(FieldError, match="skipped"):
        at("2026-03-29T02:30:00")


def test_a_time_that_happens_twice_means_the_first_one() -> None:
    assert at("2026-10-25T02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last_day", "end"),
    [
        ("2021-06-30", "2021-06-30T22:00:00+00:00"),  # month end, summer
        ("2024-02-28", "2024-02-28T23:00:00+00:00"),  # before the leap day
        ("2024-02-29", "2024-02-29T23:00:00+00:00"),  # the leap day itself
        ("2026-03-28", "2026-03-28T23:00:00+00:00"),  # the day before the clocks change
        ("2026-03-29", "2026-03-29T22:00:00+00:00"),  # the day of 23 hours
        ("2026-10-25", "2026-10-25T23:00:00+00:00"),  # the day of 25 hours
        ("2026-12-31", "2026-12-31T23:00:00+00:00"),  # over the turn of the year
    ],
)
def test_through_ends_with_the_last_day(last_day: str, end: str) -> None:
    assert through(date.fromisoformat(last_day), BERLIN) == datetime.fromisoformat(end)


@given(st.datetimes(timezones=st.just(UTC)), st.timedeltas(timedelta(seconds=1), timedelta(days=999)))
def test_a_span_holds_its_start_and_not_its_end(start: datetime, length: timedelta) -> None:
    if start > datetime(9990, 1, 1, tzinfo=UTC):
        return
    span = Span(start, start + length)
    assert start in span
    assert start + length not in span
    assert not span.overlaps(Span(start + length, None))


@pytest.mark.parametrize(
    ("land", "day", "working"),
    [
        ("05", "2026-06-04", False),  # Corpus Christi in North Rhine-Westphalia
        ("11", "2026-06-04", True),  # not in Berlin
        ("11", "2026-03-08", False),  # Women's Day, a Sunday
        ("05", "2026-07-04", True),  # a Saturday is a Werktag
        ("05", "2026-07-05", False),  # a Sunday is not
        ("14", "2026-11-18", False),  # Repentance Day in Saxony only
        ("05", "2026-11-18", True),
        ("05", "2026-12-25", False),
    ],
)
def test_a_working_day_is_monday_to_saturday_without_the_holidays_of_the_land(
    land: str, day: str, working: bool
) -> None:
    assert Calendar(land).is_working_day(date.fromisoformat(day)) == working


def test_working_days_are_counted_from_the_day_after() -> None:
    assert Calendar("05").add_working_days(date(2021, 4, 30), 2) == date(
        2021, 5, 4
    )  # over 1 May, a Saturday, and Sunday


@pytest.mark.parametrize(
    ("hours", "day", "expected"),
    [
        ("Mo-Fr 08:00-12:00; Th 14:00-18:00; PH off", "2026-07-01", ["08:00-12:00"]),
        ("Mo-Fr 08:00-12:00; Th 14:00-18:00; PH off", "2026-07-02", ["14:00-18:00"]),
        ("Mo-Fr 08:00-12:00, Th 14:00-18:00; PH off", "2026-07-02", ["08:00-12:00", "14:00-18:00"]),
        ("Mo-Fr 08:00-12:00; PH off", "2026-12-25", []),
        ("Mo-Su 08:00-12:00; Dec 24-Dec 31 off", "2026-12-24", []),
        ("Mo-Su 08:00-12:00; Dec 24-Dec 31 off", "2026-12-23", ["08:00-12:00"]),
        ("Nov-Mar Mo-Fr 09:00-15:00", "2027-03-31", ["09:00-15:00"]),
        ("Nov-Mar Mo-Fr 09:00-15:00", "2027-04-01", []),
        ("24/7", "2028-02-29", ["00:00-24:00"]),
        ("Fr 22:00-02:00", "2026-07-03", ["22:00-02:00"]),
    ],
)
def test_opening_hours_of_a_day(hours: str, day: str, expected: list[str]) -> None:
    found = opening_hours.parse(hours).on(date.fromisoformat(day), Calendar("05"))
    assert [str(each) for each in found] == expected


@pytest.mark.parametrize(
    "text", ["", "Mo-Fr 8-12", "sunrise-sunset", "Mo-Fr 08:00-12:00; SH off", "Mo 25:00-26:00", "x"]
)
def test_opening_hours_that_are_not_understood_are_refused(text: str) -> None:
    with pytest.raises(FieldError):
        opening_hours.parse(text)


def test_an_ars_names_its_larger_areas() -> None:
    assert areas.parents(areas.parse_ars("05 9 13 0000 000")) == ("059130000", "05913", "05")
    assert areas.contains(areas.parse_prefix("05"), areas.parse_ars("059130000000"))
    assert not areas.contains(areas.parse_prefix("06"), areas.parse_ars("059130000000"))
    assert areas.ags(areas.parse_ars("059130000000")) == "05913000"


@pytest.mark.parametrize("text", ["", "5", "05913", "0591300000001", "ab9130000000", "170000000000", "005913000000"])
def test_what_is_no_ars_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        areas.parse_ars(text)


def test_an_event_without_end_counts_as_running_for_a_while() -> None:
    values = {"id": "e", "texts": [{"lang": "de", "title": "E"}], "start": "2026-10-25T01:00"}
    from krisenfest.domain.events import event_phases

    phases = event_phases(Event.model_validate(values, context=READING))
    assert [phase.state for phase in phases] == ["ahead", "running", "over"]


def test_midnight_is_that_of_the_municipality() -> None:
    assert midnight(date(2026, 7, 1), BERLIN) == datetime(2026, 6, 30, 22, tzinfo=UTC)
