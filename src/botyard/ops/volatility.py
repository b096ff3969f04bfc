"""How far prices travel."""

from math import nan

from botyard.ops.average import rma
from botyard.ops.catalog import PRICE, Function
from botyard.ops.types import State, settled


def true_range(s: State, i: int, high: float, low: float, close: float) -> float:
    """Slots: whether a bar was seen, its close. Not known on the first bar, which has no close before it."""
    if high != high or low != low or close != close:
        return nan
    before = s[i + 1]
    s[i + 1] = close
    if settled(s[i] == 1.0):
        top = max(before, high)
        bottom = min(before, low)
        return top - bottom
    s[i] = 1.0
    return nan


def atr(s: State, i: int, high: float, low: float, close: float, n: int) -> float:
    return rma(s, i + 2, true_range(s, i, high, low, close), n)


CATALOGUE = (
    Function(
        "true_range()", "range of the bar, the gap from the last close included", "max(high, close[1]) - min(low, close[1])",
        "true_range()", op=true_range, inputs=("high", "low", "close"), slots=lambda: 2, bars=lambda: 1,
        between=PRICE,
    ),
    Function(
        "atr(n: window)", "average true range", "rma(true_range(), n)", "atr(14)",
        op=atr, inputs=("high", "low", "close"), slots=lambda _n: 5, bars=lambda n: n, memory=lambda n: 7 * (2 * n - 1) + 1,
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
        between=PRICE,
    ),
    Function(
        "natr(n: window)", "average true range in percent of the close", "100 · atr(n) / close", "natr(14)", expression="100 * atr(n) / close",
        between=PRICE,
    ),
    Function(
        "choppiness(n: window = 14)", "choppiness index: 100 in a range, low in a trend",
        "100 · log(Σ true range / (highest(high, n) - lowest(low, n))) / log(n)", "choppiness(14)",
        expression="100 * log(sum(true_range(), n) / (highest(high, n) - lowest(low, n))) / log(n)", source="Dreiss, 1993",
        between=PRICE,
    ),
)  # fmt: skip
