"""What must hold of every run: no look-ahead, conserved cash, equal bytes, no dependence on the unit of money."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botyard.engine.backtest import backtest
from botyard.engine.bars import Bars
from botyard.records.market import Costs, Step
from botyard.testing.bars import walked_bars
from botyard.testing.engine_bars import wild
from botyard.testing.engine_specs import SPECS, engine_program, trading_rules

names, seeds = st.sampled_from(sorted(SPECS)), st.integers(0, 10_000)
quick = settings(max_examples=25, deadline=None)


@quick
@given(name=names, seed=seeds, cut=st.integers(1, 799))
def test_cutting_the_future_changes_nothing_in_the_past(code_cache, name, seed, cut):
    program, bars, rules = engine_program(name, code_cache), walked_bars(800, seed=seed), trading_rules()
    whole = backtest(program, bars, rules, record_orders=True)
    part = backtest(program, bars.slice(0, cut), rules, record_orders=True)
    assert part.equity.tobytes() == whole.equity[:cut].tobytes()
    assert part.orders.tobytes() == whole.orders[:cut].tobytes()
    assert part.fills.tobytes() == whole.fills[whole.fills["bar"] < cut].tobytes()


@quick
@given(name=names, seed=seeds, make=st.sampled_from([walked_bars, wild]))
def test_cash_is_conserved(code_cache, name, seed, make):
    bars, rules = make(800, seed=seed), trading_rules()
    run = backtest(engine_program(name, code_cache), bars, rules)
    held = np.zeros(len(bars))
    cash = np.full(len(bars), rules.initial_cash)
    for fill in run.fills:
        at = int(fill["bar"])
        cash[at:] -= fill["lots"] / 1000 * fill["price"] + fill["fee"]
        held[at:] += fill["lots"]
    paid = np.cumsum(np.abs(held) / 1000 * bars.close) * rules.costs.funding_bps / 1e4 * 5 / 480
    assert held.tolist() == run.lots.tolist()
    np.testing.assert_allclose(run.equity, cash - paid + held / 1000 * bars.close, rtol=1e-9)
    assert run.fees == pytest.approx(run.fills["fee"].sum())


@quick
@given(name=names, seed=seeds)
def test_two_runs_give_the_same_bytes(code_cache, name, seed):
    program, bars = engine_program(name, code_cache), wild(600, seed=seed)
    first, second = (backtest(program, bars, trading_rules(), record_orders=True) for _ in range(2))
    for column in ("equity", "lots", "fills", "trades", "orders"):
        assert getattr(first, column).tobytes() == getattr(second, column).tobytes()


@quick
@given(name=st.sampled_from(["trailing", "always_in", "breakout", "partial"]), seed=seeds, power=st.integers(-3, 3))
def test_prices_in_another_unit_of_money_scale_equity_alone(code_cache, name, seed, power):
    # powers of two scale floats without rounding; the tick scales along
    factor = 2.0**power
    bars, program = walked_bars(600, seed=seed), engine_program(name, code_cache)
    costs = Costs(10.0, 10.0, 0.0)
    tick = Step(1, 1024)
    scaled = Bars(bars.open_ms, *(column * factor for column in bars.columns()[1:5]), bars.volume)
    rules = trading_rules("perpetual", tick=tick, costs=costs)
    other = trading_rules(
        "perpetual", costs=costs, initial_cash=rules.initial_cash * factor,
        tick=Step(2**power, 1024) if power >= 0 else Step(1, 1024 * 2**-power),
    )  # fmt: skip
    first, second = backtest(program, bars, rules), backtest(program, scaled, other)
    assert second.lots.tolist() == first.lots.tolist()
    assert second.equity.tolist() == (first.equity * factor).tolist()
