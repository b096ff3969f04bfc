"""The loop over bars, as plain Python: compiled together with the rules, and linked with one strategy."""

from typing import Any

from botyard.ops.state import KIND, LEVEL, NO_ORDER, ORDER_WIDTH, ORDERS, PENDING, TRANSITION
from botyard.rules import book
from botyard.rules.book import OnBar, OnFill, decide, settle
from botyard.rules.layout import (
    BAR,
    EQUITY,
    FILL_COUNT,
    FILL_WIDTH,
    FILLS,
    ORDER_LOTS,
    PENDING_LOTS,
    QUANTITY_LOTS,
    REFUSAL,
    TRADE_COUNT,
    TRADE_WIDTH,
    TRADES,
    X_ORDER_SLOTS,
    Floats,
)
from botyard.rules.limits import begin_day
from botyard.rules.refusals import ACCEPTED

SYMBOL = "botyard_run"

FILL_ROW = FILL_WIDTH + 1  # the bar comes first
N_FILLS, N_TRADES, N_DAYS = 0, 1, 2  # in `counts`
COUNTS = 3
DAILY, CURVES, ORDERS_TOO = 0, 1, 2  # how much is recorded


def run(
    on_first_bar: OnBar,
    on_bar: OnBar,
    on_fill: OnFill,
    n: int,
    recorded: int,
    slots: int,
    known: int,
    minutes: Floats,
    days: Floats,
    day_starts: Floats,
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
    """Run a strategy over n bars. Its functions are bound when it is compiled.

    on_first_bar, on_bar: the same function twice; the second takes over when the ops are settled, and asks no more.
    known: 1 where `Bars.is_known`, else they never are. day_starts: the bars with which a UTC day begins, then n.
    daily: equity at the last bar of each UTC day, the first bar of all left out. The arrays after it are written only
    as far as `recorded` asks: DAILY none, CURVES all but orders, ORDERS_TOO all. Each bar passes as in `rules.book.step`;
    the bars of a day that find nothing to settle leave the book alone. In the end `s` is of no use: what nothing reads
    during the run is not written.
    """
    counts[N_FILLS] = 0.0
    counts[N_TRADES] = 0.0
    counts[N_DAYS] = 0.0
    day = 0
    next_day = 0
    idle = False
    settled_from = n
    for i in range(n):
        if i == next_day:
            if i > 1:
                end_day(b, daily, counts)
            begin_day(b, days[i])
            day += 1
            next_day = int(day_starts[day])
            idle = False
        if not idle:
            b[BAR] = float(i)
            b[FILL_COUNT] = 0.0
            b[TRADE_COUNT] = 0.0
            b[REFUSAL] = ACCEPTED
            if not settle(s, p, b, x, on_fill, open[i], high[i], low[i], close[i]):
                end_early(s, b, n, recorded, slots, days, daily, equity, lots, fills, trades, orders, counts, i)
                return
        if i >= settled_from:
            on_bar(s, p, minutes[i], open[i], high[i], low[i], close[i], volume[i])
        else:
            on_first_bar(s, p, minutes[i], open[i], high[i], low[i], close[i], volume[i])
            if known == 1 and has_settled(s):
                settled_from = i + 1
        if not idle or wants_something(s, x):
            b[BAR] = float(i)
            decide(s, b, x, close[i])
            idle = is_idle(s, b, x)
        if recorded != DAILY:
            write_bar(s, b, equity, lots, fills, trades, orders, counts, i, slots, recorded, not idle)
    if n > 1:
        end_day(b, daily, counts)


def has_settled(s: Floats) -> bool:  # noqa: ARG001 - translated otherwise
    """Whether all that the ops call settled held at the bar just seen; the translator writes it."""
    return False


def is_idle(s: Floats, b: Floats, x: Floats) -> bool:
    """Whether the bar just decided on left nothing behind: no position, no fill, no refusal, nothing wanted.

    While its day lasts, all that the next bar's `settle` would change is the bar's number.
    """
    if b[QUANTITY_LOTS] != 0.0 or b[FILL_COUNT] > 0.0 or b[REFUSAL] != ACCEPTED:
        return False
    return not wants_something(s, x)


def wants_something(s: Floats, x: Floats) -> bool:
    """Whether a market order is pending or an order rests."""
    if s[PENDING] >= 0.0:
        return True
    for k in range(int(x[X_ORDER_SLOTS])):  # noqa: SIM110 - the subset that is compiled has no generators
        if s[ORDERS + k * ORDER_WIDTH + KIND] != NO_ORDER:
            return True
    return False


def end_early(
    s: Floats,
    b: Floats,
    n: int,
    recorded: int,
    slots: int,
    days: Floats,
    daily: Floats,
    equity: Floats,
    lots: Floats,
    fills: Floats,
    trades: Floats,
    orders: Floats,
    counts: Floats,
    last: int,
) -> None:
    """Record the bar of a liquidation and all after it, in which nothing happens any more."""
    for i in range(last, n):
        if i > last and days[i] != days[i - 1]:
            end_day(b, daily, counts)
        if recorded != DAILY:
            write_bar(s, b, equity, lots, fills, trades, orders, counts, i, slots, recorded, i == last)
    if n > 1:
        end_day(b, daily, counts)


def end_day(b: Floats, daily: Floats, counts: Floats) -> None:
    """Write the equity of a day's last bar."""
    daily[int(counts[N_DAYS])] = b[EQUITY]
    counts[N_DAYS] += 1.0


def write_bar(
    s: Floats,
    b: Floats,
    equity: Floats,
    lots: Floats,
    fills: Floats,
    trades: Floats,
    orders: Floats,
    counts: Floats,
    i: int,
    slots: int,
    recorded: int,
    was_settled: bool,
) -> None:
    """Write what is recorded of bar i. was_settled: whether the book was looked at, so that it may hold fills."""
    equity[i] = b[EQUITY]
    lots[i] = b[QUANTITY_LOTS]
    if was_settled and b[FILL_COUNT] > 0.0:
        write_fills(b, fills, trades, counts, i)
    if recorded == ORDERS_TOO:
        write_orders(s, b, orders, i, slots)


def write_fills(b: Floats, fills: Floats, trades: Floats, counts: Floats, i: int) -> None:
    """Write the fills and closed trades of bar i."""
    for k in range(int(b[FILL_COUNT])):
        at = int(counts[N_FILLS]) * FILL_ROW
        fills[at] = float(i)
        for j in range(FILL_WIDTH):
            fills[at + 1 + j] = b[FILLS + k * FILL_WIDTH + j]
        counts[N_FILLS] += 1.0
    for k in range(int(b[TRADE_COUNT])):
        at = int(counts[N_TRADES]) * TRADE_WIDTH
        for j in range(TRADE_WIDTH):
            trades[at + j] = b[TRADES + k * TRADE_WIDTH + j]
        counts[N_TRADES] += 1.0


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


RARE: tuple[Any, ...] = (
    book.fill_pending,
    book.fill_resting,
    book.liquidate,
    book.size_decision,
    book.take_tick_order,
    end_early,
    end_day,
    write_fills,
    write_orders,
)
"""What most bars do without: it stays a call, so that the loop itself is small."""
