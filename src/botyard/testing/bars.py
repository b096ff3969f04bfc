"""Made-up bars for tests."""

from pathlib import Path
from typing import Any

import numpy as np

from botyard.engine.bars import Bars
from botyard.records.market import MINUTE_MS

FIRST_MS = 1_704_067_200_000  # 2024-01-01


def walked_bars(n_bars: int, *, minutes: int = 5, seed: int = 1, first_ms: int = FIRST_MS, decimals: int = 2) -> Bars:
    """Walk at random on a grid of prices; every bar is possible and traded."""
    random = np.random.default_rng(seed)
    knots = np.maximum(10_000 + np.cumsum(random.integers(-30, 31, n_bars + 1)), 100)
    begin, end = knots[:-1], knots[1:]
    high = np.maximum(begin, end) + random.integers(0, 20, n_bars)
    low = np.minimum(begin, end) - random.integers(0, 20, n_bars)
    grid = 10.0**decimals
    times = first_ms + MINUTE_MS * minutes * np.arange(n_bars, dtype=np.int64)
    return Bars(times, begin / grid, high / grid, low / grid, end / grid, random.integers(1, 5000, n_bars) / 1000.0)


def changed(bars: Bars, **columns: Any) -> Bars:
    """Return bars with some columns replaced."""
    names = ("open_ms", "open", "high", "low", "close", "volume")
    return Bars(*(columns.get(name, getattr(bars, name)) for name in names))


def write_feather(bars: Bars, path: Path) -> Path:
    """Write bars as freqtrade does."""
    import pyarrow as pa
    from pyarrow import feather

    times = pa.array(bars.open_ms).cast(pa.timestamp("ms", tz="UTC")).cast(pa.timestamp("ns", tz="UTC"))
    names = ("open", "high", "low", "close", "volume")
    columns = [times, *(pa.array(getattr(bars, name)) for name in names)]
    feather.write_feather(pa.table(columns, names=["date", *names]), path, compression="lz4")
    return path


def kline_rows(bars: Bars, *, factor: int = 1) -> str:
    """Write bars as rows of Binance klines without a header; `factor` 1000 makes microseconds."""
    step = int(bars.open_ms[1] - bars.open_ms[0]) if len(bars) > 1 else MINUTE_MS
    return "".join(
        f"{int(t) * factor},{o!r},{h!r},{low!r},{c!r},{v!r},{(int(t) + step) * factor - 1},1.5,7,0.5,0.75,0\n"
        for t, o, h, low, c, v in zip(*(column.tolist() for column in bars.columns()), strict=True)
    )
