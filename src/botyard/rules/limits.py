"""Limits: entries stop for the rest of the UTC day, or for good after the drawdown; exits never do."""

from math import inf

from botyard.rules.layout import (
    DAY,
    DAY_EQUITY,
    DAY_STOPPED,
    ENTRIES_TODAY,
    EQUITY,
    LOSSES_TODAY,
    LOWEST_DRAWDOWN,
    PEAK_EQUITY,
    STOPPED,
    X_MAX_DAILY_LOSS,
    X_MAX_DRAWDOWN,
    X_MAX_LOSSES,
    X_MAX_TRADES,
    Floats,
)
from botyard.rules.refusals import ACCEPTED, DAILY_LOSS, LOSSES_PER_DAY, MAX_DRAWDOWN, TRADES_PER_DAY


def begin_day(b: Floats, day: float) -> None:
    """Start the counters of a UTC day."""
    b[DAY] = day
    b[DAY_EQUITY] = b[EQUITY]
    b[LOSSES_TODAY] = 0.0
    b[ENTRIES_TODAY] = 0.0
    b[DAY_STOPPED] = 0.0


def mark(b: Floats, x: Floats, equity: float) -> float:
    """Write the equity of a close, its peak and what limits it reached; return the drawdown, at most 0."""
    b[EQUITY] = equity
    b[PEAK_EQUITY] = max(b[PEAK_EQUITY], equity)
    drawdown = equity / b[PEAK_EQUITY] - 1.0
    if drawdown < b[LOWEST_DRAWDOWN]:
        b[LOWEST_DRAWDOWN] = drawdown
        if drawdown <= -x[X_MAX_DRAWDOWN]:
            b[STOPPED] = 1.0
    if x[X_MAX_DAILY_LOSS] < inf and equity <= b[DAY_EQUITY] * (1.0 - x[X_MAX_DAILY_LOSS]):
        b[DAY_STOPPED] = 1.0
    return drawdown


def entry_refusal(b: Floats, x: Floats) -> float:
    """Return which limit forbids an entry now, or ACCEPTED."""
    if b[STOPPED] == 1.0:
        return MAX_DRAWDOWN
    if b[DAY_STOPPED] == 1.0:
        return DAILY_LOSS
    if b[LOSSES_TODAY] >= x[X_MAX_LOSSES]:
        return LOSSES_PER_DAY
    if b[ENTRIES_TODAY] >= x[X_MAX_TRADES]:
        return TRADES_PER_DAY
    return ACCEPTED
