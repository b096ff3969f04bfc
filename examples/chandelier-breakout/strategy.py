"""highest-atr.

buy when price makes a new 20 bar high, trail with a chandelier stop of 3 atr(22) from the highest high since entry.

Enter long when close > highest(high, high_bars)[1].
Stop long at highest_since_entry - trail_atr * atr_line, moving only in favour.
"""

from math import inf, nan

from botyard.ops.position import clear_orders, decide, only_up, remember_bar, remember_fill, rest
from botyard.ops.state import BAR_COUNT, HIGHEST_SINCE_ENTRY, NO_STOP, NONE, PENDING, SELL_STOP, SIZE, STATE
from botyard.ops.volatility import atr
from botyard.ops.window import highest, lag

NAME = "highest-atr"
TIMEFRAME = "1h"
TIMEZONE = "UTC"
PARAMETERS = ("high_bars", "trail_atr", "atr_length")
DEFAULTS = (20.0, 3.0, 22.0)
STATES = ("flat", "long")
FLAT, LONG = 0.0, 1.0
INITIAL = 0
TRANSITIONS = (  # signal, kind, from, to
    ("enter_long", "when", (0,), 1),
    ("stop", "stop", (1,), 0),
)
ENTER_LONG, STOP = 0.0, 1.0
TARGETS = (LONG, FLAT)
SIZING = "fraction"
MAX_LEVERAGE = 1.0
MAX_QUOTE = inf
LIMITS = (inf, inf, inf, inf)  # losses a day, daily loss, drawdown, trades a day
ORDER_SLOTS = 1
STATE_SIZE = 82  # floats; a number after `s` in a call: from there on the function keeps its own
UNKNOWN = (81,)

# places in the state
ATR_LINE = 80
STOP_LEVEL = 81


def warm_up(p):
    """Bars before anything may fire."""
    high_bars = p[0]
    atr_length = p[2]
    return max(high_bars + 1.0, 2.0, atr_length + 1.0)


def on_bar(s, p, minutes, open, high, low, close, volume):
    """Take in one closed bar; decide at its close."""
    high_bars = int(p[0])
    trail_atr = p[1]
    atr_length = int(p[2])
    remember_bar(s, high, low, close)
    highest_high_high_bars = highest(s, 29, high, high_bars)
    highest_high_high_bars_1_ago = lag(s, 72, highest_high_high_bars, 1)
    atr_line = atr(s, 75, high, low, close, atr_length)
    # for the orders
    s[ATR_LINE] = atr_line
    s[PENDING] = NONE
    if s[BAR_COUNT] < warm_up(p):
        return
    s[SIZE] = 1.0
    state = s[STATE]
    if state == FLAT:
        if close > highest_high_high_bars_1_ago:
            decide(s, ENTER_LONG, 1.0, close - trail_atr * atr_line)
    arm(s, p)


def arm(s, p):
    """Put up the resting orders of the present state."""
    trail_atr = p[1]
    atr_line = s[ATR_LINE]
    clear_orders(s, 1)
    state = s[STATE]
    if state == LONG:
        level = only_up(s[STOP_LEVEL], s[HIGHEST_SINCE_ENTRY] - trail_atr * atr_line)
        s[STOP_LEVEL] = level
        rest(s, 0, SELL_STOP, level, STOP, 0.0, NO_STOP)


def on_fill(s, p, transition, exposure, price):
    """Take in a fill: position memory first, then the orders that follow from it."""
    remember_fill(s, TARGETS[int(transition)], exposure, price)
    s[STOP_LEVEL] = nan
    arm(s, p)
