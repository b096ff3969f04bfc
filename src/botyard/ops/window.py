"""Windows: the last n values in a ring, and what is computed from them.

A ring owns 2 + n slots: how many values it holds, where the next one goes, the values.
"""

from math import nan

from botyard.ops.arithmetic import safe_sqrt
from botyard.ops.catalog import PRICE, Function
from botyard.ops.types import State, settled


def push(s: State, i: int, x: float, n: int) -> float:
    """Put x into the ring of n; the value that falls out (0 while it fills)."""
    head = int(s[i + 1])
    old = s[i + 2 + head]
    s[i + 2 + head] = x
    head += 1
    s[i + 1] = 0.0 if head >= n else float(head)
    if not settled(s[i] >= n):
        s[i] += 1.0
    return old


def lag(s: State, i: int, x: float, k: int) -> float:
    """NaN passes through: a value that was unknown k bars ago is unknown."""
    full = settled(s[i] >= k)
    if k == 0:
        return x
    old = push(s, i, x, k)
    return old if full else nan


def window_sum(s: State, i: int, x: float, n: int) -> float:
    """Keep a running sum, made anew each time the ring wraps, so that rounding cannot pile up."""
    if x != x:
        return nan
    s[i] += x - push(s, i + 1, x, n)
    if s[i + 2] == 0.0:
        total = 0.0
        for j in range(n):
            total += s[i + 3 + j]
        s[i] = total
    return s[i] if settled(s[i + 1] >= n) else nan


def sma(s: State, i: int, x: float, n: int) -> float:
    return window_sum(s, i, x, n) / n


def squares(s: State, i: int, x: float, n: int) -> float:
    """Σ (x - mean)² of the last n values, from sums of distances to a reference near them.

    Slots: Σ d, Σ d², the reference, the largest Σ d² since the sums were made; a ring of n. They are made anew each
    time the ring wraps, and whenever little of Σ d² is left, so that rounding stays far below what is left: a window
    of equal values gives exactly 0.
    """
    if x != x:
        return nan
    old = push(s, i + 4, x, n)
    if s[i + 5] == 0.0:
        measure(s, i, n)
    elif s[i + 4] >= n:
        near = x - s[i + 2]
        far = old - s[i + 2]
        s[i] += near - far
        s[i + 1] += near * near - far * far
        s[i + 3] = max(s[i + 3], s[i + 1])
    else:
        return nan
    rest = s[i + 1] - s[i] * s[i] / n
    if rest >= s[i + 3] * 1e-4:
        return rest
    measure(s, i, n)
    return s[i + 1]


def measure(s: State, i: int, n: int) -> None:
    """Make the sums of `squares` anew, about the mean."""
    first = s[i + 6]
    total = 0.0
    for j in range(n):
        total += s[i + 6 + j] - first
    mean = first + total / n
    s[i] = 0.0
    s[i + 1] = 0.0
    s[i + 2] = mean
    for j in range(n):
        distance = s[i + 6 + j] - mean
        s[i] += distance
        s[i + 1] += distance * distance
    s[i + 3] = s[i + 1]


def stdev(s: State, i: int, x: float, n: int) -> float:
    return safe_sqrt(squares(s, i, x, n) / n)


def highest(s: State, i: int, x: float, n: int) -> float:
    """Keep the largest value since the ring last wrapped; what stands beyond the head holds the largest from there on.

    Slots: the former; how many values are held, where the next goes; the values. (van Herk, Gil and Werman, 1992)
    """
    if x != x:
        return nan
    if s[i + 2] == 0.0 or x > s[i]:
        s[i] = x
    push(s, i + 1, x, n)
    if s[i + 2] == 0.0:
        for j in range(n - 2, -1, -1):
            s[i + 3 + j] = max(s[i + 3 + j], s[i + 4 + j])
        return s[i]
    if not settled(s[i + 1] >= n):
        return nan
    return max(s[i], s[i + 3 + int(s[i + 2])])


def lowest(s: State, i: int, x: float, n: int) -> float:
    return -highest(s, i, -x, n)


def weigh(s: State, i: int, x: float, n: int) -> None:
    """Keep Σ w·d (weights 1..n, the newest heaviest) in s[i] and Σ d in s[i + 1], of distances d to a reference.

    Slots: these, the reference, how many of the last values were equal, the last value; a ring of n. The sums are made
    anew each time the ring wraps, and when all its values are equal: then they are exactly 0.
    """
    s[i + 3] = s[i + 3] + 1.0 if x == s[i + 4] else 1.0
    s[i + 4] = x
    old = push(s, i + 5, x, n)
    if s[i + 6] == 0.0 or s[i + 3] == n:
        s[i] = 0.0
        s[i + 1] = 0.0
        s[i + 2] = x
        place = int(s[i + 6])
        for j in range(n):
            distance = s[i + 7 + place] - x
            s[i] += (j + 1.0) * distance
            s[i + 1] += distance
            place += 1
            if place == n:
                place = 0
    elif s[i + 5] >= n:
        near = x - s[i + 2]
        s[i] += n * near - s[i + 1]
        s[i + 1] += near - (old - s[i + 2])


