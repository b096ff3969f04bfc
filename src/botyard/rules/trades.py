"""A fill's effect on the book: cash, position, and the trade (round trip) it opens, builds, reduces or closes."""

from math import nan

from botyard.rules.layout import (
    BAR,
    BOUGHT_LOTS,
    BOUGHT_VALUE,
    CASH,
    ENTRIES_TODAY,
    FEES,
    FILL_COUNT,
    FILL_FEE,
    FILL_LOTS,
    FILL_PRICE,
    FILL_REFERENCE,
    FILL_TRANSITION,
    FILL_WHERE,
    FILL_WIDTH,
    FILLS,
    LAST_TRADE_RETURN,
    LOSSES_TODAY,
    OPEN_BAR,
    OPEN_CASH,
    OPEN_FEES,
    OPEN_TRANSITION,
    QUANTITY_LOTS,
    SOLD_LOTS,
    SOLD_VALUE,
    TRADE_COUNT,
    TRADE_ENTRY_BAR,
    TRADE_ENTRY_PRICE,
    TRADE_ENTRY_TRANSITION,
    TRADE_EXIT_BAR,
    TRADE_EXIT_PRICE,
    TRADE_EXIT_TRANSITION,
    TRADE_FEES,
    TRADE_LOTS,
    TRADE_PROFIT,
    TRADE_RETURN,
    TRADE_WIDTH,
    TRADES,
    TRADES_CLOSED,
    TURNOVER,
    UNIT_LOTS,
    X_LOT_DENOMINATOR,
    X_LOT_NUMERATOR,
    Floats,
)


def fill(
    b: Floats,
    x: Floats,
    transition: float,
    wanted: float,
    unit: float,
    price: float,
    fee_rate: float,
    reference: float,
    where: float,
) -> None:
    """Change the position to `wanted` lots at a price. A reversal is one fill and two trades.

    reference: the price before slippage and rounding. where: AT_OPEN, RESTING or LIQUIDATION.
    """
    held = b[QUANTITY_LOTS]
    if wanted != held:
        i = FILLS + int(b[FILL_COUNT]) * FILL_WIDTH
        b[FILL_COUNT] += 1.0
        b[i + FILL_TRANSITION] = transition
        b[i + FILL_LOTS] = wanted - held
        b[i + FILL_PRICE] = price
        b[i + FILL_FEE] = 0.0
        b[i + FILL_REFERENCE] = reference
        b[i + FILL_WHERE] = where
        if held * wanted < 0.0:
            b[i + FILL_FEE] = leg(b, x, transition, 0.0, price, fee_rate)
        b[i + FILL_FEE] += leg(b, x, transition, wanted, price, fee_rate)
    b[UNIT_LOTS] = unit if wanted != 0.0 else 0.0


def leg(b: Floats, x: Floats, transition: float, wanted: float, price: float, fee_rate: float) -> float:
    """Change the position without crossing zero; return the fee in quote."""
    held = b[QUANTITY_LOTS]
    lots = wanted - held
    value = lots * x[X_LOT_NUMERATOR] / x[X_LOT_DENOMINATOR] * price
    fee = abs(value) * fee_rate
    if held == 0.0:
        open_trade(b, transition)
    b[CASH] -= value
    b[CASH] -= fee
    b[QUANTITY_LOTS] = wanted
    b[FEES] += fee
    b[OPEN_FEES] += fee
    b[TURNOVER] += abs(value)
    if abs(wanted) > abs(held):
        b[BOUGHT_LOTS] += abs(lots)
        b[BOUGHT_VALUE] += abs(value)
    else:
        b[SOLD_LOTS] += abs(lots)
        b[SOLD_VALUE] += abs(value)
    if wanted == 0.0:
        close_trade(b, x, transition, held)
    return fee


def open_trade(b: Floats, transition: float) -> None:
    """Begin a round trip."""
    b[OPEN_BAR] = b[BAR]
    b[OPEN_TRANSITION] = transition
    b[OPEN_CASH] = b[CASH]
    b[OPEN_FEES] = 0.0
    b[BOUGHT_LOTS] = b[BOUGHT_VALUE] = 0.0
    b[SOLD_LOTS] = b[SOLD_VALUE] = 0.0
    b[ENTRIES_TODAY] += 1.0


def close_trade(b: Floats, x: Floats, transition: float, held: float) -> None:
    """Write a finished round trip; its profit is what cash gained, fees and funding included."""
    profit = b[CASH] - b[OPEN_CASH]
    gained = profit / b[BOUGHT_VALUE] if b[BOUGHT_VALUE] > 0.0 else nan
    i = TRADES + int(b[TRADE_COUNT]) * TRADE_WIDTH
    b[i + TRADE_ENTRY_BAR] = b[OPEN_BAR]
    b[i + TRADE_EXIT_BAR] = b[BAR]
    b[i + TRADE_LOTS] = b[BOUGHT_LOTS] if held > 0.0 else -b[BOUGHT_LOTS]
    b[i + TRADE_ENTRY_PRICE] = average_price(x, b[BOUGHT_VALUE], b[BOUGHT_LOTS])
    b[i + TRADE_EXIT_PRICE] = average_price(x, b[SOLD_VALUE], b[SOLD_LOTS])
    b[i + TRADE_PROFIT] = profit
    b[i + TRADE_RETURN] = gained
    b[i + TRADE_FEES] = b[OPEN_FEES]
    b[i + TRADE_ENTRY_TRANSITION] = b[OPEN_TRANSITION]
    b[i + TRADE_EXIT_TRANSITION] = transition
    b[TRADE_COUNT] += 1.0
    b[TRADES_CLOSED] += 1.0
    b[LAST_TRADE_RETURN] = gained
    if profit < 0.0:
        b[LOSSES_TODAY] += 1.0


def average_price(x: Floats, value: float, lots: float) -> float:
    """Quote per unit."""
    return value / (lots * x[X_LOT_NUMERATOR] / x[X_LOT_DENOMINATOR])
