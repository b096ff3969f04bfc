"""The compiled loop and the plain one agree to the last bit: fills, trades, equity, figures."""

import math

import numpy as np
import pytest

from botyard.engine.backtest import Runner, backtest
from botyard.engine.metrics import daily_returns, metrics, sharpe
from botyard.engine.reference import reference_backtest
from botyard.records.market import Costs, ExecutionProfile, Step
from botyard.testing.bars import walked_bars
from botyard.testing.engine_bars import gapped, wild
from botyard.testing.engine_specs import SPECS, engine_program, trading_rules
from botyard.testing.markets.bars import real_bars

TICKING = ExecutionProfile("tick", "tick", "tick", "tick")
MIXED = ExecutionProfile("rest", "tick", "tick", "rest")


def assert_same(program, bars, rules, parameters=None, trade_from=0):
    fast = backtest(program, bars, rules, parameters, trade_from=trade_from)
    plain = reference_backtest(program, bars, rules, parameters, trade_from=trade_from)
    for column in ("equity", "lots", "fills", "trades"):
        assert getattr(fast, column).tobytes() == getattr(plain, column).tobytes(), column
    for figure in ("ambiguous", "touched_after_entry", "bars_in_market", "liquidated", "fees", "funding", "turnover"):
        assert getattr(fast, figure) == getattr(plain, figure), figure
    assert metrics(bars, fast, rules) == metrics(bars, plain, rules)
    return fast


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("profile", [ExecutionProfile(), TICKING, MIXED], ids=["resting", "ticking", "mixed"])
def test_loops_agree_on_walked_bars(name, profile, code_cache):
    run = assert_same(engine_program(name, code_cache), walked_bars(4000, seed=3), trading_rules(profile=profile))
    assert len(run.fills) > 2  # a strategy that never trades compares nothing


@pytest.mark.parametrize("name", SPECS)
def test_loops_agree_on_a_seed_that_trades_nothing(name, code_cache):
    run = assert_same(engine_program(name, code_cache), walked_bars(3000, seed=3), trading_rules(), trade_from=700)
    assert not run.lots[:701].any()
    assert (run.equity[:701] == trading_rules().initial_cash).all()
    assert len(run.fills) > 2


@pytest.mark.parametrize("name", SPECS)
def test_loops_agree_on_spot_without_costs_and_on_coarse_grids(name, code_cache):
    program = engine_program(name, code_cache)
    bars = walked_bars(3000, seed=8)
    assert_same(program, bars, trading_rules("spot", costs=Costs(0.0, 0.0, 0.0)))
    assert_same(program, bars, trading_rules(tick=Step(1, 4), lot=Step(3, 2)))
    assert_same(program, bars, trading_rules(tick=Step(1, 4), lot=Step(1, 1), initial_cash=150.0))


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("make", [gapped, wild], ids=["gaps", "extremes"])
def test_loops_agree_on_gaps_and_extremes(name, make, code_cache):
    assert_same(engine_program(name, code_cache), make(2500, seed=5), trading_rules())


@pytest.mark.parametrize("name", SPECS)
def test_loops_agree_on_real_bars(name, code_cache, real_market):
    bars = real_bars(real_market, "SOL_USDT").slice(0, 12_000)
    assert_same(engine_program(name, code_cache), bars, trading_rules())


def test_loops_agree_for_other_parameters_without_compiling_again(code_cache):
    program = engine_program("rsi", code_cache)
    random = np.random.default_rng(4)
    bars = walked_bars(1500, seed=11)
    runs = [
        assert_same(program, bars, trading_rules(), {"level": level, "loss": loss, "gain": gain})
        for level, loss, gain in random.uniform((20, 0.002, 0.002), (50, 0.1, 0.1), (10, 3))
    ]
    assert len({run.equity[-1] for run in runs}) > 5


def test_a_score_is_the_figures_of_the_whole_run(code_cache):
    program, bars, rules = engine_program("trailing", code_cache), walked_bars(6000, seed=2), trading_rules()
    run, score = backtest(program, bars, rules), Runner(program, bars, rules).score(program.vector(), gross=True)
    figures = metrics(bars, run, rules)
    assert score.sharpe == sharpe(daily_returns(bars.open_ms, run.equity)) == figures.sharpe
    assert (score.trades, score.net_return, score.max_drawdown, score.exposure) == (
        figures.trades, figures.net_return, figures.max_drawdown, figures.exposure,
    )  # fmt: skip
    free = backtest(program, bars, trading_rules(costs=Costs(0.0, 0.0, 0.0)))
    assert score.gross_sharpe == sharpe(daily_returns(bars.open_ms, free.equity)) > score.sharpe
    assert math.isnan(Runner(program, bars, rules).score(program.vector()).gross_sharpe)


@pytest.mark.parametrize(("name", "make"), [("gearing", wild), ("trailing", walked_bars)])
def test_days_are_marked_as_the_curve_has_them_when_it_ends_early_or_begins_with_a_days_last_bar(
    name, make, code_cache
):
    bars = make(3000, seed=6)
    bars = bars.slice(int(bars.day_starts[1]) - 1, len(bars))
    runner = Runner(program := engine_program(name, code_cache), bars, trading_rules())
    run = runner.backtest(program.vector())
    assert run.liquidated == (name == "gearing")
    np.testing.assert_array_equal(runner.daily_returns(), daily_returns(bars.open_ms, run.equity))


def test_a_short_of_eight_times_equity_is_liquidated_in_both_loops(code_cache):
    bars = wild(3000, seed=6)
    run = assert_same(engine_program("gearing", code_cache), bars, trading_rules())
    assert run.liquidated
    assert run.fills["where"][-1] == 2.0
    assert run.lots[-1] == 0.0