def wma(s: State, i: int, x: float, n: int) -> float:
    if x != x:
        return nan
    weigh(s, i, x, n)
    return s[i + 2] + s[i] / (0.5 * n * (n + 1.0)) if settled(s[i + 5] >= n) else nan


def slope(s: State, i: int, x: float, n: int) -> float:
    if x != x:
        return nan
    weigh(s, i, x, n)
    if not settled(s[i + 5] >= n):
        return nan
    return (s[i] - s[i + 1] * (n + 1.0) / 2.0) * 12.0 / (n * (n * n - 1.0)) if n > 1 else 0.0


def linreg(s: State, i: int, x: float, n: int) -> float:
    gradient = slope(s, i, x, n)
    return s[i + 2] + s[i + 1] / n + gradient * (n - 1.0) / 2.0


CATALOGUE = (
    Function(
        "lag(x: any, k: window)", "x as it was k bars ago; also written x[k]", "x[t-k]", "lag(close, 1)",
        op=lag, result="same", slots=lambda k: k + 2, bars=lambda k: k,
        between="x",
    ),
    Function(
        "sum(x: number, n: window)", "sum of the last n values", "Σ x[t-j], j = 0..n-1", "sum(volume, 20)",
        op=window_sum, slots=lambda n: n + 3, bars=lambda n: n - 1,
    ),
    Function(
        "sma(x: number, n: window)", "simple moving average", "Σ x[t-j] / n, j = 0..n-1", "sma(close, 50)",
        op=sma, slots=lambda n: n + 3, bars=lambda n: n - 1,
        between="x",
    ),
    Function(
        "wma(x: number, n: window)", "weighted moving average, the newest value heaviest",
        "Σ (n-j) · x[t-j] / (n(n+1)/2), j = 0..n-1", "wma(close, 20)",
        op=wma, slots=lambda n: n + 7, bars=lambda n: n - 1,
        between="x",
    ),
    Function(
        "linreg(x: number, n: window)", "end of the straight line fitted to the last n values",
        "least squares of x over time, at t", "linreg(close, 50)", op=linreg, slots=lambda n: n + 7, bars=lambda n: n - 1,
    ),
    Function(
        "slope(x: number, n: window)", "slope of the straight line fitted to the last n values, per bar",
        "least squares of x over time", "slope(close, 50)", op=slope, slots=lambda n: n + 7, bars=lambda n: n - 1,
    ),
    Function(
        "change(x: number, k: window = 1)", "x less x as it was k bars ago", "x[t] - x[t-k]", "change(close, 3)",
        expression="x - x[k]",
    ),
    Function(
        "mom(x: number, k: window)", "momentum: x less x as it was k bars ago", "x[t] - x[t-k]", "mom(close, 10)",
        expression="x - x[k]",
    ),
    Function(
        "roc(x: number, k: window)", "rate of change in percent", "100 · (x[t] / x[t-k] - 1)", "roc(close, 12)",
        expression="100 * (x / x[k] - 1)",
    ),
    Function(
        "donchian_high(n: window)", "highest high of the last n bars, this one included", "highest(high, n)",
        "donchian_high(20)[1]", expression="highest(high, n)",
        between=PRICE,
    ),
    Function(
        "donchian_low(n: window)", "lowest low of the last n bars, this one included", "lowest(low, n)",
        "donchian_low(20)[1]", expression="lowest(low, n)",
        between=PRICE,
    ),
    Function(
        "donchian_mid(n: window)", "middle of the Donchian channel", "(highest(high, n) + lowest(low, n)) / 2",
        "donchian_mid(20)", expression="(highest(high, n) + lowest(low, n)) / 2",
        between=PRICE,
    ),
    Function(
        "stdev(x: number, n: window)", "standard deviation of the last n values (population)", "√(Σ (x[t-j] - mean)² / n)",
        "stdev(close, 20)", op=stdev, slots=lambda n: n + 6, bars=lambda n: n - 1,
        between=PRICE,
    ),
    Function(
        "highest(x: number, n: window)", "largest of the last n values, this one included", "max x[t-j], j = 0..n-1",
        "highest(high, 20)[1]", op=highest, slots=lambda n: n + 3, bars=lambda n: n - 1,
        between="x",
    ),
    Function(
        "lowest(x: number, n: window)", "smallest of the last n values, this one included", "min x[t-j], j = 0..n-1",
        "lowest(low, 20)[1]", op=lowest, slots=lambda n: n + 3, bars=lambda n: n - 1,
        between="x",
    ),
)  # fmt: skip
