"""Ops that no library here has, against slow and plain definitions."""

from math import isnan, nan

import numpy as np
import pytest

from botyard.errors import InvariantError
from botyard.ops import state, trend, volatility, volume
from botyard.ops.position import decide, remember_fill, rest
from botyard.ops.shapes import swings
from botyard.ops.state import new_state
from botyard.testing.compiled import random_bars

BARS = random_bars(900, seed=21)


def supertrend_by_definition(n: int, width: float) -> list[float]:
    s = [0.0] * 5
    atr = [volatility.atr(s, 0, high, low, close, n) for _, _, high, low, close, _ in BARS]
    lines, upper, lower, rising = [], nan, nan, True
    for i, (_, _, high, low, close, _) in enumerate(BARS):
        if isnan(atr[i]):
            lines.append(nan)
            continue
        middle = (high + low) / 2
        basic_upper, basic_lower = middle + width * atr[i], middle - width * atr[i]
        if isnan(upper):
            upper, lower, rising = basic_upper, basic_lower, close >= middle
        else:
            before = BARS[i - 1][4]
            upper = basic_upper if basic_upper < upper or before > upper else upper
            lower = basic_lower if basic_lower > lower or before < lower else lower
            rising = close >= lower if rising else close > upper
        lines.append(lower if rising else upper)
    return lines


@pytest.mark.parametrize(("n", "width"), [(10, 3.0), (5, 1.0)])
def test_supertrend(n: int, width: float) -> None:
    s = [0.0] * 9
    ours = [trend.supertrend(s, 0, high, low, close, n, width) for _, _, high, low, close, _ in BARS]
    np.testing.assert_allclose(ours, supertrend_by_definition(n, width), rtol=1e-12)
    sides = {line < bar[4] for line, bar in zip(ours[n:], BARS[n:], strict=True)}
    assert sides == {True, False}


def test_vwap_starts_with_each_day_and_leaves_out_a_first_day_that_is_cut() -> None:
    s = [nan, 0.0, 0.0]
    got = [volume.vwap(s, 0, m, 5.0, h, lo, c, v, 0.0) for m, _, h, lo, c, v in BARS]
    first_day = BARS[0][0] // 1440
    for i, (m, *_) in enumerate(BARS):
        day = m // 1440
        if day == first_day and BARS[0][0] % 1440 >= 5:
            assert isnan(got[i])
            continue
        same = [b for b in BARS[: i + 1] if b[0] // 1440 == day]
        expected = sum((b[2] + b[3] + b[4]) / 3 * b[5] for b in same) / sum(b[5] for b in same)
        assert got[i] == pytest.approx(expected, rel=1e-12)
    assert not isnan(got[-1])


@pytest.mark.parametrize(("left", "right"), [(2, 2), (5, 3)])
def test_pivots(left: int, right: int) -> None:
    highs = [round(bar[2], 0) for bar in BARS]  # rounded, so that there are plateaus
    s = [0.0] * (left + right + 3)
    ours = [swings.pivot_high(s, 0, x, left, right) for x in highs]
    lows = [0.0] * (left + right + 3)
    troughs = [swings.pivot_low(lows, 0, -x, left, right) for x in highs]
    for i in range(left + right, len(highs)):
        middle = highs[i - right]
        is_peak = all(x <= middle for x in highs[i - right - left : i - right]) and all(
            x < middle for x in highs[i - right + 1 : i + 1]
        )
        assert ours[i] == float(is_peak)
        assert troughs[i] == ours[i]
    assert sum(ours[left + right :]) > 10


def test_new_state_and_its_limits() -> None:
    s = new_state(40, 2, (38, 39), 1)
    assert (s[state.STATE], s[state.PENDING]) == (1.0, state.NONE)
    assert isnan(s[38])
    assert isnan(s[state.ENTRY_PRICE])
    assert s[state.BARS_SINCE_EXIT] == float("inf")
    with pytest.raises(InvariantError, match="cannot hold"):
        new_state(30, 2, (), 0)


def test_average_cost_grows_with_adds_and_stays_with_part_exits() -> None:
    s = new_state(40, 1, (), 0)
    assert remember_fill(s, 1.0, 1.0, 100.0) == 1.0
    assert remember_fill(s, 2.0, 2.0, 110.0) == 0.0
    assert s[state.ENTRY_PRICE] == 105.0
    remember_fill(s, 1.0, 1.0, 120.0)
    assert (s[state.ENTRY_PRICE], s[state.FIRST_FILL_PRICE], s[state.LAST_FILL_PRICE]) == (105.0, 100.0, 120.0)
    assert remember_fill(s, 3.0, -1.0, 90.0) == 1.0
    assert (s[state.ENTRY_PRICE], s[state.LAST_EXIT_PRICE], s[state.BARS_SINCE_EXIT]) == (90.0, 90.0, 0.0)
    remember_fill(s, 0.0, 0.0, 80.0)
    assert isnan(s[state.ENTRY_PRICE])
    assert s[state.LAST_FILL_PRICE] == 80.0


def test_unknown_exposure_or_level_asks_for_nothing() -> None:
    s = new_state(40, 1, (), 0)
    decide(s, 0.0, nan, 1.0)
    assert s[state.PENDING] == state.NONE
    rest(s, 0, state.SELL_STOP, nan, 0.0, 0.0, 1.0)
    rest(s, 0, state.SELL_STOP, 1.0, 0.0, nan, 1.0)
    assert s[state.ORDERS + state.KIND] == state.NO_ORDER
