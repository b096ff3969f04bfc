import numpy as np
import pytest

from botyard.evidence.effective_trials import effective_number

DAYS = 300


def trials(n, *, seed=0, common=0.0):
    random = np.random.default_rng(seed)
    factor = random.standard_normal(DAYS)
    own = random.standard_normal((n, DAYS))
    return (np.sqrt(common) * factor + np.sqrt(1 - common) * own).astype(np.float32)


def by_definition(rows):
    eigenvalues = np.maximum(np.linalg.eigvalsh(np.corrcoef(rows.astype(np.float64))), 0.0)
    return np.sqrt(eigenvalues).sum() ** 2 / eigenvalues.sum()


@pytest.mark.parametrize(("n", "common"), [(2, 0.0), (40, 0.0), (40, 0.9), (500, 0.5)])
def test_it_is_that_of_the_correlation_matrix_however_many_trials(n, common):
    rows = trials(n, common=common)
    assert effective_number([rows], DAYS) == (pytest.approx(by_definition(rows), rel=1e-5), n)


def test_blocks_add_up():
    rows = trials(60, common=0.3)
    whole, _ = effective_number([rows], DAYS)
    assert effective_number([rows[:10], rows[10:]], DAYS)[0] == pytest.approx(whole, rel=1e-7)


def test_copies_made_later_take_nothing_back():
    rows, copied = trials(40), trials(1, seed=9)
    noise = 0.01 * trials(400, seed=5)
    copies = copied + noise
    alone, _ = effective_number([rows], DAYS)
    assert effective_number([np.concatenate([rows, copies])], DAYS)[0] < alone
    assert effective_number([rows, copies], DAYS)[0] == alone


def test_orthogonal_trials_count_each():
    rows = np.zeros((4, 8), np.float32)
    for i in range(4):
        rows[i, 2 * i], rows[i, 2 * i + 1] = 1.0, -1.0
    assert effective_number([rows], 8) == (pytest.approx(4.0), 4)


def test_equal_trials_count_once_and_those_that_never_traded_not_at_all():
    rows = trials(3)
    idle = np.zeros((5, DAYS), np.float32)
    alone = effective_number([rows], DAYS)
    assert effective_number([rows, rows[:2], idle], DAYS) == alone


def test_scaled_trials_are_worth_one():
    rows = trials(1)
    number, n = effective_number([rows, 2 * rows, 4 * rows], DAYS)
    assert number == pytest.approx(1.0, abs=1e-6)
    assert n == 3


def test_close_neighbours_are_worth_few():
    assert effective_number([trials(200, common=0.99)], DAYS)[0] < 20 < effective_number([trials(200)], DAYS)[0]


def test_no_trials_are_no_trials():
    assert effective_number([], DAYS) == (0.0, 0)
