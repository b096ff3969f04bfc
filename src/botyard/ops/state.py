"""Where things stand in a strategy's state: one flat list of floats, header first, then its nodes' slots.

The strategy writes the header, but for the account inputs, which the book writes before `on_bar`.
Emitted strategies, the book, the engine and the bot all address it by these names.
"""

from collections.abc import Sequence
from math import inf, nan

from botyard.errors import InvariantError

STATE = 0  # index into STATES
EXPOSURE = 1  # signed fraction of the unit position that is held
PENDING = 2  # transition decided at the last close, to be filled at the next open; NONE when there is none
PENDING_EXPOSURE = 3  # exposure after it
PENDING_STOP = 4  # first stop price of its target state; NO_STOP when that state has none, NaN when not known
SIZE = 5  # the sizing number at the last close: fraction, quote amount, units or risk per trade
STOP_DISTANCE = 6  # sizing's fallback distance, quote per unit; NaN when the spec has none
ENTRY_PRICE = 7  # average cost; NaN while flat
FIRST_FILL_PRICE = 8
LAST_FILL_PRICE = 9
LAST_EXIT_PRICE = 10  # NaN until it happened
BARS_IN_POSITION = 11  # the fill bar's close counts 1
BARS_IN_STATE = 12
BARS_SINCE_EXIT = 13  # infinity until it happened
HIGHEST_SINCE_ENTRY = 14
LOWEST_SINCE_ENTRY = 15
HIGHEST_CLOSE_SINCE_ENTRY = 16
LOWEST_CLOSE_SINCE_ENTRY = 17
LAST_CLOSE = 18
BAR_COUNT = 19  # bars seen; nothing fires before WARM_UP bars
EQUITY = 20  # account inputs, written by the book before on_bar
DRAWDOWN = 21  # fraction, at most 0
TRADES_TODAY = 22
LAST_TRADE_RETURN = 23  # NaN until a trade closed
ORDERS = 24  # first resting order; each takes ORDER_WIDTH floats

KIND, LEVEL, TRANSITION, ORDER_EXPOSURE, ORDER_STOP = 0, 1, 2, 3, 4  # inside an order
ORDER_WIDTH = 5
NO_ORDER, BUY_STOP, SELL_STOP, BUY_LIMIT, SELL_LIMIT = 0.0, 1.0, 2.0, 3.0, 4.0

NONE = -1.0
NO_STOP = float("inf")

INFINITE = (BARS_SINCE_EXIT, PENDING_STOP)
UNKNOWN_AT_FIRST = (
    STOP_DISTANCE, ENTRY_PRICE, FIRST_FILL_PRICE, LAST_FILL_PRICE, LAST_EXIT_PRICE, BARS_IN_POSITION,
    HIGHEST_SINCE_ENTRY, LOWEST_SINCE_ENTRY, HIGHEST_CLOSE_SINCE_ENTRY, LOWEST_CLOSE_SINCE_ENTRY,
    LAST_CLOSE, EQUITY, LAST_TRADE_RETURN,
)  # fmt: skip


def new_state(state_size: int, order_slots: int, unknown: Sequence[int], initial: int) -> list[float]:
    """Build the state of a strategy that has seen no bar yet.

    `unknown`: slots beyond the header that begin as NaN. `initial`: index of the first state.
    Raises: InvariantError when the sizes cannot hold the header and its orders.
    """
    if state_size < ORDERS + order_slots * ORDER_WIDTH:
        raise InvariantError(f"a state of {state_size} floats cannot hold the header and {order_slots} resting orders")
    state = [0.0] * state_size
    for slot in (*UNKNOWN_AT_FIRST, *unknown):
        state[slot] = nan
    for slot in INFINITE:
        state[slot] = inf
    state[STATE] = float(initial)
    state[PENDING] = NONE
    return state
