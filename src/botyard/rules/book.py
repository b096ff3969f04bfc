"""One bar of trading: fills, costs, equity and the next orders. Engine and bots run this very source.

The order of one bar:
1. the decision of the last close fills at the open;
2. at most one resting order fills, stops before limits;
3. a position whose margin is gone is liquidated, and the run ends;
4. funding is paid, equity is marked at the close;
5. the strategy sees the bar (`on_bar`) and decides;
6. the decision and the resting orders are sized; what is refused is struck out, as is every entry before the bar
   that trading begins with.

Plain Python in the subset that engine/machine translates: `s`, `p`, `b`, `x` are lists in a bot and float64 arrays in research.
"""

from collections.abc import Callable

from botyard.ops.state import DRAWDOWN as S_DRAWDOWN
from botyard.ops.state import EQUITY as S_EQUITY
from botyard.ops.state import (
    EXPOSURE,
    KIND,
    LEVEL,
    NO_ORDER,
    NONE,
    ORDER_EXPOSURE,
    ORDER_STOP,
    ORDER_WIDTH,
    ORDERS,
    PENDING,
    PENDING_EXPOSURE,
    PENDING_STOP,
    TRADES_TODAY,
    TRANSITION,
)
from botyard.ops.state import LAST_TRADE_RETURN as S_LAST_TRADE_RETURN
from botyard.rules.costs import (
    funding,
    is_borrowed,
    is_liquidated,
    liquidation_price,
    liquidation_reference,
    market_price,
)
from botyard.rules.fills import distance, is_far, is_stop, is_touched, reference_price
from botyard.rules.layout import (
    AMBIGUOUS,
    AT_OPEN,
    BAR,
    BARS_IN_MARKET,
    CASH,
    DAY,
    ENTRIES_TODAY,
    FILL_COUNT,
    FUNDING_PAID,
    LAST_TRADE_RETURN,
    LIQUIDATED,
    LIQUIDATION,
    ORDER_LOTS,
    PENDING_LOTS,
    PENDING_UNIT,
    QUANTITY_LOTS,
    REFUSAL,
    REFUSED_TRANSITION,
    RESTING,
    TOUCHED_AFTER_ENTRY,
    TRADE_COUNT,
    X_BAR_MINUTES,
    X_FUNDING,
    X_LOT_DENOMINATOR,
    X_LOT_NUMERATOR,
    X_MAKER,
    X_ORDER_SLOTS,
    X_SLIPPAGE,
    X_TAKER,
    X_TICK,
    X_TICK_DENOMINATOR,
    X_TICK_ENTRY_LIMIT,
    X_TICK_ENTRY_STOP,
    X_TICK_EXIT_LIMIT,
    X_TICK_EXIT_STOP,
    X_TICK_NUMERATOR,
    X_WORKS_AT_TICK,
    Floats,
    constants,
    new_book,
)
from botyard.rules.limits import begin_day, mark
from botyard.rules.refusals import ACCEPTED
from botyard.rules.rounding import nearest_steps
from botyard.rules.target import target
from botyard.rules.trades import fill

__all__ = ["constants", "new_book", "step"]

OnBar = Callable[[Floats, Floats, float, float, float, float, float, float], None]
OnFill = Callable[[Floats, Floats, float, float, float], None]


def step(
    s: Floats,
    p: Floats,
    b: Floats,
    x: Floats,
    on_bar: OnBar,
    on_fill: OnFill,
    minutes: float,
    day: float,
    open: float,
    high: float,
    low: float,
    close: float,
    volume: float,
) -> None:
    """Let one closed bar pass over strategy `s` and book `b`.

    minutes: local minutes of the bar's open. day: its UTC day number. Prices: quote per unit.
    """
    b[BAR] += 1.0
    b[FILL_COUNT] = 0.0
    b[TRADE_COUNT] = 0.0
    b[REFUSAL] = ACCEPTED
    if b[LIQUIDATED] == 1.0:
        return
    if day != b[DAY]:
        begin_day(b, day)
    if settle(s, p, b, x, on_fill, open, high, low, close):
        on_bar(s, p, minutes, open, high, low, close, volume)
        decide(s, b, x, close)


def settle(
    s: Floats,
    p: Floats,
    b: Floats,
    x: Floats,
    on_fill: OnFill,
    open: float,
    high: float,
    low: float,
    close: float,
) -> bool:
    """Let a bar pass up to its close: fills, costs and equity. Say whether the run goes on."""
    if s[PENDING] >= 0.0:
        fill_pending(s, p, b, x, on_fill, open)
    work_resting(s, p, b, x, on_fill, open, high, low)
    equity = b[CASH]
    if b[QUANTITY_LOTS] != 0.0:
        quantity = b[QUANTITY_LOTS] * x[X_LOT_NUMERATOR] / x[X_LOT_DENOMINATOR]
        if is_borrowed(b[CASH], quantity) or low <= 0.0:
            level = liquidation_price(b[CASH], quantity)
            if is_liquidated(quantity, level, high, low):
                liquidate(s, b, x, quantity, level, open)
                s[S_DRAWDOWN] = mark(b, x, b[CASH])
                return False
        b[BARS_IN_MARKET] += 1.0
        if x[X_FUNDING] != 0.0:
            paid = funding(quantity, close, x[X_FUNDING], x[X_BAR_MINUTES])
            b[CASH] -= paid
            b[FUNDING_PAID] += paid
        equity = b[CASH] + quantity * close
    s[S_DRAWDOWN] = mark(b, x, equity)
    s[S_EQUITY] = equity
    s[TRADES_TODAY] = b[ENTRIES_TODAY]
    s[S_LAST_TRADE_RETURN] = b[LAST_TRADE_RETURN]
    return True


