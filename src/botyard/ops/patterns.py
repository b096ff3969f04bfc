"""Shapes of candles and turning points."""

from math import nan

from botyard.ops.catalog import Function
from botyard.ops.types import State
from botyard.ops.window import push


def pivot_high(s: State, i: int, x: float, n: int, m: int) -> float:
    """N bars before and m after: not above the ones before, below which all after it are. Slots: a ring of n + m + 1."""
    if x != x:
        return nan
    size = n + m + 1
    push(s, i, x, size)
    if s[i] < size:
        return nan
    place = int(s[i + 1]) + n
    if place >= size:
        place -= size
    middle = s[i + 2 + place]
    place = int(s[i + 1])
    for j in range(size):
        value = s[i + 2 + place]
        if value > middle or (j > n and value == middle):
            return 0.0
        place += 1
        if place == size:
            place = 0
    return 1.0


def pivot_low(s: State, i: int, x: float, n: int, m: int) -> float:
    return pivot_high(s, i, -x, n, m)


CATALOGUE = (
    Function(
        "pivot_high(x: number, left: window, right: window)", "right bars ago x was a peak; known only now",
        "x[right] ≥ the left values before it and > the right values after it", "pivot_high(high, 5, 5)",
        op=pivot_high, result="boolean", slots=lambda n, m: n + m + 3, bars=lambda n, m: n + m,
    ),
    Function(
        "pivot_low(x: number, left: window, right: window)", "right bars ago x was a trough; known only now",
        "x[right] ≤ the left values before it and < the right values after it", "pivot_low(low, 5, 5)",
        op=pivot_low, result="boolean", slots=lambda n, m: n + m + 3, bars=lambda n, m: n + m,
    ),
    Function(
        "swing_high(left: window, right: window)", "high of the last confirmed peak",
        "value_when(pivot_high(high, left, right), high[right])", "swing_high(5, 5)",
        expression="value_when(pivot_high(high, left, right), high[right])",
    ),
    Function(
        "swing_low(left: window, right: window)", "low of the last confirmed trough",
        "value_when(pivot_low(low, left, right), low[right])", "swing_low(5, 5)",
        expression="value_when(pivot_low(low, left, right), low[right])",
    ),
    Function(
        "bull_engulfing()", "a rising candle whose body is larger than, and covers, the falling one's before it",
        "close > open, close[1] < open[1], open ≤ close[1], close ≥ open[1], not both equal", "bull_engulfing()",
        expression="close > open and close[1] < open[1] and open <= close[1] and close >= open[1] and close - open > open[1] - close[1]",
    ),
    Function(
        "bear_engulfing()", "a falling candle whose body is larger than, and covers, the rising one's before it",
        "close < open, close[1] > open[1], open ≥ close[1], close ≤ open[1], not both equal", "bear_engulfing()",
        expression="close < open and close[1] > open[1] and open >= close[1] and close <= open[1] and open - close > close[1] - open[1]",
    ),
)  # fmt: skip
