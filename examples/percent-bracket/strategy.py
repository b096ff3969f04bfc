"""sma-cross: price crosses above the 100 sma -> long with a 3% stop loss and 6% take profit.

Enter long when crosses_above(close, sma_line).
Stop long at entry_price * (1 - stop_pct / 100).
Target long at entry_price * (1 + target_pct / 100).
"""

from math import inf

from botyard.ops.events import crosses_above
from botyard.ops.position import clear_orders, decide, remember_bar, remember_fill, rest
from botyard.ops.state import BAR_COUNT, ENTRY_PRICE, NO_STOP, NONE, PENDING, SELL_LIMIT, SELL_STOP, SIZE, STATE
from botyard.ops.window import sma

NAME = "sma-cross"
TIMEFRAME = "5m"
TIMEZONE = "UTC"
PARAMETERS = ("sma_length", "stop_pct", "target_pct")
DEFAULTS = (100.0, 3.0, 6.0)
STATES = ("flat", "long")
FLAT, LONG = 0.0, 1.0
INITIAL = 0
TRANSITIONS = (  # signal, kind, from, to
    ("enter_long", "when", (0,), 1),
    ("stop", "stop", (1,), 0),
    ("target", "limit", (1,), 0),
)
ENTER_LONG, STOP, TARGET = 0.0, 1.0, 2.0
TARGETS = (LONG, FLAT, FLAT)
SIZING = "fraction"
MAX_LEVERAGE = 1.0
MAX_QUOTE = inf
LIMITS = (inf, inf, inf, inf)  # losses a day, daily loss, drawdown, trades a day
ORDER_SLOTS = 2
STATE_SIZE = 240  # floats; a number after `s` in a call: from there on the function keeps its own
UNKNOWN = ()


def warm_up(p):
    """Bars before anything may fire."""
    sma_length = p[0]
    return max(2.0, sma_length + 1.0)


def on_bar(s, p, minutes, open, high, low, close, volume):
    """Take in one closed bar; decide at its close."""
    sma_length = int(p[0])
    stop_pct = p[1]
    remember_bar(s, high, low, close)
    sma_line = sma(s, 34, close, sma_length)
    close_crosses_above_sma_line = crosses_above(s, 237, close, sma_line)
    s[PENDING] = NONE
    if s[BAR_COUNT] < warm_up(p):
        return
    s[SIZE] = 1.0
    state = s[STATE]
    if state == FLAT:
        if close_crosses_above_sma_line == 1.0:
            decide(s, ENTER_LONG, 1.0, close * (1.0 - stop_pct / 100.0))
    arm(s, p)


def arm(s, p):
    """Put up the resting orders of the present state."""
    stop_pct = p[1]
    target_pct = p[2]
    clear_orders(s, 2)
    state = s[STATE]
    if state == LONG:
        level = s[ENTRY_PRICE] * (1.0 - stop_pct / 100.0)
        rest(s, 0, SELL_STOP, level, STOP, 0.0, NO_STOP)
        level = s[ENTRY_PRICE] * (1.0 + target_pct / 100.0)
        rest(s, 1, SELL_LIMIT, level, TARGET, 0.0, NO_STOP)


def on_fill(s, p, transition, exposure, price):
    """Take in a fill: position memory first, then the orders that follow from it."""
    remember_fill(s, TARGETS[int(transition)], exposure, price)
    arm(s, p)
