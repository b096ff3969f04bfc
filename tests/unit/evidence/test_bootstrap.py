import math

import numpy as np
import pytest

from botyard.evidence import bootstrap
from botyard.evidence.bootstrap import positive_mean, stationary_indices


def returns(seed, n=250, *, mean=0.0, phi=0.0):
    random = np.random.default_rng(seed)
    noise = random.standard_normal(n + 50)
    series = np.zeros(n + 50)
    for i in range(1, n + 50):
        series[i] = phi * series[i - 1] + noise[i]
    return 0.01 * (series[50:] + mean)


def test_blocks_have_the_mean_length_begin_anywhere_and_wrap_around():
    drawn = stationary_indices(100, 2000, 5.0, np.random.default_rng(1))
    assert drawn.shape == (2000, 100)
    goes_on = (drawn[:, 1:] - drawn[:, :-1]) % 100 == 1
    assert goes_on.mean() == pytest.approx(1 - 1 / 5 + 1 / 5 / 100, abs=0.005)
    assert np.bincount(drawn.ravel(), minlength=100) == pytest.approx(np.full(100, 2000), rel=0.25)
    assert ((drawn[:, :-1] == 99) & (drawn[:, 1:] == 0)).any()


def test_equal_seeds_give_equal_tests():
    assert positive_mean(returns(1), seed=4) == positive_mean(returns(1), seed=4)
    assert positive_mean(returns(1), seed=4) != positive_mean(returns(1), seed=5)


@pytest.mark.parametrize(("phi", "most"), [(0.0, 0.075), (0.2, 0.095), (-0.2, 0.075)])
def test_without_an_edge_it_is_significant_about_as_often_as_it_says(phi, most, monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 199)
    p = np.array([positive_mean(returns(seed, 150, phi=phi), seed=seed).p for seed in range(500)])
    assert (p < 0.05 + 1e-9).mean() <= most
    assert np.median(p) == pytest.approx(0.5, abs=0.08)


def test_skewed_returns_without_an_edge_do_not_fool_it(monkeypatch):
    monkeypatch.setattr(bootstrap, "RESAMPLES", 199)
    random = np.random.default_rng(2)
    rare_losses = [np.where(random.random(250) < 0.02, -0.049, 0.001) for _ in range(400)]
    tests = [positive_mean(row, seed=i) for i, row in enumerate(rare_losses)]
    assert np.mean([t is not None and t.p < 0.05 for t in tests]) < 0.12


def test_a_strong_edge_is_seen_and_a_loss_is_not():
    assert positive_mean(returns(1, mean=0.3), seed=1).p < 0.001
    assert positive_mean(returns(1, mean=-0.3), seed=1).p > 0.999


def test_the_smallest_p_is_one_over_the_resamples():
    found = positive_mean(np.linspace(0.01, 0.02, 100), seed=1)
    assert found.p == 1 / (1 + found.resamples)


def test_the_null_is_centred_and_the_statistic_is_the_t_ratio():
    series = returns(3, mean=0.1)
    found = positive_mean(series, seed=1)
    assert found.statistic == pytest.approx(series.mean() / series.std(ddof=1) * math.sqrt(series.size))
    assert found.null[50] == pytest.approx(0.0, abs=0.1)
    assert list(found.null) == sorted(found.null)


@pytest.mark.parametrize("series", [[], [0.1, 0.2], [0.0] * 30])
def test_what_does_not_vary_cannot_be_tested(series):
    assert positive_mean(np.array(series), seed=1) is None
