"""The bootstrap against `arch`, which draws the same blocks in its own way."""

import math

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap

from botyard.evidence.bootstrap import positive_mean

DRAWS = 4000


def series(seed, mean):
    random = np.random.default_rng(seed)
    shocks = random.standard_t(4, 240)
    return 0.01 * (shocks + 0.3 * np.roll(shocks, 1) + mean)


@pytest.mark.parametrize(("seed", "mean"), [(1, 0.0), (2, 0.15), (3, 0.2), (4, -0.1)])
def test_p_values_and_null_distributions_agree(seed, mean):
    returns = series(seed, mean)
    ours = positive_mean(returns, seed=seed)

    def ratio(sample):
        return (sample.mean() - returns.mean()) / sample.std(ddof=1) * math.sqrt(sample.size)

    theirs = StationaryBootstrap(5, returns, seed=seed).apply(ratio, DRAWS)[:, 0]
    p = (1 + (theirs >= ours.statistic).sum()) / (1 + DRAWS)
    error = math.sqrt(p * (1 - p) * (1 / DRAWS + 1 / ours.resamples))
    assert ours.p == pytest.approx(p, abs=4 * error + 1e-3)
    quantiles = np.quantile(theirs, [0.05, 0.25, 0.5, 0.75, 0.95])
    assert [ours.null[i] for i in (5, 25, 50, 75, 95)] == pytest.approx(quantiles, abs=0.12)
