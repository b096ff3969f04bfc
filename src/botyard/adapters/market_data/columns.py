"""The MarketData port over stored columns, memory-mapped, with the standard library only."""

import array
import mmap
import sys
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from botyard.errors import NotFound, RetryableError, UserError
from botyard.records import codec
from botyard.records.fleet import Bar
from botyard.records.market import (
    COLUMN_FILES,
    MINUTE_MS,
    SERIES_FILE,
    Instrument,
    SeriesInfo,
    source_timeframe,
    symbol_folder,
    timeframe_minutes,
)  # fmt: skip

Column = Sequence[Any]  # one number per bar


class ColumnMarketData:
    """Bars of one market folder, such as <home>/market/demo.

    Longer timeframes are resampled from stored ones exactly as research does it: bar by bar, in order, whole
    buckets of UTC time only.
    """

    def __init__(self, market: Path) -> None:
        self._market = market

    def instrument(self, symbol: str) -> Instrument:
        """Return what is traded.

        Raises: NotFound.
        """
        return self._series(symbol)[0].instrument

    def bars(self, symbol: str, timeframe: str, after_ms: int, until_ms: int) -> list[Bar]:
        """Return the closed bars that open after `after_ms` and have closed by `until_ms`, in order.

        Raises: NotFound, RetryableError; UserError when the timeframe cannot be made from what is stored.
        """
        stored = [info.timeframe for info in self._series(symbol)]
        source = source_timeframe(stored, timeframe)
        if source is None:
            raise UserError(f"{timeframe} bars of {symbol} cannot be made from the stored {', '.join(stored)} bars")
        step = timeframe_minutes(timeframe) * MINUTE_MS
        first, end = (after_ms // step + 1) * step, until_ms // step * step
        ratio = timeframe_minutes(timeframe) // timeframe_minutes(source)
        try:
            columns = _open_columns(self._market / symbol_folder(symbol) / source)
        except (OSError, ValueError) as e:
            raise RetryableError(f"the stored bars of {symbol} cannot be read: {e}") from e
        times = columns[0]
        low, high = bisect_left(times, first), bisect_left(times, end)
        parts = [list(column[low:high]) for column in columns]
        if ratio == 1:
            return list(map(Bar, *parts))
        return _resample(parts, step, ratio)

    def _series(self, symbol: str) -> list[SeriesInfo]:
        folder = self._market / symbol_folder(symbol)
        found = [codec.load(SeriesInfo, path.read_bytes()) for path in sorted(folder.glob(f"[!.]*/{SERIES_FILE}"))]
        if not found:
            raise NotFound(f"no bars of {symbol!r} are stored in {self._market}")
        return sorted(found, key=lambda info: timeframe_minutes(info.timeframe))


def _open_columns(folder: Path) -> list[Column]:
    # open_ms is written last, so it says how many bars all columns have
    n_bars = (folder / COLUMN_FILES[0]).stat().st_size // 8
    return [_map_column(folder / name, n_bars, "q" if name.endswith("i64") else "d") for name in COLUMN_FILES]


def _map_column(path: Path, n_bars: int, kind: Literal["q", "d"]) -> Column:
    if n_bars == 0:
        return array.array(kind)
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), n_bars * 8, access=mmap.ACCESS_READ)
    if sys.byteorder == "little":
        return memoryview(data).cast(kind)
    column = array.array(kind, bytes(data))
    column.byteswap()
    return column


def _resample(parts: list[list[Any]], step: int, ratio: int) -> list[Bar]:
    times, opens, highs, lows, closes, volumes = parts
    bars = []
    at = 0
    while at < len(times):
        bucket = int(times[at]) // step * step
        end = at + 1
        volume = volumes[at]
        while end < len(times) and times[end] < bucket + step:
            volume += volumes[end]
            end += 1
        if end - at == ratio:
            bars.append(Bar(bucket, opens[at], max(highs[at:end]), min(lows[at:end]), closes[end - 1], volume))
        at = end
    return bars
