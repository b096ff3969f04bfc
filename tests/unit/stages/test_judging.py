import dataclasses

import numpy as np
import pytest

from botyard.engine.backtest import backtest
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.market import Costs
from botyard.search import space
from botyard.stages.researcher.judging import delayed_equity
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.markets.made_up import MadeUpMarket, made_up_bars
from botyard.testing.research_records import SPEC

MARKET = MadeUpMarket({"AAA/USDT": made_up_bars(600, seed=1, trend=0.3)})
BARS, RULES = MARKET.held["AAA/USDT"], MARKET.rules("AAA/USDT")
FREE = dataclasses.replace(RULES, costs=Costs(taker_bps=0.0, maker_bps=0.0, slippage_bps=0.0))


def test_positions_a_bar_late_earn_what_the_later_bars_moved_less_their_costs():
    lots = np.zeros(len(BARS))
    lots[10:13] = 2000.0  # two units, bought at the open of bar 10, sold at that of bar 13
    bought, sold = BARS.open[11], BARS.open[14]
    free = delayed_equity(BARS, lots, RULES, costs=0.0)
    assert free[9:11] == pytest.approx([10_000.0, 10_000.0])
    assert free[13] == pytest.approx(10_000 + 2 * (BARS.close[13] - bought))
    assert free[-1] == pytest.approx(10_000 + 2 * (sold - bought))
    rate = 2 * (RULES.costs.taker_bps + RULES.costs.slippage_bps) / 10_000
    paid = delayed_equity(BARS, lots, RULES, costs=2.0)
    assert paid[-1] == pytest.approx(free[-1] - rate * 2 * (bought + sold))


def test_without_delay_the_same_sum_is_the_engines_equity():
    run = backtest(load_program(compile_spec(SPEC), CODE_CACHE), BARS, FREE)
    early = np.append(run.lots[1:], run.lots[-1])  # undoes the delay
    assert delayed_equity(BARS, early, FREE, costs=1.0)[:-1] == pytest.approx(run.equity[:-1], rel=1e-9)


def test_neighbours_are_near_inside_their_ranges_and_whole_where_whole():
    random = np.random.default_rng(1)
    near = [space.nearby(SPEC, {"fast": 12, "slow": 48}, random) for _ in range(300)]
    assert {type(values["fast"]) for values in near} == {int}
    fast = {values["fast"] for values in near}
    slow = {values["slow"] for values in near}
    assert (min(fast), max(fast)) == (8, 16)  # a tenth of 4..40 either way
    assert min(slow) == pytest.approx(48 / 8**0.1, abs=1)  # 20..160 is searched by its logarithm
    assert max(slow) == pytest.approx(48 * 8**0.1, abs=1)
    edge = [space.nearby(SPEC, {"fast": 40, "slow": 20}, random) for _ in range(50)]
    assert max(values["fast"] for values in edge) == 40
    assert min(values["slow"] for values in edge) == 20
