"""The clock of a bar: minutes since 1970-01-01 00:00 in the spec's time zone, at the bar's open."""

from math import floor

from botyard.ops.catalog import Function
from botyard.ops.types import State

DAY = 1440.0
WEEK = 10080.0
MONDAY = 4320.0  # minutes: 1970-01-01 was a Thursday, three days after a Monday


def minute_of_day_of(minutes: float) -> float:
    return minutes % DAY


def minute_of(minutes: float) -> float:
    return minutes % 60.0


def hour_of(minutes: float) -> float:
    return float(floor((minutes % DAY) / 60.0))


def weekday_of(minutes: float) -> float:
    """Monday is 0."""
    return float(floor(((minutes + MONDAY) % WEEK) / DAY))


def month_index_of(minutes: float) -> float:
    """Months since year 0, by Howard Hinnant's days-to-civil algorithm (years begin in March inside)."""
    days = floor(minutes / DAY) + 719468
    era = days // 146097
    day_of_era = days - era * 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    return float((year_of_era + era * 400) * 12 + month + 2)


def day_of(minutes: float) -> float:
    """Day of the month, from 1."""
    return float(floor(minutes / DAY) - floor(month_start(month_index_of(minutes)) / DAY) + 1)


def month_of(minutes: float) -> float:
    """From 1."""
    return month_index_of(minutes) % 12.0 + 1.0


def year_of(minutes: float) -> float:
    return float(floor(month_index_of(minutes) / 12.0))


def month_start(index: float) -> float:
    """Minutes at which a month begins."""
    month = int(index) - 2
    year = month // 12
    day_of_year = (153 * (month - year * 12) + 2) // 5
    era = year // 400
    year_of_era = year - era * 400
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return float(era * 146097 + day_of_era - 719468) * DAY


def is_new_day(minutes: float, step: float) -> float:
    """Whether the next bar starts a day."""
    return 1.0 if (minutes % DAY) + step >= DAY else 0.0


def is_new_week(minutes: float, step: float) -> float:
    """Whether the next bar starts a week, on Monday."""
    return 1.0 if ((minutes + MONDAY) % WEEK) + step >= WEEK else 0.0


def is_new_month(minutes: float, step: float) -> float:
    """Whether the next bar starts a month."""
    return 1.0 if minutes + step >= month_start(month_index_of(minutes) + 1.0) else 0.0


def inside(minutes: float, start: float, end: float) -> float:
    """Whether the bar opens in [start, end) minutes of the day; the end may lie on the next day."""
    minute = minutes % DAY
    if start <= end:
        return 1.0 if start <= minute < end else 0.0
    return 1.0 if minute >= start or minute < end else 0.0


def bar_closed(
    s: State, i: int, minutes: float, step: float, length: float, offset: float,
    open: float, high: float, low: float, close: float, volume: float,
) -> float:  # fmt: skip
    """Gather bars into longer ones; called until it gives 0, it gives 1 for each longer bar that has closed.

    length: minutes of the longer bar, 0 for a month; offset: minutes from the epoch to a boundary.
    Slots: end, open, high, low, close, volume, start, stage (0 nothing yet, 1 cut at its start: dropped, 2 whole so
    far, 3 done, 4 this bar is taken in). A bucket whose last bar is missing closes when the next bar comes.
    """
    stage = s[i + 7]
    if stage == 4.0:
        s[i + 7] = 3.0 if minutes + step >= s[i] else 2.0
        return 0.0
    fresh = stage == 0.0 or minutes >= s[i]
    if fresh or stage == 3.0:
        if stage == 2.0:
            s[i + 7] = 3.0
            return 1.0
        _start_bar(s, i, minutes, length, offset, open, high, low)
        if stage == 0.0 and minutes > s[i + 6]:
            s[i + 7] = 1.0
    s[i + 2] = max(s[i + 2], high)
    s[i + 3] = min(s[i + 3], low)
    s[i + 4] = close
    s[i + 5] += volume
    if minutes + step < s[i]:
        return 0.0
    if s[i + 7] == 1.0:
        s[i + 7] = 3.0
        return 0.0
    s[i + 7] = 4.0
    return 1.0


def _start_bar(
    s: State, i: int, minutes: float, length: float, offset: float, open: float, high: float, low: float
) -> None:
    if length == 0.0:
        index = month_index_of(minutes)
        s[i + 6] = month_start(index)
        s[i] = month_start(index + 1.0)
    else:
        s[i + 6] = float(floor((minutes + offset) / length)) * length - offset
        s[i] = s[i + 6] + length
    s[i + 1] = open
    s[i + 2] = high
    s[i + 3] = low
    s[i + 5] = 0.0
    s[i + 7] = 2.0


CATALOGUE = (
    Function(
        "inside(start: time, end: time)", "the bar opens in [start, end), in the spec's time zone",
        "start <= minute_of_day < end", 'inside("09:30", "16:00")', op=inside, inputs=("minutes",), result="boolean",
    ),
)  # fmt: skip
