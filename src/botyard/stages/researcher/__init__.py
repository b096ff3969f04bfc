"""Researcher: search the best instruments' parameters, and find out what such a search is worth.

1. Studies (studies.py): one Optuna study on each of the top three, in worker processes, kept as they finish.
2. Walk-forward (folds.py): the same ranking and search on the past of each fold, tested on the bars after it.
3. The choice: the instrument whose study reached the highest value, the better ranked of two equal ones. Each fold
   chooses by the same rule, so that the walk-forward judges this very procedure.
4. The verdict (judging.py, evidence/verdict.py): whether that is more than luck, after all that was ever tried.
5. On request, the same search on permuted bars (permuting.py): how often luck alone finds as much.
6. The hand-over: the spec with the values found and their provenance (provenance.py), curves and marks (curves.py),
   charts (search/charts.py), and what to be wary of (caveats.py).
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from botyard.engine.backtest import Backtest, backtest
from botyard.engine.program import Program, load_program
from botyard.errors import InvariantError
from botyard.evidence import walk_forward
from botyard.evidence.verdict import with_permutation
from botyard.language import CompiledStrategy, compile_spec
from botyard.market import Market
from botyard.ports import ArtifactStore, Progress, TrialRegistry
from botyard.records import codec
from botyard.records.design import Design
from botyard.records.ranking import Ranking
from botyard.records.research import Research, StudySummary
from botyard.records.schema import spec_hash
from botyard.records.spec import Spec
from botyard.records.verdict import Verdict
from botyard.search.charts import draw_charts
from botyard.search.crew import Crew, cpu_count
from botyard.search.journal import journal_bytes
from botyard.search.ranking import MIN_TRADES, TOP, Candidate, screen
from botyard.search.study import StudyResult
from botyard.search.tasks import VERSION, StudyTask, run_task, study_name, study_seed
from botyard.stages.researcher import caveats, curves, judging
from botyard.stages.researcher.folds import Walk, best_of, fold_tasks, walk
from botyard.stages.researcher.permuting import permutation_test
from botyard.stages.researcher.provenance import explain_values, with_values
from botyard.stages.researcher.studies import TASK, Desk

TRIALS = 200
FOLD_SHARE = 0.35
"""A fold's study makes 70 trials where a whole one makes 200."""


def run(
    design: Design,
    ranking: Ranking,
    market: Market,
    artifacts: ArtifactStore,
    *,
    progress: Progress,
    registry: TrialRegistry,
    trials: int = TRIALS,
    seed: int = 0,
    workers: int | None = None,
    cache_dir: Path | None = None,
    permutations: int = 0,
    views: bool = True,
) -> Research:
    """Search, walk forward and judge.

    registry: what all runs tried; this one is added, and the verdict depends on those before it.
    workers: processes, one per processor unless told. The result is the same for any number.
    cache_dir: where machine code is kept, which workers load instead of compiling it each.
    permutations: how often, at most, the search is repeated on permuted bars.
    views: whether to write what only people look at, the journals and charts.

    Writes studies/*.json (finished studies, reused after an interruption), studies/*.journal (for optuna-dashboard)
    and charts/*.svg.
    Raises: InvariantError when nothing was ranked, or a worker died.
    """
    if not ranking.chosen:
        raise InvariantError("the Researcher was given a ranking in which no instrument qualifies")
    compiled = compile_spec(design.spec)
    program = load_program(compiled, cache_dir)
    candidates = _candidates(market, ranking, design.spec.timeframe)
    cuts = walk_forward.cuts(ranking.from_ms, ranking.until_ms)
    fold_trials = max(1, round(trials * FOLD_SHARE))
    n_workers = cpu_count() if workers is None else workers
    progress.start(TASK, len(ranking.chosen) * trials + len(cuts) * TOP * fold_trials)
    with Crew(run_task, n_workers) as crew:
        desk = Desk(crew, artifacts, progress)
        for symbol in ranking.chosen:
            desk.ask(_task(compiled, candidates[symbol], trials, seed, cache_dir))
        ends = tuple(cut.train_until_ms for cut in cuts)
        screenings = [screen(program, compiled.window_parameters, c, ends) for c in candidates.values()]
        folds = fold_tasks(
            compiled,
            list(candidates.values()),
            screenings,
            cuts,
            trials=fold_trials,
            seed=seed,
            cache_dir=cache_dir,
        )
        for fold in folds:
            for task in fold.tasks:
                desk.ask(task)
            progress.advance(TASK, (TOP - len(fold.tasks)) * fold_trials)
        desk.collect()
    results = [desk.results[study_name(symbol)] for symbol in ranking.chosen]
    walked = walk(program, folds, desk.results, candidates)
    if views:
        _write_journals(artifacts, design.spec, results)
    chosen = best_of(results)
    candidate = candidates[chosen.symbol]
    run_in_sample = backtest(program, candidate.bars, candidate.rules, chosen.best_parameters)
    verdict = judging.verdict(
        program,
        candidate,
        chosen,
        run_in_sample,
        walked,
        ranking,
        judging.registered_run(market.name, program, results, screenings),
        registry,
        seed=seed,
    )
    if permutations:
        test = permutation_test(
            compiled,
            {symbol: (c.bars, c.rules) for symbol, c in candidates.items()},
            -math.inf if chosen.best.value is None else chosen.best.value,
            artifacts,
            progress,
            permutations=permutations,
            trials=trials,
            seed=seed,
            workers=n_workers,
            inputs_hash=_permutation_hash(compiled, market, candidates, trials, seed),
            cache_dir=cache_dir,
        )
        verdict = with_permutation(verdict, test)
    research = _research(design, ranking, program, candidates, results, walked, market, run_in_sample, verdict)
    for name, chart in (draw_charts(research, results) if views else {}).items():
        artifacts.write(f"charts/{name}", chart)
    return research


