"""Sharpe ratios judged for what they are: estimates, and the best of many.

Sources: Bailey and López de Prado, The Sharpe ratio efficient frontier, Journal of Risk 15(2), 2012 (probabilistic
Sharpe ratio); the same, The deflated Sharpe ratio, Journal of Portfolio Management 40(5), 2014, equations 1 and 2.
All ratios here are per observation, not annualised.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Floats = npt.NDArray[np.float64]

EULER_GAMMA = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Sample:
    """What a Sharpe ratio's error depends on."""

    n: int
    sharpe: float  # mean over sample deviation, per observation
    skewness: float
    kurtosis: float  # 3 for a normal distribution


@dataclass(frozen=True, slots=True)
class Deflated:
    """A deflated Sharpe ratio and what it is made of."""

    value: float  # probability that the true ratio exceeds 0, given that the best of `trials` was taken
    threshold: float  # expected best of as many trials without any edge, per observation
    sample: Sample
    trials: float  # effective number


def sample(returns: Floats) -> Sample | None:
    """Return the sample figures of (n,) returns; None with fewer than three, or when they do not vary."""
    if returns.size < 3:
        return None
    apart = returns - returns.mean()
    variance = float(np.mean(apart**2))
    if not variance > 1e-30:
        return None
    return Sample(
        n=returns.size,
        sharpe=float(returns.mean() / np.std(returns, ddof=1)),
        skewness=float(np.mean(apart**3) / variance**1.5),
        kurtosis=float(np.mean(apart**4) / variance**2),
    )


def probabilistic_sharpe(found: Sample, benchmark: float = 0.0) -> float:
    """Return the probability that the true ratio exceeds the benchmark ratio.

    PSR = Φ((SR − SR*) √(n − 1) / √(1 − γ₃ SR + (γ₄ − 1)/4 SR²)). The 2012 paper's n is 24 months or 1250 days; for
    very few observations of extreme shape the root's argument is kept positive.
    """
    spread = 1.0 - found.skewness * found.sharpe + (found.kurtosis - 1.0) / 4.0 * found.sharpe**2
    z = (found.sharpe - benchmark) * math.sqrt(found.n - 1) / math.sqrt(max(spread, 1e-12))
    return float(ndtr(z))


def expected_maximum(trials: float, variance: float) -> float:
    """Return the expected best ratio among `trials` independent ones whose true ratio is 0.

    SR0 = √V [(1 − g) Φ⁻¹(1 − 1/N) + g Φ⁻¹(1 − 1/(eN))], g = 0.5772. One trial has nothing to be the best of: 0.
    variance: of the ratios over the trials; 1/n where only the sampling error of n observations makes them differ.
    """
    if trials <= 1.0:
        return 0.0
    best = (1.0 - EULER_GAMMA) * ndtri(1.0 - 1.0 / trials) + EULER_GAMMA * ndtri(1.0 - 1.0 / (math.e * trials))
    return max(0.0, math.sqrt(variance) * float(best))


def deflated_sharpe(found: Sample, trials: float) -> Deflated:
    """Deflate the ratio of the chosen trial by the effective number of trials that it was chosen from."""
    threshold = expected_maximum(trials, 1.0 / found.n)
    return Deflated(probabilistic_sharpe(found, threshold), threshold, found, trials)


def power(true_sharpe: float, days: float, *, size: float = 0.05, days_per_year: float = 365.0) -> float:
    """Return how often a fair one-sided test of one strategy, without any search, would show a true annual Sharpe.

    Its estimate has a standard error of 1/√years (Lo, The statistics of Sharpe ratios, 2002, for ratios near 0).
    """
    return float(ndtr(true_sharpe * math.sqrt(days / days_per_year) - ndtri(1.0 - size)))


def days_to_show(true_sharpe: float, *, wanted_power: float, size: float = 0.05, days_per_year: float = 365.0) -> float:
    """Return the days after which that test shows a true annual Sharpe above 0 with the wanted power."""
    return float(days_per_year * ((ndtri(1.0 - size) + ndtri(wanted_power)) / true_sharpe) ** 2)
