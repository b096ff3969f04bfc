"""Bars as columns: slices, local time, longer bars."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from botyard.engine.bars import Bars
from botyard.errors import DataError
from botyard.records.market import MINUTE_MS
from botyard.testing.bars import FIRST_MS, walked_bars


def test_a_slice_by_time_takes_the_open_of_its_end_out():
    bars = walked_bars(10)
    part = bars.slice_ms(FIRST_MS + 5 * MINUTE_MS, FIRST_MS + 20 * MINUTE_MS)
    assert part.open_ms.tolist() == [FIRST_MS + k * 5 * MINUTE_MS for k in (1, 2, 3)]
    assert part == bars.slice(1, 4)
    assert part != bars.slice(0, 3)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_local_minutes_follow_the_zone_through_its_changes(zone):
    bars = walked_bars(365 * 48, minutes=30)
    local = bars.local_minutes(zone)
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001 -- local time has no zone
    for k in range(0, len(bars), 97):
        there = datetime.fromtimestamp(bars.open_ms[k] / 1000, ZoneInfo(zone)).replace(tzinfo=None)
        assert local[k] == (there - epoch).total_seconds() / 60


def test_longer_bars_merge_whole_buckets_and_sum_in_order():
    bars = walked_bars(50).slice(1, 47)
    merged = bars.resample(5, 15)
    assert merged.open_ms.tolist() == [FIRST_MS + k * 15 * MINUTE_MS for k in range(1, 15)]
    third = bars.slice_ms(merged.open_ms[2], merged.open_ms[3])
    assert merged.open[2] == third.open[0]
    assert merged.close[2] == third.close[-1]
    assert merged.high[2] == third.high.max()
    assert merged.low[2] == third.low.min()
    assert merged.volume[2] == (third.volume[0] + third.volume[1]) + third.volume[2]


def test_missing_bars_are_left_out_of_their_bucket():
    bars = walked_bars(12)
    kept = np.array([k != 4 for k in range(12)])
    merged = Bars(*(column[kept] for column in bars.columns())).resample(5, 15)
    assert len(merged) == 4
    assert merged.volume[1] == bars.volume[3] + bars.volume[5]


def test_lengths_that_do_not_divide_and_ragged_columns_are_refused():
    with pytest.raises(DataError, match="do not add up"):
        walked_bars(10).resample(15, 20)
    bars = walked_bars(3)
    with pytest.raises(DataError, match="'low' has 2 values for 3 bars"):
        Bars(bars.open_ms, bars.open, bars.high, bars.low[:2], bars.close, bars.volume)
    assert len(walked_bars(1).resample(5, 15)) == 0
