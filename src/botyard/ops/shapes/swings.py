"""Turning points, known only once they are confirmed."""

from math import nan

from botyard.ops.catalog import PRICE, Function
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


def _divergence(pivot: str, price: str, price_moved: str, x_moved: str) -> str:
    values = [f"value_when({pivot}, {x}[right], {k})" for x in (price, "x") for k in (0, 1)]
    return f"{pivot} and {values[0]} {price_moved} {values[1]} and {values[2]} {x_moved} {values[3]}"


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
        between=PRICE,
    ),
    Function(
        "swing_low(left: window, right: window)", "low of the last confirmed trough",
        "value_when(pivot_low(low, left, right), low[right])", "swing_low(5, 5)",
        expression="value_when(pivot_low(low, left, right), low[right])",
        between=PRICE,
    ),
    Function(
        "fibonacci(left: window, right: window, share: number)", "level between the last swing low (0) and the last swing high (1)",
        "swing_low + share · (swing_high - swing_low)", "fibonacci(5, 5, 0.618)",
        expression="swing_low(left, right) + share * (swing_high(left, right) - swing_low(left, right))",
    ),
    Function(
        "bull_divergence(x: number, left: window, right: window)",
        "a trough is confirmed that lies below the trough before it, while x there is higher",
        "at confirmed troughs of low: low[0] < low[1] and x[0] > x[1]", "bull_divergence(rsi(close, 14), 5, 5)",
        expression=_divergence("pivot_low(low, left, right)", "low", "<", ">"),
    ),
    Function(
        "bear_divergence(x: number, left: window, right: window)",
        "a peak is confirmed that lies above the peak before it, while x there is lower",
        "at confirmed peaks of high: high[0] > high[1] and x[0] < x[1]", "bear_divergence(rsi(close, 14), 5, 5)",
        expression=_divergence("pivot_high(high, left, right)", "high", ">", "<"),
    ),
    Function(
        "prev_swing_high(left: window, right: window)", "high of the confirmed peak before the last one",
        "value_when(pivot_high(high, left, right), high[right], 1)", "prev_swing_high(5, 5)",
        expression="value_when(pivot_high(high, left, right), high[right], 1)", between=PRICE,
    ),
    Function(
        "prev_swing_low(left: window, right: window)", "low of the confirmed trough before the last one",
        "value_when(pivot_low(low, left, right), low[right], 1)", "prev_swing_low(5, 5)",
        expression="value_when(pivot_low(low, left, right), low[right], 1)", between=PRICE,
    ),
    Function(
        "hidden_bull_divergence(x: number, left: window, right: window)",
        "a trough is confirmed that lies above the trough before it, while x there is lower",
        "at confirmed troughs of low: low[0] > low[1] and x[0] < x[1]", "hidden_bull_divergence(rsi(close, 14), 5, 5)",
        expression=_divergence("pivot_low(low, left, right)", "low", ">", "<"),
    ),
    Function(
        "hidden_bear_divergence(x: number, left: window, right: window)",
        "a peak is confirmed that lies below the peak before it, while x there is higher",
        "at confirmed peaks of high: high[0] < high[1] and x[0] > x[1]", "hidden_bear_divergence(rsi(close, 14), 5, 5)",
        expression=_divergence("pivot_high(high, left, right)", "high", "<", ">"),
    ),
    Function(
        "divergence(x: number, left: window, right: window)", "1 where a bullish divergence is confirmed, -1 where a bearish one is, else 0",
        "bull_divergence - bear_divergence", "divergence(rsi(close, 14), 5, 5)", between=(-1.0, 1.0),
        expression="(1 if bull_divergence(x, left, right) else 0) - (1 if bear_divergence(x, left, right) else 0)",
    ),
    Function(
        "bars_since_swing_high(left: window, right: window)", "bars since the last confirmed peak itself",
        "bars_since(pivot_high(high, left, right)) + right", "bars_since_swing_high(5, 5)",
        expression="bars_since(pivot_high(high, left, right)) + right", between=PRICE,
    ),
    Function(
        "bars_since_swing_low(left: window, right: window)", "bars since the last confirmed trough itself",
        "bars_since(pivot_low(low, left, right)) + right", "bars_since_swing_low(5, 5)",
        expression="bars_since(pivot_low(low, left, right)) + right", between=PRICE,
    ),
)  # fmt: skip
