"""Sessions: a stretch of each day, in the spec's time zone. Without times, the whole day.

A session is numbered by the day it starts on. One that was under way when the first bar came is left out.
"""

from math import floor, nan

from botyard.ops.calendar.clock import DAY, inside
from botyard.ops.catalog import PRICE, Function
from botyard.ops.types import State

NO_SESSION = -1e18  # a number that no session has


def session_begins(s: State, i: int, minutes: float, step: float, start: float, end: float) -> float:
    """Say where the bar stands: NaN outside, 1 on a session's first bar, 0 later in it, -1 in one that is left out.

    Slots: number of the session (NaN at first), 1 while it is left out.
    """
    if inside(minutes, start, end) != 1.0:
        if s[i] != s[i]:
            s[i] = NO_SESSION
        return nan
    day = float(floor((minutes - start) / DAY))
    if day != s[i]:
        s[i + 1] = 1.0 if s[i] != s[i] and (minutes - start) - day * DAY >= step else 0.0
        s[i] = day
        return -1.0 if s[i + 1] == 1.0 else 1.0
    return -1.0 if s[i + 1] == 1.0 else 0.0


def session_open(s: State, i: int, minutes: float, step: float, open: float, start: float, end: float) -> float:
    if session_begins(s, i, minutes, step, start, end) == 1.0:
        s[i + 2] = open
    return s[i + 2]


def session_high(s: State, i: int, minutes: float, step: float, high: float, start: float, end: float) -> float:
    stage = session_begins(s, i, minutes, step, start, end)
    if stage == 1.0 or (stage == 0.0 and high > s[i + 2]):
        s[i + 2] = high
    return s[i + 2]


def session_low(s: State, i: int, minutes: float, step: float, low: float, start: float, end: float) -> float:
    return -session_high(s, i, minutes, step, -low, start, end)


def prev_session_high(s: State, i: int, minutes: float, step: float, high: float, start: float, end: float) -> float:
    """Slots: those of session_begins, high so far, high of the session before."""
    stage = session_begins(s, i, minutes, step, start, end)
    if stage == 1.0:
        s[i + 3] = s[i + 2]
        s[i + 2] = high
    elif stage == 0.0 and high > s[i + 2]:
        s[i + 2] = high
    return s[i + 3]


def prev_session_low(s: State, i: int, minutes: float, step: float, low: float, start: float, end: float) -> float:
    return -prev_session_high(s, i, minutes, step, -low, start, end)


def prev_session_close(s: State, i: int, minutes: float, step: float, close: float, start: float, end: float) -> float:
    """Slots: those of session_begins, last close inside, close of the session before."""
    stage = session_begins(s, i, minutes, step, start, end)
    if stage == 1.0:
        s[i + 3] = s[i + 2]
    if stage == stage:
        s[i + 2] = close
    return s[i + 3]


def prev_session_open(s: State, i: int, minutes: float, step: float, open: float, start: float, end: float) -> float:
    """Slots: those of session_begins, open of this session, open of the session before."""
    if session_begins(s, i, minutes, step, start, end) == 1.0:
        s[i + 3] = s[i + 2]
        s[i + 2] = open
    return s[i + 3]


def session_bar(s: State, i: int, minutes: float, step: float, start: float, end: float) -> float:
    """Slots: those of session_begins, bars so far."""
    stage = session_begins(s, i, minutes, step, start, end)
    if not stage >= 0.0:
        return nan
    s[i + 2] = 1.0 if stage == 1.0 else s[i + 2] + 1.0
    return s[i + 2]


def opening_high(s: State, i: int, minutes: float, step: float, high: float, n: int, start: float, end: float) -> float:
    """Slots: those of session_begins, bars so far (0 before the first whole session), highest of the first n."""
    stage = session_begins(s, i, minutes, step, start, end)
    if stage == 1.0:
        s[i + 2] = 0.0
        s[i + 3] = high
    if stage >= 0.0:
        s[i + 2] += 1.0
        if s[i + 2] <= n and not high <= s[i + 3]:
            s[i + 3] = high
    return s[i + 3] if s[i + 2] >= n else nan


def opening_low(s: State, i: int, minutes: float, step: float, low: float, n: int, start: float, end: float) -> float:
    return -opening_high(s, i, minutes, step, -low, n, start, end)


def range_high(s: State, i: int, minutes: float, step: float, high: float, start: float, end: float) -> float:
    """Known from the close of its last bar until the day ends.

    Slots: day (NaN at first), highest so far. A range that spans midnight ends with its own next start.
    """
    anchor = start if start > end else 0.0
    day = float(floor((minutes - anchor) / DAY))
    minute = minutes - anchor - day * DAY
    begins = start - anchor
    ends = end - anchor if end >= anchor else end - anchor + DAY
    if day != s[i]:
        cut = s[i] != s[i] and minute >= begins + step
        s[i] = day
        s[i + 1] = nan
        s[i + 2] = 1.0 if cut else 0.0
    if begins <= minute < ends and s[i + 2] == 0.0 and not high <= s[i + 1]:
        s[i + 1] = high
    return s[i + 1] if minute + step >= ends else nan


def range_low(s: State, i: int, minutes: float, step: float, low: float, start: float, end: float) -> float:
    return -range_high(s, i, minutes, step, -low, start, end)


_TIMES = '(start: time = "00:00", end: time = "24:00")'

_FLOOR = "Person, A Complete Guide to Technical Trading Tactics, 2004"

