"""Statistics of the last n values."""

from math import nan

from botyard.ops.arithmetic import safe_sqrt
from botyard.ops.catalog import Function
from botyard.ops.types import State
from botyard.ops.window import push, stdev


def variance(s: State, i: int, x: float, n: int) -> float:
    deviation = stdev(s, i, x, n)
    return deviation * deviation


def median(s: State, i: int, x: float, n: int) -> float:
    """Slots: a ring of n, then its values sorted."""
    if x != x:
        return nan
    held = int(s[i])
    old = push(s, i, x, n)
    first = i + 2 + n
    place = held
    if held == n:
        place = n - 1
        while s[first + place] != old:
            place -= 1
        for j in range(place, n - 1):
            s[first + j] = s[first + j + 1]
        place = n - 1
    while place > 0 and s[first + place - 1] > x:
        s[first + place] = s[first + place - 1]
        place -= 1
    s[first + place] = x
    if s[i] < n:
        return nan
    middle = n // 2
    if n % 2 == 1:
        return s[first + middle]
    return 0.5 * (s[first + middle - 1] + s[first + middle])


def percentile_rank(s: State, i: int, x: float, n: int) -> float:
    if x != x:
        return nan
    below = 0.0
    for j in range(n):
        if s[i + 2 + j] <= x:
            below += 1.0
    full = s[i] >= n
    push(s, i, x, n)
    return 100.0 * below / n if full else nan


def correlation(s: State, i: int, x: float, y: float, n: int) -> float:
    """Slots: a ring of n for x, a ring of n for y."""
    if x != x or y != y:
        return nan
    push(s, i, x, n)
    push(s, i + 2 + n, y, n)
    if s[i] < n:
        return nan
    mean_x = 0.0
    mean_y = 0.0
    for j in range(n):
        mean_x += s[i + 2 + j]
        mean_y += s[i + 4 + n + j]
    mean_x /= n
    mean_y /= n
    xx = 0.0
    yy = 0.0
    xy = 0.0
    for j in range(n):
        a = s[i + 2 + j] - mean_x
        b = s[i + 4 + n + j] - mean_y
        xx += a * a
        yy += b * b
        xy += a * b
    spread = safe_sqrt(xx * yy)
    return xy / spread if spread > 0.0 else nan


CATALOGUE = (
    Function(
        "variance(x: number, n: window)", "variance of the last n values (population)", "Σ (x[t-j] - mean)² / n",
        "variance(close, 20)", op=variance, slots=lambda n: n + 2, bars=lambda n: n - 1,
    ),
    Function(
        "zscore(x: number, n: window)", "distance from the mean in standard deviations", "(x - sma(x, n)) / stdev(x, n)",
        "zscore(close, 20)", expression="(x - sma(x, n)) / stdev(x, n)",
    ),
    Function(
        "median(x: number, n: window)", "middle of the last n values", "the middle one sorted; the mean of two where n is even",
        "median(volume, 20)", op=median, slots=lambda n: 2 * n + 2, bars=lambda n: n - 1,
    ),
    Function(
        "percentile_rank(x: number, n: window)", "percent of the n values before this one that are not above it",
        "100 · #{x[t-j] ≤ x[t], j = 1..n} / n", "percentile_rank(atr(14), 100)",
        op=percentile_rank, slots=lambda n: n + 2, bars=lambda n: n, source="as TradingView's ta.percentrank",
    ),
    Function(
        "correlation(x: number, y: number, n: window)", "Pearson correlation of the last n pairs; unknown where one is constant",
        "cov(x, y) / √(var(x) · var(y))", "correlation(close, volume, 20)",
        op=correlation, slots=lambda n: 2 * n + 4, bars=lambda n: n - 1,
    ),
)  # fmt: skip
