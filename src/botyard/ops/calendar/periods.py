"""Weeks and months, in the spec's time zone: where they opened, what the one before did.

Weeks start on Monday. A period that was under way when the first bar came is left out,
but for its last close.
"""

from math import floor, nan

from botyard.ops.calendar.clock import DAY, MONDAY, WEEK, month_index_of, month_start
from botyard.ops.catalog import PRICE, Function
from botyard.ops.types import State


def week_of(minutes: float) -> float:
    return float(floor((minutes + MONDAY) / WEEK))


def period_begins(s: State, i: int, number: float, passed: float, step: float) -> float:
    """Say where the bar stands: 1 on a period's first bar, 0 later in it, -1 in one that is left out.

    passed: minutes since the period began. Slots: number of the period (NaN at first), 1 while it is left out.
    """
    if number != s[i]:
        s[i + 1] = 1.0 if s[i] != s[i] and passed >= step else 0.0
        s[i] = number
        return -1.0 if s[i + 1] == 1.0 else 1.0
    return -1.0 if s[i + 1] == 1.0 else 0.0


def week_begins(s: State, i: int, minutes: float, step: float) -> float:
    number = week_of(minutes)
    return period_begins(s, i, number, minutes + MONDAY - number * WEEK, step)


def month_begins(s: State, i: int, minutes: float, step: float) -> float:
    number = month_index_of(minutes)
    return period_begins(s, i, number, minutes - month_start(number), step)


def keep_first(s: State, i: int, stage: float, x: float) -> float:
    """Give x of the period's first bar. Slots: those of period_begins, the value."""
    if stage == 1.0:
        s[i + 2] = x
    return s[i + 2]


def keep_highest(s: State, i: int, stage: float, x: float) -> float:
    """Give the highest x of the period before. Slots: those of period_begins, highest so far, that of the one before."""
    if stage == 1.0:
        s[i + 3] = s[i + 2]
        s[i + 2] = x
    elif stage == 0.0 and x > s[i + 2]:
        s[i + 2] = x
    return s[i + 3]


def keep_last(s: State, i: int, stage: float, x: float) -> float:
    """Give the last x of the period before. Slots: those of period_begins, last so far, that of the one before."""
    if stage == 1.0:
        s[i + 3] = s[i + 2]
    s[i + 2] = x
    return s[i + 3]


def first_of(s: State, i: int, number: float) -> float:
    """Slots: whether a bar was seen, the number of its period."""
    is_known = s[i] == 1.0
    is_first = number != s[i + 1]
    s[i] = 1.0
    s[i + 1] = number
    if not is_known:
        return nan
    return 1.0 if is_first else 0.0


def first_of_day(s: State, i: int, minutes: float) -> float:
    return first_of(s, i, float(floor(minutes / DAY)))


def first_of_week(s: State, i: int, minutes: float) -> float:
    return first_of(s, i, week_of(minutes))


def first_of_month(s: State, i: int, minutes: float) -> float:
    return first_of(s, i, month_index_of(minutes))


def week_open(s: State, i: int, minutes: float, step: float, open: float) -> float:
    return keep_first(s, i, week_begins(s, i, minutes, step), open)


def month_open(s: State, i: int, minutes: float, step: float, open: float) -> float:
    return keep_first(s, i, month_begins(s, i, minutes, step), open)


def prev_week_high(s: State, i: int, minutes: float, step: float, high: float) -> float:
    return keep_highest(s, i, week_begins(s, i, minutes, step), high)


def prev_week_low(s: State, i: int, minutes: float, step: float, low: float) -> float:
    return -keep_highest(s, i, week_begins(s, i, minutes, step), -low)


def prev_week_close(s: State, i: int, minutes: float, step: float, close: float) -> float:
    return keep_last(s, i, week_begins(s, i, minutes, step), close)


def prev_month_high(s: State, i: int, minutes: float, step: float, high: float) -> float:
    return keep_highest(s, i, month_begins(s, i, minutes, step), high)


def prev_month_low(s: State, i: int, minutes: float, step: float, low: float) -> float:
    return -keep_highest(s, i, month_begins(s, i, minutes, step), -low)


def prev_month_close(s: State, i: int, minutes: float, step: float, close: float) -> float:
    return keep_last(s, i, month_begins(s, i, minutes, step), close)


CATALOGUE = (
    Function(
        "first_of_day()", 'the bar is the first of its day; also written is_first("day")', "the day is not that of the bar before",
        "first_of_day()", op=first_of_day, inputs=("minutes",), result="boolean", slots=lambda: 2, bars=lambda: 1, memory=lambda: 1440,
    ),
    Function(
        "first_of_week()", 'the bar is the first of its week; also written is_first("week")', "the week is not that of the bar before",
        "first_of_week()", op=first_of_week, inputs=("minutes",), result="boolean", slots=lambda: 2, bars=lambda: 1, memory=lambda: 1440,
    ),
    Function(
        "first_of_month()", 'the bar is the first of its month; also written is_first("month")', "the month is not that of the bar before",
        "first_of_month()", op=first_of_month, inputs=("minutes",), result="boolean", slots=lambda: 2, bars=lambda: 1, memory=lambda: 1440,
    ),
    Function(
        "week_open()", "open of this week", "open of its first bar", "week_open()",
        op=week_open, inputs=("minutes", "step", "open"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 10080, between=PRICE,
    ),
    Function(
        "month_open()", "open of this month", "open of its first bar", "month_open()",
        op=month_open, inputs=("minutes", "step", "open"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 44640, between=PRICE,
    ),
    Function(
        "prev_week_high()", "highest high of the week before", "max high", "prev_week_high()",
        op=prev_week_high, inputs=("minutes", "step", "high"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 20160,
        between=PRICE,
    ),
    Function(
        "prev_week_low()", "lowest low of the week before", "min low", "prev_week_low()",
        op=prev_week_low, inputs=("minutes", "step", "low"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 20160,
        between=PRICE,
    ),
    Function(
        "prev_week_close()", "last close of the week before", "close of its last bar", "prev_week_close()",
        op=prev_week_close, inputs=("minutes", "step", "close"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 20160,
        between=PRICE,
    ),
    Function(
        "prev_month_high()", "highest high of the month before", "max high", "prev_month_high()",
        op=prev_month_high, inputs=("minutes", "step", "high"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 89280,
        between=PRICE,
    ),
    Function(
        "prev_month_low()", "lowest low of the month before", "min low", "prev_month_low()",
        op=prev_month_low, inputs=("minutes", "step", "low"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 89280,
        between=PRICE,
    ),
    Function(
        "prev_month_close()", "last close of the month before", "close of its last bar", "prev_month_close()",
        op=prev_month_close, inputs=("minutes", "step", "close"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 89280,
        between=PRICE,
    ),
)  # fmt: skip