CATALOGUE = (
    Function(
        f"session_open{_TIMES}", "open of this session, or of the last one", "open of its first bar", 'session_open("09:30", "16:00")',
        op=session_open, inputs=("minutes", "step", "open"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 1440,
        between=PRICE,
    ),
    Function(
        f"session_high{_TIMES}", "highest high of this session so far, or of the last one", "max high", 'session_high("09:30", "16:00")',
        op=session_high, inputs=("minutes", "step", "high"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 1440,
        between=PRICE,
    ),
    Function(
        f"session_low{_TIMES}", "lowest low of this session so far, or of the last one", "min low", 'session_low("09:30", "16:00")',
        op=session_low, inputs=("minutes", "step", "low"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 1440,
        between=PRICE,
    ),
    Function(
        f"prev_session_high{_TIMES}", "highest high of the session before this one", "max high", "prev_session_high()",
        op=prev_session_high, inputs=("minutes", "step", "high"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 2880,
        between=PRICE,
    ),
    Function(
        f"prev_session_low{_TIMES}", "lowest low of the session before this one", "min low", "prev_session_low()",
        op=prev_session_low, inputs=("minutes", "step", "low"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 2880,
        between=PRICE,
    ),
    Function(
        f"prev_session_close{_TIMES}", "last close of the session before this one", "close of its last bar",
        'prev_session_close("09:30", "16:00")',
        op=prev_session_close, inputs=("minutes", "step", "close"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 2880,
        between=PRICE,
    ),
    Function(
        "range_high(start: time, end: time)", "highest high between two times of this day; known once the range is over",
        "max high in [start, end)", 'range_high("09:30", "10:00")',
        op=range_high, inputs=("minutes", "step", "high"), slots=lambda: 3, unknown=(0, 1), memory=lambda: 1440,
        between=PRICE,
    ),
    Function(
        "range_low(start: time, end: time)", "lowest low between two times of this day; known once the range is over",
        "min low in [start, end)", 'range_low("09:30", "10:00")',
        op=range_low, inputs=("minutes", "step", "low"), slots=lambda: 3, unknown=(0, 1), memory=lambda: 1440,
        between=PRICE,
    ),
    Function(
        f"prev_session_open{_TIMES}", "open of the session before this one", "open of its first bar", "prev_session_open()",
        op=prev_session_open, inputs=("minutes", "step", "open"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 2880, between=PRICE,
    ),
    Function(
        f"session_bar{_TIMES}", "number of the bar in its session, from 1; unknown outside", "bars of the session so far", "session_bar()",
        op=session_bar, inputs=("minutes", "step"), slots=lambda: 3, unknown=(0,), memory=lambda: 1440, between=(1.0, 1440.0),
    ),
    Function(
        'opening_high(n: window, start: time = "00:00", end: time = "24:00")', "highest high of the session's first n bars; known once they are over",
        "max high of bars 1 to n", 'opening_high(6, "09:30", "16:00")',
        op=opening_high, inputs=("minutes", "step", "high"), slots=lambda _n: 4, unknown=(0,), memory=lambda _n: 1440, between=PRICE,
    ),
    Function(
        'opening_low(n: window, start: time = "00:00", end: time = "24:00")', "lowest low of the session's first n bars; known once they are over",
        "min low of bars 1 to n", 'opening_low(6, "09:30", "16:00")',
        op=opening_low, inputs=("minutes", "step", "low"), slots=lambda _n: 4, unknown=(0,), memory=lambda _n: 1440, between=PRICE,
    ),
    Function(
        "gap()", "distance of the open from the close before, in percent", "100 · (open / close[1] - 1)", "gap()",
        expression="100 * (open / close[1] - 1)",
    ),
    Function(
        f"session_gap{_TIMES}", "distance of the session's open from the close of the session before, in percent",
        "100 · (session_open / prev_session_close - 1)", 'session_gap("09:30", "16:00")',
        expression="100 * (session_open(start, end) / prev_session_close(start, end) - 1)",
    ),
    Function(
        "prev_day_open()", "open of the day before", "prev_session_open()", "prev_day_open()", expression="prev_session_open()", between=PRICE,
    ),
    Function(
        "prev_day_high()", "highest high of the day before", "prev_session_high()", "prev_day_high()", expression="prev_session_high()",
        between=PRICE,
    ),
    Function(
        "prev_day_low()", "lowest low of the day before", "prev_session_low()", "prev_day_low()", expression="prev_session_low()", between=PRICE,
    ),
    Function(
        "prev_day_close()", "last close of the day before", "prev_session_close()", "prev_day_close()", expression="prev_session_close()",
        between=PRICE,
    ),
    Function(
        f"pivot_point{_TIMES}", "floor pivot: middle of the session before", "p = (high + low + close) / 3 of the session before", "pivot_point()",
        expression="(prev_session_high(start, end) + prev_session_low(start, end) + prev_session_close(start, end)) / 3",
        source=_FLOOR,
        between=PRICE,
    ),
    Function(
        f"pivot_r1{_TIMES}", "first resistance above the floor pivot", "2p - low", "pivot_r1()",
        expression="2 * pivot_point(start, end) - prev_session_low(start, end)",
        source=_FLOOR,
    ),
    Function(
        f"pivot_s1{_TIMES}", "first support below the floor pivot", "2p - high", "pivot_s1()",
        expression="2 * pivot_point(start, end) - prev_session_high(start, end)",
        source=_FLOOR,
    ),
    Function(
        f"pivot_r2{_TIMES}", "second resistance above the floor pivot", "p + (high - low)", "pivot_r2()",
        expression="pivot_point(start, end) + prev_session_high(start, end) - prev_session_low(start, end)",
        source=_FLOOR,
    ),
    Function(
        f"pivot_s2{_TIMES}", "second support below the floor pivot", "p - (high - low)", "pivot_s2()",
        expression="pivot_point(start, end) - prev_session_high(start, end) + prev_session_low(start, end)",
        source=_FLOOR,
    ),
)  # fmt: skip
