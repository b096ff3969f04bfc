"""rsi-ema-cross: buy when rsi(14) drops under 30 and sell above 60, only when price above 200 ema, 2 atr stop.

Enter long when crosses_below(rsi_line, rsi_below) and close > ema_line.
Leave long when rsi_line > rsi_above.
Stop long at entry_price - stop_atr * at_entry(atr_line).
"""

from math import inf, nan

from botyard.ops.average import ema
from botyard.ops.events import crosses_below
from botyard.ops.momentum import rsi
from botyard.ops.position import clear_orders, decide, remember_bar, remember_fill, rest
from botyard.ops.state import BAR_COUNT, ENTRY_PRICE, EXPOSURE, NO_STOP, NONE, PENDING, SELL_STOP, SIZE, STATE
from botyard.ops.volatility import atr

NAME = "rsi-ema-cross"
TIMEFRAME = "15m"
TIMEZONE = "UTC"
PARAMETERS = ("rsi_length", "rsi_below", "ema_length", "rsi_above", "stop_atr", "atr_length")
DEFAULTS = (14.0, 30.0, 200.0, 60.0, 2.0, 14.0)
STATES = ("flat", "long")
FLAT, LONG = 0.0, 1.0
INITIAL = 0
TRANSITIONS = (  # signal, kind, from, to
    ("enter_long", "when", (0,), 1),
    ("exit_long", "when", (1,), 0),
    ("stop", "stop", (1,), 0),
)
ENTER_LONG, EXIT_LONG, STOP = 0.0, 1.0, 2.0
TARGETS = (LONG, FLAT, FLAT)
SIZING = "fraction"
MAX_LEVERAGE = 1.0
MAX_QUOTE = inf
LIMITS = (inf, inf, inf, inf)  # losses a day, daily loss, drawdown, trades a day
ORDER_SLOTS = 1
STATE_SIZE = 50  # floats; a number after `s` in a call: from there on the function keeps its own
UNKNOWN = (49,)

# places in the state
ATR_LINE = 48
ATR_LINE_AT_ENTRY = 49


def warm_up(p):
    """Bars before anything may fire."""
    rsi_length = p[0]
    ema_length = p[2]
    atr_length = p[5]
    return max(rsi_length + 2.0, ema_length, atr_length + 1.0)


def on_bar(s, p, minutes, open, high, low, close, volume):
    """Take in one closed bar; decide at its close."""
    rsi_length = int(p[0])
    rsi_below = p[1]
    ema_length = int(p[2])
    rsi_above = p[3]
    stop_atr = p[4]
    atr_length = int(p[5])
    remember_bar(s, high, low, close)
    rsi_line = rsi(s, 29, close, rsi_length)
    rsi_line_crosses_below_rsi_below = crosses_below(s, 37, rsi_line, rsi_below)
    ema_line = ema(s, 40, close, ema_length)
    atr_line = atr(s, 43, high, low, close, atr_length)
    # for the orders
    s[ATR_LINE] = atr_line
    s[PENDING] = NONE
    if s[BAR_COUNT] < warm_up(p):
        return
    s[SIZE] = 1.0
    state = s[STATE]
    if state == FLAT:
        if rsi_line_crosses_below_rsi_below == 1.0 and close > ema_line:
            decide(s, ENTER_LONG, 1.0, close - stop_atr * atr_line)
    elif state == LONG:
        if rsi_line > rsi_above:
            decide(s, EXIT_LONG, 0.0, NO_STOP)
    arm(s, p)


def arm(s, p):
    """Put up the resting orders of the present state."""
    stop_atr = p[4]
    atr_line_at_entry = s[ATR_LINE_AT_ENTRY]
    clear_orders(s, 1)
    state = s[STATE]
    if state == LONG:
        level = s[ENTRY_PRICE] - stop_atr * atr_line_at_entry
        rest(s, 0, SELL_STOP, level, STOP, 0.0, NO_STOP)


def on_fill(s, p, transition, exposure, price):
    """Take in a fill: position memory first, then the orders that follow from it."""
    opened = remember_fill(s, TARGETS[int(transition)], exposure, price)
    if opened == 1.0:
        s[ATR_LINE_AT_ENTRY] = s[ATR_LINE]
    elif s[EXPOSURE] == 0.0:
        s[ATR_LINE_AT_ENTRY] = nan
    arm(s, p)
