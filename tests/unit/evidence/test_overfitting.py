from itertools import combinations

import numpy as np
import pytest
from scipy.stats import rankdata

from botyard.evidence.overfitting import overfitting_probability


def by_definition(rows, n_parts):
    """Step by step as the paper's section 2 tells it, one split after the other."""
    length = rows.shape[1] // n_parts
    parts = [rows[:, i * length : (i + 1) * length] for i in range(n_parts)]
    logits = []
    for chosen in combinations(range(n_parts), n_parts // 2):
        inside = np.hstack([parts[i] for i in chosen])
        outside = np.hstack([parts[i] for i in range(n_parts) if i not in chosen])
        best = np.argmax(inside.mean(axis=1) / inside.std(axis=1))
        rank = rankdata(outside.mean(axis=1) / outside.std(axis=1))[best] / (len(rows) + 1)
        logits.append(np.log(rank / (1 - rank)))
    return np.mean(np.array(logits) <= 0)


@pytest.mark.parametrize(("seed", "edge", "parts"), [(1, 0.0, 6), (2, 0.1, 6), (3, 0.05, 8), (4, 0.0, 10)])
def test_it_is_the_papers(seed, edge, parts):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((25, 123)) + edge * np.arange(25)[:, np.newaxis] / 25
    assert overfitting_probability(rows, parts) == pytest.approx(by_definition(rows, parts))


def test_one_trial_far_above_the_others_is_not_overfitted():
    rows = np.random.default_rng(1).standard_normal((30, 200))
    rows[7] += 2.0
    assert overfitting_probability(rows) == 0.0


def test_noise_is_overfitted_about_half_of_the_time():
    random = np.random.default_rng(2)
    found = [overfitting_probability(random.standard_normal((20, 120))) for _ in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("shape", [(0, 0), (1, 100), (5, 19)])
def test_too_little_has_none(shape):
    assert overfitting_probability(np.random.default_rng(1).standard_normal(shape)) is None


def test_trials_that_never_traded_do_not_take_part():
    rows = np.random.default_rng(1).standard_normal((10, 100))
    assert overfitting_probability(np.vstack([rows, np.zeros((5, 100))])) == overfitting_probability(rows)
