"""The folds of the walk-forward: rank and search on the past, test on the bars after it."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from botyard.engine import metrics as figures
from botyard.engine.backtest import backtest
from botyard.engine.bars import Floats
from botyard.engine.program import Program
from botyard.evidence import walk_forward
from botyard.evidence.earned import Earned
from botyard.evidence.walk_forward import Cut, Segment
from botyard.language import CompiledStrategy
from botyard.records.research import Curve, Fold, Metrics
from botyard.search.ranking import MIN_TRADES, Candidate, Screening, chosen_at
from botyard.search.study import StudyResult
from botyard.search.tasks import StudyTask, study_name, study_seed
from botyard.stages.researcher import curves
from botyard.stages.researcher.across import Stretch, earned_across

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class AskedFold:
    """A fold and the studies on the instruments that re-ranking chose, best first; none where none qualified."""

    cut: Cut
    tasks: tuple[StudyTask, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """All folds, and their tests chained into one equity."""

    folds: tuple[Fold, ...]
    metrics: Metrics
    equity: Curve
    daily: Floats  # (n_days,) returns of the chained tests
    hold: Floats  # (n_days,) of buying and holding what was traded, on the same days; 0 while nothing was chosen
    exposure: float  # mean over the tested bars of the signed position over equity
    pooled: Earned  # of each fold's parameters on all candidates
    idea: Earned  # of the idea at its defaults on all candidates, over the whole period


def fold_tasks(
    compiled: CompiledStrategy,
    candidates: Sequence[Candidate],
    screenings: Sequence[Screening],
    cuts: Sequence[Cut],
    *,
    trials: int,
    seed: int,
    cache_dir: Path | None,
) -> list[AskedFold]:
    """Re-rank at every cut and say which studies each fold needs; a study's bars end where its fold's past ends."""
    by_symbol = {c.symbol: c for c in candidates}
    asked = []
    for i, cut in enumerate(cuts):
        symbols = chosen_at(list(screenings), i, cut.fraction)
        tasks = tuple(
            _task(compiled, by_symbol[symbol], cut, trials=trials, seed=seed, cache_dir=cache_dir) for symbol in symbols
        )
        asked.append(AskedFold(cut, tasks))
    return asked


def best_of(results: Sequence[StudyResult]) -> StudyResult:
    """Return the study that reached the highest value; of two equal ones the first."""
    return max(results, key=lambda r: -math.inf if r.best.value is None else r.best.value)


def walk(
    program: Program,
    asked: Sequence[AskedFold],
    results: Mapping[str, StudyResult],
    candidates: Mapping[str, Candidate],
) -> Walk:
    """Test each fold's choice on its next bars and chain the tests."""
    folds: list[Fold] = []
    segments: list[Segment] = []
    held: list[Segment] = []
    exposures: list[Floats] = []
    choices: list[tuple[Cut, StudyResult | None]] = []
    for fold in asked:
        chosen = best_of([results[task.name] for task in fold.tasks]) if fold.tasks else None
        candidate = candidates[chosen.symbol] if chosen else next(iter(candidates.values()))
        segment = _tested(program, candidate, fold.cut, chosen)
        if len(segment.bars):
            segments.append(segment)
            held.append(_held(candidate, segment, is_chosen=chosen is not None))
            exposures.append(_exposure(candidate, segment))
        folds.append(_record(fold.cut, chosen, candidate, segment))
        choices.append((fold.cut, chosen))
    if not segments:
        none = np.empty(0)
        nothing = Earned(none, none, 0.0)
        undefined = _undefined("there are no bars to test on")
        return Walk(tuple(folds), undefined, Curve((), ()), none, none, 0.0, nothing, nothing)
    rules = next(iter(candidates.values())).rules
    chained = walk_forward.chain(segments, rules.initial_cash)
    holding = walk_forward.chain(held, rules.initial_cash)
    pooled, idea = _unsearched(program, list(candidates.values()), choices)
    return Walk(
        folds=tuple(folds),
        metrics=figures.metrics(chained.bars, chained.run, rules),
        equity=curves.thinned(chained.bars.open_ms, chained.run.equity),
        daily=figures.daily_returns(chained.bars.open_ms, chained.run.equity),
        hold=figures.daily_returns(holding.bars.open_ms, holding.run.equity),
        exposure=float(np.concatenate(exposures).mean()),
        pooled=pooled,
        idea=idea,
    )


