"""Made-up bars: the same seed gives the same bars, and every seed gives bars that could be real."""

import numpy as np
import pytest

from botyard.engine.bars import Bars
from botyard.records.market import MINUTE_MS, Step
from botyard.stages.deployer.made_up import Around, around, made_up_bars

MODEL = Around(price=60_000.0, spread=0.002, volume=12.0, start_ms=1_700_000_100_000, minutes=5, tick=Step(1, 100))


def test_the_same_seed_gives_the_same_bars():
    assert made_up_bars(MODEL, 7, 500) == made_up_bars(MODEL, 7, 500)
    assert made_up_bars(MODEL, 7, 500) != made_up_bars(MODEL, 8, 500)


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_bars_hang_together(seed):
    bars = made_up_bars(MODEL, seed, 800)
    assert len(bars) == 800
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.low > 0.0)
    assert np.all(bars.volume > 0.0)
    assert np.all(np.diff(bars.open_ms) == 5 * MINUTE_MS)
    assert bars.open_ms[0] % (5 * MINUTE_MS) == 0
    ticks = bars.close * 100
    assert np.array_equal(np.round(ticks) / 100, bars.close)
    assert np.all(np.abs(np.log(bars.open / MODEL.price)) < 1.3)


def test_paths_differ_in_size_and_in_where_they_start():
    paths = [made_up_bars(MODEL, seed, 400) for seed in range(14)]
    spreads = {round(float(np.std(np.diff(np.log(p.close)))), 4) for p in paths}
    assert max(spreads) > 10 * min(spreads)
    weekdays = {int(p.open_ms[0] // 86_400_000 % 7) for p in paths}
    hours = {int(p.open_ms[0] // 3_600_000 % 24) for p in paths}
    assert len(weekdays) == 7
    assert len(hours) >= 6


def test_a_model_is_measured_from_bars():
    bars = made_up_bars(MODEL, 0, 3_000)
    model = around(bars, 5, Step(1, 100))
    assert model.price == bars.close[-1]
    assert 0.0005 < model.spread < 0.01
    assert model.start_ms == bars.open_ms[-1]


def test_bars_that_never_move_still_give_a_model():
    flat = np.full(50, 3.0)
    still = Bars(np.arange(50) * 300_000, flat, flat, flat, flat, np.zeros(50))
    model = around(still, 5, Step(1, 100))
    assert model.spread == 0.002
    assert len(set(made_up_bars(model, 1, 100).close.tolist())) > 1


def test_a_coarse_tick_never_gives_a_price_of_zero():
    cheap = Around(price=0.02, spread=0.05, volume=1.0, start_ms=0, minutes=1440, tick=Step(1, 100))
    assert made_up_bars(cheap, 4, 2_000).low.min() >= 0.01
