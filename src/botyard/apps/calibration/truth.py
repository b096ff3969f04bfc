"""What a planted strategy truly earns: its net Sharpe over centuries of made-up bars that nobody searched."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from botyard.apps.calibration import asking, planted, universes
from botyard.apps.calibration.plan import EDGE_IDEAS, SHARPES
from botyard.apps.calibration.planted import Edge, EdgeKind
from botyard.engine.backtest import Runner
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.market.instruments import trading_rules
from botyard.search.crew import Tell

FIRST_SEED = 9_000_000
YEARS = 400
YEARS_AT_ONCE = 4

STRATEGIES: dict[EdgeKind, dict[str, float | int | bool]] = {
    "momentum": {"fast": 11, "slow": 58},
    "reversion": {"rsi_length": 11, "rsi_below": 37.0, "rsi_above": 63.0},
}
"""The parameters that earn most, or as good as that, over other long simulations; all lie inside the search space."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A measured Sharpe."""

    edge: Edge
    wanted: float  # the true Sharpe that universes of this edge are said to have
    sharpe: float  # annual, net of costs
    days: int
    cpu_seconds: float

    @property
    def error(self) -> float:
        """Standard error, 1/√years (Lo 2002)."""
        return math.sqrt(365.0 / self.days)


@dataclass(frozen=True, slots=True)
class TruthTask:
    """An edge to be measured."""

    edge: Edge
    wanted: float
    years: int
    cache_dir: Path | None = None


def tasks(*, years: int, cache_dir: Path | None) -> dict[str, TruthTask]:
    """List what is to be measured: every edge of the power universes."""
    found = {}
    for kind in STRATEGIES:
        for wanted in SHARPES:
            edge = Edge(kind, planted.edge_size(kind, wanted))
            found[f"{kind}/{edge.size:g}/{years}"] = TruthTask(edge, wanted, years, cache_dir)
    return found


def measure(task: TruthTask, tell: Tell) -> Truth:
    """Run the planted strategy on years of one symbol after another, at a perpetual's usual costs."""
    started = time.process_time()
    edge = task.edge
    compiled = compile_spec(asking.design(EDGE_IDEAS[edge.kind]).spec)
    program = load_program(compiled, task.cache_dir)
    vector = program.vector(STRATEGIES[edge.kind])
    rules = trading_rules(asking.instrument(asking.symbol_name(0)))
    daily = []
    for i in range(math.ceil(task.years / YEARS_AT_ONCE)):
        random = np.random.default_rng(FIRST_SEED + i)
        moves = universes.moves("garch", random, n_symbols=1, n_hours=YEARS_AT_ONCE * universes.HOURS_PER_YEAR)
        bars = universes.bars(planted.plant(moves, edge, random, (0,)), random)[0]
        runner = Runner(program, bars, rules)
        runner.score(vector)
        daily.append(runner.daily_returns().copy())
    returns = np.concatenate(daily)
    sharpe = float(returns.mean() / returns.std(ddof=1) * math.sqrt(365.0))
    tell(1)
    return Truth(edge, task.wanted, sharpe, int(returns.size), round(time.process_time() - started, 3))
