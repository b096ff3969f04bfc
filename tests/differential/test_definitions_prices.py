"""Functions made of others, against numpy, TA-Lib and their definitions written out bar by bar."""

import math

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from botyard.testing.expressions import values_of
from botyard.testing.language.catalogue import rough_bars

talib = pytest.importorskip("talib")

BARS = rough_bars(900, seed=23)
_, OPEN, HIGH, LOW, CLOSE, VOLUME = (np.ascontiguousarray(column) for column in np.array(BARS).T)
TYPICAL = (HIGH + LOW + CLOSE) / 3
MOVES = np.diff(CLOSE)


def windows(column, n):
    return sliding_window_view(column, n)


def ema(column, n):
    known = column[~np.isnan(column)]
    return talib.EMA(np.ascontiguousarray(known), n)[n - 1 :]


def last(values, n):
    return values[-n:]


def less(a, b):
    n = min(len(a), len(b))
    return last(a, n) - last(b, n)


def hurst(n):
    found = []
    for moves in windows(MOVES, n):
        sums = np.cumsum(moves - moves.mean())
        found.append(math.log((sums.max() - sums.min()) / moves.std()) / math.log(n / 2))
    return np.array(found)


def connors(n, m, rank):
    run, runs = 0.0, [0.0]
    for move in MOVES:
        run = 0.0 if move == 0 else (max(run, 0.0) + 1 if move > 0 else min(run, 0.0) - 1)
        runs.append(run)
    returns = 100 * (CLOSE[1:] / CLOSE[:-1] - 1)
    ranks = np.array([100 * (w[:-1] <= w[-1]).mean() for w in windows(returns, rank + 1)])
    streaks = talib.RSI(np.array(runs[1:]), m)
    return (last(talib.RSI(CLOSE, n), len(ranks)) + last(streaks, len(ranks)) + ranks) / 3


def wavetrend(n, m):
    average = ema(TYPICAL, n)
    apart = last(TYPICAL, len(average)) - average
    spread = ema(np.abs(apart), n)
    return ema(last(apart, len(spread)) / (0.015 * spread), m)


def vortex(side, n):
    moved = np.abs(HIGH[1:] - LOW[:-1]) if side > 0 else np.abs(LOW[1:] - HIGH[:-1])
    return windows(moved, n).sum(axis=1) / windows(talib.TRANGE(HIGH, LOW, CLOSE)[1:], n).sum(axis=1)


def keltner(n, width):
    atr = talib.ATR(HIGH, LOW, CLOSE, n)[n:]
    return last(talib.EMA(CLOSE, n), len(atr)) + width * atr


def since_new_high(x, best):
    """A running sum, highest or lowest of x, begun anew whenever the close is the highest of 20."""
    value, values = math.nan, []
    for i in range(len(CLOSE)):
        starts = i >= 19 and CLOSE[i] == CLOSE[i - 19 : i + 1].max()
        value = x[i] if starts else best(value, x[i])
        values.append(value)
    return np.array(values)


def turning(values, left, right, best):
    """Confirmed turning points: bar that confirms -> bar of the point."""
    found = {}
    for i in range(left, len(values) - right):
        before, after = best * values[i - left : i], best * values[i + 1 : i + right + 1]
        if (best * values[i] >= before).all() and (best * values[i] > after).all():
            found[i + right] = i
    return found


def at_turning(values, best, which, age=False):
    points, found = [], []
    confirmed = turning(values, 4, 2, best)
    for i in range(len(values)):
        if i in confirmed:
            points.append(confirmed[i])
        known = len(points) > which
        found.append((i - points[-1] if age else values[points[-1 - which]]) if known else math.nan)
    return np.array(found)


