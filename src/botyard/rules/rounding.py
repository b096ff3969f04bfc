"""Grids of prices and quantities: n steps are worth n * numerator / denominator, the float nearest to the decimal.

Counts of steps are whole floats. Beyond 2**53 a float has no unit digit: counts are clamped there.
"""

from math import floor

MOST_STEPS = 4.0e15


def on_grid(steps: float, numerator: float, denominator: float) -> float:
    """Value of that many steps."""
    return steps * numerator / denominator


def nearest_steps(value: float, numerator: float, denominator: float) -> float:
    """Whole steps nearest to a value that is not NaN; negative values give 0."""
    steps = value * denominator / numerator + 0.5
    if not steps < MOST_STEPS:
        return MOST_STEPS
    if steps < 0.0:
        return 0.0
    return float(floor(steps))


def floor_steps(value: float, numerator: float, denominator: float) -> float:
    """Most whole steps that are not worth more than the value."""
    steps = nearest_steps(value, numerator, denominator)
    if steps * numerator / denominator > value and steps > 0.0:
        steps -= 1.0
    return steps


def ceil_steps(value: float, numerator: float, denominator: float) -> float:
    """Fewest whole steps that are not worth less than the value."""
    steps = nearest_steps(value, numerator, denominator)
    if steps * numerator / denominator < value and steps < MOST_STEPS:
        steps += 1.0
    return steps
