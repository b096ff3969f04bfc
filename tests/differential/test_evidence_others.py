"""The ratios and the probability of overfitting against ml4t-diagnostic, the ratio's error against simulation.

What ml4t-diagnostic 0.1.0b2 (MIT) returns is written down here: it needs forty packages, shap and scikit-learn among
them. Its functions: sharpe_inference.compute_expected_max_sharpe, sharpe_inference.compute_sharpe_variance without
autocorrelation, backtest_overfitting.compute_pbo. It divides by T where the papers divide by T - 1.
"""

import math
from statistics import NormalDist

import numpy as np
import pytest

from botyard.evidence.deflated_sharpe import Sample, expected_maximum, probabilistic_sharpe, sample
from botyard.evidence.overfitting import overfitting_probability


@pytest.mark.parametrize(
    ("trials", "variance", "theirs"),
    [
        (2, 0.25, 0.25987767214029694),
        (5, 1 / 400, 0.05962970005073947),
        (40, 1 / 365, 0.1146026329131222),
        (600, 1 / 365, 0.1626236853445277),
    ],
)
def test_the_expected_best_of_many(trials, variance, theirs):
    assert expected_maximum(trials, variance) == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(
    ("ratio", "days", "skewness", "kurtosis", "theirs"),
    [
        (0.04, 400, 0.19, 3.99, 0.0024839899999999997),
        (0.15, 365, -0.8, 7.5, 0.003168664383561644),
        (-0.05, 243, 1.2, 6.0, 0.004375),
        (0.458, 24, -2.448, 10.164, 0.1084063885),
    ],
)
def test_the_variance_of_a_ratio(ratio, days, skewness, kurtosis, theirs):
    score = NormalDist().inv_cdf(probabilistic_sharpe(Sample(days, ratio, skewness, kurtosis)))
    assert (ratio / score) ** 2 * (days - 1) / days == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(("seed", "edge", "theirs"), [(1, 0.0, 104), (2, 0.1, 85), (3, 0.3, 146), (4, 0.0, 148)])
def test_the_probability_of_overfitting(seed, edge, theirs):
    rows = np.random.default_rng(seed).standard_normal((24, 120)) + edge * np.arange(24)[:, np.newaxis] / 24
    assert overfitting_probability(rows, 10) == pytest.approx(theirs / 252)  # of all splits of ten parts into halves


SHAPES = {
    "normal": (lambda random, size: random.standard_normal(size), 0.0, 3.0),
    "skewed": (lambda random, size: 2.0 - random.gamma(4.0, 0.5, size), -1.0, 4.5),
    "fat-tailed": (lambda random, size: random.laplace(0.0, math.sqrt(0.5), size), 0.0, 6.0),
}


@pytest.mark.parametrize("ratio", [0.0, 0.4])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_error_of_a_ratio_is_that_of_simulated_ones(shape, ratio):
    draw, skewness, kurtosis = SHAPES[shape]
    returns = draw(np.random.default_rng(17), (20_000, 250)) + ratio
    ratios = returns.mean(axis=1) / returns.std(axis=1, ddof=1)
    benchmark = ratio - 0.1
    score = NormalDist().inv_cdf(probabilistic_sharpe(Sample(250, ratio, skewness, kurtosis), benchmark))
    assert 0.1 / score == pytest.approx(ratios.std(), rel=0.025)  # 20,000 draws tell a deviation to 0.5 %


def test_the_moments_of_a_sample_are_those_that_were_drawn():
    draw, skewness, kurtosis = SHAPES["skewed"]
    found = sample(draw(np.random.default_rng(5), 400_000) + 0.2)
    drawn = (0.2, skewness, kurtosis)
    assert (found.sharpe, found.skewness, found.kurtosis) == pytest.approx(drawn, abs=0.1)  # the last is known least