def fill_pending(s: Floats, p: Floats, b: Floats, x: Floats, on_fill: OnFill, open: float) -> None:
    """Fill the decision of the last close at the open; only exits are worked in the rest of this bar."""
    transition = s[PENDING]
    exposure = s[PENDING_EXPOSURE]
    side = b[PENDING_LOTS] - b[QUANTITY_LOTS]
    price = open
    if side != 0.0:
        price = market_price(open, side, x[X_SLIPPAGE], x[X_TICK_NUMERATOR], x[X_TICK_DENOMINATOR])
    fill(b, x, transition, b[PENDING_LOTS], b[PENDING_UNIT], price, x[X_TAKER], open, AT_OPEN)
    s[PENDING] = NONE
    on_fill(s, p, transition, exposure, price)
    for k in range(int(x[X_ORDER_SLOTS])):
        i = ORDERS + k * ORDER_WIDTH
        if s[i + KIND] != NO_ORDER:
            if is_entry(s, i) or is_worked_at_tick(s, x, i):
                s[i + KIND] = NO_ORDER
            else:
                size_order(s, b, x, k)


def work_resting(
    s: Floats, p: Floats, b: Floats, x: Floats, on_fill: OnFill, open: float, high: float, low: float
) -> None:
    """Fill at most one resting order: stops before limits while in a position, then the nearest to the open."""
    best = -1
    best_level = 0.0
    best_rank = 0.0
    best_distance = 0.0
    touched = 0
    in_position = b[QUANTITY_LOTS] != 0.0
    for k in range(int(x[X_ORDER_SLOTS])):
        i = ORDERS + k * ORDER_WIDTH
        kind = s[i + KIND]
        if kind == NO_ORDER or is_far(kind, s[i + LEVEL], high, low, x[X_TICK]):
            continue
        level = resting_level(x, s[i + LEVEL])
        if is_touched(kind, level, high, low):
            touched += 1
            rank = 1.0 if in_position and not is_stop(kind) else 0.0
            gap = distance(kind, level, open)
            if best < 0 or rank < best_rank or (rank == best_rank and gap < best_distance):
                best = k
                best_level = level
                best_rank = rank
                best_distance = gap
    if touched > 1:
        b[AMBIGUOUS] += 1.0
    if best >= 0:
        fill_resting(s, p, b, x, on_fill, best, best_level, open, high, low)


def fill_resting(
    s: Floats,
    p: Floats,
    b: Floats,
    x: Floats,
    on_fill: OnFill,
    k: int,
    level: float,
    open: float,
    high: float,
    low: float,
) -> None:
    """Fill resting order k; exits of a position entered so are worked from the next bar on."""
    i = ORDERS + k * ORDER_WIDTH
    kind = s[i + KIND]
    transition = s[i + TRANSITION]
    exposure = s[i + ORDER_EXPOSURE]
    entered = is_entry(s, i)
    wanted = b[ORDER_LOTS + k]
    reference = reference_price(kind, level, open)
    price = reference
    fee_rate = x[X_MAKER]
    if is_stop(kind):
        side = wanted - b[QUANTITY_LOTS]
        fee_rate = x[X_TAKER]
        if side != 0.0:
            price = market_price(reference, side, x[X_SLIPPAGE], x[X_TICK_NUMERATOR], x[X_TICK_DENOMINATOR])
    elif reference != level:
        fee_rate = x[X_TAKER]  # the bar opened beyond the limit: it was marketable
    fill(b, x, transition, wanted, b[ORDER_LOTS + int(x[X_ORDER_SLOTS]) + k], price, fee_rate, reference, RESTING)
    on_fill(s, p, transition, exposure, price)
    if entered and touches_stop(s, x, high, low):
        b[TOUCHED_AFTER_ENTRY] += 1.0
    for j in range(int(x[X_ORDER_SLOTS])):
        s[ORDERS + j * ORDER_WIDTH + KIND] = NO_ORDER


def touches_stop(s: Floats, x: Floats, high: float, low: float) -> bool:
    """Whether the bar's range holds a stop of the present state."""
    for k in range(int(x[X_ORDER_SLOTS])):
        i = ORDERS + k * ORDER_WIDTH
        kind = s[i + KIND]
        if kind == NO_ORDER or not is_stop(kind):
            continue
        if is_touched(kind, resting_level(x, s[i + LEVEL]), high, low):
            return True
    return False


