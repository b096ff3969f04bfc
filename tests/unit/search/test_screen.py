import dataclasses

import pytest

from botyard.engine import metrics as figures
from botyard.engine.backtest import FREE, backtest
from botyard.engine.program import load_program
from botyard.evidence.walk_forward import chain, idle, segment
from botyard.language import compile_spec
from botyard.search import space
from botyard.search.ranking import Candidate, screen
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.markets.made_up import START_MS, MadeUpMarket, made_up_bars
from botyard.testing.research_records import SPEC

DAY_MS = 86_400_000
BARS = made_up_bars(4000, seed=2, trend=0.4)
RULES = MadeUpMarket({"AAA/USDT": BARS}).rules("AAA/USDT")
WINDOWS = ("fast", "slow")
CUTS = (START_MS + 60 * DAY_MS, START_MS + 100 * DAY_MS)


@pytest.fixture(scope="module")
def program():
    return load_program(compile_spec(SPEC), CODE_CACHE)


def test_a_screening_read_off_at_a_cut_is_that_of_the_bars_before_it(program):
    whole = screen(program, WINDOWS, Candidate("AAA/USDT", BARS, RULES), CUTS)
    for i, cut in enumerate(CUTS):
        before = screen(program, WINDOWS, Candidate("AAA/USDT", BARS.slice_ms(0, cut), RULES))
        assert whole.scores[i] == before.ranked.score
        assert whole.trades[i] == before.ranked.trades


def test_the_score_is_the_mean_gross_sharpe_over_the_horizons(program):
    found = screen(program, WINDOWS, Candidate("AAA/USDT", BARS, RULES))
    free = dataclasses.replace(RULES, costs=FREE)
    sharpes = []
    for horizon in space.horizons(SPEC, WINDOWS):
        run = backtest(program, BARS, free, space.horizon_values(SPEC, WINDOWS, horizon))
        sharpes.append(figures.sharpe(figures.daily_returns(BARS.open_ms, run.equity)))
    assert found.ranked.score == pytest.approx(sum(sharpes) / 8)
    assert found.passes == 9


def test_before_its_first_bar_a_candidate_has_no_score(program):
    found = screen(program, WINDOWS, Candidate("AAA/USDT", BARS, RULES), (START_MS,))
    assert (found.scores, found.trades) == ((None,), (0,))


def test_segments_of_one_run_chained_are_that_run(program):
    bounds = [0, 1000, 1001, 2500, 4000]
    runs = [backtest(program, BARS.slice(0, end), RULES) for end in bounds[1:]]
    parts = [segment(BARS.slice(0, bounds[1]), backtest(program, BARS.slice(0, 0), RULES), runs[0], RULES.initial_cash)]
    for end, past, whole in zip(bounds[2:], runs, runs[1:], strict=False):
        parts.append(segment(BARS.slice(0, end), past, whole, RULES.initial_cash))
    chained = chain(parts, RULES.initial_cash)
    assert chained.bars == BARS
    assert chained.run.equity == pytest.approx(runs[-1].equity)
    for name in ("entry_bar", "exit_bar", "entry_price", "profit"):
        assert chained.run.trades[name] == pytest.approx(runs[-1].trades[name])
    assert chained.run.fees == pytest.approx(runs[-1].fees)
    assert chained.run.turnover == pytest.approx(runs[-1].turnover)
    assert chained.run.bars_in_market == runs[-1].bars_in_market


def test_every_segment_begins_with_the_initial_cash(program):
    past, whole = backtest(program, BARS.slice(0, 2000), RULES), backtest(program, BARS, RULES)
    part = segment(BARS, past, whole, RULES.initial_cash)
    assert part.run.equity[0] / RULES.initial_cash == pytest.approx(whole.equity[2000] / whole.equity[1999])
    assert len(part.bars) == len(part.run.equity) == 2000


def test_a_stretch_in_cash_earns_nothing():
    part = idle(BARS, 10_000.0)
    assert set(part.run.equity) == {10_000.0}
    assert figures.metrics(part.bars, part.run, RULES).sharpe is None