STARTS = "close == highest(close, 20)"
NUMBERS = {
    "clamp(close, 95, 105)": lambda: np.clip(CLOSE, 95, 105),
    "floor(close)": lambda: np.floor(CLOSE),
    "ceil(close)": lambda: np.ceil(CLOSE),
    "lag(close, 3)": lambda: CLOSE[:-3],
    "change(close, 3)": lambda: CLOSE[3:] - CLOSE[:-3],
    "donchian_high(20)": lambda: talib.MAX(HIGH, 20)[19:],
    "donchian_low(20)": lambda: talib.MIN(LOW, 20)[19:],
    "zscore(close, 20)": lambda: (CLOSE[19:] - windows(CLOSE, 20).mean(axis=1)) / windows(CLOSE, 20).std(axis=1),
    "hurst(close, 100)": lambda: hurst(100),
    "hurst(close, 8)": lambda: hurst(8),
    "cutler_rsi(close, 14)": lambda: 100 * windows(np.maximum(MOVES, 0), 14).sum(axis=1) / windows(abs(MOVES), 14).sum(axis=1),
    "connors_rsi(close, 3, 2, 100)": lambda: connors(3, 2, 100),
    "stoch_rsi_k(close, 14, 14, 3)": lambda: talib.STOCHRSI(CLOSE, 14, 14, 3, 0)[1][29:],
    "stoch_rsi_d(close, 14, 14, 3, 3)": lambda: talib.SMA(talib.STOCHRSI(CLOSE, 14, 14, 3, 0)[1], 3)[31:],
    "cmo(close, 14)": lambda: 100 * (CLOSE[14:] - CLOSE[:-14]) / windows(abs(MOVES), 14).sum(axis=1),
    "coppock(close, 11, 14, 10)": lambda: talib.WMA(talib.ROC(CLOSE, 14) + talib.ROC(CLOSE, 11), 10)[23:],
    "wavetrend(10, 21)": lambda: wavetrend(10, 21),
    "bull_power(13)": lambda: less(HIGH, ema(CLOSE, 13)),
    "bear_power(13)": lambda: less(LOW, ema(CLOSE, 13)),
    "bb_mid(close, 20)": lambda: talib.SMA(CLOSE, 20)[19:],
    "bb_width(close, 20, 2)": lambda: 4 * windows(CLOSE, 20).std(axis=1) / windows(CLOSE, 20).mean(axis=1),
    "kc_upper(20, 1.5)": lambda: keltner(20, 1.5),
    "kc_lower(20, 1.5)": lambda: keltner(20, -1.5),
    "kc_mid(20)": lambda: ema(CLOSE, 20),
    "chandelier_long(22, 3)": lambda: talib.MAX(HIGH, 22)[22:] - 3 * talib.ATR(HIGH, LOW, CLOSE, 22)[22:],
    "chandelier_short(22, 3)": lambda: talib.MIN(LOW, 22)[22:] + 3 * talib.ATR(HIGH, LOW, CLOSE, 22)[22:],
    "aroon_oscillator(14)": lambda: talib.AROONOSC(HIGH, LOW, 14)[14:],
    "vortex_plus(14)": lambda: vortex(1, 14),
    "vortex_minus(14)": lambda: vortex(-1, 14),
    "force_index(13)": lambda: ema(MOVES * VOLUME[1:], 13),
    "gap()": lambda: 100 * (OPEN[1:] / CLOSE[:-1] - 1),
    f"sum_since({STARTS}, volume)": lambda: since_new_high(VOLUME, lambda a, b: a + b)[19:],
    f"highest_since({STARTS}, high)": lambda: since_new_high(HIGH, lambda a, b: a if math.isnan(a) else max(a, b))[19:],
    f"lowest_since({STARTS}, low)": lambda: since_new_high(LOW, lambda a, b: a if math.isnan(a) else min(a, b))[19:],
    f"anchored_vwap({STARTS})": lambda: (
        since_new_high(TYPICAL * VOLUME, lambda a, b: a + b) / since_new_high(VOLUME, lambda a, b: a + b)
    )[19:],
    "swing_high(4, 2)": lambda: at_turning(HIGH, 1, 0),
    "swing_low(4, 2)": lambda: at_turning(LOW, -1, 0),
    "prev_swing_high(4, 2)": lambda: at_turning(HIGH, 1, 1),
    "prev_swing_low(4, 2)": lambda: at_turning(LOW, -1, 1),
    "bars_since_swing_high(4, 2)": lambda: at_turning(HIGH, 1, 0, age=True),
    "bars_since_swing_low(4, 2)": lambda: at_turning(LOW, -1, 0, age=True),
}  # fmt: skip


@pytest.mark.parametrize("expression", NUMBERS)
def test_number(expression):
    expected = np.asarray(NUMBERS[expression](), dtype=float)
    found = np.array(values_of(expression, BARS, timeframe="1h"))
    found[np.isinf(found)] = np.nan  # bars since what never happened
    known = ~np.isnan(expected)
    assert known.sum() > 300
    assert np.isnan(found[: len(found) - len(expected)]).all()
    np.testing.assert_array_equal(np.isnan(last(found, len(expected)))[20:], ~known[20:])
    both = known & ~np.isnan(last(found, len(expected)))
    np.testing.assert_allclose(last(found, len(expected))[both], expected[both], rtol=1e-9, atol=1e-9)


def test_chaikin_oscillator_against_talib_once_its_beginning_has_faded():
    found = np.array(values_of("chaikin_oscillator(3, 10)", BARS, timeframe="1h"))
    theirs = talib.ADOSC(HIGH, LOW, CLOSE, VOLUME, 3, 10)
    np.testing.assert_allclose(found[300:], theirs[300:], rtol=1e-9, atol=1e-6)


def test_wilders_smoothing_is_that_of_the_average_true_range():
    found = np.array(values_of("rma(true_range(), 14)", BARS, timeframe="1h"))
    np.testing.assert_allclose(found[14:], talib.ATR(HIGH, LOW, CLOSE, 14)[14:], rtol=1e-12)


