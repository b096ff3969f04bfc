"""The ratios' probabilities against scipy's own moments and distributions, put together by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from botyard.evidence.deflated_sharpe import deflated_sharpe, probabilistic_sharpe, sample


@pytest.mark.parametrize("seed", range(4))
def test_probabilistic_and_deflated_sharpe(seed):
    random = np.random.default_rng(seed)
    returns = 0.01 * stats.t(4).rvs(300, random_state=random) + 0.002 * random.standard_exponential(300)
    ratio = returns.mean() / returns.std(ddof=1)
    error = math.sqrt(
        (1 - stats.skew(returns) * ratio + (stats.kurtosis(returns, fisher=False) - 1) / 4 * ratio**2) / 299
    )
    found = sample(returns)
    assert probabilistic_sharpe(found) == pytest.approx(stats.norm.cdf(ratio / error), abs=1e-12)
    quantiles = stats.norm.ppf([1 - 1 / 37.5, 1 - 1 / (37.5 * math.e)])
    threshold = np.dot([1 - np.euler_gamma, np.euler_gamma], quantiles) / math.sqrt(300)
    deflated = deflated_sharpe(found, 37.5)
    assert deflated.threshold == pytest.approx(threshold, abs=1e-12)
    assert deflated.value == pytest.approx(stats.norm.cdf((ratio - threshold) / error), abs=1e-12)
