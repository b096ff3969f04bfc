"""What the verdict needs, gathered: trials counted and registered, costs doubled, neighbours asked."""

from collections.abc import Iterator, Sequence

import numpy as np

from botyard.engine import metrics as figures
from botyard.engine.backtest import Backtest, Runner
from botyard.engine.bars import DAY_MS, Bars, Floats
from botyard.engine.program import Program
from botyard.engine.trial_returns import Rows, aligned, merge, unpack
from botyard.evidence.earned import Earned
from botyard.evidence.effective_trials import effective_number
from botyard.evidence.facts import Facts
from botyard.evidence.overfitting import overfitting_probability
from botyard.evidence.verdict import Evidence, judge
from botyard.ports import TrialRegistry
from botyard.records.market import TradingRules
from botyard.records.ranking import Ranking
from botyard.records.trials import RegisteredRun
from botyard.records.verdict import Verdict
from botyard.search import space
from botyard.search.ranking import Candidate, Screening
from botyard.search.study import StudyResult
from botyard.stages.researcher.folds import Walk

N_NEIGHBOURS = 20


def registered_run(
    market: str, program: Program, results: Sequence[StudyResult], screenings: Sequence[Screening]
) -> RegisteredRun:
    """Return what the registry is to remember: the studies' trials and the Selector's passes.

    The folds' searches are left out: they repeat the studies on parts of the days, and what they chose is tested on
    other days than they saw.
    """
    spec = program.compiled.spec
    trials = merge([*(r.daily for r in results), *(s.daily for s in screenings)])
    return RegisteredRun(market, spec.idea, spec.timeframe, trials)


def verdict(
    program: Program,
    candidate: Candidate,
    chosen: StudyResult,
    run_in_sample: Backtest,
    walked: Walk,
    ranking: Ranking,
    run: RegisteredRun,
    registry: TrialRegistry,
    *,
    seed: int,
) -> Verdict:
    """Register the run, count what was tried before it, and judge."""
    earlier_runs, effective, different = _counted(run, registry)
    bars, rules = candidate.bars, candidate.rules
    facts = Facts(
        effective_trials=effective,
        trials=different,
        earlier_runs=earlier_runs,
        tested_trades=walked.metrics.trades,
        stressed_sharpe=_stressed_sharpe(bars, rules, run_in_sample),
        neighbours_positive=_neighbours_positive(program, candidate, chosen, seed),
        candidate_list=ranking.candidate_list,
        overfitting=overfitting_probability(unpack(chosen.daily)),
    )
    evidence = Evidence(
        chosen=figures.daily_returns(bars.open_ms, run_in_sample.equity),
        tested=Earned(walked.daily, walked.hold, walked.exposure),
        pooled=walked.pooled,
        idea=walked.idea,
        expected_sharpe=walked.metrics.sharpe,
        period_days=round((ranking.until_ms - ranking.from_ms) / DAY_MS),
        facts=facts,
    )
    return judge(evidence, seed=seed)


def _counted(run: RegisteredRun, registry: TrialRegistry) -> tuple[int, float, int]:
    first, n_days = run.trials.first_day, run.trials.n_days
    place = registry.add(run)  # first of all: of two runs that end together, one must see the other
    own = aligned(run.trials, first, n_days)
    earlier_runs = 0

    def in_order() -> Iterator[Rows]:  # one run in memory at a time
        nonlocal earlier_runs
        for earlier in registry.earlier(place, run):
            earlier_runs += 1
            yield aligned(earlier.trials, first, n_days)
        yield own

    together, different = effective_number(in_order(), n_days)
    alone = effective_number([own], n_days)[0] if earlier_runs else together
    return earlier_runs, max(together, alone), different


def _stressed_sharpe(bars: Bars, rules: TradingRules, run: Backtest) -> float | None:
    equity = delayed_equity(bars, run.lots, rules, costs=2.0)
    if not (equity > 0.0).all():
        return None
    sharpe = figures.sharpe(figures.daily_returns(bars.open_ms, equity))
    return sharpe if np.isfinite(sharpe) else None


def delayed_equity(bars: Bars, lots: Floats, rules: TradingRules, *, costs: float) -> Floats:
    """Return the equity of the same positions, each taken a bar later at that bar's open, at a multiple of the costs.

    lots: (n_bars,) held at each close. All fills pay the taker's fee and slippage, those of limits too.
    """
    held = np.concatenate(([0.0], lots[:-1])) * rules.instrument.lot.value
    before = np.concatenate(([0.0], held[:-1]))
    last_close = np.concatenate((bars.open[:1], bars.close[:-1]))
    rate = costs * (rules.costs.taker_bps + rules.costs.slippage_bps) / 10_000.0
    gained = before * (bars.open - last_close) + held * (bars.close - bars.open)
    return np.asarray(rules.initial_cash + np.cumsum(gained - rate * np.abs(held - before) * bars.open))


def _neighbours_positive(program: Program, candidate: Candidate, chosen: StudyResult, seed: int) -> float | None:
    spec = program.compiled.spec
    if len(chosen.counted) < 2:
        return None
    random = np.random.default_rng(seed)
    near = [space.nearby(spec, chosen.best_parameters, random) for _ in range(N_NEIGHBOURS)]
    runner = Runner(program, candidate.bars, candidate.rules)
    sharpes = [runner.score(program.vector(values)).sharpe for values in near if space.is_feasible(program, values)]
    return sum(s > 0.0 for s in sharpes) / len(sharpes) if sharpes else None
