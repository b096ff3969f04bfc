"""How likely a mean return this good is without any edge: a studentised stationary bootstrap.

Blocks of random length keep what days have to do with their neighbours. Sources: Politis and Romano, The stationary
bootstrap, Journal of the American Statistical Association 89(428), 1994; studentised as in Hall, The Bootstrap and
Edgeworth Expansion, 1992, section 3.5: the ratio of mean to deviation is compared, which skewness disturbs less.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

MEAN_BLOCK = 5.0
"""Days."""

RESAMPLES = 10_000
"""A p-value can be no smaller than one over these."""

_AT_ONCE = 4_000_000  # indices in memory
_ROWS = 500  # resamples that a processor's cache holds


@dataclass(frozen=True, slots=True)
class BootstrapTest:
    """A one-sided test of a mean above 0."""

    p: float
    resamples: int
    null: tuple[float, ...]  # 101 quantiles of mean / deviation × √n without an edge, from the lowest to the highest
    statistic: float  # the same of the returns as they are


def positive_mean(returns: Floats, *, seed: int, mean_block: float = MEAN_BLOCK) -> BootstrapTest | None:
    """Test (n,) daily returns against a mean of at most 0; None with fewer than three or when they do not vary.

    p = (1 + resamples at least as good) / (1 + resamples).
    """
    if returns.size < 3 or not np.std(returns) > 1e-15:
        return None
    random = np.random.default_rng(seed)
    statistic = _ratio(returns[np.newaxis, :], 0.0)[0]
    null = _null(returns, RESAMPLES, mean_block, random)
    return BootstrapTest(
        p=float((1 + (null >= statistic).sum()) / (1 + null.size)),
        resamples=int(null.size),
        null=tuple(np.quantile(null, np.linspace(0.0, 1.0, 101)).tolist()),
        statistic=float(statistic),
    )


def stationary_indices(n: int, resamples: int, mean_block: float, random: np.random.Generator) -> Integers:
    """Return (resamples, n) indices into n days: blocks of geometric length that begin anywhere and wrap around."""
    return _indices(*_blocks(n, resamples, mean_block, random))


def _blocks(n: int, resamples: int, mean_block: float, random: np.random.Generator) -> tuple[Integers, Booleans]:
    # for every day: where a block would begin, and whether one does
    starts = random.integers(0, n, (resamples, n))
    is_new = random.random((resamples, n)) < 1.0 / mean_block
    is_new[:, 0] = True
    return starts, is_new


def _indices(starts: Integers, is_new: Booleans) -> Integers:
    n = starts.shape[1]
    began = np.flatnonzero(is_new)  # in the flattened array
    lengths = np.diff(np.append(began, starts.size))
    indices = np.repeat(starts.ravel()[began] - began % n, lengths).reshape(starts.shape) + np.arange(n)
    indices[indices >= n] -= n
    return indices


def _null(returns: Floats, resamples: int, mean_block: float, random: np.random.Generator) -> Floats:
    n, mean = returns.size, float(returns.mean())
    parts = []
    for done in range(0, resamples, max(1, _AT_ONCE // n)):
        starts, is_new = _blocks(n, min(max(1, _AT_ONCE // n), resamples - done), mean_block, random)
        for i in range(0, len(starts), _ROWS):
            indices = _indices(starts[i : i + _ROWS], is_new[i : i + _ROWS])
            parts.append(_ratio(returns[indices], mean))
    return np.concatenate(parts)


def _ratio(samples: Floats, centre: float) -> Floats:
    # a resample of one single value has no deviation: its ratio is as large as its mean is far
    deviation = np.maximum(samples.std(axis=1, ddof=1), 1e-15)
    return np.asarray((samples.mean(axis=1) - centre) / deviation * math.sqrt(samples.shape[1]))
