"""Which days count for a run, and from which day a change takes effect."""

from __future__ import annotations

from datetime import date, timedelta

from krisenfest.domain.calendars import SUNDAY, Calendar
from krisenfest.domain.triggers import DayKind, Effective, Weekday

WEEKDAYS = tuple(Weekday)
ONE_DAY = timedelta(days=1)


def counts(day: date, kind: DayKind, calendar: Calendar) -> bool:
    """Whether `day` is one of the days that the norm counts."""
    return kind is DayKind.CALENDAR or calendar.is_working_day(day)


def why_not(day: date, calendar: Calendar) -> str:
    """Why `day` is no Werktag: the German name of the holiday, or Sonntag; empty if it is one."""
    return calendar.holiday(day) or ("Sonntag" if day.weekday() == SUNDAY else "")


def effective_day(effective: Effective, base: date, calendar: Calendar) -> date:
    """The first day of a change whose days are counted from `base`, which itself does not count (BGB § 187 Abs. 1).

    "Am übernächsten Tag" is `after: 2`. Calendar days may end on a Sunday or holiday: BGB § 193 moves only the end
    of a period in which something is to be done.
    """
    if effective.days is DayKind.WORKING:
        day = calendar.add_working_days(base, effective.after)
    else:
        day = base + timedelta(days=effective.after)
    if effective.weekday is None:
        return day
    day = max(day, base + ONE_DAY)  # "der erste Montag nach": the day itself is not after it
    return day + timedelta(days=(WEEKDAYS.index(effective.weekday) - day.weekday()) % 7)
