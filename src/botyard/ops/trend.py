"""Strength and direction of a trend."""

from math import nan

from botyard.ops.catalog import Function
from botyard.ops.types import State
from botyard.ops.volatility import atr


def directional(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    """Smooth Wilder's directional movement; 1 once it is known.

    Slots: moves seen (up to n), last high, low and close, then the sums of +DM, -DM and true range.
    """
    if high != high or low != low or close != close:
        return nan
    up = high - s[i + 1]
    down = s[i + 2] - low
    before = s[i + 3]
    s[i + 1] = high
    s[i + 2] = low
    s[i + 3] = close
    if s[i] == 0.0:
        s[i] = 1.0
        return nan
    plus = up if up > down and up > 0.0 else 0.0
    minus = down if down > up and down > 0.0 else 0.0
    top = max(before, high)
    bottom = min(before, low)
    fade = 0.0
    if s[i] < n:
        s[i] += 1.0
    else:
        fade = 1.0 / n
    s[i + 4] += plus - s[i + 4] * fade
    s[i + 5] += minus - s[i + 5] * fade
    s[i + 6] += top - bottom - s[i + 6] * fade
    return 1.0 if fade > 0.0 else nan


def plus_di(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    if directional(s, i, high, low, close, n) != 1.0:
        return nan
    return 100.0 * s[i + 4] / s[i + 6] if s[i + 6] > 0.0 else 0.0


def minus_di(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    if directional(s, i, high, low, close, n) != 1.0:
        return nan
    return 100.0 * s[i + 5] / s[i + 6] if s[i + 6] > 0.0 else 0.0


def adx(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    """Slots: those of directional, then how many values are averaged (up to n), their average."""
    if directional(s, i, high, low, close, n) != 1.0:
        return nan
    both = s[i + 4] + s[i + 5]
    if both > 0.0:
        dx = 100.0 * abs(s[i + 4] - s[i + 5]) / both
        if s[i + 7] < n:
            s[i + 7] += 1.0
            s[i + 8] += dx / n
        else:
            s[i + 8] += (dx - s[i + 8]) / n
    return s[i + 8] if s[i + 7] >= n else nan


def supertrend(s: State, i: int, high: float, low: float, close: float, n: int, width: float) -> float:
    """Slots: those of atr, then upper band, lower band, side (1 below the price, -1 above, 0 not yet), last close."""
    reach = width * atr(s, i, high, low, close, n)
    if reach != reach:
        s[i + 8] = close
        return nan
    middle = (high + low) / 2.0
    upper = middle + reach
    lower = middle - reach
    before = s[i + 8]
    s[i + 8] = close
    if s[i + 7] == 0.0:
        s[i + 7] = 1.0 if close >= middle else -1.0
    else:
        if upper > s[i + 5] and before <= s[i + 5]:
            upper = s[i + 5]
        if lower < s[i + 6] and before >= s[i + 6]:
            lower = s[i + 6]
        if s[i + 7] > 0.0 and close < lower:
            s[i + 7] = -1.0
        elif s[i + 7] < 0.0 and close > upper:
            s[i + 7] = 1.0
    s[i + 5] = upper
    s[i + 6] = lower
    return lower if s[i + 7] > 0.0 else upper


CATALOGUE = (
    Function(
        "plus_di(n: window)", "Wilder's +DI, 0 to 100", "100 · smoothed +DM / smoothed true range", "plus_di(14)",
        op=plus_di, inputs=("high", "low", "close"), slots=lambda _n: 7, bars=lambda n: n, memory=lambda n: 14 * n,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
    ),
    Function(
        "minus_di(n: window)", "Wilder's -DI, 0 to 100", "100 · smoothed -DM / smoothed true range", "minus_di(14)",
        op=minus_di, inputs=("high", "low", "close"), slots=lambda _n: 7, bars=lambda n: n, memory=lambda n: 14 * n,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
    ),
    Function(
        "adx(n: window)", "average directional index: strength of the trend, 0 to 100",
        "Wilder's average of 100 · |+DI - -DI| / (+DI + -DI)", "adx(14)",
        op=adx, inputs=("high", "low", "close"), slots=lambda _n: 9, bars=lambda n: 2 * n - 1, memory=lambda n: 28 * n,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
    ),
    Function(
        "supertrend(n: window = 10, width: number = 3)", "a trailing line: below the price in a rise, above it in a fall",
        "hl2 ± width · atr(n), moved only towards the price, changing sides when the close crosses it", "supertrend(10, 3)",
        op=supertrend, inputs=("high", "low", "close"), slots=lambda _n: 9, bars=lambda n: n, memory=lambda n: 14 * n + 500,
        differs="as TradingView's, whose first side may differ until the first cross",
    ),
)  # fmt: skip
