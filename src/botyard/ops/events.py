"""Things that happen, and how long ago."""

from math import inf, nan

from botyard.ops.catalog import PRICE, Function
from botyard.ops.types import State, settled
from botyard.ops.window import push, window_sum


def truth(yes: float, no: float) -> float:
    """Turn a condition into a number: 1 where it is known to hold, 0 where it is known not to, else NaN."""
    if yes != 0.0:
        return 1.0
    return 0.0 if no != 0.0 else nan


def above(a: float, b: float) -> float:
    """Compare as a number: 1, 0, or NaN where one of them is not known. Its kin below do the same."""
    if a != a or b != b:
        return nan
    return 1.0 if a > b else 0.0


def below(a: float, b: float) -> float:
    return above(b, a)


def at_least(a: float, b: float) -> float:
    return 1.0 - above(b, a)


def at_most(a: float, b: float) -> float:
    return 1.0 - above(a, b)


def crosses_above(s: State, i: int, a: float, b: float) -> float:
    """Slots: whether a bar was seen, a and b then. An unknown value leaves them untouched."""
    if a != a or b != b:
        return nan
    was_above = s[i + 1] > s[i + 2]
    s[i + 1] = a
    s[i + 2] = b
    if settled(s[i] == 1.0):
        return 1.0 if a > b and not was_above else 0.0
    s[i] = 1.0
    return nan


def crosses_below(s: State, i: int, a: float, b: float) -> float:
    return crosses_above(s, i, b, a)


def crosses(s: State, i: int, a: float, b: float) -> float:
    above = crosses_above(s, i, a, b)
    below = crosses_above(s, i + 3, b, a)
    return above + below


def bars_since(s: State, i: int, condition: float, k: int) -> float:
    """Slots: bars seen, a ring of the k + 1 last events. A bar of an unknown condition counts, but is no event."""
    s[i] += 1.0
    if condition == 1.0:
        push(s, i + 1, s[i], k + 1)
    if s[i + 1] < k + 1.0:
        return inf
    return s[i] - s[i + 3 + int(s[i + 2])]


def value_when(s: State, i: int, condition: float, x: float, k: int) -> float:
    """Slots: a ring of the k + 1 last events' values."""
    if condition == 1.0 and x == x:
        push(s, i, x, k + 1)
    return s[i + 2 + int(s[i + 1])] if s[i] >= k + 1.0 else nan


def all_true(s: State, i: int, condition: float, n: int) -> float:
    """Slots: bars known (up to n), how many of the last ones were true in a row."""
    if condition != condition:
        return nan
    s[i] = s[i] + 1.0 if s[i] < n else s[i]
    s[i + 1] = s[i + 1] + 1.0 if condition == 1.0 else 0.0
    if s[i + 1] >= n:
        return 1.0
    return 0.0 if s[i] >= n or s[i + 1] < s[i] else nan


def any_true(s: State, i: int, condition: float, n: int) -> float:
    """Slots as of all_true: none of the last n was true where all their opposites were."""
    none = all_true(s, i, 1.0 - condition, n)
    return 1.0 - none


def streak(s: State, i: int, condition: float) -> float:
    if condition != condition:
        return nan
    s[i] = s[i] + 1.0 if condition == 1.0 else 0.0
    return s[i]


def sum_since(s: State, i: int, condition: float, x: float) -> float:
    """Slots: whether the condition ever held, the sum."""
    if x != x:
        return nan
    if condition == 1.0:
        s[i] = 1.0
        s[i + 1] = x
    elif s[i] == 1.0:
        s[i + 1] += x
    return s[i + 1] if s[i] == 1.0 else nan


def highest_since(s: State, i: int, condition: float, x: float) -> float:
    """Slots: whether the condition ever held, the largest."""
    if x != x:
        return nan
    if condition == 1.0:
        s[i] = 1.0
        s[i + 1] = x
    else:
        s[i + 1] = max(s[i + 1], x)
    return s[i + 1] if s[i] == 1.0 else nan


def lowest_since(s: State, i: int, condition: float, x: float) -> float:
    return -highest_since(s, i, condition, -x)


