import pytest
from scipy.stats import binomtest

from botyard.apps.calibration.intervals import clopper_pearson


@pytest.mark.parametrize(("count", "of"), [(0, 60), (1, 60), (2, 249), (10, 520), (60, 60), (33, 120), (1, 1)])
def test_scipy_says_the_same(count, of):
    theirs = binomtest(count, of).proportion_ci(0.95, method="exact")
    assert clopper_pearson(count, of) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_nothing_tried_says_nothing():
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_more_confidence_is_wider():
    assert clopper_pearson(5, 50, 0.99)[0] < clopper_pearson(5, 50)[0]
    assert clopper_pearson(5, 50, 0.99)[1] > clopper_pearson(5, 50)[1]
