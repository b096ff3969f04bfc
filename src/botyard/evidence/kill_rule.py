"""When a deployed bot is to stop by itself, computed from what its walk-forward promised.

A CUSUM on daily returns r over their volatility v: c = max(0, c + k - r / v), an alarm when c > h. Source: Page,
Continuous inspection schemes, Biometrika 41, 1954. k is half of the promised daily Sharpe, which detects a fall to 0
soonest; h is the height that the walk-forward's own days, resampled in blocks (Politis and Romano 1994), cross once in
two years on average.
"""

import math

import numpy as np
import numpy.typing as npt

from botyard.evidence.bootstrap import MEAN_BLOCK
from botyard.records.deployment import KillRule

Floats = npt.NDArray[np.float64]

FALSE_ALARM_DAYS = 730.0
FEWEST_DAYS = 30
PATHS = 1000
HORIZON = 6 * 730  # days of each path; what lasts longer counts as that many days without an alarm
DIGITS = 6
DAYS_PER_YEAR = 365.0


def kill_rule(daily: Floats, *, seed: int) -> KillRule:
    """Return the rule for a bot whose walk-forward made these (n,) daily returns; without a CUSUM where none makes sense."""
    if daily.size < FEWEST_DAYS:
        return KillRule(_without(f"the walk-forward has {daily.size} days, {FEWEST_DAYS} are needed"), days=daily.size)
    volatility = float(np.std(daily, ddof=1))
    if not volatility > 1e-12:
        return KillRule(_without("the walk-forward never moved"), days=daily.size)
    promised = float(daily.mean()) / volatility
    sharpe = promised * math.sqrt(DAYS_PER_YEAR)
    if promised <= 0.0:
        return KillRule(
            _without(f"the walk-forward's Sharpe of {sharpe:.2f} promises nothing that could be missed"),
            expected_sharpe=_rounded(sharpe),
            days=daily.size,
        )
    k = promised / 2.0
    h = height(highest_so_far(resampled(daily / volatility, PATHS, HORIZON, seed), k))
    return KillRule(
        text=(
            f"halt when the days fall {h:.1f} daily volatilities ({100 * volatility:.2f} % each) behind half of the "
            f"promised Sharpe of {sharpe:.2f}, which while it is kept happens once in two years; at a loss of 10 % of the "
            "allocation; or of 3 % in a day"
        ),
        expected_sharpe=_rounded(sharpe),
        volatility=_rounded(volatility),
        k=_rounded(k),
        h=_rounded(h),
        false_alarm_days=FALSE_ALARM_DAYS,
        days=daily.size,
    )


def resampled(days: Floats, paths: int, length: int, seed: int) -> Floats:
    """Return (length, paths) days drawn from (n,) days in blocks of geometric length, MEAN_BLOCK on average."""
    random = np.random.default_rng(seed)
    found = np.empty((length, paths))
    at = random.integers(0, days.size, paths)
    for day in range(length):
        found[day] = days[at]
        is_new = random.random(paths) < 1.0 / MEAN_BLOCK
        at = np.where(is_new, random.integers(0, days.size, paths), (at + 1) % days.size)
    return found


def highest_so_far(days: Floats, k: float) -> Floats:
    """Return (length, paths): the largest CUSUM up to each day of paths of returns in volatilities."""
    cusum = np.zeros(days.shape[1])
    found = np.empty_like(days)
    for day, made in enumerate(days):
        cusum = np.maximum(0.0, cusum + k - made)
        found[day] = cusum
    return np.asarray(np.maximum.accumulate(found, axis=0))


def mean_days_to_alarm(highest: Floats, h: float) -> float:
    """Return days at risk over alarms of paths that end at their first alarm; infinite without any."""
    alarmed = highest > h
    days_before = (~alarmed).sum(axis=0)
    alarms = alarmed[-1].sum()
    return float((days_before + alarmed[-1]).sum() / alarms) if alarms else math.inf


def height(highest: Floats, wanted_days: float = FALSE_ALARM_DAYS) -> float:
    """Return the height that the paths cross once in so many days on average."""
    low, high = 0.0, float(highest.max())
    for _ in range(40):
        middle = (low + high) / 2.0
        if mean_days_to_alarm(highest, middle) < wanted_days:
            low = middle
        else:
            high = middle
    return high


def _without(why: str) -> str:
    return f"no CUSUM: {why}; halt at a loss of 10 % of the allocation, or of 3 % in a day"


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
