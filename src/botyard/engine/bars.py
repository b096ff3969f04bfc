"""Bars as columns."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from botyard.errors import DataError
from botyard.records.market import MINUTE_MS

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
LARGEST = 1e100  # of a price or a volume: sums over windows stay finite
COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Bars:
    """Closed bars of one instrument, in order; every column has shape (n_bars,) and is contiguous.

    Units: open_ms in UTC milliseconds at the bar's open, prices in quote per unit, volume in units.
    """

    open_ms: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "open_ms", np.ascontiguousarray(self.open_ms, dtype=np.int64))
        for name in COLUMNS:
            column = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            if column.shape != self.open_ms.shape:
                raise DataError(f"column {name!r} has {column.size} values for {self.open_ms.size} bars")
            object.__setattr__(self, name, column)

    def __len__(self) -> int:
        return int(self.open_ms.size)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Bars):
            return NotImplemented
        return all(np.array_equal(a, b) for a, b in zip(self.columns(), other.columns(), strict=True))

    __hash__ = None  # type: ignore[assignment] # columns are arrays

    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """Return open_ms, open, high, low, close, volume."""
        return (self.open_ms, self.open, self.high, self.low, self.close, self.volume)

    def slice(self, start: int, stop: int) -> "Bars":
        """Return bars start..stop-1 as views."""
        return Bars(*(column[start:stop] for column in self.columns()))

    def slice_ms(self, from_ms: int, until_ms: int) -> "Bars":
        """Return the bars that open at or after `from_ms` and before `until_ms`, as views."""
        start, stop = np.searchsorted(self.open_ms, [from_ms, until_ms])
        return self.slice(int(start), int(stop))

    @cached_property
    def days(self) -> Floats:
        """UTC day number of each bar's open, (n_bars,)."""
        return (self.open_ms // DAY_MS).astype(np.float64)

    @cached_property
    def day_starts(self) -> Floats:
        """Index of the first bar of each UTC day, then how many bars there are: (n_days + 1,)."""
        first = np.flatnonzero(np.diff(self.days, prepend=np.nan))
        return np.append(first, len(self)).astype(np.float64)

    @cached_property
    def is_known(self) -> bool:
        """Whether all prices and volumes are finite, and far from what a float can hold."""
        return all(bool((np.abs(getattr(self, name)) <= LARGEST).all()) for name in COLUMNS)

    def local_minutes(self, timezone: str) -> Floats:
        """Local minutes since 1970-01-01 00:00 of each bar's open in a time zone, (n_bars,)."""
        utc = self.open_ms / MINUTE_MS
        if timezone == "UTC" or not len(self):
            return utc
        hours, inverse = np.unique(
            self.open_ms // HOUR_MS * 4 + self.open_ms % HOUR_MS // (HOUR_MS // 4), return_inverse=True
        )
        offsets = _utc_offsets(hours * (HOUR_MS // 4), timezone)
        return utc + offsets[inverse]

    def resample(self, from_minutes: int, to_minutes: int) -> "Bars":
        """Merge bars of `from_minutes` into longer ones, aligned to the UTC epoch.

        Sums run in order, bar by bar. A first or last bucket that is not whole is dropped; bars missing inside a
        bucket are left out of it, as they are left out everywhere.
        Raises: DataError when the lengths do not divide.
        """
        if to_minutes % from_minutes:
            raise DataError(f"bars of {from_minutes} minutes do not add up to {to_minutes} minutes")
        if to_minutes == from_minutes or not len(self):
            return self
        step, width = from_minutes * MINUTE_MS, to_minutes * MINUTE_MS
        bucket = self.open_ms // width
        whole = np.ones(len(self), dtype=bool)
        if self.open_ms[0] % width:
            whole &= bucket != bucket[0]
        if (self.open_ms[-1] + step) % width:
            whole &= bucket != bucket[-1]
        kept = Bars(*(column[whole] for column in self.columns()))
        return _merged(kept, bucket[whole], width)


def _merged(bars: Bars, bucket: Integers, width: int) -> Bars:
    if not len(bars):
        return bars
    first = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    last = np.append(first[1:], len(bars)) - 1
    return Bars(
        bucket[first] * width,
        bars.open[first],
        np.maximum.reduceat(bars.high, first),
        np.minimum.reduceat(bars.low, first),
        bars.close[last],
        _sums(bars.volume, first, last),
    )


def _sums(values: Floats, first: Integers, last: Integers) -> Floats:
    # numpy's own sums add in pairs; a bot that adds bar by bar must get the same bits
    total = values[first].copy()
    for offset in range(1, int((last - first).max()) + 1):
        more = first + offset <= last
        total[more] += values[first[more] + offset]
    return total


def _utc_offsets(starts_ms: Integers, timezone: str) -> Floats:
    # zones change their offset on quarter hours only
    zone = ZoneInfo(timezone)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    minute = timedelta(minutes=1)
    offsets = []
    for start in starts_ms.tolist():
        offset = (epoch + timedelta(milliseconds=start)).astimezone(zone).utcoffset()
        offsets.append((offset or timedelta()) / minute)
    return np.array(offsets)
