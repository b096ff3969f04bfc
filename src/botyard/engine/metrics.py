"""Figures of an equity curve. What is undefined is NaN in arrays, and None with a reason in records."""

import math

import numpy as np

from botyard.engine.bars import DAY_MS, Floats, Integers

DAYS_PER_YEAR = 365.0


def daily_marks(open_ms: Integers, equity: Floats) -> Floats:
    """Return the first equity, then the equity at the last bar of each UTC day (never the first bar itself)."""
    if equity.size < 2:
        return equity.copy()
    day = open_ms // DAY_MS
    last = np.flatnonzero(np.append(day[1:] != day[:-1], True))
    return np.append(equity[0], equity[last[last > 0]])


def daily_returns(open_ms: Integers, equity: Floats) -> Floats:
    """Return simple returns from UTC day to UTC day; the first counts from the first bar's equity.

    equity: (n_bars,) quote, at the close of the bar that opens at open_ms.
    """
    marks = daily_marks(open_ms, equity)
    return marks[1:] / marks[:-1] - 1.0


def sharpe(returns: Floats) -> float:
    """Return mean / sample deviation of daily simple returns, times the root of 365.

    NaN with fewer than two returns, or when they do not vary: no limit value is made up.
    """
    if returns.size < 2:
        return math.nan
    mean = returns.sum() / returns.size
    apart = returns - mean
    deviation = math.sqrt(np.dot(apart, apart) / (returns.size - 1))
    if not deviation > 1e-15:
        return math.nan
    return float(mean / deviation * math.sqrt(DAYS_PER_YEAR))
