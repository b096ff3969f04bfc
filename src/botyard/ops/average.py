"""Recursive averages. The older past fades: 7 spans leave about one part in a million of it."""

from math import nan

from botyard.ops.catalog import Function
from botyard.ops.types import State


def ema(s: State, i: int, x: float, n: int) -> float:
    """Slots: values seen (up to n), average, weight."""
    if x != x:
        return nan
    if s[i] >= n:
        s[i + 1] += (x - s[i + 1]) * s[i + 2]
        return s[i + 1]
    s[i] += 1.0
    s[i + 1] += x
    if s[i] < n:
        return nan
    s[i + 1] /= n
    s[i + 2] = 2.0 / (n + 1.0)
    return s[i + 1]


def rma(s: State, i: int, x: float, n: int) -> float:
    """Slots: values seen (up to n), average, weight."""
    if x != x:
        return nan
    if s[i] >= n:
        s[i + 1] += (x - s[i + 1]) * s[i + 2]
        return s[i + 1]
    s[i] += 1.0
    s[i + 1] += x
    if s[i] < n:
        return nan
    s[i + 1] /= n
    s[i + 2] = 1.0 / n
    return s[i + 1]


CATALOGUE = (
    Function(
        "ema(x: number, n: window)", "exponential moving average", "e += (x - e) · 2/(n+1); begins as the mean of the first n",
        "ema(close, 12)", op=ema, slots=lambda _n: 3, bars=lambda n: n - 1, memory=lambda n: 7 * n,
    ),
    Function(
        "rma(x: number, n: window)", "Wilder's smoothing", "r += (x - r) / n; begins as the mean of the first n",
        "rma(close, 14)", op=rma, slots=lambda _n: 3, bars=lambda n: n - 1, memory=lambda n: 7 * (2 * n - 1),
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
    ),
)  # fmt: skip
