import pytest

from botyard.ops.volatility import true_range

# Wilder, 1978: the greatest of high - low, |high - close before| and |low - close before|
BARS = [(10.0, 9.0, 10.0), (9.0, 8.0, 8.5), (12.0, 11.0, 11.5), (12.5, 10.0, 11.0)]
EXPECTED = [None, 2.0, 3.5, 2.5]


def test_the_gap_from_the_last_close_counts_on_either_side():
    state = [0.0, 0.0]
    for (high, low, close), expected in zip(BARS, EXPECTED, strict=True):
        found = true_range(state, 0, high, low, close)
        if expected is None:
            assert found != found
        else:
            assert found == pytest.approx(expected, abs=0.0)
