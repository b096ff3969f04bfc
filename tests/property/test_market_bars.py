import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from botyard.engine.bars import Bars
from botyard.market import demo_paths, market_folder, open_market, quality
from botyard.market.demo import SYMBOLS
from botyard.market.demo_paths import DAY_MS, START_MS
from botyard.market.importer import Imported, Told, import_files
from botyard.testing.bars import kline_rows, walked_bars, write_feather

NAMES = ("time", "open", "high", "low", "close", "volume")


def rows(bars):
    return list(zip(*(column.tolist() for column in bars.columns()), strict=True))


def csv_text(bars):
    return "\n".join([",".join(NAMES), *(",".join(map(repr, row)) for row in rows(bars))])


WRITERS = {
    "BTC_USDT-5m.feather": write_feather,
    "BTC_USDT-5m.json": lambda bars, path: path.write_text(json.dumps(rows(bars))),
    "BTCUSDT-5m.csv": lambda bars, path: path.write_text(kline_rows(bars)),
    "BTCUSDT_5m_us.csv": lambda bars, path: path.write_text(kline_rows(bars, factor=1000)),
    "BTCUSDT_5m_header.csv": lambda bars, path: path.write_text(csv_text(bars)),
    "BTC-USDT-5m.parquet": lambda bars, path: parquet.write_table(
        pa.table(dict(zip(NAMES, bars.columns(), strict=True))), path
    ),
}


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(WRITERS)),
    n_bars=st.integers(4, 400),
    seed=st.integers(0, 10_000),
    decimals=st.integers(0, 8),
)
def test_every_format_brings_the_same_bars_back(name, n_bars, seed, decimals):
    bars = walked_bars(n_bars, seed=seed, decimals=decimals)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        WRITERS[name](bars, home / name)
        (result,) = import_files(market_folder(home, "imported"), [home / name], Told())
        assert isinstance(result, Imported), result
        assert open_market(home, "imported", 0).bars("BTC/USDT", "5m", research=False) == bars
        assert result.info.instrument.tick.value <= 10.0**-decimals * 1e4


@settings(max_examples=60, deadline=None)
@given(
    n_bars=st.integers(1, 120),
    gone=st.sets(st.integers(0, 119), max_size=30),
    broken=st.sets(st.integers(0, 119), max_size=10),
    repeated=st.sets(st.integers(0, 119), max_size=10),
    seed=st.integers(0, 1000),
)
def test_what_is_served_is_clean_and_longest(n_bars, gone, broken, repeated, seed):
    whole = walked_bars(n_bars, seed=seed)
    close = whole.close.copy()
    close[[i for i in broken if i < n_bars]] = np.nan
    at = [i for i in range(n_bars) if i not in gone] + [i for i in repeated if i < n_bars and i not in gone]
    if not at:
        return
    random = np.random.default_rng(seed)
    at = random.permutation(at)
    messy = Bars(*(column[at] for column in (*whole.columns()[:4], close, whole.volume)))
    bars, _ = quality.sort_and_drop(messy)
    found = quality.check(bars, 5)
    # the answer by counting
    best, run = 0, 0
    for i in range(n_bars):
        run = run + 1 if i not in gone and i not in broken else 0
        best = max(best, run)
    assert (found.clean_until_ms - found.clean_from_ms) // 300_000 == best
    served = bars.slice_ms(found.clean_from_ms, found.clean_until_ms)
    assert len(served) == best
    assert np.all(np.isfinite(served.close))
    assert np.all(np.diff(served.open_ms) == 300_000)


@settings(max_examples=25, deadline=None)
@given(
    symbol=st.sampled_from(SYMBOLS),
    minutes=st.sampled_from([1, 5]),
    start=st.integers(0, 600 * 1440),
    length=st.integers(1, 3000),
    more=st.integers(0, 60 * 1440),
    earlier=st.integers(0, 40 * 1440),
)
def test_the_demo_market_has_one_past(symbol, minutes, start, length, more, earlier):
    # cut the future, or begin earlier: the bars in between are the same
    minute = 60_000
    first, end = START_MS + start * minute, START_MS + (start + length) * minute
    short = demo_paths.bars(symbol, minutes, first, end)
    long = demo_paths.bars(symbol, minutes, first - earlier * minute, end + more * minute)
    assert short == long.slice_ms(first, end)


def test_days_join_without_a_jump():
    bars = demo_paths.bars(SYMBOLS[5], 5, START_MS, START_MS + 60 * DAY_MS)
    assert np.array_equal(bars.open[1:], bars.close[:-1])
