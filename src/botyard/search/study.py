"""One study: Optuna's TPE searches an instrument's parameters for the best net Sharpe, in memory and seeded.

1. The defaults are the first trial, so that the best is never worse than they are.
2. TPE (tree-structured Parzen estimator, Bergstra et al. 2011) proposes; a set that breaks a constraint is marked
   infeasible, costs no backtest and does not count.
3. The value of a trial is the net Sharpe of daily returns, lowered where trades are few (`objective`).
"""

import logging
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from botyard.engine import metrics as figures
from botyard.engine.backtest import Runner
from botyard.engine.bars import Bars
from botyard.engine.program import Program
from botyard.engine.trial_returns import pack
from botyard.errors import InvariantError, UserError
from botyard.records.market import TradingRules
from botyard.records.research import Metrics
from botyard.records.spec import Parameter
from botyard.records.trials import NO_TRIALS, TrialReturns
from botyard.search import space

N_STARTUP = 10
N_EI_CANDIDATES = 24

MAX_ASKED = 4
"""Times the wanted trials that may be asked for where constraints rule most of the space out."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One parameter set and what it made; `value` is None when a constraint forbids it. Only searched values."""

    parameters: space.Values
    value: float | None
    sharpe: float | None = None
    net_return: float | None = None
    max_drawdown: float | None = None
    trades: int = 0


@dataclass(frozen=True, slots=True)
class StudyResult:
    """All trials of a study in the order they were made, and the best one."""

    symbol: str
    seed: int
    trials: tuple[Trial, ...]
    best_parameters: space.Values  # all of the spec's, the fixed ones too
    metrics: Metrics  # of the best trial, in sample
    daily: TrialReturns = NO_TRIALS  # of the trials that were backtested, each different set once

    @property
    def best(self) -> Trial:
        """The trial of the highest value; the earliest one of several."""
        return max(self.counted, key=lambda t: t.value if t.value is not None else -math.inf)

    @property
    def counted(self) -> tuple[Trial, ...]:
        """The trials that were backtested; the first one is at the defaults."""
        return tuple(t for t in self.trials if t.value is not None)


def objective(sharpe: float, trades: int, min_trades: int) -> float:
    """Return the value that a study maximises.

    With enough trades it is the Sharpe. With fewer it is at most -1, and the lower the more are missing, so that
    no lucky handful of trades can win and the search still knows which way to go.
    """
    known = sharpe if math.isfinite(sharpe) else 0.0
    if trades >= min_trades and math.isfinite(sharpe):
        return known
    missing = max(0, min_trades - trades) / max(1, min_trades)
    return min(known, 0.0) - 1.0 - missing


def load_optuna() -> Any:
    """Import Optuna, which takes half a second, and keep it from announcing each study on standard error."""
    import optuna

    logging.getLogger("optuna").setLevel(logging.WARNING)
    return optuna


def run_study(
    program: Program,
    bars: Bars,
    rules: TradingRules,
    *,
    trials: int,
    seed: int,
    min_trades: int,
    tell: Callable[[int], None] = lambda _: None,
) -> StudyResult:
    """Search; `tell` hears how many trials were done since it last did. Equal arguments give an equal result.

    A spec without free parameters gets one trial, at its defaults.
    """
    evaluate = _Evaluator(program, bars, rules, min_trades)
    free = space.free_parameters(program.compiled.spec)
    if free and trials > 1:
        found = _search(evaluate, free, trials, seed, tell)
    else:
        found = [evaluate.trial({})]
        tell(trials)
    counted = [t for t in found if t.value is not None]
    if not counted:
        raise InvariantError(f"no parameter set of {program.compiled.spec.name} could be run, not even its defaults")
    best = max(counted, key=lambda t: t.value or 0.0)
    return StudyResult(
        symbol=rules.instrument.symbol,
        seed=seed,
        trials=tuple(found),
        best_parameters=evaluate.all_values(best.parameters),
        metrics=evaluate.metrics(best.parameters),
        daily=evaluate.daily(),
    )


class _Evaluator:
    """Runs parameter sets of one program on one stretch of bars; equal sets are run once."""

    def __init__(self, program: Program, bars: Bars, rules: TradingRules, min_trades: int) -> None:
        self._program = program
        self._bars = bars
        self._rules = rules
        self._runner = Runner(program, bars, rules)
        self._min_trades = min_trades
        self._defaults = space.default_values(program.compiled.spec)
        self._known: dict[tuple[space.Value, ...], Trial] = {}
        self._daily: list[npt.NDArray[np.float32]] = []

    def all_values(self, searched: space.Values) -> space.Values:
        return {**self._defaults, **searched}

    def metrics(self, searched: space.Values) -> Metrics:
        run = self._runner.backtest(self._program.vector(self.all_values(searched)))
        return figures.metrics(self._bars, run, self._rules)

    def daily(self) -> TrialReturns:
        return pack(figures.return_days(self._bars.open_ms), self._daily)

    def trial(self, searched: space.Values) -> Trial:
        key = tuple(searched.values())
        if key not in self._known:
            self._known[key] = self._run(searched)
        return self._known[key]

    def _run(self, searched: space.Values) -> Trial:
        try:
            vector = self._program.vector(self.all_values(searched))
        except UserError:
            return Trial(parameters=searched, value=None)
        score = self._runner.score(vector)
        self._daily.append(self._runner.daily_returns().astype(np.float32))
        return Trial(
            parameters=searched,
            value=objective(score.sharpe, score.trades, self._min_trades),
            sharpe=score.sharpe if math.isfinite(score.sharpe) else None,
            net_return=score.net_return,
            max_drawdown=score.max_drawdown,
            trades=score.trades,
        )


def _search(
    evaluate: _Evaluator, free: dict[str, Parameter], trials: int, seed: int, tell: Callable[[int], None]
) -> list[Trial]:
    optuna = load_optuna()
    study = _new_study(seed)
    defaults = evaluate.all_values({})
    study.enqueue_trial({name: defaults[name] for name in free})
    found: list[Trial] = []
    counted = 0
    while counted < trials and len(found) < MAX_ASKED * trials:
        asked = study.ask()
        searched = {name: space.suggest(asked, name, parameter) for name, parameter in free.items()}
        trial = evaluate.trial(searched)
        found.append(trial)
        if trial.value is None:
            study.tell(asked, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(asked, trial.value)
            counted += 1
            tell(1)
    tell(trials - counted)
    return found


def _new_study(seed: int) -> Any:
    optuna = load_optuna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # multivariate, before Optuna 5
        sampler = optuna.samplers.TPESampler(
            seed=seed,
            multivariate=True,  # windows of one strategy hang together
            constant_liar=False,  # one trial at a time
            n_startup_trials=N_STARTUP,
            n_ei_candidates=N_EI_CANDIDATES,
        )
    return optuna.create_study(direction="maximize", sampler=sampler)
