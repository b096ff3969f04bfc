"""Indicators against TA-Lib, to 1e-9 once both are warm. Where the first value is made differently, the difference fades."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from botyard.ops import average, momentum, statistics, trend, volatility, volume, window
from botyard.testing.compiled import random_bars

talib = pytest.importorskip("talib")

N = 1200
BARS = np.array(random_bars(N, seed=11))
MINUTES, OPEN, HIGH, LOW, CLOSE, VOLUME = (np.ascontiguousarray(column) for column in BARS.T)
HLC = (HIGH, LOW, CLOSE)


def stream(op: Callable[..., float], *inputs: Any, window: tuple[Any, ...] = (), slots: int = 600) -> np.ndarray:
    """Step an op over bars; the result is its value at each."""
    s = [0.0] * slots
    rows = zip(*(column.tolist() for column in inputs), strict=True)
    return np.array([op(s, 0, *row, *window) for row in rows])


def stream_of(values: np.ndarray, op: Callable[..., float], *window: Any) -> np.ndarray:
    return stream(op, values, window=window)


def close_to(ours: np.ndarray, theirs: np.ndarray, *, after: int = 0) -> None:
    ours, theirs = ours[after:], theirs[after:]
    known = ~np.isnan(theirs)
    assert known.sum() > 500
    np.testing.assert_allclose(ours[known], theirs[known], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("n", [2, 14, 50])
def test_averages_and_windows(n: int) -> None:
    close_to(stream_of(CLOSE, window.sma, n), talib.SMA(CLOSE, n))
    close_to(stream_of(CLOSE, average.ema, n), talib.EMA(CLOSE, n))
    close_to(stream_of(CLOSE, window.wma, n), talib.WMA(CLOSE, n))
    close_to(stream_of(CLOSE, window.window_sum, n), talib.SUM(CLOSE, n))
    close_to(stream_of(HIGH, window.highest, n), talib.MAX(HIGH, n))
    close_to(stream_of(LOW, window.lowest, n), talib.MIN(LOW, n))
    close_to(stream_of(CLOSE, window.linreg, n), talib.LINEARREG(CLOSE, n))
    close_to(stream_of(CLOSE, window.slope, n), talib.LINEARREG_SLOPE(CLOSE, n))


@pytest.mark.parametrize("n", [2, 14, 50])
def test_deviation(n: int) -> None:
    # TA-Lib subtracts squares of prices, which costs it digits
    np.testing.assert_allclose(stream_of(CLOSE, window.stdev, n)[n:], talib.STDDEV(CLOSE, n)[n:], rtol=1e-6)
    np.testing.assert_allclose(
        stream_of(CLOSE, statistics.variance, n)[n:],
        [np.var(CLOSE[i - n + 1 : i + 1]) for i in range(n, N)],
        rtol=1e-9,
    )


@pytest.mark.parametrize("n", [2, 14, 50])
def test_wilder(n: int) -> None:
    close_to(stream(volatility.true_range, *HLC), talib.TRANGE(*HLC))
    close_to(stream(volatility.atr, *HLC, window=(n,)), talib.ATR(*HLC, n))
    close_to(stream_of(CLOSE, momentum.rsi, n), talib.RSI(CLOSE, n))
    close_to(stream(trend.plus_di, *HLC, window=(n,)), talib.PLUS_DI(*HLC, n))
    close_to(stream(trend.minus_di, *HLC, window=(n,)), talib.MINUS_DI(*HLC, n))
    close_to(stream(trend.adx, *HLC, window=(n,)), talib.ADX(*HLC, n))


def test_volume() -> None:
    close_to(stream(volume.obv, CLOSE, VOLUME), talib.OBV(CLOSE, VOLUME))


@pytest.mark.parametrize("n", [5, 20])
def test_order_statistics_against_numpy(n: int) -> None:
    ours = stream_of(CLOSE, statistics.median, n)
    np.testing.assert_array_equal(ours[n - 1 :], [np.median(CLOSE[i - n + 1 : i + 1]) for i in range(n - 1, N)])
    pairs = stream(statistics.correlation, HIGH, LOW, window=(n,))
    expected = [np.corrcoef(HIGH[i - n + 1 : i + 1], LOW[i - n + 1 : i + 1])[0, 1] for i in range(n - 1, N)]
    np.testing.assert_allclose(pairs[n - 1 :], expected, rtol=1e-9)
    ranks = stream_of(CLOSE, statistics.percentile_rank, n)
    np.testing.assert_allclose(ranks[n:], [100 * np.mean(CLOSE[i - n : i] <= CLOSE[i]) for i in range(n, N)])
