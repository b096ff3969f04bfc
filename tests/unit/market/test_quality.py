import numpy as np
import pytest

from botyard.engine.bars import Bars
from botyard.errors import DataError
from botyard.market import quality
from botyard.testing.bars import FIRST_MS, changed, walked_bars

STEP = 300_000
BARS = walked_bars(100)


def without(bars, *gone):
    keep = ~np.isin(np.arange(len(bars)), gone)
    return Bars(*(column[keep] for column in bars.columns()))


def with_value(name, index, value):
    column = getattr(BARS, name).copy()
    column[index] = value
    return changed(BARS, **{name: column})


def kinds(found):
    return {finding.kind: finding.count for finding in found.findings}


def test_clean_bars_are_served_whole():
    found = quality.check(BARS, 5)
    assert found.findings == ()
    assert (found.clean_from_ms, found.clean_until_ms) == (FIRST_MS, FIRST_MS + 100 * STEP)
    assert found.is_clean


def test_a_gap_has_a_place_and_the_longer_side_is_served():
    found = quality.check(without(BARS, 30, 31, 32), 5)
    (gap,) = found.findings
    assert (gap.kind, gap.at_ms, gap.count) == ("gap", FIRST_MS + 30 * STEP, 3)
    assert "2024-01-01 02:30" in gap.text
    assert (found.clean_from_ms, found.clean_until_ms) == (FIRST_MS + 33 * STEP, FIRST_MS + 100 * STEP)


def test_of_two_equal_stretches_the_later_is_served():
    found = quality.check(without(BARS, 0, 50), 5)  # 49 and 49 bars
    assert found.clean_from_ms == FIRST_MS + 51 * STEP


@pytest.mark.parametrize(
    "name, value, kind",
    [
        ("close", np.nan, "nan"), ("volume", np.nan, "nan"), ("open", np.inf, "nan"), ("low", -1.0, "not_positive"),
        ("low", 0.0, "not_positive"), ("volume", -1.0, "not_positive"), ("high", 1.0, "high_below_low"),
        ("close", 1e6, "outside_range"), ("open", 1e-6, "outside_range"),
    ],
)  # fmt: skip
def test_impossible_bars_are_found_and_not_served(name, value, kind):
    found = quality.check(with_value(name, 60, value), 5)
    assert kinds(found) == {kind: 1}
    assert found.findings[0].at_ms == FIRST_MS + 60 * STEP
    assert found.clean_until_ms == FIRST_MS + 60 * STEP


def test_bars_without_volume_are_told_and_served():
    found = quality.check(with_value("volume", slice(10, 14), 0.0), 5)
    assert kinds(found) == {"zero_volume": 4}
    assert found.clean_until_ms - found.clean_from_ms == 100 * STEP
    assert found.is_clean


def test_contradicting_duplicates_are_not_served():
    twice = Bars(*(np.insert(column, 40, column[40]) for column in BARS.columns()))
    close = twice.close.copy()
    close[40] = (twice.high[40] + twice.low[40]) / 2 + 1e-9
    found = quality.check(changed(twice, close=close), 5)
    assert kinds(found) == {"duplicate": 2}
    assert found.clean_from_ms == FIRST_MS + 41 * STEP


def test_bars_beside_the_grid_are_not_served():
    times = BARS.open_ms.copy()
    times[20] += 60_000
    found = quality.check(changed(BARS, open_ms=times), 5)
    assert kinds(found)["off_grid"] == 1
    assert found.clean_from_ms == FIRST_MS + 21 * STEP


def test_nothing_clean_serves_nothing():
    found = quality.check(changed(BARS, close=np.full(100, np.nan)), 5)
    assert found.clean_from_ms == found.clean_until_ms == 0


def test_disorder_is_mended_and_told():
    order = np.random.default_rng(1).permutation(100)
    bars, notes = quality.sort_and_drop(Bars(*(column[order] for column in BARS.columns())))
    assert bars == BARS
    assert [note.kind for note in notes] == ["order"]


def test_newest_first_is_mended():
    bars, notes = quality.sort_and_drop(Bars(*(column[::-1] for column in BARS.columns())))
    assert bars == BARS
    assert notes[0].count == 99


def test_equal_duplicates_are_dropped_and_told_even_with_nan():
    bars = with_value("volume", 7, np.nan)
    bars, notes = quality.sort_and_drop(Bars(*(np.concatenate((c, c[5:10])) for c in bars.columns())))
    assert len(bars) == 100
    assert {note.kind: note.count for note in notes} == {"order": 1, "duplicate": 5}


def test_contradicting_duplicates_are_kept_to_be_found():
    doubled = Bars(*(np.concatenate((c, c[5:6] + (0.01 if i == 5 else 0))) for i, c in enumerate(BARS.columns())))
    bars, _ = quality.sort_and_drop(doubled)
    assert len(bars) == 101


@pytest.mark.parametrize(
    "one, other",
    [("high", "low"), ("close", "volume"), ("open", "volume"), ("high", "volume"), ("low", "open"), ("high", "close")],
)
def test_swapped_columns_are_named(one, other):
    # moving bars: each open and close well inside its range
    bars = walked_bars(500, seed=3)
    bars = changed(bars, high=bars.high + 2, low=bars.low - 2)
    swapped = changed(bars, **{one: getattr(bars, other), other: getattr(bars, one)})
    with pytest.raises(DataError, match=r"f\.csv") as caught:
        quality.refuse_swapped(swapped, "f.csv")
    assert one in str(caught.value)
    assert other in str(caught.value)


def test_some_bad_bars_are_no_swap():
    quality.refuse_swapped(with_value("high", slice(0, 10), 0.5), "f.csv")


def test_the_length_comes_from_the_bars():
    assert quality.find_minutes(BARS, "", "f") == 5
    assert quality.find_minutes(walked_bars(10, minutes=1440), "", "f") == 1440


def test_gaps_do_not_change_the_length():
    assert quality.find_minutes(without(BARS, *range(10, 60, 7)), "5m", "f") == 5


def test_one_bar_needs_a_name():
    assert quality.find_minutes(walked_bars(1), "5m", "f") == 5
    with pytest.raises(DataError, match="--timeframe"):
        quality.find_minutes(walked_bars(1), "", "f")


def test_a_wrong_name_is_refused():
    with pytest.raises(DataError, match="says 1h, but the bars are 5m apart"):
        quality.find_minutes(BARS, "1h", "f.csv")


def test_mixed_lengths_are_refused():
    hours = walked_bars(50, minutes=60, first_ms=FIRST_MS + 100 * STEP)
    mixed = Bars(*(np.concatenate(pair) for pair in zip(BARS.columns(), hours.columns(), strict=True)))
    with pytest.raises(DataError, match="mixes bars of 5m and 1h"):
        quality.find_minutes(mixed, "", "f.csv")


def test_unknown_lengths_are_refused():
    with pytest.raises(DataError, match="7 minutes apart"):
        quality.find_minutes(walked_bars(10, minutes=7), "", "f.csv")