def test_hurst_of_noise_of_a_trend_and_of_turning_moves():
    rng = np.random.default_rng(3)
    for share, low, high in ((0.0, 0.5, 0.68), (0.9, 0.75, 1.0), (-0.9, 0.0, 0.45)):
        moves = rng.normal(size=4000)
        for i in range(1, len(moves)):
            moves[i] += share * moves[i - 1]
        bars = [(60.0 * i, x, x, x, x, 1.0) for i, x in enumerate(1e4 + np.cumsum(moves))]
        assert low < np.nanmean(values_of("hurst(close, 200)", bars)) < high


def squeezed(n):
    mean, spread = windows(CLOSE, n).mean(axis=1)[1:], 2 * windows(CLOSE, n).std(axis=1)[1:]
    return (mean + spread < keltner(n, 1.5)) & (mean - spread > keltner(n, -1.5))


def diverged(price, best, x):
    found, points = np.zeros(len(CLOSE), dtype=bool), []
    for bar, i in turning(price, 4, 2, best).items():
        points.append(i)
        if len(points) > 1:
            now, before = points[-1], points[-2]
            found[bar] = (price[now] - price[before]) * best < 0 and (x[now] - x[before]) * best > 0
    return found


BODY, SPAN = abs(CLOSE - OPEN), HIGH - LOW
TOP, BOTTOM = HIGH - np.maximum(OPEN, CLOSE), np.minimum(OPEN, CLOSE) - LOW
RISES, FALLS = CLOSE > OPEN, CLOSE < OPEN
CONDITIONS = {
    "squeeze(20, 2, 1.5)": lambda: squeezed(20),
    "rising(close, 3)": lambda: (windows(MOVES, 3) > 0).all(axis=1),
    "falling(close, 3)": lambda: (windows(MOVES, 3) < 0).all(axis=1),
    "crosses(close, 100)": lambda: ((CLOSE > 100)[1:] & (CLOSE <= 100)[:-1]) | ((CLOSE < 100)[1:] & (CLOSE >= 100)[:-1]),
    "hidden_bull_divergence(volume, 4, 2)": lambda: diverged(LOW, -1, VOLUME),
    "hidden_bear_divergence(volume, 4, 2)": lambda: diverged(HIGH, 1, VOLUME),
    "bull_marubozu(0.2)": lambda: RISES & (BODY >= 0.8 * SPAN),
    "bear_marubozu(0.2)": lambda: FALLS & (BODY >= 0.8 * SPAN),
    "dragonfly_doji(0.3)": lambda: (BODY <= 0.3 * SPAN) & (TOP <= 0.3 * SPAN),
    "gravestone_doji(0.3)": lambda: (BODY <= 0.3 * SPAN) & (BOTTOM <= 0.3 * SPAN),
    "spinning_top(0.3)": lambda: (BODY <= 0.3 * SPAN) & (TOP > BODY) & (BOTTOM > BODY),
    "tweezer_top(0.1)": lambda: RISES[:-1] & FALLS[1:] & (abs(np.diff(HIGH)) <= 0.1 * SPAN[:-1]),
    "tweezer_bottom(0.1)": lambda: FALLS[:-1] & RISES[1:] & (abs(np.diff(LOW)) <= 0.1 * SPAN[:-1]),
}  # fmt: skip


@pytest.mark.parametrize("expression", CONDITIONS)
def test_condition(expression):
    expected = CONDITIONS[expression]()
    found = last(np.array(values_of(f"1 if {expression} else 0", BARS, timeframe="1h")), len(expected))
    assert expected.sum() > 3
    assert not expected[np.isnan(found)].any()
    np.testing.assert_array_equal(found == 1.0, expected)


@pytest.mark.parametrize(
    ("name", "theirs", "sign"),
    [
        ("three_inside_up()", "CDL3INSIDE", 1),
        ("three_inside_down()", "CDL3INSIDE", -1),
        ("three_outside_up()", "CDL3OUTSIDE", 1),
        ("three_outside_down()", "CDL3OUTSIDE", -1),
    ],
)
def test_where_talib_sees_three_candles_we_do(name, theirs, sign):
    bars = rough_bars(6000, seed=5)
    columns = [np.ascontiguousarray(column) for column in np.array(bars).T[1:5]]
    opens, closes = columns[0], columns[3]
    shown = getattr(talib, theirs)(*columns) * sign > 0
    shown &= np.roll((closes - opens) * sign > 0, 1)  # TA-Lib does not ask which way the second one goes
    found = np.array(values_of(f"1 if {name} else 0", bars, timeframe="1h")) == 1.0
    assert shown.sum() > 5
    assert found[shown].all()
