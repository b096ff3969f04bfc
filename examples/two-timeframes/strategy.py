"""rsi-ema: use the 1h 200 ema as trend filter and trade 5m rsi(2) pullbacks: buy rsi under 10, exit rsi over 70.

Enter long when rsi_line < rsi_below and close > ema_1h.
Leave long when rsi_line > rsi_above.
"""

from math import inf

from botyard.ops.average import ema
from botyard.ops.calendar.clock import bar_closed
from botyard.ops.momentum import rsi
from botyard.ops.position import decide, remember_bar, remember_fill
from botyard.ops.state import BAR_COUNT, NO_STOP, NONE, PENDING, SIZE, STATE

NAME = "rsi-ema"
TIMEFRAME = "5m"
TIMEZONE = "UTC"
PARAMETERS = ("rsi_length", "rsi_below", "ema_length", "rsi_above")
DEFAULTS = (2.0, 10.0, 200.0, 70.0)
STATES = ("flat", "long")
FLAT, LONG = 0.0, 1.0
INITIAL = 0
TRANSITIONS = (  # signal, kind, from, to
    ("enter_long", "when", (0,), 1),
    ("exit_long", "when", (1,), 0),
)
ENTER_LONG, EXIT_LONG = 0.0, 1.0
TARGETS = (LONG, FLAT)
SIZING = "fraction"
MAX_LEVERAGE = 1.0
MAX_QUOTE = inf
LIMITS = (inf, inf, inf, inf)  # losses a day, daily loss, drawdown, trades a day
ORDER_SLOTS = 0
STATE_SIZE = 44  # floats; a number after `s` in a call: from there on the function keeps its own
UNKNOWN = (43,)

# places in the state
CLOSE_1H = 36
EMA_1H = 43


def warm_up(p):
    """Bars before anything may fire."""
    rsi_length = p[0]
    ema_length = p[2]
    return max(rsi_length + 1.0, 12.0 * ema_length + 11.0)


def on_bar(s, p, minutes, open, high, low, close, volume):
    """Take in one closed bar; decide at its close."""
    rsi_length = int(p[0])
    rsi_below = p[1]
    ema_length = int(p[2])
    rsi_above = p[3]
    remember_bar(s, high, low, close)
    rsi_line = rsi(s, 24, close, rsi_length)
    # every bar of 1h that has closed
    while bar_closed(s, 32, minutes, 5.0, 60.0, 0.0, open, high, low, close, volume) == 1.0:
        ema_close_ema_length_1h = ema(s, 40, s[CLOSE_1H], ema_length)
        s[EMA_1H] = ema_close_ema_length_1h
    ema_1h = s[EMA_1H]
    s[PENDING] = NONE
    if s[BAR_COUNT] < warm_up(p):
        return
    s[SIZE] = 1.0
    state = s[STATE]
    if state == FLAT:
        if rsi_line < rsi_below and close > ema_1h:
            decide(s, ENTER_LONG, 1.0, NO_STOP)
    elif state == LONG:
        if rsi_line > rsi_above:
            decide(s, EXIT_LONG, 0.0, NO_STOP)


def on_fill(s, p, transition, exposure, price):
    """Take in a fill: position memory first, then the orders that follow from it."""
    remember_fill(s, TARGETS[int(transition)], exposure, price)
