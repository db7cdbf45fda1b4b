"""What holds for every day and for every history, whatever comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from krisenfest.domain.areas import LAENDER
from krisenfest.domain.calendars import Calendar, holidays_of
from krisenfest.domain.municipality import Municipality
from krisenfest.domain.pages import Page
from krisenfest.domain.releases import Incoming, Key, Release, continued

DAYS = st.dates(date(1991, 1, 1), date(2099, 12, 31))
AT = datetime(2026, 7, 1, tzinfo=UTC)
TOWN = Municipality.model_validate(
    {"name": "Kleinstadt", "ars": "059580099098", "land": "05", "imprint": "impressum", "privacy": "datenschutz"}
)


@given(st.sampled_from(sorted(LAENDER)), DAYS)
def test_a_werktag_is_a_day_from_monday_to_saturday_that_is_no_holiday(land: str, day: date) -> None:
    holiday = day in holidays_of(land, day.year)
    assert Calendar(land).is_working_day(day) == (day.isoweekday() <= 6 and not holiday)


@given(st.sampled_from(sorted(LAENDER)), DAYS)
def test_each_week_has_a_werktag_and_a_day_that_is_none(land: str, day: date) -> None:
    calendar = Calendar(land)
    week = [calendar.is_working_day(day + timedelta(days=number)) for number in range(7)]
    assert (any(week), all(week)) == (True, False)


@given(st.integers(1991, 2099))
def test_the_holidays_of_the_whole_country_are_holidays_in_each_land(year: int) -> None:
    everywhere = [date(year, *day) for day in ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))]
    assert [land for land in sorted(LAENDER) if not set(everywhere) <= set(holidays_of(land, year))] == []


def incoming(titles: dict[str, str]) -> dict[Key, Incoming]:
    pages = [
        Page.model_validate({"id": each, "texts": [{"lang": "de", "title": title}]}) for each, title in titles.items()
    ]
    return {Key("page", page.id): Incoming.of(page) for page in pages}


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy")), min_size=1, max_size=8))
def test_versions_count_from_one_never_come_again_and_rise_with_a_change_only(folders: list[dict[str, str]]) -> None:
    release: Release | None = None
    before: dict[str, str] = {}
    for hour, folder in enumerate(folders):
        numbers = {key: history[-1].number for key, history in (release.histories if release else {}).items()}
        release = continued(release, TOWN, incoming(folder), AT + timedelta(hours=hour))
        for key, history in release.histories.items():
            assert [each.number for each in history] == list(range(1, len(history) + 1))
            changed = before.get(key.id) != folder.get(key.id)
            assert history[-1].number == numbers.get(key, 0) + changed
            assert (history[-1].recorded == AT + timedelta(hours=hour)) == changed
        before = folder
