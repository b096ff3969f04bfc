"""Prices, quantities and fees of the paper venue: floats as the rules want them, decimals where money is counted."""

from decimal import Context, Decimal
from typing import Literal

from botyard.records.market import TradingRules
from botyard.rules.costs import market_price
from botyard.rules.rounding import nearest_steps

EXACT = Context(prec=60)

Liquidity = Literal["taker", "maker"]


class Grid:
    """Whole ticks and lots of one instrument, and what they are worth."""

    def __init__(self, rules: TradingRules) -> None:
        self._rules = rules
        tick = rules.instrument.tick
        self._tick = (float(tick.numerator), float(tick.denominator))

    def ticks(self, price: float) -> int:
        """Nearest whole ticks of a price."""
        return int(nearest_steps(price, *self._tick))

    def price(self, ticks: int | None) -> float:
        """Price of so many ticks."""
        return (ticks or 0) * self._tick[0] / self._tick[1]

    def slipped(self, reference: float, side: str) -> int:
        """Ticks at which a taker fills: slipped, rounded against it."""
        direction = 1.0 if side == "buy" else -1.0
        return self.ticks(market_price(reference, direction, self._rules.costs.slippage_bps / 1e4, *self._tick))

    def quantity(self, lots: int) -> float:
        """Units of so many lots."""
        lot = self._rules.instrument.lot
        return float(lots) * float(lot.numerator) / float(lot.denominator)

    def notional(self, lots: int, ticks: int) -> Decimal:
        """Quote that so many lots are worth at a price, exact."""
        tick, lot = self._rules.instrument.tick, self._rules.instrument.lot
        steps = lots * ticks * tick.numerator * lot.numerator
        return EXACT.divide(Decimal(steps), Decimal(tick.denominator * lot.denominator))

    def fee(self, lots: int, ticks: int, liquidity: Liquidity) -> Decimal:
        """Quote that a fill of so many lots costs, exact."""
        costs = self._rules.costs
        rate = costs.taker_bps if liquidity == "taker" else costs.maker_bps
        return EXACT.divide(EXACT.multiply(self.notional(lots, ticks), Decimal(repr(rate))), Decimal(10_000))
