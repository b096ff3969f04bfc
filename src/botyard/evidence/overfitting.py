"""The probability of backtest overfitting: how often the best of one half of the days is below the middle on the other.

Combinatorially symmetric cross-validation. Source: Bailey, Borwein, López de Prado and Zhu, The probability of
backtest overfitting, Journal of Computational Finance 20(4), 2017, section 2. Reported, never weighed: on planted
universes it did not tell edges from noise.
"""

from itertools import combinations

import numpy as np
import numpy.typing as npt

N_PARTS = 10


def overfitting_probability(rows: npt.NDArray[np.floating], n_parts: int = N_PARTS) -> float | None:
    """Return the share of the splits into halves in which the best trial of one half ranks in the other's lower half.

    rows: (n_trials, n_days) daily returns; days that do not fill a part are left out at the end. None with fewer than
    two trials that vary, or two days a part.
    """
    exact = np.asarray(rows, np.float64)
    exact = exact[np.ptp(exact, axis=1) > 0.0] if exact.size else exact
    days_per_part = exact.shape[1] // n_parts if exact.ndim == 2 else 0
    if len(exact) < 2 or days_per_part < 2:
        return None
    parts = exact[:, : days_per_part * n_parts].reshape(len(exact), n_parts, days_per_part)
    sums, squares = parts.sum(axis=2).T, (parts**2).sum(axis=2).T  # (n_parts, n_trials)
    halves = np.zeros((len(list(combinations(range(n_parts), n_parts // 2))), n_parts))
    for i, chosen in enumerate(combinations(range(n_parts), n_parts // 2)):
        halves[i, list(chosen)] = 1.0
    n = days_per_part * (n_parts // 2)
    inside, outside = (_ratios(side @ sums, side @ squares, n) for side in (halves, 1.0 - halves))
    best = inside.argmax(axis=1)
    reached = outside[np.arange(len(best)), best][:, np.newaxis]
    below, equal = (outside < reached).sum(axis=1), (outside == reached).sum(axis=1)
    ranks = (below + 0.5 * (equal + 1)) / (len(exact) + 1)  # 0..1; ties share the middle of their ranks
    return float((ranks <= 0.5).mean())


def _ratios(sums: npt.NDArray[np.float64], squares: npt.NDArray[np.float64], n: int) -> npt.NDArray[np.float64]:
    means = sums / n
    variances = np.maximum(squares / n - means**2, 0.0)
    return np.asarray(np.where(variances > 1e-20, means / np.sqrt(np.maximum(variances, 1e-20)), 0.0))
