import pytest
from hypothesis import given
from hypothesis import strategies as st

from botyard.evidence.walk_forward import DAY_MS, cuts


def test_a_year_is_cut_at_its_sixths():
    found = cuts(0, 360 * DAY_MS)
    assert [cut.train_until_ms // DAY_MS for cut in found] == [120, 180, 240, 300]
    assert [cut.test_until_ms // DAY_MS for cut in found] == [180, 240, 300, 360]
    assert [cut.index for cut in found] == [1, 2, 3, 4]
    assert [cut.fraction for cut in found] == pytest.approx([2 / 6, 3 / 6, 4 / 6, 5 / 6])


def test_days_that_do_not_divide_go_to_the_last_test():
    found = cuts(0, 365 * DAY_MS)
    assert found[-1].train_until_ms == 300 * DAY_MS
    assert found[-1].test_until_ms == 365 * DAY_MS


@given(start=st.integers(0, 10**13), length=st.integers(6 * DAY_MS, 3000 * DAY_MS))
def test_tests_follow_each_other_at_midnights_and_end_with_the_period(start, length):
    found = cuts(start, start + length)
    assert len(found) == 4
    assert all(cut.train_until_ms % DAY_MS == 0 for cut in found)
    assert all(start < cut.train_until_ms < cut.test_until_ms for cut in found)
    assert [cut.test_until_ms for cut in found[:-1]] == [cut.train_until_ms for cut in found[1:]]
    assert found[-1].test_until_ms == start + length


@pytest.mark.parametrize("days", [0, 1, 5])
def test_less_than_six_days_have_no_folds(days):
    assert cuts(0, days * DAY_MS) == ()
