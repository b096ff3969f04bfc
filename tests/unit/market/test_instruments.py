import numpy as np
import pytest

from botyard.market.instruments import infer_instrument, merge_instruments, trading_rules
from botyard.records.market import Step
from botyard.testing.bars import changed, walked_bars


def prices(decimals, tick=1):
    bars = walked_bars(2000, decimals=0)
    return [np.rint(getattr(bars, name)) * tick / 10**decimals for name in ("open", "high", "low", "close")]


def bars_with(decimals, tick=1, volume=None):
    open_, high, low, close = prices(decimals, tick)
    bars = walked_bars(2000)
    return changed(bars, open=open_, high=high, low=low, close=close, volume=bars.volume if volume is None else volume)


@pytest.mark.parametrize(
    "decimals, tick, step", [(2, 1, (1, 100)), (0, 1, (1, 1)), (8, 1, (1, 10**8)), (1, 5, (5, 10)), (2, 25, (25, 100))]
)
def test_the_tick_is_read_off_the_prices(decimals, tick, step):
    found = infer_instrument("BTC/USDT", "binance", "spot", bars_with(decimals, tick))
    assert found.tick == Step(*step)
    assert found.lot == Step(1, 1000)
    assert found.assumed == ("tick", "lot", "min_notional")


def test_large_volumes_and_tiny_prices_keep_their_grid():
    bars = bars_with(10)
    bars = changed(bars, volume=2e9 + np.arange(len(bars)) + 0.5)
    found = infer_instrument("TINY/USDT", "x", "spot", bars)
    assert (found.tick, found.lot) == (Step(1, 10**10), Step(1, 10))


def test_few_bars_do_not_make_a_coarse_grid():
    bars = bars_with(2, 25)
    few = bars.slice(0, 10)
    assert infer_instrument("BTC/USDT", "x", "spot", few).tick == Step(1, 100)


def test_endless_decimals_get_a_fine_grid():
    bars = bars_with(2)
    noisy = changed(bars, close=bars.close * 1.000001234567)
    tick = infer_instrument("BTC/USDT", "x", "spot", noisy).tick
    assert tick.value <= float(bars.low.min()) * 1e-6


def test_no_volume_at_all_still_gives_a_lot():
    found = infer_instrument("BTC/USDT", "x", "spot", bars_with(2, volume=np.zeros(2000)))
    assert 0 < found.lot.value * 100 < 0.1


def test_base_quote_and_kind():
    found = infer_instrument("BTC/USDT:USDT", "bybit", "perpetual", bars_with(2))
    assert (found.base, found.quote, found.venue, found.has_shorts) == ("BTC", "USDT", "bybit", True)
    assert trading_rules(found).costs.funding_bps == 1.0
    spot = infer_instrument("BTC/USDT", "bybit", "spot", bars_with(2))
    assert not spot.has_shorts
    assert (trading_rules(spot).costs.taker_bps, trading_rules(spot).costs.funding_bps) == (10.0, 0.0)


def test_the_finer_grid_of_two_looks_is_kept():
    coarse, fine = (infer_instrument("BTC/USDT", "x", "spot", bars_with(d)) for d in (1, 3))
    assert merge_instruments(fine, coarse).tick == merge_instruments(coarse, fine).tick == fine.tick
