"""The folds of the walk-forward: rank and search on the past, test on the bars after it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from botyard.engine import metrics as figures
from botyard.engine.backtest import backtest
from botyard.engine.program import Program
from botyard.evidence import walk_forward
from botyard.evidence.walk_forward import Cut, Segment
from botyard.language import CompiledStrategy
from botyard.records.research import Curve, Fold, Metrics
from botyard.search.ranking import MIN_TRADES, Candidate, chosen_at, screen
from botyard.search.study import StudyResult
from botyard.search.tasks import StudyTask, study_name, study_seed
from botyard.stages.researcher import curves

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
    days: float  # tested


def fold_tasks(
    program: Program,
    compiled: CompiledStrategy,
    candidates: Sequence[Candidate],
    cuts: Sequence[Cut],
    *,
    trials: int,
    seed: int,
    cache_dir: Path | None,
) -> list[AskedFold]:
    """Re-rank at every cut and say which studies each fold needs; a study's bars end where its fold's past ends."""
    if not cuts:
        return []
    by_symbol = {c.symbol: c for c in candidates}
    screenings = [
        screen(program, compiled.window_parameters, c, tuple(cut.train_until_ms for cut in cuts)) for c in candidates
    ]
    asked = []
    for i, cut in enumerate(cuts):
        symbols = chosen_at(screenings, i, cut.fraction)
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
    for fold in asked:
        chosen = best_of([results[task.name] for task in fold.tasks]) if fold.tasks else None
        candidate = candidates[chosen.symbol] if chosen else next(iter(candidates.values()))
        segment = _tested(program, candidate, fold.cut, chosen)
        if len(segment.bars):
            segments.append(segment)
        folds.append(_record(fold.cut, chosen, candidate, segment))
    if not segments:
        return Walk(tuple(folds), _undefined("there are no bars to test on"), Curve((), ()), 0.0)
    rules = next(iter(candidates.values())).rules
    chained = walk_forward.chain(segments, rules.initial_cash)
    days = sum((fold.cut.test_until_ms - fold.cut.train_until_ms) / DAY_MS for fold in asked)
    return Walk(
        folds=tuple(folds),
        metrics=figures.metrics(chained.bars, chained.run, rules),
        equity=curves.thinned(chained.bars.open_ms, chained.run.equity),
        days=days,
    )


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
