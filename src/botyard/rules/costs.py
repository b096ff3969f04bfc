"""What a fill and what holding costs. Rates are fractions of the notional."""

from botyard.rules.rounding import ceil_steps, floor_steps

FUNDING_MINUTES = 480.0  # funding rates are per 8 hours
MAINTENANCE = 0.005  # a position whose equity falls below this share of its notional is liquidated


def market_price(reference: float, side: float, slippage: float, numerator: float, denominator: float) -> float:
    """Fill price of a market or stop order: slipped, then rounded to the tick against us; at least one tick.

    side: above 0 buys, below 0 sells.
    """
    if side > 0.0:
        ticks = ceil_steps(reference * (1.0 + slippage), numerator, denominator)
    else:
        ticks = floor_steps(reference * (1.0 - slippage), numerator, denominator)
    ticks = max(ticks, 1.0)
    return ticks * numerator / denominator


def funding(quantity: float, price: float, rate: float, minutes: float) -> float:
    """Quote paid for holding a position over one bar, whatever its side: the cautious guess.

    rate: per 8 hours. Paid bar by bar in proportion to time, so that no clock is needed here.
    """
    return abs(quantity) * price * rate * (minutes / FUNDING_MINUTES)


def is_borrowed(cash: float, quantity: float) -> bool:
    """Whether money or units are owed. What is paid for in full is liquidated at no price above 0."""
    return cash < 0.0 or quantity < 0.0


def liquidation_price(cash: float, quantity: float) -> float:
    """Price at which equity equals the maintenance margin: cash + q P = m |q| P. Zero or less: never."""
    return cash / (MAINTENANCE * abs(quantity) - quantity)


def is_liquidated(quantity: float, level: float, high: float, low: float) -> bool:
    """Whether a bar reaches the liquidation price of a position. quantity: signed, not 0."""
    return low <= level if quantity > 0.0 else high >= level


def liquidation_reference(quantity: float, level: float, open: float) -> float:
    """Price before slippage of a liquidation: the level, or the open when the bar opens beyond it."""
    return min(level, open) if quantity > 0.0 else max(level, open)
