"""Which position an order leads to, or why it is refused."""

from math import isnan

from botyard.ops.state import NO_STOP, SIZE, STATE, STOP_DISTANCE
from botyard.rules.costs import market_price
from botyard.rules.layout import (
    BAR,
    EQUITY,
    QUANTITY_LOTS,
    UNIT_LOTS,
    X_HAS_SHORTS,
    X_LOT_DENOMINATOR,
    X_LOT_NUMERATOR,
    X_MAX_LEVERAGE,
    X_MAX_QUOTE,
    X_MIN_NOTIONAL,
    X_SIZING,
    X_SLIPPAGE,
    X_TAKER,
    X_TARGETS,
    X_TICK_DENOMINATOR,
    X_TICK_NUMERATOR,
    X_TRADE_FROM,
    Floats,
)
from botyard.rules.limits import entry_refusal
from botyard.rules.refusals import (
    ACCEPTED,
    BELOW_LOT,
    BELOW_MIN_NOTIONAL,
    NO_EQUITY,
    NO_SHORTS,
    NOT_LIVE,
    SIZE_UNKNOWN,
    STOP_UNKNOWN,
    STOP_WRONG_SIDE,
)
from botyard.rules.rounding import floor_steps
from botyard.rules.sizing import RISK, capped, share_of_lots, unit_quantity

MOST_EXPOSURE = 1e3  # beyond it an exposure is a mistake, not a wish


def target(
    s: Floats, b: Floats, x: Floats, transition: float, exposure: float, price: float, stop: float
) -> tuple[float, float, float]:
    """Return signed lots wanted, unit lots then, and the refusal.

    price: the close of a decision, the level of a resting order. A refused entry keeps the position that is held;
    a refused reversal still closes it, because exits always run.
    """
    if exposure == 0.0:
        return 0.0, 0.0, ACCEPTED
    if b[BAR] < x[X_TRADE_FROM]:  # flat until then, so whatever has an exposure is an entry
        return b[QUANTITY_LOTS], b[UNIT_LOTS], NOT_LIVE
    kept = b[QUANTITY_LOTS]
    unit = b[UNIT_LOTS]
    if (kept > 0.0 and exposure < 0.0) or (kept < 0.0 and exposure > 0.0):
        kept = 0.0
        unit = 0.0
    if not abs(exposure) < MOST_EXPOSURE:  # NaN too
        return kept, unit, SIZE_UNKNOWN
    cost = unit_cost(x, price)
    if kept == 0.0 or x[X_TARGETS + int(transition)] == s[STATE]:
        new_unit, refusal = sized_unit(s, b, x, exposure, price, cost, stop)
        if refusal != ACCEPTED:
            return kept, unit, refusal
        wanted = share_of_lots(new_unit, exposure)
    else:
        new_unit = unit
        wanted = share_of_lots(unit, exposure)
    if abs(wanted) <= abs(kept):
        return wanted, new_unit, BELOW_LOT if kept == 0.0 else ACCEPTED
    wanted, refusal = grown(b, x, exposure, kept, wanted, price, cost, stop)
    if refusal != ACCEPTED:
        return kept, unit, refusal
    return wanted, new_unit, ACCEPTED


def grown(
    b: Floats, x: Floats, exposure: float, kept: float, wanted: float, price: float, cost: float, stop: float
) -> tuple[float, float]:
    """Return a larger position cut to what the caps allow, and the refusal."""
    if exposure < 0.0 and x[X_HAS_SHORTS] == 0.0:
        return kept, NO_SHORTS
    if isnan(stop):
        return kept, STOP_UNKNOWN
    refusal = entry_refusal(b, x)
    if refusal != ACCEPTED:
        return kept, refusal
    most = floor_steps(most_quote(b, x, exposure, price) / cost, x[X_LOT_NUMERATOR], x[X_LOT_DENOMINATOR])
    lots = min(abs(wanted), most)
    if lots <= abs(kept):
        return kept, NO_EQUITY
    quantity = (lots - abs(kept)) * x[X_LOT_NUMERATOR] / x[X_LOT_DENOMINATOR]
    if quantity * price < x[X_MIN_NOTIONAL]:
        return kept, BELOW_MIN_NOTIONAL
    return (lots if exposure > 0.0 else 0.0 - lots), ACCEPTED


def sized_unit(
    s: Floats, b: Floats, x: Floats, exposure: float, price: float, cost: float, stop: float
) -> tuple[float, float]:
    """Return the lots of the unit position, fixed now, and the refusal."""
    if not price > 0.0:
        return 0.0, SIZE_UNKNOWN
    most = most_quote(b, x, exposure, price)
    if not most > 0.0:
        return 0.0, NO_EQUITY
    distance = 0.0
    if x[X_SIZING] == RISK:
        distance = s[STOP_DISTANCE]
        if stop != NO_STOP:
            distance = price - stop if exposure > 0.0 else stop - price
        if isnan(distance):
            return 0.0, STOP_UNKNOWN
        if distance <= 0.0:
            return 0.0, STOP_WRONG_SIDE
    quantity = unit_quantity(x[X_SIZING], s[SIZE], spendable(b, x, exposure, price), price, cost, distance)
    if not quantity > 0.0:  # NaN too
        return 0.0, SIZE_UNKNOWN
    quantity = capped(quantity, most, exposure, cost)
    lots = floor_steps(quantity, x[X_LOT_NUMERATOR], x[X_LOT_DENOMINATOR])
    return lots, ACCEPTED if lots > 0.0 else BELOW_LOT


def unit_cost(x: Floats, price: float) -> float:
    """Quote that one unit takes at worst when it fills at the price: slippage, tick and taker fee included."""
    worst = market_price(price, 1.0, x[X_SLIPPAGE], x[X_TICK_NUMERATOR], x[X_TICK_DENOMINATOR])
    return worst * (1.0 + x[X_TAKER])


def spendable(b: Floats, x: Floats, exposure: float, price: float) -> float:
    """Equity of the last close, less what closing an opposite position costs."""
    held = b[QUANTITY_LOTS]
    if held * exposure >= 0.0:
        return b[EQUITY]
    quantity = abs(held) * x[X_LOT_NUMERATOR] / x[X_LOT_DENOMINATOR]
    return b[EQUITY] - quantity * price * (x[X_TAKER] + x[X_SLIPPAGE])


def most_quote(b: Floats, x: Floats, exposure: float, price: float) -> float:
    """Quote that a position may cost: the leverage cap on equity, and the cap on money."""
    most = x[X_MAX_LEVERAGE] * spendable(b, x, exposure, price)
    return min(most, x[X_MAX_QUOTE])
