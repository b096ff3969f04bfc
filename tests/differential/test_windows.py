"""Running sums against numpy, which makes each window anew: on calm, jumping, spiking, stepping, tiny and huge values."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from botyard.ops import statistics, window

N = 3000
RNG = np.random.default_rng(7)
CALM = 100.0 * np.exp(np.cumsum(RNG.normal(0.0, 0.002, N)))
SERIES = {
    "calm": CALM,
    "tiny": CALM * 1e-9,
    "huge": CALM * 1e12,
    "spikes": np.where(RNG.random(N) < 0.01, 1e6, 100.0 + RNG.normal(0.0, 0.01, N)),
    "jumps": 20_000.0 + np.cumsum(np.where(RNG.random(N) < 0.005, RNG.normal(0.0, 900.0, N), RNG.normal(0.0, 0.05, N))),
    "steps": np.repeat(RNG.integers(1, 5, N // 60), 60) * 0.1,
}


def step(op, n, *columns):
    s = [0.0] * (3 * n + 30)
    return np.array([op(s, 0, *row, n) for row in zip(*(column.tolist() for column in columns), strict=True)])[n - 1 :]


@pytest.mark.parametrize("n", [2, 20, 200])
@pytest.mark.parametrize("name", SERIES)
def test_deviation(name, n):
    values = sliding_window_view(SERIES[name], n)
    expected = values.std(axis=1)
    constant = (values == values[:, :1]).all(axis=1)
    found = step(window.stdev, n, SERIES[name])
    assert not found[constant].any()
    np.testing.assert_allclose(found[~constant], expected[~constant], rtol=1e-9)
    np.testing.assert_allclose(
        step(statistics.variance, n, SERIES[name])[~constant], expected[~constant] ** 2, rtol=1e-9
    )


@pytest.mark.parametrize("n", [3, 20, 200])
@pytest.mark.parametrize("name", SERIES)
def test_line(name, n):
    values = sliding_window_view(SERIES[name], n)
    constant = (values == values[:, :1]).all(axis=1)
    time = np.arange(n) - (n - 1) / 2
    around = values - values.mean(axis=1, keepdims=True)
    expected = (around @ time) / (time @ time)
    found = step(window.slope, n, SERIES[name])
    assert not found[constant].any()
    # a spike that has left costs digits of its own size until the ring wraps
    digits = np.abs(SERIES[name]).max() * 1e-12
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=digits)
    end = values.mean(axis=1) + expected * (n - 1) / 2
    np.testing.assert_allclose(step(window.linreg, n, SERIES[name]), end, rtol=1e-9, atol=digits * n)
    heavy = values @ np.arange(1, n + 1) / (n * (n + 1) / 2)
    np.testing.assert_allclose(step(window.wma, n, SERIES[name]), heavy, rtol=1e-9, atol=digits)


@pytest.mark.parametrize("n", [3, 20, 200])
@pytest.mark.parametrize("name", SERIES)
def test_correlation(name, n):
    other = np.roll(SERIES[name], 3) + CALM / CALM[0] * np.abs(SERIES[name]).mean() * 1e-3
    x, y = (sliding_window_view(column.astype(np.longdouble), n) for column in (SERIES[name], other))
    dx, dy = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    varies = (x != x[:, :1]).any(axis=1)
    found = step(statistics.correlation, n, SERIES[name], other)
    assert np.isnan(found[~varies]).all()
    expected = (dx * dy).sum(axis=1)[varies] / np.sqrt((dx**2).sum(axis=1) * (dy**2).sum(axis=1))[varies]
    np.testing.assert_allclose(found[varies], expected.astype(float), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 20, 201])
@pytest.mark.parametrize("name", SERIES)
def test_order_statistics(name, n):
    values = sliding_window_view(SERIES[name], n)
    np.testing.assert_array_equal(step(window.highest, n, SERIES[name]), values.max(axis=1))
    np.testing.assert_array_equal(step(window.lowest, n, SERIES[name]), values.min(axis=1))
    np.testing.assert_array_equal(step(statistics.median, n, SERIES[name]), np.median(values, axis=1))
    s = [0.0] * (2 * n + 2)
    found = [statistics.quantile(s, 0, x, n, 0.3) for x in SERIES[name].tolist()]
    np.testing.assert_allclose(found[n - 1 :], np.quantile(values, 0.3, axis=1), rtol=1e-12)


def test_an_infinite_value_is_forgotten_once_it_left():
    values = CALM[:100].copy()
    values[10] = np.inf
    found = step(window.stdev, 20, values)
    np.testing.assert_allclose(found[11:], step(window.stdev, 20, CALM[:100])[11:], rtol=1e-9)
    assert np.isnan(found[0])
