"""Figures of an equity curve. What is undefined is NaN in arrays, and None with a reason in records."""

import math
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from botyard.engine.bars import DAY_MS, Bars, Floats, Integers
from botyard.records.market import TradingRules
from botyard.records.research import Metrics

DAYS_PER_YEAR = 365.0


class Curves(Protocol):
    """What the figures are made of: a Backtest, of either loop."""

    @property
    def equity(self) -> Floats:
        """(n_bars,) quote."""
        ...

    @property
    def trades(self) -> npt.NDArray[Any]:
        """Structured, with a field `profit`."""
        ...

    @property
    def ambiguous(self) -> int:
        """Bars that touched several resting orders."""
        ...

    @property
    def bars_in_market(self) -> int:
        """Bars with a position at their close."""
        ...

    @property
    def liquidated(self) -> bool:
        """Whether the margin was lost."""
        ...

    @property
    def fees(self) -> float:
        """Quote."""
        ...

    @property
    def turnover(self) -> float:
        """Quote traded."""
        ...


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


def return_days(open_ms: Integers) -> Integers:
    """Return the UTC day number of each of the daily returns."""
    day = open_ms // DAY_MS
    last = np.flatnonzero(np.append(day[1:] != day[:-1], True)) if day.size > 1 else np.empty(0, np.int64)
    return np.asarray(day[last[last > 0]])


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


def sortino(returns: Floats) -> float:
    """Return mean / downside deviation of daily simple returns against 0, times the root of 365.

    The downside deviation is the root of the mean square of the negative returns, over all days. NaN without any.
    Source: Sortino and Price, Performance Measurement in a Downside Risk Framework, 1994.
    """
    losses = np.minimum(returns, 0.0)
    if returns.size < 2 or not losses.any():
        return math.nan
    return float(returns.mean() / math.sqrt(np.dot(losses, losses) / returns.size) * math.sqrt(DAYS_PER_YEAR))


def volatility(returns: Floats) -> float:
    """Return the sample deviation of daily simple returns, times the root of 365; NaN with fewer than two."""
    return float(np.std(returns, ddof=1) * math.sqrt(DAYS_PER_YEAR)) if returns.size > 1 else math.nan


def drawdowns(equity: Floats) -> Floats:
    """Return how far each equity lies below the highest so far: (n_bars,) fractions, at most 0."""
    return equity / np.maximum.accumulate(equity) - 1.0


def metrics(bars: Bars, run: Curves, rules: TradingRules) -> Metrics:
    """Return the figures of a run, each None with a reason where it is undefined.

    An open position counts with its mark at the last close; only closed trades count as trades.
    """
    n, equity = len(bars), run.equity
    returns = daily_returns(bars.open_ms, equity)
    days = float(bars.open_ms[-1] - bars.open_ms[0]) / DAY_MS if n else 0.0
    net = float(equity[-1] / equity[0] - 1.0) if n else math.nan
    lowest = float(drawdowns(equity).min()) if n else math.nan
    profits = run.trades["profit"]
    gains, losses = float(profits[profits > 0.0].sum()), float(-profits[profits < 0.0].sum())
    is_flat = "the daily returns do not vary" if returns.size > 1 else "fewer than two days"
    found = {
        "net_return": (net, "no bars"),
        "sharpe": (sharpe(returns), is_flat),
        "sortino": (sortino(returns), "no losing day" if returns.size > 1 else "fewer than two days"),
        "max_drawdown": (lowest, "no bars"),
        "calmar": (_calmar(net, lowest, days), "no drawdown, less than a day, or nothing left"),
        "volatility": (volatility(returns), "fewer than two days"),
        "win_rate": (_share(float((profits > 0.0).sum()), profits.size), "no closed trade"),
        "profit_factor": (_share(gains, losses), "no losing trade"),
        "exposure": (_share(run.bars_in_market, n), "no bars"),
        "turnover": (_turnover(run.turnover, equity, days), "less than a day, or no equity"),
        "ambiguous_share": (_share(run.ambiguous, run.bars_in_market), "never in the market"),
    }
    undefined = {name: reason for name, (value, reason) in found.items() if not math.isfinite(value)}
    if run.liquidated:
        undefined["liquidated"] = (
            f"equity fell below the maintenance margin of {rules.instrument.symbol}; the run ended"
        )
    values = {name: None if name in undefined else value for name, (value, _) in found.items()}
    return Metrics(**values, trades=int(profits.size), fees=run.fees, undefined=undefined)


def _calmar(net: float, lowest: float, days: float) -> float:
    if days < 1.0 or not lowest < 0.0 or not net > -1.0:
        return math.nan
    yearly = DAYS_PER_YEAR / days * math.log1p(net)
    return math.expm1(yearly) / -lowest if yearly < 700.0 else math.nan


def _turnover(traded: float, equity: Floats, days: float) -> float:
    mean = float(equity.mean()) if equity.size else 0.0
    return traded / mean * DAYS_PER_YEAR / days if days >= 1.0 and mean > 0.0 else math.nan


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else math.nan