CATALOGUE = (
    Function(
        "crosses(a: number, b: number)", "a crossed b, upwards or downwards", "crosses_above or crosses_below",
        "crosses(close, sma(close, 50))", op=crosses, result="boolean", slots=lambda: 6, bars=lambda: 1,
    ),
    Function(
        "bars_since(condition: boolean, k: window = 0)", "bars since the condition held, 0 on that very bar; infinity if it never did",
        "t - (time of the k-th last event, 0 the last)", "bars_since(crosses_above(close, sma(close, 50)))",
        op=bars_since, slots=lambda k: k + 4, memory=lambda k: 500 * (k + 1),
        between=PRICE,
    ),
    Function(
        "value_when(condition: boolean, x: number, k: window = 0)", "x as it was when the condition last held",
        "x at the k-th last event, 0 the last", "value_when(bull_engulfing(), low)",
        op=value_when, slots=lambda k: k + 3, memory=lambda k: 500 * (k + 1),
        between="x",
    ),
    Function(
        "all_true(condition: boolean, n: window)", "the condition held on each of the last n bars",
        "c[t] and c[t-1] … and c[t-n+1]", "all_true(close > open, 3)",
        op=all_true, result="boolean", slots=lambda _n: 2, bars=lambda n: n - 1,
    ),
    Function(
        "any_true(condition: boolean, n: window)", "the condition held on one of the last n bars",
        "c[t] or c[t-1] … or c[t-n+1]", "any_true(bull_engulfing(), 5)",
        op=any_true, result="boolean", slots=lambda _n: 2, bars=lambda n: n - 1,
    ),
    Function(
        "count(condition: boolean, n: window)", "on how many of the last n bars the condition held",
        "Σ c[t-j], j = 0..n-1", "count(close > open, 10)", op=window_sum, slots=lambda n: n + 3, bars=lambda n: n - 1,
        between=PRICE,
    ),
    Function(
        "streak(condition: boolean)", "for how many bars in a row the condition has held", "0 where it does not hold, else streak[1] + 1",
        "streak(close > open)", op=streak, slots=lambda: 1, memory=lambda: 500,
        between=PRICE,
    ),
    Function(
        "crosses_above(a: number, b: number)", "a was not above b on the last bar and is now", "a[t-1] ≤ b[t-1] and a[t] > b[t]",
        "crosses_above(ema(close, 12), ema(close, 48))", op=crosses_above, result="boolean", slots=lambda: 3, bars=lambda: 1,
    ),
    Function(
        "crosses_below(a: number, b: number)", "a was not below b on the last bar and is now", "a[t-1] ≥ b[t-1] and a[t] < b[t]",
        "crosses_below(close, sma(close, 50))", op=crosses_below, result="boolean", slots=lambda: 3, bars=lambda: 1,
    ),
    Function(
        "sum_since(condition: boolean, x: number)", "sum of x since the condition last held, that bar included; unknown before it first did",
        "x where the condition holds, else sum_since[1] + x", 'sum_since(is_new("day")[1], volume)',
        op=sum_since, slots=lambda: 2, memory=lambda: 1000,
    ),
    Function(
        "highest_since(condition: boolean, x: number)", "largest x since the condition last held, that bar included",
        "x where the condition holds, else max(highest_since[1], x)", 'highest_since(is_new("week")[1], high)',
        op=highest_since, slots=lambda: 2, memory=lambda: 1000, between="x",
    ),
    Function(
        "lowest_since(condition: boolean, x: number)", "smallest x since the condition last held, that bar included",
        "x where the condition holds, else min(lowest_since[1], x)", 'lowest_since(is_new("week")[1], low)',
        op=lowest_since, slots=lambda: 2, memory=lambda: 1000, between="x",
    ),
    Function(
        "rising(x: number, n: window)", "x rose on each of the last n bars", "x > x[1] on each", "rising(close, 3)",
        expression="all_true(x > x[1], n)", differs="TradingView's asks only that x lies above each of the n values before",
    ),
    Function(
        "falling(x: number, n: window)", "x fell on each of the last n bars", "x < x[1] on each", "falling(close, 3)",
        expression="all_true(x < x[1], n)", differs="TradingView's asks only that x lies below each of the n values before",
    ),
)  # fmt: skip
