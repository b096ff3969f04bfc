"""Statistics of the last n values."""

from math import inf, nan

from botyard.ops.arithmetic import clamp, safe_div, safe_log, safe_sqrt
from botyard.ops.catalog import PERCENT, PRICE, Function
from botyard.ops.types import State
from botyard.ops.window import push, squares


def variance(s: State, i: int, x: float, n: int) -> float:
    return squares(s, i, x, n) / n


def sort_in(s: State, i: int, x: float, n: int) -> None:
    """Put x into the ring of n at i, and into its sorted values, which stand after the ring."""
    place = int(s[i])
    first = i + 2 + n
    full = place == n
    old = push(s, i, x, n)
    if full:
        place = 0
        above = n
        while place < above:
            middle = (place + above) // 2
            if s[first + middle] < old:
                place = middle + 1
            else:
                above = middle
        while place + 1 < n and s[first + place + 1] < x:
            s[first + place] = s[first + place + 1]
            place += 1
    while place > 0 and s[first + place - 1] > x:
        s[first + place] = s[first + place - 1]
        place -= 1
    s[first + place] = x


def quantile(s: State, i: int, x: float, n: int, share: float) -> float:
    """Slots: those of sort_in."""
    if x != x:
        return nan
    sort_in(s, i, x, n)
    if s[i] < n or not 0.0 <= share <= 1.0:
        return nan
    place = share * (n - 1.0)
    below = int(place)
    value = s[i + 2 + n + below]
    part = place - below
    return value + part * (s[i + 3 + n + below] - value) if part > 0.0 else value


def median(s: State, i: int, x: float, n: int) -> float:
    """Slots: those of sort_in."""
    if x != x:
        return nan
    sort_in(s, i, x, n)
    if s[i] < n:
        return nan
    middle = i + 2 + n + n // 2
    return s[middle] if n % 2 == 1 else 0.5 * (s[middle - 1] + s[middle])


def percentile_rank(s: State, i: int, x: float, n: int) -> float:
    if x != x:
        return nan
    below = 0
    for j in range(n):
        if s[i + 2 + j] <= x:
            below += 1
    full = s[i] >= n
    push(s, i, x, n)
    return 100.0 * below / n if full else nan


def correlation(s: State, i: int, x: float, y: float, n: int) -> float:
    """Slots: those of squares for x, those for y, Σ dx·dy."""
    if x != x or y != y:
        return nan
    other = i + n + 6
    both = other + n + 6
    far_x = s[i + 6 + int(s[i + 5])]
    far_y = s[other + 6 + int(s[other + 5])]
    reference_x = s[i + 2]
    reference_y = s[other + 2]
    xx = squares(s, i, x, n)
    yy = squares(s, other, y, n)
    if xx != xx or yy != yy:
        return nan
    if s[i + 5] == 0.0 or s[i + 2] != reference_x or s[other + 2] != reference_y:
        s[both] = 0.0
        for j in range(n):
            s[both] += (s[i + 6 + j] - s[i + 2]) * (s[other + 6 + j] - s[other + 2])
    else:
        s[both] += (x - reference_x) * (y - reference_y) - (far_x - reference_x) * (far_y - reference_y)
    spread = safe_sqrt(xx * yy)
    if not spread > 0.0:
        return nan
    return clamp((s[both] - s[i] * s[other] / n) / spread, -1.0, 1.0)


def hurst(s: State, i: int, x: float, n: int) -> float:
    """Slots: whether a value was seen, that value; a ring of n moves."""
    if x != x:
        return nan
    move = x - s[i + 1]
    seen = s[i]
    s[i] = 1.0
    s[i + 1] = x
    if seen == 0.0:
        return nan
    push(s, i + 2, move, n)
    if s[i + 2] < n or n < 3:
        return nan
    mean = 0.0
    for j in range(n):
        mean += s[i + 4 + j]
    mean /= n
    place = int(s[i + 3])
    total = 0.0
    squared = 0.0
    top = -inf
    bottom = inf
    for _ in range(n):
        distance = s[i + 4 + place] - mean
        total += distance
        squared += distance * distance
        top = max(top, total)
        bottom = min(bottom, total)
        place += 1
        if place == n:
            place = 0
    spread = safe_sqrt(squared / n)
    return safe_log(safe_div(top - bottom, spread)) / safe_log(n / 2.0)


CATALOGUE = (
    Function(
        "variance(x: number, n: window)", "variance of the last n values (population)", "Σ (x[t-j] - mean)² / n",
        "variance(close, 20)", op=variance, slots=lambda n: n + 6, bars=lambda n: n - 1,
        between=PRICE,
    ),
    Function(
        "zscore(x: number, n: window)", "distance from the mean in standard deviations", "(x - sma(x, n)) / stdev(x, n)",
        "zscore(close, 20)", expression="(x - sma(x, n)) / stdev(x, n)",
    ),
    Function(
        "median(x: number, n: window)", "middle of the last n values", "the middle one sorted; the mean of two where n is even",
        "median(volume, 20)", op=median, slots=lambda n: 2 * n + 2, bars=lambda n: n - 1,
        between="x",
    ),
    Function(
        "quantile(x: number, n: window, share: number)", "value below which a share (0 to 1) of the last n values lies",
        "linear between the values sorted, at share · (n - 1)", "quantile(volume, 50, 0.9)",
        op=quantile, slots=lambda n: 2 * n + 2, bars=lambda n: n - 1, source="numpy.quantile, its default method",
        between="x",
    ),
    Function(
        "percentile_rank(x: number, n: window)", "percent of the n values before this one that are not above it",
        "100 · #{x[t-j] ≤ x[t], j = 1..n} / n", "percentile_rank(atr(14), 100)",
        op=percentile_rank, slots=lambda n: n + 2, bars=lambda n: n, source="as TradingView's ta.percentrank",
        between=PERCENT,
    ),
    Function(
        "correlation(x: number, y: number, n: window)", "Pearson correlation of the last n pairs; unknown where one is constant",
        "cov(x, y) / √(var(x) · var(y))", "correlation(close, volume, 20)",
        op=correlation, slots=lambda n: 2 * n + 13, bars=lambda n: n - 1,
        between=(-1.0, 1.0),
    ),
    Function(
        "r_squared(x: number, n: window)", "share of the variance that a straight line explains, 0 to 1; unknown where x is constant",
        "correlation of x with time, squared", "r_squared(close, 50)",
        expression="slope(x, n) * slope(x, n) * (n * n - 1) / 12 / variance(x, n)",
        between=(0.0, 1.0),
    ),
    Function(
        "efficiency_ratio(x: number, n: window)", "Kaufman's efficiency: way made good over way made, 0 to 1",
        "|x - x[n]| / Σ |x - x[1]|", "efficiency_ratio(close, 10)", expression="abs(x - x[n]) / sum(abs(x - x[1]), n)",
        source="Kaufman, Smarter Trading, 1995",
        between=(0.0, 1.0),
    ),
    Function(
        "hurst(x: number, n: window)", "Hurst's exponent: about 0.5 for chance, more in a trend, less where moves turn back",
        "log(R/S) / log(n/2); R: range of the sums of the last n moves less their mean, S: their standard deviation", "hurst(close, 100)",
        op=hurst, slots=lambda n: n + 4, bars=lambda n: n, source="Hurst, Long-term Storage Capacity of Reservoirs, 1951",
        differs="others fit a line through several lengths; of few bars either says 0.6 for chance",
    ),
)  # fmt: skip
