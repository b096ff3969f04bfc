import numpy as np
import pytest

from botyard.engine.backtest import backtest
from botyard.engine.bars import DAY_MS
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.search.ranking import Candidate
from botyard.stages.researcher.across import Stretch, earned_across
from botyard.testing.code_cache import CODE_CACHE
from botyard.testing.markets.made_up import MadeUpMarket, made_up_bars
from botyard.testing.research_records import SPEC

MARKET = MadeUpMarket({name: made_up_bars(24 * 40, seed=seed) for seed, name in enumerate(["AAA/USDT", "BBB/USDT"])})
FIRST = int(MARKET.bars("AAA/USDT", "1h").open_ms[0]) // DAY_MS
CUT, LAST = FIRST + 24, FIRST + 39


@pytest.fixture(scope="module")
def program():
    return load_program(compile_spec(SPEC), CODE_CACHE)


def candidate(symbol, from_day=FIRST):
    bars = MARKET.bars(symbol, "1h")
    return Candidate(symbol, bars.slice_ms(from_day * DAY_MS, (LAST + 1) * DAY_MS), MARKET.rules(symbol))


def by_hand(program, held, until_day):
    """Daily growth and mean exposure, from midnight to midnight, of a run that ends there."""
    bars = held.bars.slice_ms(0, (until_day + 1) * DAY_MS)
    run = backtest(program, bars, held.rules, {})
    money = run.equity[23::24]
    position = run.lots * held.rules.instrument.lot.value * bars.close / run.equity
    return money[1:] / money[:-1] - 1.0, position


def test_days_are_the_mean_of_all_candidates_and_no_run_sees_past_its_stretch(program):
    both = [candidate("AAA/USDT"), candidate("BBB/USDT")]
    found = earned_across(program, both, [Stretch(FIRST + 10, CUT - 1, {}), Stretch(CUT, LAST, {})])
    early = [by_hand(program, held, CUT - 1) for held in both]
    late = [by_hand(program, held, LAST) for held in both]
    assert np.abs(late[0][0]).max() > 0.0
    assert found.returns == pytest.approx(
        np.concatenate([sum(r[9:] for r, _ in early) / 2, sum(r[CUT - FIRST - 1 :] for r, _ in late) / 2])
    )
    closes = [held.bars.close[23::24] for held in both]
    assert found.hold == pytest.approx(sum(c[1:] / c[:-1] - 1.0 for c in closes)[9:] / 2)
    positions = [p[240 : 24 * 24] for _, p in early] + [p[24 * 24 :] for _, p in late]
    assert found.exposure == pytest.approx(np.concatenate(positions).mean())


def test_in_cash_nothing_is_earned_while_the_market_goes_on(program):
    found = earned_across(program, [candidate("AAA/USDT")], [Stretch(CUT, LAST, None)])
    assert not found.returns.any()
    assert found.hold.all()
    assert found.exposure == 0.0
    assert not found.beyond_market().any()


def test_a_candidate_that_begins_later_counts_from_then_on(program):
    alone = earned_across(program, [candidate("AAA/USDT")], [Stretch(FIRST, LAST, {})])
    found = earned_across(program, [candidate("AAA/USDT"), candidate("BBB/USDT", CUT)], [Stretch(FIRST, LAST, {})])
    before = CUT - FIRST
    assert found.hold[1:before] == pytest.approx(alone.hold[1:before])
    assert not np.allclose(found.hold[before + 1 :], alone.hold[before + 1 :])