def _held(candidate: Candidate, segment: Segment, *, is_chosen: bool) -> Segment:
    # the segment's money in the instrument itself, from the close before the test on
    idle = walk_forward.idle(segment.bars, candidate.rules.initial_cash)
    if not is_chosen:
        return idle
    before = int(candidate.bars.open_ms.searchsorted(segment.bars.open_ms[0]))
    start = candidate.bars.close[before - 1] if before else segment.bars.open[0]
    equity = candidate.rules.initial_cash * segment.bars.close / start
    return Segment(segment.bars, dataclasses.replace(idle.run, equity=equity))


def _exposure(candidate: Candidate, segment: Segment) -> Floats:
    lot = candidate.rules.instrument.lot.value
    equity = np.maximum(segment.run.equity, 1e-9)  # a liquidated account holds nothing
    return np.asarray(segment.run.lots * lot * segment.bars.close / equity)


def _unsearched(
    program: Program, candidates: Sequence[Candidate], choices: Sequence[tuple[Cut, StudyResult | None]]
) -> tuple[Earned, Earned]:
    # each fold's parameters on all candidates, and the idea at its defaults, over the folds' past as well
    folds = [
        Stretch(
            first_day=cut.train_until_ms // DAY_MS,
            last_day=(cut.test_until_ms - 1) // DAY_MS,
            parameters=chosen.best_parameters if chosen else None,
        )
        for cut, chosen in choices
    ]
    first = min(int(c.bars.open_ms[0]) for c in candidates) // DAY_MS
    whole = Stretch(first, folds[-1].last_day, {})
    return earned_across(program, candidates, folds), earned_across(program, candidates, [whole])


def _task(
    compiled: CompiledStrategy, candidate: Candidate, cut: Cut, *, trials: int, seed: int, cache_dir: Path | None
) -> StudyTask:
    name = study_name(candidate.symbol, cut.index)
    return StudyTask(
        name=name,
        compiled=compiled,
        bars=candidate.bars.slice_ms(0, cut.train_until_ms),
        rules=candidate.rules,
        trials=trials,
        seed=study_seed(seed, name),
        min_trades=math.ceil(MIN_TRADES * cut.fraction),
        cache_dir=cache_dir,
    )


def _tested(program: Program, candidate: Candidate, cut: Cut, chosen: StudyResult | None) -> Segment:
    rules = candidate.rules
    past = candidate.bars.slice_ms(0, cut.train_until_ms)
    whole = candidate.bars.slice_ms(0, cut.test_until_ms)
    if chosen is None:
        return walk_forward.idle(whole.slice(len(past), len(whole)), rules.initial_cash)
    before, after = (backtest(program, bars, rules, chosen.best_parameters) for bars in (past, whole))
    return walk_forward.segment(whole, before, after, rules.initial_cash)


def _record(cut: Cut, chosen: StudyResult | None, candidate: Candidate, segment: Segment) -> Fold:
    found = figures.metrics(segment.bars, segment.run, candidate.rules) if len(segment.bars) else None
    return Fold(
        index=cut.index,
        train_until_ms=cut.train_until_ms,
        test_until_ms=cut.test_until_ms,
        symbol=chosen.symbol if chosen else "",
        parameters=chosen.best_parameters if chosen else {},
        train_sharpe=chosen.metrics.sharpe if chosen else None,
        test_sharpe=found.sharpe if found else None,
        test_return=float(segment.run.equity[-1] / candidate.rules.initial_cash - 1.0) if found else None,
        trades=found.trades if found else 0,
    )


def _undefined(why: str) -> Metrics:
    return Metrics(
        net_return=None,
        sharpe=None,
        sortino=None,
        max_drawdown=None,
        calmar=None,
        volatility=None,
        trades=0,
        win_rate=None,
        profit_factor=None,
        exposure=None,
        turnover=None,
        fees=0.0,
        ambiguous_share=None,
        undefined={"sharpe": why},
    )
