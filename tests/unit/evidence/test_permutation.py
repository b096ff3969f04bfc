import numpy as np
import pytest

from botyard.engine.bars import Bars
from botyard.evidence.permutation import ENOUGH, permuted, sequential_p
from botyard.records.market import Step
from botyard.testing.markets.made_up import made_up_bars

FINE = Step(1, 10**9)  # so fine that rounding to ticks hides nothing
N = 400
PANEL = {"AAA": made_up_bars(N, seed=1), "BBB": made_up_bars(N, seed=2)}
TICKS = {"AAA": FINE, "BBB": FINE}
SHUFFLED = permuted(PANEL, TICKS, seed=7)


def shapes(bars):
    """Gap, high, low, body in logarithms and the volume of each bar but the first."""
    gap = np.log(bars.open[1:] / bars.close[:-1])
    inside = [np.log(column[1:] / bars.open[1:]) for column in (bars.high, bars.low, bars.close)]
    return np.column_stack([gap, *inside, bars.volume[1:]])


def by_rows(rows):
    return rows[np.lexsort(np.round(rows, 6).T)]


@pytest.mark.parametrize("symbol", ["AAA", "BBB"])
def test_the_shapes_are_the_same_in_another_order(symbol):
    before, after = shapes(PANEL[symbol]), shapes(SHUFFLED[symbol])
    assert by_rows(after) == pytest.approx(by_rows(before), abs=1e-6)
    assert (np.abs(before - after).max(axis=1) > 1e-5).mean() > 0.95


@pytest.mark.parametrize("symbol", ["AAA", "BBB"])
def test_times_and_both_ends_stay(symbol):
    before, after = PANEL[symbol], SHUFFLED[symbol]
    assert np.array_equal(before.open_ms, after.open_ms)
    for place in (0, -1):
        assert after.close[place] == pytest.approx(before.close[place], rel=1e-6)
    assert (after.high >= np.maximum(after.open, after.close)).all()
    assert (after.low <= np.minimum(after.open, after.close)).all()


def test_what_instruments_have_to_do_with_each_other_stays():
    twin = {"AAA": PANEL["AAA"], "BBB": PANEL["AAA"]}
    together = permuted(twin, TICKS, seed=3)
    assert together["AAA"] == together["BBB"]


def test_instruments_of_different_times_keep_theirs():
    late = PANEL["BBB"].slice(120, N)
    panel = {"AAA": PANEL["AAA"], "BBB": late}
    found = permuted(panel, TICKS, seed=3)
    assert np.array_equal(found["BBB"].open_ms, late.open_ms)
    alone, both = shapes(PANEL["AAA"])[:119], shapes(PANEL["AAA"])[120:]
    assert by_rows(shapes(found["AAA"])[:119]) == pytest.approx(by_rows(alone), abs=1e-6)
    assert by_rows(shapes(found["AAA"])[120:]) == pytest.approx(by_rows(both), abs=1e-6)


def test_prices_are_whole_ticks_and_never_nothing():
    cheap = Bars(np.arange(3), *([np.array([0.02, 0.01, 0.02])] * 4), np.ones(3))
    found = permuted({"AAA": cheap}, {"AAA": Step(1, 100)}, seed=1)["AAA"]
    assert set(found.close) <= {0.01, 0.02, 0.04}


def test_another_seed_is_another_order_and_the_same_seed_the_same():
    assert permuted(PANEL, TICKS, seed=7)["AAA"] == SHUFFLED["AAA"]
    assert permuted(PANEL, TICKS, seed=8)["AAA"] != SHUFFLED["AAA"]


@pytest.mark.parametrize(
    ("found", "p", "used"),
    [
        ([0.0, 1.0, None, 0.5], 1 / 5, 4),
        ([0.0, 2.0, None, 3.0], 3 / 5, 4),  # as good counts
        ([2.0] * 30, ENOUGH / ENOUGH, ENOUGH),
        ([2.0, 0.0] * 30, ENOUGH / (2 * ENOUGH - 1), 2 * ENOUGH - 1),
        ([], 1.0, 0),
    ],
)
def test_the_p_value_is_exact(found, p, used):
    test = sequential_p(2.0, found)
    assert test.p == pytest.approx(p)
    assert test.used == len(test.found) == used
    assert test.is_stopped == (test.reached == ENOUGH)


def test_without_an_edge_p_is_no_smaller_than_chance():
    # actual and permuted values from one distribution: P(p <= level) must not exceed the level
    random = np.random.default_rng(5)
    p = np.array([sequential_p(values[0], values[1:].tolist()).p for values in random.standard_normal((4000, 40))])
    for level in (0.025, 0.05, 0.1, 0.25, 0.5):
        assert (p <= level + 1e-12).mean() == pytest.approx(level, abs=4 * (level / 4000) ** 0.5 + 0.02)
        assert (p <= level + 1e-12).mean() <= level + 3.5 * (level * (1 - level) / 4000) ** 0.5
