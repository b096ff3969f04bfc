import math

import numpy as np
import pytest

from botyard.evidence.deflated_sharpe import (
    Sample,
    days_to_show,
    deflated_sharpe,
    expected_maximum,
    power,
    probabilistic_sharpe,
    sample,
)


def test_the_example_of_the_2014_paper():
    # 100 trials, variance 1/2 a year, a best annual ratio of 2.5 in five years of 250 days, skewness -3, kurtosis 10
    threshold = expected_maximum(100, 0.5 / 250)
    assert threshold == pytest.approx(0.1132, abs=5e-5)
    best = Sample(1250, 2.5 / math.sqrt(250), -3.0, 10.0)
    assert probabilistic_sharpe(best, threshold) == pytest.approx(0.9004, abs=5e-5)
    assert probabilistic_sharpe(best, expected_maximum(46, 0.5 / 250)) == pytest.approx(0.9505, abs=5e-5)


def test_normal_returns_bear_more_trials_as_the_2014_paper_says():
    best = Sample(1250, 2.5 / math.sqrt(250), 0.0, 3.0)
    assert probabilistic_sharpe(best, expected_maximum(88, 0.5 / 250)) == pytest.approx(0.9505, abs=5e-4)


def test_the_example_of_the_2012_paper():
    # 24 months with a ratio of 0.458: the shape of the returns costs seven points of confidence
    assert probabilistic_sharpe(Sample(24, 0.458, 0.0, 3.0)) == pytest.approx(0.982, abs=5e-4)
    assert probabilistic_sharpe(Sample(24, 0.458, -2.448, 10.164)) == pytest.approx(0.913, abs=1e-3)


def test_the_expected_best_agrees_with_simulation():
    random = np.random.default_rng(5)
    for trials in (10, 100, 1000):
        best = random.standard_normal((4000, trials)).max(axis=1).mean()
        assert expected_maximum(trials, 1.0) == pytest.approx(best, abs=0.04)


def test_one_trial_is_not_deflated():
    found = Sample(365, 0.1, 0.0, 3.0)
    assert expected_maximum(1.0, 1.0) == 0.0
    assert deflated_sharpe(found, 1.0).value == probabilistic_sharpe(found)


def test_more_trials_never_help():
    found = Sample(365, 0.15, -0.5, 6.0)
    values = [deflated_sharpe(found, n).value for n in (1, 1.2, 2, 5, 30, 1000)]
    assert values == sorted(values, reverse=True)


def test_the_best_of_twenty_without_edge_is_above_ninety_five_percent_about_as_often_as_it_claims():
    random = np.random.default_rng(11)
    above = 0
    for _ in range(600):
        trials = random.standard_normal((20, 250))
        best = max((sample(row) for row in trials), key=lambda s: s.sharpe)
        above += deflated_sharpe(best, 20).value > 0.95
    assert above / 600 < 0.05  # the best varies less than one trial does


def test_the_probability_of_a_single_strategy_is_right_for_skewed_returns():
    random = np.random.default_rng(3)
    returns = random.gamma(2.0, 1.0, (3000, 200))
    returns = returns.mean() - returns  # true ratio 0, skewness -1.4
    sure = [probabilistic_sharpe(sample(row)) > 0.95 for row in returns]
    assert np.mean(sure) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("returns", [[], [0.1, 0.2], [0.01] * 50])
def test_what_does_not_vary_or_is_too_short_has_no_figures(returns):
    assert sample(np.array(returns)) is None


def test_one_year_shows_a_sharpe_of_one_about_one_time_in_four():
    assert power(1.0, 365) == pytest.approx(0.26, abs=0.005)


def test_power_agrees_with_simulation():
    random = np.random.default_rng(8)
    returns = random.standard_normal((4000, 365)) + 2.0 / math.sqrt(365)
    z = returns.mean(axis=1) / returns.std(axis=1, ddof=1) * math.sqrt(365)
    assert (z > 1.6449).mean() == pytest.approx(power(2.0, 365), abs=0.03)


def test_after_the_days_to_show_a_sharpe_its_power_is_the_wanted_one():
    assert power(1.3, days_to_show(1.3, wanted_power=0.8)) == pytest.approx(0.8)
