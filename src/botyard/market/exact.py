"""Made-up randomness and functions whose bits are the same on every machine.

Only `+ - * /`, `sqrt`, rounding, comparisons and integer arithmetic are used: IEEE 754 fixes their results,
while `exp`, `log` and vectorised sums come from the machine's own libraries and may differ in the last bit.
Sums of floats run in order (`cumsum`); sums of integers are exact.
"""

import hashlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LANES = np.uint64(0x0000FFFF0000FFFF)
_LOW = np.uint64(0xFFFFFFFF)

_LANE_MEAN = 4 * 65535 / 2
_LANE_DEVIATION = math.sqrt(4 * (65536.0 * 65536.0 - 1) / 12)

_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two parts (fdlibm): k * high is exact for small k
_LN2_LOW = 1.90821492927058770002e-10
_LOG2_E = 1.44269504088896340736
_EXP_COEFFICIENTS = tuple(
    1.0 / f for f in (479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1)
)
_LOG_COEFFICIENTS = tuple(2.0 / k for k in range(21, 0, -2))
_ROOT_HALF = 0.70710678118654752440


def seed(*words: str) -> np.uint64:
    """Return the 64-bit seed of a named stream."""
    return np.uint64(int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:8], "little"))


def hashes(stream: np.uint64, counters: Integers) -> Hashes:
    """Return 64 random bits per counter (SplitMix64: Steele, Lea, Flood 2014, doi:10.1145/2714064.2660195)."""
    x = counters.astype(np.uint64)
    x *= _GOLDEN
    x += stream
    x ^= x >> np.uint64(30)
    x *= _MIX_1
    x ^= x >> np.uint64(27)
    x *= _MIX_2
    x ^= x >> np.uint64(31)
    return x


def lanes(bits: Hashes) -> Integers:
    """Return the sum of the four 16-bit lanes of each hash: nearly normal, and an exact integer."""
    pairs = (bits & _LANES) + ((bits >> np.uint64(16)) & _LANES)
    return ((pairs & _LOW) + (pairs >> np.uint64(32))).astype(np.int64)


def normal(lane_sums: Integers, terms: int = 1) -> Floats:
    """Scale sums of `terms` lane sums to mean 0 and deviation 1."""
    scale = _LANE_DEVIATION * math.sqrt(terms)
    return np.asarray((lane_sums - terms * _LANE_MEAN) / scale, dtype=np.float64)


def moving_normal(stream: np.uint64, first: int, count: int, window: int) -> Floats:
    """Return a standardised moving average of `window` draws that ends at each of `count` counters."""
    draws = lanes(hashes(stream, np.arange(first - window + 1, first + count, dtype=np.int64)))
    sums = np.concatenate(([0], np.cumsum(draws)))
    moving: Integers = sums[window:] - sums[:-window]
    return normal(moving, window)


def uniform(bits: Hashes, width: int) -> Floats:
    """Return numbers inside (0, 1) from integers of `width` bits."""
    return (bits.astype(np.float64) + 0.5) * 2.0**-width


def exp(x: Any) -> Floats:
    """Return e to the x for |x| < 500, to about 2e-16, from exact operations only."""
    x = np.asarray(x, dtype=np.float64)
    k = np.rint(x * _LOG2_E)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    total = np.full_like(r, _EXP_COEFFICIENTS[0])
    for coefficient in _EXP_COEFFICIENTS[1:]:
        total *= r
        total += coefficient
    result: Floats = np.ldexp(total, k.astype(np.int32))
    return result


def log(x: Any) -> Floats:
    """Return the natural logarithm of positive numbers, to about 2e-16, from exact operations only."""
    mantissa, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    small = mantissa < _ROOT_HALF
    mantissa = np.where(small, mantissa * 2.0, mantissa)
    exponent = exponent - small
    t = (mantissa - 1.0) / (mantissa + 1.0)
    square = t * t
    total = np.full_like(t, _LOG_COEFFICIENTS[0])
    for coefficient in _LOG_COEFFICIENTS[1:]:
        total *= square
        total += coefficient
    return total * t + (exponent * _LN2_LOW + exponent * _LN2_HIGH)
