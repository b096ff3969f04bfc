"""What a planted strategy truly earns: its net Sharpe over centuries of made-up bars that nobody searched."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from botyard.apps.calibration import asking, planted, universes
from botyard.apps.calibration.plan import EDGE_IDEAS, TIMEFRAME
from botyard.apps.calibration.planted import Edge, EdgeKind
from botyard.engine.backtest import Runner
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.market.instruments import trading_rules

FIRST_SEED = 9_000_000
YEARS_AT_ONCE = 4

STRATEGIES: dict[EdgeKind, dict[str, float | int | bool]] = {
    "momentum": {"fast": 11, "slow": 58},
    "reversion": {"rsi_length": 11, "rsi_below": 37.0, "rsi_above": 63.0},
}
"""The parameters that earn most, or as good as that, over other long simulations; all lie inside the search space."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A measured Sharpe."""

    kind: EdgeKind
    size: float
    sharpe: float  # annual, net of costs
    error: float  # standard error, 1/√years
    days: int


def measure(edge: Edge, *, years: int, cache_dir: Path | None) -> Truth:
    """Run the planted strategy on `years` of one symbol after another."""
    compiled = compile_spec(asking.design(EDGE_IDEAS[edge.kind]).spec)
    program = load_program(compiled, cache_dir)
    vector = program.vector(STRATEGIES[edge.kind])
    rules = trading_rules(asking.instrument(asking.symbol_name(0)))
    daily = []
    for i in range(math.ceil(years / YEARS_AT_ONCE)):
        random = np.random.default_rng(FIRST_SEED + i)
        made = universes.moves("garch", random, n_symbols=1, n_hours=YEARS_AT_ONCE * universes.HOURS_PER_YEAR)
        bars = universes.bars(planted.plant(made, edge, random, (0,)), random)[0]
        runner = Runner(program, bars, rules)
        runner.score(vector)
        daily.append(runner.daily_returns().copy())
    returns = np.concatenate(daily)
    sharpe = float(returns.mean() / returns.std(ddof=1) * math.sqrt(365.0))
    return Truth(edge.kind, edge.size, sharpe, math.sqrt(365.0 / returns.size), returns.size)


__all__ = ["STRATEGIES", "TIMEFRAME", "Truth", "measure"]
