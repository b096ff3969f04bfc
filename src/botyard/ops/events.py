"""Things that happen, and how long ago."""

from math import nan

from botyard.ops.catalog import Function
from botyard.ops.types import State


def truth(yes: float, no: float) -> float:
    """Turn a condition into a number: 1 where it is known to hold, 0 where it is known not to, else NaN."""
    if yes != 0.0:
        return 1.0
    return 0.0 if no != 0.0 else nan


def crosses_above(s: State, i: int, a: float, b: float) -> float:
    """Slots: whether a bar was seen, a and b then. An unknown value leaves them untouched."""
    if a != a or b != b:
        return nan
    known = s[i] == 1.0
    was_above = s[i + 1] > s[i + 2]
    s[i] = 1.0
    s[i + 1] = a
    s[i + 2] = b
    if not known:
        return nan
    return 1.0 if a > b and not was_above else 0.0


def crosses_below(s: State, i: int, a: float, b: float) -> float:
    return crosses_above(s, i, b, a)


CATALOGUE = (
    Function(
        "crosses_above(a: number, b: number)", "a was not above b on the last bar and is now", "a[t-1] ≤ b[t-1] and a[t] > b[t]",
        "crosses_above(ema(close, 12), ema(close, 48))", op=crosses_above, result="boolean", slots=lambda: 3, bars=lambda: 1,
    ),
    Function(
        "crosses_below(a: number, b: number)", "a was not below b on the last bar and is now", "a[t-1] ≥ b[t-1] and a[t] < b[t]",
        "crosses_below(close, sma(close, 50))", op=crosses_below, result="boolean", slots=lambda: 3, bars=lambda: 1,
    ),
)  # fmt: skip
