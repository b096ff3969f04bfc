"""The loop over bars, as plain Python: compiled together with the rules, and linked with one strategy."""

from botyard.ops.state import KIND, LEVEL, NO_ORDER, ORDER_WIDTH, ORDERS, PENDING, TRANSITION
from botyard.rules.book import OnBar, OnFill, step
from botyard.rules.layout import (
    EQUITY,
    FILL_COUNT,
    FILL_WIDTH,
    FILLS,
    ORDER_LOTS,
    PENDING_LOTS,
    QUANTITY_LOTS,
    TRADE_COUNT,
    TRADE_WIDTH,
    TRADES,
    Floats,
)

SYMBOL = "botyard_run"

FILL_ROW = FILL_WIDTH + 1  # the bar comes first
N_FILLS, N_TRADES, N_DAYS = 0, 1, 2  # in `counts`
COUNTS = 3
DAILY, CURVES, ORDERS_TOO = 0, 1, 2  # how much is recorded


def run(
    on_bar: OnBar,
    on_fill: OnFill,
    n: int,
    recorded: int,
    slots: int,
    minutes: Floats,
    days: Floats,
    open: Floats,
    high: Floats,
    low: Floats,
    close: Floats,
    volume: Floats,
    s: Floats,
    p: Floats,
    b: Floats,
    x: Floats,
    daily: Floats,
    equity: Floats,
    lots: Floats,
    fills: Floats,
    trades: Floats,
    orders: Floats,
    counts: Floats,
) -> None:
    """Run a strategy over n bars. Its two functions are bound when it is compiled.

    daily: equity at the last bar of each UTC day, the first bar of all left out. The arrays after it are written only
    as far as `recorded` asks: DAILY none, CURVES all but orders, ORDERS_TOO all.
    """
    n_fills = 0
    n_trades = 0
    n_days = 0
    for i in range(n):
        if i > 1 and days[i] != days[i - 1]:
            daily[n_days] = b[EQUITY]
            n_days += 1
        step(
            s, p, b, x, on_bar, on_fill,
            minutes[i], days[i], open[i], high[i], low[i], close[i], volume[i],
        )  # fmt: skip
        if recorded != DAILY:
            equity[i] = b[EQUITY]
            lots[i] = b[QUANTITY_LOTS]
            for k in range(int(b[FILL_COUNT])):
                fills[n_fills * FILL_ROW] = float(i)
                for j in range(FILL_WIDTH):
                    fills[n_fills * FILL_ROW + 1 + j] = b[FILLS + k * FILL_WIDTH + j]
                n_fills += 1
            for k in range(int(b[TRADE_COUNT])):
                for j in range(TRADE_WIDTH):
                    trades[n_trades * TRADE_WIDTH + j] = b[TRADES + k * TRADE_WIDTH + j]
                n_trades += 1
            if recorded == ORDERS_TOO:
                write_orders(s, b, orders, i, slots)
    if n > 1:
        daily[n_days] = b[EQUITY]
        n_days += 1
    counts[N_FILLS] = float(n_fills)
    counts[N_TRADES] = float(n_trades)
    counts[N_DAYS] = float(n_days)


def write_orders(s: Floats, b: Floats, orders: Floats, i: int, slots: int) -> None:
    """Write what is wanted after the close of bar i: pending transition and lots, then each resting order."""
    at = i * (2 + 4 * slots)
    orders[at] = s[PENDING]
    orders[at + 1] = b[PENDING_LOTS] if s[PENDING] >= 0.0 else 0.0
    for k in range(slots):
        order = ORDERS + k * ORDER_WIDTH
        if s[order + KIND] != NO_ORDER:
            orders[at + 2 + 4 * k] = s[order + KIND]
            orders[at + 3 + 4 * k] = s[order + LEVEL]
            orders[at + 4 + 4 * k] = s[order + TRANSITION]
            orders[at + 5 + 4 * k] = b[ORDER_LOTS + k]
