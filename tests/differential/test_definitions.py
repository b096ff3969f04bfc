"""Functions that TA-Lib lacks, against their definitions written with numpy, window by window."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from botyard.testing.compiled import random_bars
from botyard.testing.expressions import values_of

BARS = random_bars(900, seed=21)
_, OPEN, HIGH, LOW, CLOSE, VOLUME = (np.ascontiguousarray(column) for column in np.array(BARS).T)
TYPICAL = (HIGH + LOW + CLOSE) / 3
TRUE_RANGE = np.maximum(HIGH[1:], CLOSE[:-1]) - np.minimum(LOW[1:], CLOSE[:-1])
UP = CLOSE > OPEN


def windows(column, n):
    return sliding_window_view(column, n)


def wma(column, n):
    return windows(column, n) @ np.arange(1, n + 1) / (n * (n + 1) / 2)


def ema(column, n):
    value, values = column[:n].mean(), []
    for x in column[n:]:
        values.append(value)
        value += (x - value) * 2 / (n + 1)
    return np.array([*values, value])


def mid(n):
    return (windows(HIGH, n).max(axis=1) + windows(LOW, n).min(axis=1)) / 2


def last(values, n):
    return values[-n:]


def hma(n):
    slow = wma(CLOSE, n)
    return wma(2 * last(wma(CLOSE, n // 2), len(slow)) - slow, int(n**0.5))


def r_squared(n):
    return np.array([np.corrcoef(window, np.arange(n))[0, 1] ** 2 for window in windows(CLOSE, n)])


def efficiency(n):
    return np.abs(CLOSE[n:] - CLOSE[:-n]) / windows(np.abs(np.diff(CLOSE)), n).sum(axis=1)


def choppiness(n):
    spread = windows(HIGH, n).max(axis=1) - windows(LOW, n).min(axis=1)
    return 100 * np.log(windows(TRUE_RANGE, n).sum(axis=1) / spread[1:]) / np.log(n)


def tsi(slow, fast):
    moves = np.diff(CLOSE)
    return 100 * ema(ema(moves, slow), fast) / ema(ema(np.abs(moves), slow), fast)


def heikin_ashi():
    opening, values = (OPEN[0] + CLOSE[0]) / 2, []
    for bar in np.column_stack([OPEN, HIGH, LOW, CLOSE]):
        values.append(opening)
        opening = (opening + bar.mean()) / 2
    return np.array(values)


def percent_b(n, width):
    mean, spread = windows(CLOSE, n).mean(axis=1), width * windows(CLOSE, n).std(axis=1)
    return (CLOSE[n - 1 :] - (mean - spread)) / (2 * spread)


def swings(values, left, right, best):
    """Index of each confirmed turning point, at the bar that confirms it."""
    found = {}
    for i in range(left, len(values) - right):
        before, after = values[i - left : i], values[i + 1 : i + right + 1]
        if (
            (values[i] >= before).all() and (values[i] > after).all()
            if best > 0
            else (values[i] <= before).all() and (values[i] < after).all()
        ):
            found[i + right] = i
    return found


def divergence(best):
    price = HIGH if best > 0 else LOW
    found, points = np.zeros(len(CLOSE)), []
    for bar, i in swings(price, 5, 3, best).items():
        points.append(i)
        if len(points) > 1:
            now, before = points[-1], points[-2]
            found[bar] = (price[now] - price[before]) * best > 0 and (VOLUME[now] - VOLUME[before]) * best < 0
    return found


def fibonacci(share):
    values = np.full(len(CLOSE), np.nan)
    high, low = swings(HIGH, 5, 3, 1), swings(LOW, 5, 3, -1)
    top = bottom = np.nan
    for bar in range(len(CLOSE)):
        top = HIGH[high[bar]] if bar in high else top
        bottom = LOW[low[bar]] if bar in low else bottom
        values[bar] = bottom + share * (top - bottom)
    return values


CASES = {
    "hma(close, 20)": lambda: hma(20)[16:],  # declared to be known after 2n - 2 bars
    "hma(close, 9)": lambda: hma(9)[6:],
    "vwma(close, 20)": lambda: windows(CLOSE * VOLUME, 20).sum(axis=1) / windows(VOLUME, 20).sum(axis=1),
    "rolling_vwap(48)": lambda: windows(TYPICAL * VOLUME, 48).sum(axis=1) / windows(VOLUME, 48).sum(axis=1),
    "relative_volume(20)": lambda: VOLUME[20:] / windows(VOLUME, 20).mean(axis=1)[:-1],
    "seasonal_mean(close, 24, 120)": lambda: np.mean([CLOSE[120 - k * 24 : 900 - k * 24] for k in range(1, 6)], axis=0),
    "seasonal_mean(close, 7, 20)": lambda: (CLOSE[13:893] + CLOSE[6:886]) / 2,
    "cmf(20)": lambda: (
        windows(VOLUME * (2 * CLOSE - LOW - HIGH) / (HIGH - LOW), 20).sum(axis=1) / windows(VOLUME, 20).sum(axis=1)
    ),
    "r_squared(close, 50)": lambda: r_squared(50),
    "efficiency_ratio(close, 10)": lambda: efficiency(10),
    "quantile(close, 50, 0.9)": lambda: np.quantile(windows(CLOSE, 50), 0.9, axis=1),
    "choppiness(14)": lambda: choppiness(14),
    "tsi(close, 25, 13)": lambda: tsi(25, 13),
    "awesome()": lambda: (
        last(windows((HIGH + LOW) / 2, 5).mean(axis=1), 867) - windows((HIGH + LOW) / 2, 34).mean(axis=1)
    ),
    "bb_pctb(close, 20, 2)": lambda: percent_b(20, 2),
    "ichimoku_conversion()": lambda: mid(9),
    "ichimoku_base()": lambda: mid(26),
    "ichimoku_span_a()": lambda: ((last(mid(9), 875) + mid(26)) / 2)[:-26],
    "ichimoku_span_b()": lambda: mid(52)[:-26],
    "heikin_ashi_open()": heikin_ashi,
    "heikin_ashi_close()": lambda: (OPEN + HIGH + LOW + CLOSE) / 4,
    "heikin_ashi_high()": lambda: np.maximum(HIGH, np.maximum(heikin_ashi(), (OPEN + HIGH + LOW + CLOSE) / 4)),
    "heikin_ashi_low()": lambda: np.minimum(LOW, np.minimum(heikin_ashi(), (OPEN + HIGH + LOW + CLOSE) / 4)),
    "fibonacci(5, 3, 0.618)": lambda: fibonacci(0.618),
}


@pytest.mark.parametrize("expression", CASES)
def test_number(expression):
    expected = CASES[expression]()
    found = np.array(values_of(expression, BARS))
    assert np.isnan(found[: len(found) - len(expected)]).all()  # known as soon as the definition is, not before
    np.testing.assert_allclose(last(found, len(expected)), expected, rtol=1e-9, atol=1e-11)


def body(k):
    """Body of the candle k bars ago, for all but the first two bars."""
    return OPEN[2 - k : len(OPEN) - k], CLOSE[2 - k : len(CLOSE) - k]


(O2, C2), (O1, C1), (O0, C0) = body(2), body(1), body(0)
H1, H0, L1, L0 = HIGH[1:-1], HIGH[2:], LOW[1:-1], LOW[2:]
SIZE, TOP, BOTTOM = np.abs(C0 - O0), np.maximum(O0, C0), np.minimum(O0, C0)
CANDLES = {
    "doji(0.1)": SIZE <= 0.1 * (H0 - L0),
    "hammer()": (BOTTOM - L0 >= 2 * SIZE) & (H0 - TOP <= SIZE),
    "shooting_star()": (H0 - TOP >= 2 * SIZE) & (BOTTOM - L0 <= SIZE),
    "inside_bar()": (H0 < H1) & (L0 > L1),
    "outside_bar()": (H0 > H1) & (L0 < L1),
    "bull_harami()": (C1 < O1) & (C0 > O0) & (O0 > C1) & (C0 < O1),
    "bear_harami()": (C1 > O1) & (C0 < O0) & (O0 < C1) & (C0 > O1),
    "bull_divergence(volume, 5, 3)": divergence(-1)[2:] == 1.0,
    "bear_divergence(volume, 5, 3)": divergence(1)[2:] == 1.0,
}


@pytest.mark.parametrize("expression", CANDLES)
def test_condition(expression):
    found = np.array(values_of(f"1 if {expression} else 0", BARS))[2:]
    known = ~np.isnan(found)
    if not expression.startswith(("bull_h", "bear_h")):
        assert CANDLES[expression].sum() > 3
    np.testing.assert_array_equal(found[known] == 1.0, CANDLES[expression][known])
    assert not CANDLES[expression][~known].any()


def candles(*bodies):
    """Bars with the given (open, high, low, close), after calm ones."""
    calm = [(28_000_800.0 + 5 * k, 100.0, 101.0, 99.0, 100.5, 1.0) for k in range(3)]
    return calm + [(28_000_815.0 + 5 * k, *prices, 1.0) for k, prices in enumerate(bodies)]


PATTERNS = {
    "piercing()": candles((110, 111, 99, 100), (98, 107, 97, 106)),
    "dark_cloud()": candles((100, 111, 99, 110), (112, 113, 103, 104)),
    "morning_star()": candles((110, 111, 99, 100), (97, 99, 95, 98), (99, 108, 98, 107)),
    "evening_star()": candles((100, 111, 99, 110), (113, 115, 111, 112), (111, 112, 102, 103)),
    "three_white_soldiers()": candles((100, 106, 99, 105), (103, 109, 102, 108), (106, 112, 105, 111)),
    "three_black_crows()": candles((111, 112, 105, 106), (108, 109, 102, 103), (105, 106, 99, 100)),
    "bull_harami()": candles((110, 111, 99, 100), (102, 107, 101, 106)),
    "bear_harami()": candles((100, 111, 99, 110), (108, 109, 101, 104)),
    "bull_engulfing()": candles((105, 106, 99, 100), (99, 108, 98, 107)),
    "bear_engulfing()": candles((100, 106, 99, 105), (106, 107, 97, 98)),
}


@pytest.mark.parametrize("expression", PATTERNS)
def test_pattern_shows_on_its_own_picture_only(expression):
    for name, bars in PATTERNS.items():
        shows = values_of(f"1 if {expression} else 0", bars)[-1] == 1.0
        assert shows == (name == expression), name
