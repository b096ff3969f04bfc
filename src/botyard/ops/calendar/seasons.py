"""The same place of the cycles before: this time of the last days, this bar of the last weeks."""

from math import nan

from botyard.ops.catalog import Function
from botyard.ops.types import State
from botyard.ops.window import push


def seasonal_mean(s: State, i: int, x: float, m: int, n: int) -> float:
    """Cycles of m bars. Unknown where one of the values was, and where no whole cycle fits into n."""
    cycles = n // m
    total = 0.0
    for k in range(1, cycles + 1):
        total += s[i + 2 + (int(s[i + 1]) + n - k * m) % n]
    is_known = s[i] >= n and cycles > 0
    push(s, i, x, n)
    return total / cycles if is_known else nan


CATALOGUE = (
    Function(
        "seasonal_mean(x: number, cycle: window, n: window)",
        'mean of x one, two, … cycles ago, up to n bars ago; at this time of day with bars("1d"), bars("14d")',
        "mean of x[cycle], x[2 · cycle], … up to x[n]", "seasonal_mean(volume, 24, 120)",
        op=seasonal_mean, slots=lambda _cycle, n: 2 + n, bars=lambda _cycle, n: n, between="x",
    ),
)  # fmt: skip
