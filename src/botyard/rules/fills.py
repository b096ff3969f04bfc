"""When a resting order is touched by a bar, and at which reference price it fills."""

from botyard.ops.state import BUY_LIMIT, BUY_STOP, SELL_LIMIT, SELL_STOP


def is_stop(kind: float) -> bool:
    """Whether it is a stop, not a limit."""
    return kind == BUY_STOP or kind == SELL_STOP  # noqa: PLR1714 - plain comparisons compile faster


def waits_above(kind: float) -> bool:
    """Whether the price must rise to the level."""
    return kind == BUY_STOP or kind == SELL_LIMIT  # noqa: PLR1714 - as above


def is_touched(kind: float, level: float, high: float, low: float) -> bool:
    """Whether a bar fills the order: a stop when reached, a limit only when traded through."""
    if kind == BUY_STOP:
        return high >= level
    if kind == SELL_STOP:
        return low <= level
    if kind == BUY_LIMIT:
        return low < level
    return high > level


def is_far(kind: float, level: float, high: float, low: float, tick: float) -> bool:
    """Whether rounding the level to the tick cannot make the bar touch it."""
    if waits_above(kind):
        return level > high + tick
    return level < low - tick


def distance(kind: float, level: float, open: float) -> float:
    """How far the price must go from the bar's open; negative when it opens beyond the level."""
    return level - open if waits_above(kind) else open - level


def reference_price(kind: float, level: float, open: float) -> float:
    """Return the level, or the open when the bar opens beyond it."""
    return max(level, open) if waits_above(kind) else min(level, open)
