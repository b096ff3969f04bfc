"""Where things stand in the book: a list of floats that changes (`b`) and one that does not (`x`).

`b` holds cash, position, the orders' wanted positions, counters and what happened in the last bar.
`x` holds the world's constants: costs, grids, caps, limits and how the venue works orders.
"""

from collections.abc import MutableSequence, Sequence
from math import inf, nan
from typing import Protocol

from botyard.records.market import TIMEFRAMES, TradingRules
from botyard.rules.sizing import KINDS

Floats = MutableSequence[float]

# --- b: the book -------------------------------------------------------------------------------------------------
CASH = 0  # quote; negative while a short's proceeds are owed or a long is borrowed for
QUANTITY_LOTS = 1  # signed position
UNIT_LOTS = 2  # lots of exposure 1, fixed when the position was opened; 0 while flat
EQUITY = 3  # at the last close
PEAK_EQUITY = 4
LOWEST_DRAWDOWN = 5  # fraction, at most 0
BAR = 6  # index of the last bar; -1 before the first
BARS_IN_MARKET = 7  # bars with a position at their close
AMBIGUOUS = 8  # bars that touched more than one resting order
TOUCHED_AFTER_ENTRY = 9  # bars with a resting entry whose range had touched the new position's stop
LIQUIDATED = 10  # 1 once equity fell below the maintenance margin; nothing happens any more
PENDING_LOTS = 11  # signed position wanted after the pending market order
PENDING_UNIT = 12  # unit lots after it
REFUSAL = 13  # refusals.*: why the decision at this close was refused, wholly or in its entry leg
REFUSED_TRANSITION = 14
DAY = 15  # UTC day number
DAY_EQUITY = 16  # equity when the day began
LOSSES_TODAY = 17  # losing trades closed
ENTRIES_TODAY = 18  # trades opened
DAY_STOPPED = 19  # 1 once the day's loss reached its limit
STOPPED = 20  # 1 once the drawdown reached its limit
LAST_TRADE_RETURN = 21  # NaN until a trade closed
FEES = 22  # quote, so far
FUNDING_PAID = 23  # quote, so far
TURNOVER = 24  # quote traded, so far
TRADES_CLOSED = 25  # so far
OPEN_BAR = 26  # bar in which the open trade began
OPEN_TRANSITION = 27
OPEN_CASH = 28  # cash before the open trade
OPEN_FEES = 29  # quote, of the open trade
BOUGHT_LOTS = 30  # lots that built the open trade up, and their value, and the same for those that took it down
BOUGHT_VALUE = 31
SOLD_LOTS = 32
SOLD_VALUE = 33
FILL_COUNT = 34  # fills in the last bar
TRADE_COUNT = 35  # trades closed in the last bar
FILLS = 36
MOST_FILLS = 3  # at the open, by a resting order, by liquidation
FILL_TRANSITION, FILL_LOTS, FILL_PRICE, FILL_FEE, FILL_REFERENCE, FILL_WHERE = 0, 1, 2, 3, 4, 5
FILL_WIDTH = 6
TRADES = FILLS + MOST_FILLS * FILL_WIDTH
TRADE_ENTRY_BAR, TRADE_EXIT_BAR, TRADE_LOTS, TRADE_ENTRY_PRICE, TRADE_EXIT_PRICE = 0, 1, 2, 3, 4
TRADE_PROFIT, TRADE_RETURN, TRADE_FEES, TRADE_ENTRY_TRANSITION, TRADE_EXIT_TRANSITION = 5, 6, 7, 8, 9
TRADE_WIDTH = 10
ORDER_LOTS = TRADES + MOST_FILLS * TRADE_WIDTH  # signed position wanted after resting order k fills, then its unit

AT_OPEN, RESTING, LIQUIDATION = 0.0, 1.0, 2.0  # FILL_WHERE

# --- x: constants ------------------------------------------------------------------------------------------------
X_TAKER, X_MAKER, X_SLIPPAGE, X_FUNDING = 0, 1, 2, 3  # fractions; funding per 8 hours
X_TICK_NUMERATOR, X_TICK_DENOMINATOR, X_LOT_NUMERATOR, X_LOT_DENOMINATOR = 4, 5, 6, 7
X_TICK = 8  # quote
X_MIN_NOTIONAL = 9
X_HAS_SHORTS = 10
X_INITIAL_CASH = 11
X_SIZING = 12
X_MAX_LEVERAGE, X_MAX_QUOTE = 13, 14
X_MAX_LOSSES, X_MAX_DAILY_LOSS, X_MAX_DRAWDOWN, X_MAX_TRADES = 15, 16, 17, 18
X_ORDER_SLOTS = 19
X_BAR_MINUTES = 20
X_WORKS_AT_TICK = 21  # 1 when any order kind is worked at the tick
X_TICK_EXIT_STOP, X_TICK_EXIT_LIMIT, X_TICK_ENTRY_STOP, X_TICK_ENTRY_LIMIT = 22, 23, 24, 25  # 1: at the tick
X_TRADE_FROM = 26  # index of the first bar at whose close a position may be decided on; before it none is entered
X_TARGETS = 27  # target state of each transition


class StrategyConstants(Protocol):
    """What the book reads of an emitted strategy module."""

    TIMEFRAME: str
    SIZING: str
    MAX_LEVERAGE: float
    MAX_QUOTE: float
    LIMITS: tuple[float, float, float, float]
    ORDER_SLOTS: int
    TRANSITIONS: tuple[tuple[str, str, tuple[int, ...], int], ...]


def constants(rules: TradingRules, strategy: StrategyConstants, trade_from: int = 0) -> list[float]:
    """Return `x` for a strategy in a world.

    trade_from: index of the first bar at whose close a position may be decided on.
    """
    instrument, costs, profile = rules.instrument, rules.costs, rules.profile
    at_tick = [
        float(worked == "tick")
        for worked in (profile.exit_stop, profile.exit_limit, profile.entry_stop, profile.entry_limit)
    ]
    return [
        costs.taker_bps / 1e4,
        costs.maker_bps / 1e4,
        costs.slippage_bps / 1e4,
        costs.funding_bps / 1e4 if instrument.kind == "perpetual" else 0.0,
        float(instrument.tick.numerator),
        float(instrument.tick.denominator),
        float(instrument.lot.numerator),
        float(instrument.lot.denominator),
        instrument.tick.value,
        instrument.min_notional,
        float(instrument.has_shorts),
        rules.initial_cash,
        KINDS[strategy.SIZING],
        strategy.MAX_LEVERAGE,
        strategy.MAX_QUOTE,
        *strategy.LIMITS,
        float(strategy.ORDER_SLOTS),
        float(TIMEFRAMES[strategy.TIMEFRAME]),
        max(at_tick),
        *at_tick,
        float(trade_from),
        *(float(transition[3]) for transition in strategy.TRANSITIONS),
    ]


def new_book(x: Sequence[float]) -> list[float]:
    """Return the book before the first bar."""
    b = [0.0] * (ORDER_LOTS + 2 * int(x[X_ORDER_SLOTS]))
    b[CASH] = b[EQUITY] = b[PEAK_EQUITY] = b[DAY_EQUITY] = x[X_INITIAL_CASH]
    b[BAR] = -1.0
    b[DAY] = -inf
    b[LAST_TRADE_RETURN] = nan
    return b
