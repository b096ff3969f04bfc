"""Sessions: a stretch of each day, in the spec's time zone. Without times, the whole day.

A session is numbered by the day it starts on. One that was under way when the first bar came is left out.
"""

from math import floor, nan

from botyard.ops.calendar.clock import DAY, inside
from botyard.ops.catalog import Function
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

CATALOGUE = (
    Function(
        f"session_open{_TIMES}", "open of this session, or of the last one", "open of its first bar", 'session_open("09:30", "16:00")',
        op=session_open, inputs=("minutes", "step", "open"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 1440,
    ),
    Function(
        f"session_high{_TIMES}", "highest high of this session so far, or of the last one", "max high", 'session_high("09:30", "16:00")',
        op=session_high, inputs=("minutes", "step", "high"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 1440,
    ),
    Function(
        f"session_low{_TIMES}", "lowest low of this session so far, or of the last one", "min low", 'session_low("09:30", "16:00")',
        op=session_low, inputs=("minutes", "step", "low"), slots=lambda: 3, unknown=(0, 2), memory=lambda: 1440,
    ),
    Function(
        f"prev_session_high{_TIMES}", "highest high of the session before this one", "max high", "prev_session_high()",
        op=prev_session_high, inputs=("minutes", "step", "high"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 2880,
    ),
    Function(
        f"prev_session_low{_TIMES}", "lowest low of the session before this one", "min low", "prev_session_low()",
        op=prev_session_low, inputs=("minutes", "step", "low"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 2880,
    ),
    Function(
        f"prev_session_close{_TIMES}", "last close of the session before this one", "close of its last bar",
        'prev_session_close("09:30", "16:00")',
        op=prev_session_close, inputs=("minutes", "step", "close"), slots=lambda: 4, unknown=(0, 2, 3), memory=lambda: 2880,
    ),
    Function(
        "range_high(start: time, end: time)", "highest high between two times of this day; known once the range is over",
        "max high in [start, end)", 'range_high("09:30", "10:00")',
        op=range_high, inputs=("minutes", "step", "high"), slots=lambda: 3, unknown=(0, 1), memory=lambda: 1440,
    ),
    Function(
        "range_low(start: time, end: time)", "lowest low between two times of this day; known once the range is over",
        "min low in [start, end)", 'range_low("09:30", "10:00")',
        op=range_low, inputs=("minutes", "step", "low"), slots=lambda: 3, unknown=(0, 1), memory=lambda: 1440,
    ),
)  # fmt: skip
