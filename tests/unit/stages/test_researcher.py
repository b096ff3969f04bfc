import dataclasses
from pathlib import Path

import numpy as np
import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.engine.bars import Bars
from botyard.engine.trial_returns import unpack
from botyard.errors import InvariantError
from botyard.records import codec
from botyard.records.ranking import Ranking
from botyard.records.research import Research
from botyard.stages import researcher, selector
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.markets.made_up import MadeUpMarket, made_up_bars
from botyard.testing.ports.memory_trials import MemoryTrials
from botyard.testing.progress import RecordedProgress
from botyard.testing.research_records import SPEC, made_up_design, with_parameters

TRIALS = 20
MARKET = MadeUpMarket(
    {
        f"{name}/USDT": made_up_bars(4000, seed=seed, trend=0.4 if seed else 0.0)
        for seed, name in enumerate(["AAA", "BBB", "CCC", "DDD", "EEE"])
    }
)


def _run(folder: Path, market=MARKET, *, spec=SPEC, ranking=None, progress=None, **changes) -> Research:
    design = made_up_design(spec)
    return researcher.run(
        design,
        ranking or selector.run(design, market, RecordedProgress(), cache_dir=CODE_CACHE),
        market,
        FolderArtifacts(folder),
        progress=progress or RecordedProgress(),
        **{"registry": MemoryTrials(), "trials": TRIALS, "seed": 1, "workers": 1, "cache_dir": CODE_CACHE, **changes},
    )


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    return selector.run(made_up_design(), MARKET, RecordedProgress(), cache_dir=CODE_CACHE)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, _run(folder)


def test_it_survives_its_own_json(run):
    _, research = run
    assert codec.load(Research, codec.dump(research)) == research


def test_the_instrument_with_the_highest_value_goes_on(run):
    _, research = run
    assert research.study.best_value == max(s.best_value for s in research.studies)
    assert research.symbol == research.study.symbol


def test_the_spec_carries_the_values_that_were_found(run):
    _, research = run
    assert {name: p.default for name, p in research.spec.parameters.items()} == research.study.best_parameters
    assert {p.name: p.value for p in research.provenance} == research.study.best_parameters


def test_two_runs_give_the_same_bytes_whatever_the_workers(run, tmp_path):
    _, research = run
    assert codec.dump(_run(tmp_path / "again")) == codec.dump(research)
    assert codec.dump(_run(tmp_path / "two", workers=2)) == codec.dump(research)


def test_another_seed_searches_elsewhere(run, tmp_path):
    _, research = run
    assert _run(tmp_path, seed=2).studies != research.studies


def test_folds_follow_each_other_and_their_tests_make_the_walk_forward(run):
    _, research = run
    assert [f.index for f in research.folds] == [1, 2, 3, 4]
    assert [f.test_until_ms for f in research.folds[:-1]] == [f.train_until_ms for f in research.folds[1:]]
    curve = research.walk_forward_equity
    assert curve.times_ms[0] == research.folds[0].train_until_ms
    assert curve.times_ms[-1] < research.folds[-1].test_until_ms
    growth = 1.0
    for fold in research.folds:
        growth *= 1.0 + fold.test_return
    assert curve.values[-1] == pytest.approx(10_000 * growth)
    assert research.walk_forward.net_return == pytest.approx(curve.values[-1] / curve.values[0] - 1)
    assert research.walk_forward.trades == sum(f.trades for f in research.folds)


def _shaken(bars: Bars, after_ms: int) -> Bars:
    later = bars.open_ms >= after_ms
    factor = 1.0 + 0.5 * later
    return Bars(bars.open_ms, *(c * factor for c in (bars.open, bars.high, bars.low, bars.close)), bars.volume * factor)


@pytest.mark.parametrize("index", [0, 2])
def test_bars_after_a_folds_past_change_nothing_that_it_chose(run, ranking, tmp_path, index):
    _, research = run
    fold = research.folds[index]
    held = {symbol: _shaken(bars, fold.train_until_ms) for symbol, bars in MARKET.held.items()}
    shaken = _run(tmp_path, MadeUpMarket(held), ranking=ranking).folds
    for before, after in zip(research.folds[: index + 1], shaken, strict=False):
        assert (before.symbol, before.parameters, before.train_sharpe) == (
            after.symbol,
            after.parameters,
            after.train_sharpe,
        )
    assert shaken[index].test_return != fold.test_return


def test_journals_and_charts_are_written(run):
    folder, research = run
    for study in research.studies:
        assert (folder / study.journal).is_file()
    assert {p.name for p in (folder / "charts").iterdir()} >= {
        "equity.svg",
        "drawdown.svg",
        "price.svg",
        "walk_forward.svg",
        "trials.svg",
    }


def test_curves_are_thin_and_end_where_the_bars_do(run):
    _, research = run
    bars = MARKET.held[research.symbol]
    for curve in (research.equity, research.drawdown, research.price, research.buy_and_hold):
        assert len(curve.times_ms) <= 600
        assert (curve.times_ms[0], curve.times_ms[-1]) == (bars.open_ms[0], bars.open_ms[-1])
    assert min(research.drawdown.values) == pytest.approx(research.study.metrics.max_drawdown)
    assert research.equity.values[-1] == pytest.approx(10_000 * (1 + research.study.metrics.net_return))