def _candidates(market: Market, ranking: Ranking, timeframe: str) -> dict[str, Candidate]:
    # those that the Selector could run, so that a fold may choose what the whole period would not
    return {
        c.symbol: Candidate(c.symbol, market.bars(c.symbol, timeframe), market.rules(c.symbol))
        for c in ranking.candidates
        if c.net_return is not None
    }


def _permutation_hash(
    compiled: CompiledStrategy, market: Market, candidates: Mapping[str, Candidate], trials: int, seed: int
) -> str:
    rules = [c.rules for c in candidates.values()]
    data = market.data_hash(sorted(candidates), compiled.spec.timeframe)
    return codec.content_hash([VERSION, compiled.code_hash, compiled.spec_hash, data, rules, trials, seed])


def _task(
    compiled: CompiledStrategy, candidate: Candidate, trials: int, seed: int, cache_dir: Path | None
) -> StudyTask:
    name = study_name(candidate.symbol)
    return StudyTask(
        name=name,
        compiled=compiled,
        bars=candidate.bars,
        rules=candidate.rules,
        trials=trials,
        seed=study_seed(seed, name),
        min_trades=MIN_TRADES,
        cache_dir=cache_dir,
    )


def _write_journals(artifacts: ArtifactStore, spec: Spec, results: Sequence[StudyResult]) -> None:
    for result in results:
        if len(result.counted) > 1:
            name = study_name(result.symbol)
            artifacts.write(_journal(name), journal_bytes(spec, result, f"{spec.name} {result.symbol}"))


def _journal(name: str) -> str:
    return f"studies/{name}.journal"


def _research(
    design: Design,
    ranking: Ranking,
    program: Program,
    candidates: Mapping[str, Candidate],
    results: Sequence[StudyResult],
    walked: Walk,
    market: Market,
    run_in_sample: Backtest,
    verdict: Verdict,
) -> Research:
    chosen = best_of(results)
    candidate = candidates[chosen.symbol]
    bars, rules = candidate.bars, candidate.rules
    studies = tuple(_summary(result) for result in results)
    study = studies[results.index(chosen)]
    spec = with_values(design.spec, chosen.best_parameters)
    return Research(
        symbol=chosen.symbol,
        spec=spec,
        spec_hash=spec_hash(spec),
        study=study,
        studies=studies,
        folds=walked.folds,
        walk_forward=walked.metrics,
        provenance=explain_values(design.spec, chosen.best_parameters, chosen.symbol, study.trials),
        verdict=verdict,
        data_hash=market.data_hash(sorted(candidates), spec.timeframe),
        equity=curves.thinned(bars.open_ms, run_in_sample.equity),
        drawdown=curves.drawdown(bars.open_ms, run_in_sample.equity),
        walk_forward_equity=walked.equity,
        buy_and_hold=curves.buy_and_hold(bars, rules.initial_cash),
        price=curves.thinned(bars.open_ms, bars.close),
        trades=curves.trade_marks(program, bars, run_in_sample),
        warnings=caveats.warnings(
            design.spec, ranking, study, walked.folds, walked.metrics, _touched_share(run_in_sample)
        ),
        walk_forward_daily=tuple(walked.daily.tolist()),
    )


def _summary(result: StudyResult) -> StudySummary:
    return StudySummary(
        symbol=result.symbol,
        trials=len(result.counted),
        seed=result.seed,
        best_value=result.best.value,
        best_parameters=result.best_parameters,
        default_value=result.counted[0].value,
        journal=_journal(study_name(result.symbol)) if len(result.counted) > 1 else "",
        metrics=result.metrics,
    )


def _touched_share(run: Backtest) -> float | None:
    return run.touched_after_entry / run.bars_in_market if run.bars_in_market else None
