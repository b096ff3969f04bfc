import numpy as np
import pytest

from botyard.engine import metrics as figures
from botyard.engine.trial_returns import aligned, merge, pack, unpack
from botyard.records import codec
from botyard.records.trials import NO_TRIALS, RegisteredRun, TrialReturns

DAYS = np.array([100, 101, 103])
ROWS = [np.array([0.01, -0.02, 0.03]), np.array([0.0, 0.5, np.nan])]


def test_rows_come_back_on_every_day_between_the_first_and_the_last():
    packed = pack(DAYS, ROWS)
    assert (packed.first_day, packed.n_days, packed.n_trials) == (100, 4, 2)
    expected = np.array([[0.01, -0.02, 0.0, 0.03], [0.0, 0.5, 0.0, 0.0]], np.float32)
    assert np.array_equal(unpack(packed), expected)


def test_it_survives_json():
    packed = pack(DAYS, ROWS)
    assert codec.load(TrialReturns, codec.dump(packed)) == packed


@pytest.mark.parametrize(
    ("first_day", "n_days", "row"),
    [
        (99, 6, [0, 0.01, -0.02, 0, 0.03, 0]),
        (101, 2, [-0.02, 0]),
        (103, 4, [0.03, 0, 0, 0]),
        (200, 2, [0, 0]),
        (90, 3, [0, 0, 0]),
    ],
)
def test_it_is_laid_over_other_days(first_day, n_days, row):
    assert np.array_equal(aligned(pack(DAYS, ROWS), first_day, n_days)[0], np.array(row, np.float32))


def test_merging_keeps_each_row_once_over_all_days():
    merged = merge([pack(DAYS, ROWS), NO_TRIALS, pack(DAYS, ROWS[:1]), pack(np.array([102]), [np.array([0.7])])])
    assert (merged.first_day, merged.n_days, merged.n_trials) == (100, 4, 3)
    assert unpack(merged)[2].tolist() == pytest.approx([0, 0, 0.7, 0])


def test_nothing_merged_is_nothing():
    assert merge([]) == merge([NO_TRIALS]) == pack(np.empty(0, np.int64), []) == NO_TRIALS
    assert unpack(NO_TRIALS).shape == (0, 0)


def test_another_question_has_another_fingerprint():
    run = RegisteredRun("demo", "an idea", "5m", pack(DAYS, ROWS))
    again = RegisteredRun("demo", "an idea", "5m", pack(DAYS, ROWS))
    other = RegisteredRun("demo", "an idea", "5m", pack(DAYS, ROWS[:1]))
    assert run.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize("hours", [[0, 1, 2], [23, 24, 47, 48, 49], [23, 24, 96], [5], []])
def test_each_daily_return_has_its_day(hours):
    open_ms = np.array(hours, np.int64) * 3_600_000
    days = figures.return_days(open_ms)
    assert len(days) == len(figures.daily_returns(open_ms, np.linspace(1, 2, len(hours))))
    assert set(days.tolist()) <= {h // 24 for h in hours}
    assert days.tolist() == sorted(set(days.tolist()))
