"""How many units the unit position has: fixed at the decision, kept until flat."""

from math import floor

FRACTION, QUOTE, UNITS, RISK = 0.0, 1.0, 2.0, 3.0
KINDS = {"fraction": FRACTION, "quote": QUOTE, "units": UNITS, "risk": RISK}


def unit_quantity(kind: float, size: float, equity: float, price: float, cost: float, distance: float) -> float:
    """Units of the unit position before caps; NaN when the sizing number is NaN.

    price: quote per unit at the decision. cost: the same with slippage and fee, so that a fraction of 1 can be paid.
    distance: quote per unit from entry to stop; above 0 for risk sizing, unused by the others.
    """
    if kind == FRACTION:
        return size * equity / cost
    if kind == QUOTE:
        return size / price
    if kind == RISK:
        return size * equity / distance
    return size


def capped(quantity: float, most_quote: float, exposure: float, cost: float) -> float:
    """Quantity of the unit such that neither one unit nor the wanted exposure costs more than `most_quote`."""
    most = most_quote / cost
    if abs(exposure) > 1.0:
        most = most / abs(exposure)
    return min(quantity, most)


def share_of_lots(unit_lots: float, exposure: float) -> float:
    """Whole signed lots of an exposure, rounded towards zero.

    The 1e-9 undoes binary fractions: 0.29 of 100 lots is 29. Both factors are finite and their product below 2**62.
    """
    lots = float(floor(abs(exposure) * unit_lots + 1e-9))
    return lots if exposure > 0.0 else 0.0 - lots
