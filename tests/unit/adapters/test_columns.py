import subprocess
import sys

import numpy as np
import pytest

from botyard.adapters.market_data.columns import ColumnMarketData
from botyard.errors import NotFound, RetryableError, UserError
from botyard.market import market_folder, open_market, store
from botyard.market.importer import Told, import_files
from botyard.ports import MarketData
from botyard.records.fleet import Bar
from botyard.testing.bars import FIRST_MS, walked_bars, write_feather

STEP = 300_000
BARS = walked_bars(1000, first_ms=FIRST_MS + STEP)  # the first hour is not whole
END = int(BARS.open_ms[-1]) + STEP
SYMBOL = "BTC/USDT"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    market = market_folder(home, "imported")
    import_files(market, [write_feather(BARS, home / "BTC_USDT-5m.feather")], Told())
    return market


def as_bars(bars):
    return [Bar(*row) for row in zip(*(column.tolist() for column in bars.columns()), strict=True)]


def test_it_is_market_data(folder):
    data: MarketData = ColumnMarketData(folder)
    assert data.instrument(SYMBOL).base == "BTC"


def test_all_bars(folder):
    assert ColumnMarketData(folder).bars(SYMBOL, "5m", 0, END) == as_bars(BARS)


@pytest.mark.parametrize("timeframe, minutes", [("15m", 15), ("1h", 60), ("4h", 240), ("1d", 1440)])
def test_longer_bars_are_the_research_ones_to_the_last_bit(folder, timeframe, minutes):
    assert ColumnMarketData(folder).bars(SYMBOL, timeframe, 0, END) == as_bars(BARS.resample(5, minutes))


def test_only_closed_bars_after_the_last_one(folder):
    data = ColumnMarketData(folder)
    third = int(BARS.open_ms[2])
    got = data.bars(SYMBOL, "5m", third, third + 3 * STEP + STEP - 1)
    assert [bar.open_ms for bar in got] == [third + STEP, third + 2 * STEP]
    assert data.bars(SYMBOL, "5m", third, third + 2 * STEP - 1) == []
    assert data.bars(SYMBOL, "5m", END, END + 10 * STEP) == []


def test_a_longer_bar_waits_for_its_close(folder):
    data = ColumnMarketData(folder)
    hour = FIRST_MS + 2 * 3_600_000
    assert data.bars(SYMBOL, "1h", hour - 3_600_000, hour + 3_600_000 - 1) == []
    (bar,) = data.bars(SYMBOL, "1h", hour - 3_600_000, hour + 3_600_000)
    assert bar.open_ms == hour


def test_fetching_bit_by_bit_gives_the_same(folder):
    data = ColumnMarketData(folder)
    collected, last = [], 0
    for now in range(FIRST_MS, END + 1, 7 * STEP + 1234):
        new = data.bars(SYMBOL, "15m", last, now)
        collected += new
        last = new[-1].open_ms if new else last
    collected += data.bars(SYMBOL, "15m", last, END)
    assert collected == as_bars(BARS.resample(5, 15))


def test_it_sees_what_is_appended(tmp_path):
    symbol, now = "DEMO-CEDAR/USDT", FIRST_MS + 20 * 86_400_000
    open_market(tmp_path, "demo", now).refresh(symbol, "5m")
    data = ColumnMarketData(market_folder(tmp_path, "demo"))
    before = data.bars(symbol, "5m", 0, now + 86_400_000)
    later = open_market(tmp_path, "demo", now + 2 * STEP)
    later.refresh(symbol, "5m")
    after = data.bars(symbol, "5m", 0, now + 86_400_000)
    assert len(after) == len(before) + 2
    assert after == as_bars(later.bars(symbol, "5m"))


def test_what_is_not_there(folder):
    data = ColumnMarketData(folder)
    with pytest.raises(NotFound, match="ETH/USDT"):
        data.instrument("ETH/USDT")
    with pytest.raises(UserError, match="stored 5m bars"):
        data.bars(SYMBOL, "1m", 0, END)


def test_columns_that_cannot_be_read_may_be_asked_again(tmp_path):
    market = market_folder(tmp_path, "imported")
    import_files(market, [write_feather(BARS, tmp_path / "BTC_USDT-5m.feather")], Told())
    (store.series_folder(market, SYMBOL, "5m") / "low.f64").unlink()
    with pytest.raises(RetryableError, match=r"low\.f64"):
        ColumnMarketData(market).bars(SYMBOL, "5m", 0, END)


def test_no_bars_at_all(tmp_path):
    market = market_folder(tmp_path, "imported")
    import_files(market, [write_feather(BARS, tmp_path / "BTC_USDT-5m.feather")], Told())
    for path in store.series_folder(market, SYMBOL, "5m").glob("*.*64"):
        path.write_bytes(b"")
    assert ColumnMarketData(market).bars(SYMBOL, "5m", 0, END) == []


def test_big_endian_machines_swap_the_bytes(folder, monkeypatch):
    monkeypatch.setattr(sys, "byteorder", "big")
    swapped = ColumnMarketData(folder).bars(SYMBOL, "5m", -(1 << 62), (1 << 62) // STEP * STEP)
    times = np.array([bar.open_ms for bar in swapped], dtype=">i8")
    assert set(times.view("<i8").tolist()) <= set(BARS.open_ms.tolist())


def test_it_loads_the_standard_library_only():
    code = (
        "import sys; import botyard.adapters.market_data.columns; "
        "print([m for m in ('numpy', 'pyarrow', 'pydantic', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
