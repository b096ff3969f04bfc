"""What a strategy remembers of its own position, and how it asks for orders. Shared by all emitted strategies."""

from math import nan

from botyard.ops.state import (
    BAR_COUNT,
    BARS_IN_POSITION,
    BARS_IN_STATE,
    BARS_SINCE_EXIT,
    ENTRY_PRICE,
    EXPOSURE,
    FIRST_FILL_PRICE,
    HIGHEST_CLOSE_SINCE_ENTRY,
    HIGHEST_SINCE_ENTRY,
    KIND,
    LAST_CLOSE,
    LAST_EXIT_PRICE,
    LAST_FILL_PRICE,
    LEVEL,
    LOWEST_CLOSE_SINCE_ENTRY,
    LOWEST_SINCE_ENTRY,
    NO_ORDER,
    NONE,
    ORDER_EXPOSURE,
    ORDER_STOP,
    ORDER_WIDTH,
    ORDERS,
    PENDING,
    PENDING_EXPOSURE,
    PENDING_STOP,
    STATE,
    TRANSITION,
)
from botyard.ops.types import State


def remember_bar(s: State, high: float, low: float, close: float) -> None:
    """Count the bar and widen the extremes. What is NaN while flat stays NaN."""
    s[LAST_CLOSE] = close
    s[BAR_COUNT] += 1.0
    s[BARS_IN_STATE] += 1.0
    s[BARS_SINCE_EXIT] += 1.0
    if s[EXPOSURE] != 0.0:
        s[BARS_IN_POSITION] += 1.0
        s[HIGHEST_SINCE_ENTRY] = max(s[HIGHEST_SINCE_ENTRY], high)
        s[LOWEST_SINCE_ENTRY] = min(s[LOWEST_SINCE_ENTRY], low)
        s[HIGHEST_CLOSE_SINCE_ENTRY] = max(s[HIGHEST_CLOSE_SINCE_ENTRY], close)
        s[LOWEST_CLOSE_SINCE_ENTRY] = min(s[LOWEST_CLOSE_SINCE_ENTRY], close)


def remember_fill(s: State, target: float, exposure: float, price: float) -> float:
    """Move to the target state and take in the fill; 1 where a position was opened or turned round."""
    before = s[EXPOSURE]
    enter_state(s, target)
    s[EXPOSURE] = exposure
    s[PENDING] = NONE
    s[LAST_FILL_PRICE] = price
    if before != 0.0 and before * exposure <= 0.0:
        s[LAST_EXIT_PRICE] = price
        s[BARS_SINCE_EXIT] = 0.0
    if exposure == 0.0:
        _forget_position(s)
        return 0.0
    if before * exposure <= 0.0:
        s[ENTRY_PRICE] = price
        s[FIRST_FILL_PRICE] = price
        s[BARS_IN_POSITION] = 0.0
        s[HIGHEST_SINCE_ENTRY] = price
        s[LOWEST_SINCE_ENTRY] = price
        s[HIGHEST_CLOSE_SINCE_ENTRY] = price
        s[LOWEST_CLOSE_SINCE_ENTRY] = price
        return 1.0
    if abs(exposure) > abs(before):
        s[ENTRY_PRICE] = (s[ENTRY_PRICE] * before + price * (exposure - before)) / exposure
    return 0.0


def _forget_position(s: State) -> None:
    s[ENTRY_PRICE] = nan
    s[FIRST_FILL_PRICE] = nan
    s[BARS_IN_POSITION] = nan
    s[HIGHEST_SINCE_ENTRY] = nan
    s[LOWEST_SINCE_ENTRY] = nan
    s[HIGHEST_CLOSE_SINCE_ENTRY] = nan
    s[LOWEST_CLOSE_SINCE_ENTRY] = nan


def enter_state(s: State, target: float) -> None:
    """Change the state; its bars are counted from here."""
    s[STATE] = target
    s[BARS_IN_STATE] = 0.0


def decide(s: State, transition: float, exposure: float, stop: float) -> None:
    """Ask for a market order at the next open; for none while its exposure is not known.

    stop: the first stop of the target state, were it filled now.
    """
    if exposure != exposure:
        return
    s[PENDING] = transition
    s[PENDING_EXPOSURE] = exposure
    s[PENDING_STOP] = stop


def clear_orders(s: State, n: int) -> None:
    """Take all n resting orders down."""
    for j in range(n):
        s[ORDERS + j * ORDER_WIDTH + KIND] = NO_ORDER


def rest(s: State, i: int, side: float, level: float, transition: float, exposure: float, stop: float) -> None:
    """Put a resting order into place i; none while its level or its exposure is not known."""
    if level != level or exposure != exposure:
        return
    first = ORDERS + i * ORDER_WIDTH
    s[first + KIND] = side
    s[first + LEVEL] = level
    s[first + TRANSITION] = transition
    s[first + ORDER_EXPOSURE] = exposure
    s[first + ORDER_STOP] = stop


def keep_known(before: float, level: float) -> float:
    """Take the new level, or the last one while the new one is not known."""
    return before if level != level else level


def only_up(before: float, level: float) -> float:
    """Raise only: a ratchet under a long position."""
    if level != level:
        return before
    return max(level, before)


def only_down(before: float, level: float) -> float:
    """Lower only: a ratchet over a short position."""
    if level != level:
        return before
    return min(level, before)


def position_return(s: State, price: float) -> float:
    """Return on average cost, positive when the position gains; NaN while flat."""
    if s[EXPOSURE] == 0.0:
        return nan
    gain = price / s[ENTRY_PRICE] - 1.0 if s[ENTRY_PRICE] > 0.0 else nan
    return gain if s[EXPOSURE] > 0.0 else -gain
