"""Figures by hand-made numbers, and reasons where there is none."""

import math
from dataclasses import replace

import numpy as np
import pytest

from botyard.engine.backtest import backtest
from botyard.engine.bars import DAY_MS
from botyard.engine.metrics import daily_marks, daily_returns, drawdowns, metrics, sharpe, sortino, volatility
from botyard.testing.bars import walked_bars
from botyard.testing.engine_specs import engine_program, trading_rules

HOUR_MS = DAY_MS // 24


def test_days_are_marked_at_their_last_bar_and_the_first_bar_is_the_base():
    times = np.array([0, 12, 23, 30, 47, 96, 97]) * HOUR_MS
    equity = np.array([100.0, 101.0, 102.0, 103.0, 104.0, 90.0, 91.0])
    assert daily_marks(times, equity).tolist() == [100.0, 102.0, 104.0, 91.0]
    np.testing.assert_allclose(daily_returns(times, equity), [0.02, 104 / 102 - 1, 91 / 104 - 1])
    assert daily_returns(times[:1], equity[:1]).size == 0
    assert daily_marks(times[[0, 3]], equity[[0, 3]]).tolist() == [100.0, 103.0]


def test_sharpe_sortino_and_volatility_follow_their_formulas():
    returns = np.array([0.01, -0.02, 0.03, 0.0])
    mean, deviation = 0.005, math.sqrt(sum((r - 0.005) ** 2 for r in (0.01, -0.02, 0.03, 0.0)) / 3)
    assert sharpe(returns) == pytest.approx(mean / deviation * math.sqrt(365))
    assert volatility(returns) == pytest.approx(deviation * math.sqrt(365))
    assert sortino(returns) == pytest.approx(mean / math.sqrt(0.0004 / 4) * math.sqrt(365))


@pytest.mark.parametrize("returns", [[], [0.01], [0.0, 0.0, 0.0], [0.01] * 50])
def test_an_undefined_sharpe_is_nan_and_never_large(returns):
    assert math.isnan(sharpe(np.array(returns)))


def test_drawdowns_are_fractions_of_the_peak():
    np.testing.assert_allclose(drawdowns(np.array([100.0, 120.0, 90.0, 130.0])), [0.0, 0.0, -0.25, 0.0])


def test_a_run_without_trades_has_reasons_instead_of_figures(code_cache):
    bars, rules = walked_bars(900), trading_rules()
    run = backtest(engine_program("rsi", code_cache), bars, rules, {"level": 10.0})
    assert len(run.fills) == 0
    found = metrics(bars, run, rules)
    assert (found.net_return, found.max_drawdown, found.exposure, found.trades) == (0.0, 0.0, 0.0, 0)
    for name in ("sharpe", "sortino", "win_rate", "profit_factor", "ambiguous_share", "calmar"):
        assert getattr(found, name) is None
        assert found.undefined[name]


def test_trades_and_costs_add_up(code_cache):
    bars, rules = walked_bars(6000, seed=3), trading_rules()
    run = backtest(engine_program("trailing", code_cache), bars, rules)
    found = metrics(bars, run, rules)
    profits = run.trades["profit"]
    assert found.win_rate == (profits > 0).mean()
    assert found.profit_factor == pytest.approx(profits[profits > 0].sum() / -profits[profits < 0].sum())
    assert found.exposure == (run.lots != 0).mean()
    assert found.fees == pytest.approx(run.fills["fee"].sum())
    assert metrics(bars, replace(run, liquidated=True), rules).undefined["liquidated"]