def test_marks_are_the_last_trades_in_order(run):
    _, research = run
    assert len(research.trades) == min(400, research.study.metrics.trades)
    assert list(research.trades) == sorted(research.trades, key=lambda t: t.exit_ms)
    assert {t.exit_signal for t in research.trades} == {"exit_long"}


def test_finished_studies_are_taken_up_after_an_interruption(run, ranking, tmp_path):
    _, research = run

    class Interrupting(RecordedProgress):
        def advance(self, task: str, by: int = 1) -> None:
            super().advance(task, by)
            if self.done[task] == TRIALS + 5:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path, ranking=ranking, progress=Interrupting())
    kept = sorted(p.name for p in (tmp_path / "studies").glob("*.json"))
    assert len(kept) == 1
    before = (tmp_path / "studies" / kept[0]).stat().st_mtime_ns
    progress = RecordedProgress()
    assert codec.dump(_run(tmp_path, ranking=ranking, progress=progress)) == codec.dump(research)
    assert (tmp_path / "studies" / kept[0]).stat().st_mtime_ns == before
    assert progress.done == progress.totals


def test_a_kept_study_of_other_inputs_is_not_taken_up(run, tmp_path):
    folder = tmp_path
    _run(folder, seed=1)
    assert codec.dump(_run(folder, seed=2)) == codec.dump(_run(tmp_path / "fresh", seed=2))


def test_without_free_parameters_there_is_no_study_but_a_walk_forward(tmp_path):
    research = _run(tmp_path, spec=with_parameters(fixed=True))
    assert [s.trials for s in research.studies] == [1] * len(research.studies)
    assert all(s.journal == "" for s in research.studies)
    assert {p.origin for p in research.provenance} == {"fixed"}
    assert any("nothing to optimise" in w for w in research.warnings)
    assert len(research.folds) == 4


def test_the_verdict_judges_the_walk_forward_and_says_so(run):
    _, research = run
    verdict = research.verdict
    assert verdict.outcome == "pass"  # the trends of these bars are far stronger than any market's
    assert all(c.is_met for c in verdict.conditions)
    assert verdict.expected_sharpe == research.walk_forward.sharpe
    assert verdict.figures["walk_forward_sharpe"].value == pytest.approx(research.walk_forward.sharpe, rel=1e-5)
    assert verdict.figures["in_sample_sharpe"].value == pytest.approx(research.study.metrics.sharpe, rel=1e-5)
    assert verdict.figures["walk_forward_trades"].value == research.walk_forward.trades
    assert verdict.figures["effective_trials"].value <= verdict.figures["trials"].value


def test_without_an_edge_it_fails_and_says_why(ranking, tmp_path):
    noise = MadeUpMarket({symbol: made_up_bars(4000, seed=90 + i) for i, symbol in enumerate(MARKET.held)})
    verdict = _run(tmp_path, noise, ranking=ranking).verdict
    assert verdict.outcome == "fail"
    assert verdict.sentence.startswith("Fail: ")
    assert "paper only" in verdict.sentence


def test_asking_the_same_data_again_is_counted_and_the_same_question_is_not(run, ranking, tmp_path):
    _, research = run
    registry = MemoryTrials()
    asked = [_run(tmp_path / str(seed), ranking=ranking, seed=seed, registry=registry) for seed in (1, 2, 1)]
    first, second, again = (r.verdict for r in asked)
    assert first == again == research.verdict
    assert len(registry.runs) == 2
    assert second.figures["earlier_runs"].value == 1
    assert second.figures["trials"].value > first.figures["trials"].value
    assert second.figures["effective_trials"].value > first.figures["effective_trials"].value
    assert 0.0 < second.figures["p_threshold"].value <= first.figures["p_threshold"].value / 4


def test_what_only_people_look_at_can_be_left_out(run, ranking, tmp_path):
    _, research = run
    assert _run(tmp_path, ranking=ranking, views=False) == research
    assert not list(tmp_path.rglob("*.svg"))
    assert not list(tmp_path.rglob("*.journal"))


def test_the_trials_of_all_studies_and_passes_are_registered_once(ranking, tmp_path):
    registry = MemoryTrials()
    research = _run(tmp_path, ranking=ranking, registry=registry)
    (kept,) = registry.runs
    assert kept.idea == SPEC.idea
    assert kept.trials.n_trials == research.verdict.figures["trials"].value
    assert kept.trials.n_trials > TRIALS
    assert len(np.unique(unpack(kept.trials), axis=0)) == kept.trials.n_trials
    assert kept.trials.first_day == ranking.from_ms // 86_400_000


def test_too_few_days_are_not_enough_data(ranking, tmp_path):
    held = {symbol: bars.slice(0, 60 * 24) for symbol, bars in MARKET.held.items()}
    short = dataclasses.replace(ranking, until_ms=ranking.from_ms + 60 * 86_400_000)
    verdict = _run(tmp_path, MadeUpMarket(held), ranking=short).verdict
    assert verdict.outcome == "not enough data"
    assert "60 days" in verdict.sentence
    assert "110" in verdict.sentence


def test_a_ranking_in_which_none_qualifies_is_a_bug_of_the_caller(ranking, tmp_path):
    none = tuple(dataclasses.replace(c, rank=None, reason="no edge") for c in ranking.candidates)
    with pytest.raises(InvariantError):
        _run(tmp_path, ranking=dataclasses.replace(ranking, candidates=none))
