"""Measure the demo market over many simulated years: who could earn what, before and after costs.

    python tools/measure_demo_market.py --universes 40

Each universe is the demo market under other seeds, so that the figures are about the way prices are made, not about
the one history that everybody sees. Costs: 5 bps fee and 2 bps slippage per side, 1 bp of funding per 8 hours.
Signals at a close are filled at the next open, which is that close.
"""

import argparse
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.signal import lfilter

from botyard.engine.bars import Bars
from botyard.market import demo_paths
from botyard.market.demo import SYMBOLS
from botyard.market.demo_paths import DAY_MS, START_MS, DemoSymbol

BARS_PER_DAY = 288
COST = 7e-4
FUNDING_PER_BAR = 1e-4 / 96
CROSSES = ((12, 48), (30, 120), (60, 300), (144, 576), (288, 864), (288, 1440))
REVERSION_WINDOWS = (12, 48, 288)
DISTANCES = (1.0, 2.0, 4.0)  # of resting orders, in deviations of a bar


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--universes", type=int, default=40)
    parser.add_argument("--days", type=int, default=365)
    told = parser.parse_args()
    fair: dict[str, list[float]] = {}
    planted: dict[str, list[Any]] = {}
    moments: dict[str, list[float]] = {}
    for number in range(told.universes):
        closes = []
        for symbol in SYMBOLS:
            bars = simulate(symbol, number, told.days)
            closes.append(np.diff(np.log(bars.close)))
            if symbol.spell_drift:
                for name, daily in trend_followers(bars).items():
                    planted.setdefault(name, []).append(daily)
            else:
                for name, figure in no_edge_figures(bars).items():
                    fair.setdefault(name, []).append(figure)
        for name, figure in moments_of(np.array(closes)).items():
            moments.setdefault(name, []).append(figure)
    print(f"{told.universes} universes of {told.days} days")
    print("\nno edge: mean over symbols and universes, standard error over universes")
    for name, figures in fair.items():
        means = np.array(figures).reshape(told.universes, -1).mean(axis=1)
        print(f"  {name:<44} {means.mean():+7.3f} ± {means.std() / np.sqrt(len(means)):.3f}")
    print("\nplanted edge: Sharpe of the pooled daily returns")
    for name, days in planted.items():
        print(f"  {name:<44} {sharpe(np.concatenate(days)):+7.2f}")
    print("\n5-minute log returns")
    for name, figures in moments.items():
        print(f"  {name:<44} {np.mean(figures):+7.3f}")


def simulate(symbol: DemoSymbol, number: int, days: int) -> Bars:
    """Make a symbol's bars under other seeds."""
    other = replace(symbol, name=f"{symbol.name}#{number}", common=f"common#{number}")
    return demo_paths.bars(other, 5, START_MS, START_MS + days * DAY_MS)


def trend_followers(bars: Bars) -> dict[str, Any]:
    """Return net daily returns of EMA crosses."""
    results = {}
    for fast, slow in CROSSES:
        for side, short in (("long or flat", 0.0), ("long or short", -1.0)):
            position = cross(bars.close, fast, slow, short)
            results[f"EMA {fast}/{slow} {side}, gross"] = daily(bars.close, position, net=False)
            results[f"EMA {fast}/{slow} {side}, net"] = daily(bars.close, position, net=True)
    return results


def no_edge_figures(bars: Bars) -> dict[str, float]:
    """Return gross Sharpe ratios of simple strategies, and what resting orders earn per fill."""
    results = {}
    for fast, slow in CROSSES:
        results[f"EMA {fast}/{slow}, gross Sharpe"] = sharpe(
            daily(bars.close, cross(bars.close, fast, slow, -1.0), net=False)
        )
    for window in REVERSION_WINDOWS:
        position = -np.sign(bars.close - average(bars.close, window))
        results[f"against the {window}-bar average, gross Sharpe"] = sharpe(daily(bars.close, position, net=False))
    results["hold, gross Sharpe"] = sharpe(daily(bars.close, np.ones(len(bars)), net=False))
    for distance in DISTANCES:
        results |= resting(bars, distance)
    return results


def resting(bars: Bars, distance: float) -> dict[str, float]:
    """Return the profit in bps of a fill at its level, held to the bar's close and an hour more."""
    deviation = np.sqrt(average(np.diff(np.log(bars.close), prepend=np.log(bars.close[0])) ** 2, 288))
    begin, later = bars.open[300:-12], bars.close[311:-1]
    later = later[: len(begin)]
    away = distance * deviation[299:-13]
    low, high = bars.low[300:-12], bars.high[300:-12]
    bid, ask = begin * (1 - away), begin * (1 + away)
    bought, broken = low < bid, high >= ask
    return {
        f"buy limit {distance:g} deviations below, bps": 1e4 * float(np.mean((later - bid)[bought] / bid[bought])),
        f"buy stop {distance:g} deviations above, bps": 1e4 * float(np.mean((later - ask)[broken] / ask[broken])),
    }


def cross(close: Any, fast: int, slow: int, short: float) -> Any:
    """Return 1 while the fast average is above the slow one, else `short`; 0 before it is known."""
    position = np.where(average(close, fast) > average(close, slow), 1.0, short)
    position[: 3 * slow] = 0.0
    return position


def average(values: Any, span: int) -> Any:
    """Return the exponential average."""
    weight = 2.0 / (span + 1.0)
    return lfilter([weight], [1.0, weight - 1.0], values - values[0]) + values[0]


def daily(close: Any, position: Any, *, net: bool) -> Any:
    """Return daily sums of simple returns."""
    returns = position[:-1] * (np.diff(close) / close[:-1])
    if net:
        returns = returns - COST * np.abs(np.diff(position, prepend=0.0))[:-1] - FUNDING_PER_BAR * np.abs(position[:-1])
    whole = len(returns) // BARS_PER_DAY * BARS_PER_DAY
    return returns[:whole].reshape(-1, BARS_PER_DAY).sum(axis=1)


def sharpe(returns: Any) -> float:
    """Return the Sharpe ratio, annualised by 365 days."""
    return float(returns.mean() / returns.std() * np.sqrt(365.0))


def moments_of(returns: Any) -> dict[str, float]:
    """Return how the market moves."""
    correlations = np.corrcoef(returns)
    sizes = np.abs(returns)
    return {
        "annual volatility": float(returns.std(axis=1).mean() * np.sqrt(365.0 * BARS_PER_DAY)),
        "kurtosis (normal: 3)": float(np.mean((returns**4).mean(axis=1) / (returns**2).mean(axis=1) ** 2)),
        "correlation between symbols": float(correlations[np.triu_indices(len(correlations), 1)].mean()),
        "autocorrelation, 1 bar": autocorrelation(returns, 1),
        "autocorrelation of sizes, 1 bar": autocorrelation(sizes, 1),
        "autocorrelation of sizes, 1 day": autocorrelation(sizes, BARS_PER_DAY),
        "autocorrelation of sizes, 5 days": autocorrelation(sizes, 5 * BARS_PER_DAY),
    }


def autocorrelation(rows: Any, lag: int) -> float:
    """Return the mean correlation of each row with itself `lag` bars ago."""
    return float(np.mean([np.corrcoef(row[:-lag], row[lag:])[0, 1] for row in rows]))


if __name__ == "__main__":
    main()
