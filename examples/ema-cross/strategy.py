"""ema-cross: fast ema crosses slow ema.

Enter long when crosses_above(ema_fast, ema_slow).
Leave long when crosses_below(ema_fast, ema_slow).
"""

from math import inf

from botyard.ops.average import ema
from botyard.ops.events import crosses_above, crosses_below
from botyard.ops.position import decide, remember_bar, remember_fill
from botyard.ops.state import BAR_COUNT, NO_STOP, NONE, PENDING, SIZE, STATE

NAME = "ema-cross"
TIMEFRAME = "5m"
TIMEZONE = "UTC"
PARAMETERS = ("fast", "slow")
DEFAULTS = (12.0, 26.0)
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
STATE_SIZE = 36  # floats; a number after `s` in a call: from there on the function keeps its own
UNKNOWN = ()


def warm_up(p):
    """Bars before anything may fire."""
    fast = p[0]
    slow = p[1]
    return max(fast + 1.0, slow + 1.0)


def on_bar(s, p, minutes, open, high, low, close, volume):
    """Take in one closed bar; decide at its close."""
    fast = int(p[0])
    slow = int(p[1])
    remember_bar(s, high, low, close)
    ema_fast = ema(s, 24, close, fast)
    ema_slow = ema(s, 27, close, slow)
    ema_fast_crosses_above_ema_slow = crosses_above(s, 30, ema_fast, ema_slow)
    ema_fast_crosses_below_ema_slow = crosses_below(s, 33, ema_fast, ema_slow)
    s[PENDING] = NONE
    if s[BAR_COUNT] < warm_up(p):
        return
    s[SIZE] = 1.0
    state = s[STATE]
    if state == FLAT:
        if ema_fast_crosses_above_ema_slow == 1.0:
            decide(s, ENTER_LONG, 1.0, NO_STOP)
    elif state == LONG:
        if ema_fast_crosses_below_ema_slow == 1.0:
            decide(s, EXIT_LONG, 0.0, NO_STOP)


def on_fill(s, p, transition, exposure, price):
    """Take in a fill: position memory first, then the orders that follow from it."""
    remember_fill(s, TARGETS[int(transition)], exposure, price)