def liquidate(s: Floats, b: Floats, x: Floats, quantity: float, level: float, open: float) -> None:
    """Close the position at the price where equity falls below the maintenance margin, and end the run."""
    reference = liquidation_reference(quantity, level, open)
    price = market_price(reference, -quantity, x[X_SLIPPAGE], x[X_TICK_NUMERATOR], x[X_TICK_DENOMINATOR])
    fill(b, x, NONE, 0.0, 0.0, price, x[X_TAKER], reference, LIQUIDATION)
    b[LIQUIDATED] = 1.0
    s[PENDING] = NONE
    for k in range(int(x[X_ORDER_SLOTS])):
        s[ORDERS + k * ORDER_WIDTH + KIND] = NO_ORDER


def decide(s: Floats, b: Floats, x: Floats, close: float) -> None:
    """Size the decision of this close and the resting orders; strike out what is refused."""
    if s[PENDING] >= 0.0:
        size_decision(s, b, x, close)
    if s[PENDING] < 0.0 and x[X_WORKS_AT_TICK] == 1.0:
        take_tick_order(s, b, x, close)
    for k in range(int(x[X_ORDER_SLOTS])):
        i = ORDERS + k * ORDER_WIDTH
        if s[i + KIND] != NO_ORDER:
            if s[PENDING] >= 0.0 or (x[X_WORKS_AT_TICK] == 1.0 and is_worked_at_tick(s, x, i)):
                s[i + KIND] = NO_ORDER
            else:
                size_order(s, b, x, k)


def size_decision(s: Floats, b: Floats, x: Floats, close: float) -> None:
    """Write the position wanted after the pending market order, or strike the decision out."""
    wanted, unit, refusal = target(s, b, x, s[PENDING], s[PENDING_EXPOSURE], close, s[PENDING_STOP])
    if refusal != ACCEPTED:
        b[REFUSAL] = refusal
        b[REFUSED_TRANSITION] = s[PENDING]
        if wanted == b[QUANTITY_LOTS]:
            s[PENDING] = NONE
    b[PENDING_LOTS] = wanted
    b[PENDING_UNIT] = unit


def size_order(s: Floats, b: Floats, x: Floats, k: int) -> None:
    """Write the position wanted after resting order k, or strike the order out."""
    i = ORDERS + k * ORDER_WIDTH
    if s[i + ORDER_EXPOSURE] == 0.0:
        b[ORDER_LOTS + k] = 0.0
        return
    level = resting_level(x, s[i + LEVEL])
    wanted, unit, refusal = target(s, b, x, s[i + TRANSITION], s[i + ORDER_EXPOSURE], level, s[i + ORDER_STOP])
    if refusal != ACCEPTED:
        if b[REFUSAL] == ACCEPTED:
            b[REFUSAL] = refusal
            b[REFUSED_TRANSITION] = s[i + TRANSITION]
        if wanted == b[QUANTITY_LOTS]:
            s[i + KIND] = NO_ORDER
    b[ORDER_LOTS + k] = wanted
    b[ORDER_LOTS + int(x[X_ORDER_SLOTS]) + k] = unit


def take_tick_order(s: Floats, b: Floats, x: Floats, close: float) -> None:
    """Turn the first order that is worked at the tick and that this close lies beyond into a decision."""
    best = -1
    best_rank = 0.0
    best_distance = 0.0
    for k in range(int(x[X_ORDER_SLOTS])):
        i = ORDERS + k * ORDER_WIDTH
        kind = s[i + KIND]
        if kind == NO_ORDER or not is_worked_at_tick(s, x, i):
            continue
        level = resting_level(x, s[i + LEVEL])
        if is_touched(kind, level, close, close):
            rank = 0.0 if is_stop(kind) else 1.0
            gap = distance(kind, level, close)
            if best < 0 or rank < best_rank or (rank == best_rank and gap < best_distance):
                best = i
                best_rank = rank
                best_distance = gap
    if best >= 0:
        s[PENDING] = s[best + TRANSITION]
        s[PENDING_EXPOSURE] = s[best + ORDER_EXPOSURE]
        s[PENDING_STOP] = s[best + ORDER_STOP]
        size_decision(s, b, x, close)


def resting_level(x: Floats, level: float) -> float:
    """Nearest price on the tick grid."""
    return (
        nearest_steps(level, x[X_TICK_NUMERATOR], x[X_TICK_DENOMINATOR]) * x[X_TICK_NUMERATOR] / x[X_TICK_DENOMINATOR]
    )


def is_entry(s: Floats, i: int) -> bool:
    """Whether the order at state slot i opens, enlarges or turns the position."""
    before = s[EXPOSURE]
    after = s[i + ORDER_EXPOSURE]
    return before * after < 0.0 or abs(after) > abs(before)


def is_worked_at_tick(s: Floats, x: Floats, i: int) -> bool:
    """Whether the venue works the order at state slot i at the tick instead of letting it rest."""
    if is_stop(s[i + KIND]):
        return x[X_TICK_ENTRY_STOP if is_entry(s, i) else X_TICK_EXIT_STOP] == 1.0
    return x[X_TICK_ENTRY_LIMIT if is_entry(s, i) else X_TICK_EXIT_LIMIT] == 1.0
