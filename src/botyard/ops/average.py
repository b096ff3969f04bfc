"""Recursive averages. The older past fades: 7 spans leave about one part in a million of it."""

from math import nan

from botyard.ops.arithmetic import safe_sqrt
from botyard.ops.catalog import Function
from botyard.ops.types import State, settled
from botyard.ops.window import push, window_sum, wma


def ema(s: State, i: int, x: float, n: int) -> float:
    """Slots: values seen (up to n), average, weight."""
    if x != x:
        return nan
    if settled(s[i] >= n):
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
    if settled(s[i] >= n):
        s[i + 1] += (x - s[i + 1]) * s[i + 2]
        return s[i + 1]
    s[i] += 1.0
    s[i + 1] += x
    if s[i] < n:
        return nan
    s[i + 1] /= n
    s[i + 2] = 1.0 / n
    return s[i + 1]


def kama(s: State, i: int, x: float, n: int) -> float:
    """Slots: average, last value; a ring of n for the values, window_sum's for the moves."""
    if x != x:
        return nan
    move = abs(x - s[i + 1])
    seen = s[i + 2]
    s[i + 1] = x
    old = push(s, i + 2, x, n)
    if seen == 0.0:
        s[i] = x
        return nan
    way = window_sum(s, i + n + 4, move, n)
    if seen < n:
        s[i] = x
        return nan
    distance = abs(x - old)
    share = 1.0 if way <= distance else distance / way
    speed = share * (2.0 / 3.0 - 2.0 / 31.0) + 2.0 / 31.0
    s[i] += speed * speed * (x - s[i])
    return s[i]


def hma(s: State, i: int, x: float, n: int) -> float:
    """Slots: those of wma for n, for half of it and for its root, each sized as for n."""
    if x != x:
        return nan
    half = n // 2 if n > 1 else 1
    root = int(safe_sqrt(float(n)))
    slow = wma(s, i, x, n)
    fast = wma(s, i + n + 7, x, half)
    return wma(s, i + 2 * (n + 7), 2.0 * fast - slow, root)


CATALOGUE = (
    Function(
        "ema(x: number, n: window)", "exponential moving average", "e += (x - e) · 2/(n+1); begins as the mean of the first n",
        "ema(close, 12)", op=ema, slots=lambda _n: 3, bars=lambda n: n - 1, memory=lambda n: 7 * n,
        between="x",
    ),
    Function(
        "rma(x: number, n: window)", "Wilder's smoothing", "r += (x - r) / n; begins as the mean of the first n",
        "rma(close, 14)", op=rma, slots=lambda _n: 3, bars=lambda n: n - 1, memory=lambda n: 7 * (2 * n - 1),
        source="Wilder, New Concepts in Technical Trading Systems, 1978",
        between="x",
    ),
    Function(
        "dema(x: number, n: window)", "double exponential average: less lag", "2 · ema - ema(ema)", "dema(close, 20)",
        expression="2 * ema(x, n) - ema(ema(x, n), n)", source="Mulloy, Stocks & Commodities 12:1, 1994",
    ),
    Function(
        "tema(x: number, n: window)", "triple exponential average: still less lag", "3 · ema - 3 · ema(ema) + ema(ema(ema))",
        "tema(close, 20)", expression="3 * ema(x, n) - 3 * ema(ema(x, n), n) + ema(ema(ema(x, n), n), n)",
        source="Mulloy, Stocks & Commodities 12:1, 1994",
    ),
    Function(
        "kama(x: number, n: window = 10)", "Kaufman's adaptive average: fast in a trend, slow in noise",
        "k += c² · (x - k); c = |x - x[n]| / Σ|x - x[1]| · (2/3 - 2/31) + 2/31", "kama(close, 10)",
        op=kama, slots=lambda n: 2 * n + 7, bars=lambda n: n, memory=lambda n: 7 * n + 500,
        source="Kaufman, Smarter Trading, 1995; as TA-Lib's, it begins with the value before the first",
        between="x",
    ),
    Function(
        "hma(x: number, n: window)", "Hull's average: smooth and quick", "wma(2 · wma(x, n/2) - wma(x, n), √n), both rounded down",
        "hma(close, 20)", op=hma, slots=lambda n: 3 * n + 21, bars=lambda n: 2 * n - 2, source="Hull, 2005, alanhull.com",
        differs="TradingView rounds √n down too; others round to the nearest",
    ),
    Function(
        "vwma(x: number, n: window)", "average weighted by volume", "Σ x · volume / Σ volume", "vwma(close, 20)",
        expression="sum(x * volume, n) / sum(volume, n)",
    ),
)  # fmt: skip
