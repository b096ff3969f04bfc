import math

import numpy as np
import pytest

from botyard.evidence.kill_rule import highest_so_far, kill_rule, mean_days_to_alarm, resampled


def days(sharpe, n=240, volatility=0.02, seed=5):
    drawn = np.random.default_rng(seed).standard_t(5, n)
    drawn = (drawn - drawn.mean()) / drawn.std(ddof=1)
    return volatility * (drawn + sharpe / math.sqrt(365.0))


def test_k_is_half_of_the_promise_in_daily_volatilities():
    rule = kill_rule(days(2.0), seed=1)
    assert rule.expected_sharpe == pytest.approx(2.0, rel=1e-5)
    assert rule.volatility == pytest.approx(0.02, rel=1e-5)
    assert rule.k == pytest.approx(2.0 / math.sqrt(365.0) / 2.0, rel=1e-5)
    assert (rule.max_loss_frac, rule.max_daily_loss_frac, rule.days) == (0.1, 0.03, 240)


def test_the_height_is_that_of_independent_normal_days():
    # Siegmund 1985: ARL ≈ (exp(2kb) - 2kb - 1) / 2k², b = h + 1.166, for independent normal days and drift -k
    normal = np.random.default_rng(2).standard_normal(20_000)
    normal = 0.01 * ((normal - normal.mean()) / normal.std(ddof=1) + 2.0 / math.sqrt(365.0))
    rule = kill_rule(normal, seed=3)
    assert rule.k is not None
    assert rule.h is not None
    twice = 2.0 * rule.k * (rule.h + 1.166)
    assert (math.exp(twice) - twice - 1.0) / (2.0 * rule.k**2) == pytest.approx(730.0, rel=0.1)


def test_fresh_paths_alarm_once_in_two_years_and_sooner_without_the_edge():
    made = days(2.0)
    rule = kill_rule(made, seed=1)
    assert rule.h is not None
    kept = resampled(made / 0.02, 600, 4380, seed=99)
    gone = resampled((made - made.mean()) / 0.02, 600, 4380, seed=99)
    turned = resampled((made - 2.0 * made.mean()) / 0.02, 600, 4380, seed=99)
    alarms = [mean_days_to_alarm(highest_so_far(paths, rule.k), rule.h) for paths in (kept, gone, turned)]
    assert alarms[0] == pytest.approx(730.0, rel=0.15)
    assert alarms[1] < 0.4 * alarms[0]
    assert alarms[2] < 0.7 * alarms[1]


def test_paths_end_at_their_first_alarm():
    falls = np.array([[1.0, 0.0], [-3.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    highest = highest_so_far(falls, 0.5)
    assert highest[:, 0].tolist() == [0.0, 3.5, 3.5, 3.5]
    assert highest[:, 1].tolist() == [0.5, 1.0, 1.5, 2.0]
    # above 1.6: the first path on day 2, the second on day 4
    assert mean_days_to_alarm(highest, 1.6) == 3.0
    assert mean_days_to_alarm(highest, 3.0) == 2.0 + 4.0
    assert mean_days_to_alarm(highest, 9.0) == math.inf


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (days(-0.5), "promises nothing that could be missed"),
        (np.zeros(200), "never moved"),
        (days(2.0, n=29), "29 days, 30 are needed"),
    ],
)
def test_without_a_promise_there_are_the_caps_alone(made, why):
    rule = kill_rule(made, seed=1)
    assert why in rule.text
    assert (rule.k, rule.h, rule.volatility) == (None, None, None)
    assert "10 % of the allocation" in rule.text


def test_equal_days_give_an_equal_rule():
    assert kill_rule(days(1.0), seed=4) == kill_rule(days(1.0), seed=4)
