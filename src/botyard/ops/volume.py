"""Volume and price together."""

from math import floor, nan

from botyard.ops.catalog import Function
from botyard.ops.clock import DAY
from botyard.ops.types import State


def obv(s: State, i: int, close: float, volume: float) -> float:
    """Slots: whether a bar was seen, its close, the balance."""
    if close != close or volume != volume:
        return nan
    if s[i] == 0.0:
        s[i] = 1.0
        s[i + 2] = volume
    elif close > s[i + 1]:
        s[i + 2] += volume
    elif close < s[i + 1]:
        s[i + 2] -= volume
    s[i + 1] = close
    return s[i + 2]


def vwap(
    s: State, i: int, minutes: float, step: float, high: float, low: float, close: float, volume: float, start: float
) -> float:
    """Slots: day (NaN at first), Σ price · volume, Σ volume. A first day that is cut at its start is left out."""
    if high != high or low != low or close != close or volume != volume:
        return nan
    day = float(floor((minutes - start) / DAY))
    if day != s[i]:
        cut = s[i] != s[i] and (minutes - start) - day * DAY >= step
        s[i] = day
        s[i + 1] = nan if cut else 0.0
        s[i + 2] = 0.0
    s[i + 1] += (high + low + close) / 3.0 * volume
    s[i + 2] += volume
    return s[i + 1] / s[i + 2] if s[i + 2] > 0.0 else nan


CATALOGUE = (
    Function(
        "obv()", "on-balance volume: volume added on rises, taken off on falls, since the first bar seen",
        "obv[t-1] ± volume, by the sign of close - close[1]; begins at the first volume", "obv()",
        op=obv, inputs=("close", "volume"), slots=lambda: 3, memory=lambda: 1000,
        differs="its level depends on the first bar seen: compare it with itself only",
    ),
    Function(
        'vwap(start: time = "00:00")', "volume-weighted average price since the day's start, in the spec's time zone",
        "Σ hlc3 · volume / Σ volume", "vwap()", op=vwap, inputs=("minutes", "step", "high", "low", "close", "volume"),
        slots=lambda: 3, unknown=(0,), memory=lambda: 1440,
    ),
)  # fmt: skip
