"""Between whole lots and ticks on our side and decimal strings on the venue's: exact both ways."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, Literal

from botyard.records.fleet import Fill
from botyard.records.market import Instrument, Step

EXACT = Context(prec=60)

Rate = Callable[[str, int], Decimal]
"""Quote per unit of an asset at a time (UTC ms): for fees that are taken in a third asset."""


def size(step: Step) -> Decimal:
    """Return one step as a decimal."""
    return EXACT.divide(Decimal(step.numerator), Decimal(step.denominator))


def plain(value: Decimal) -> str:
    """Write a decimal without an exponent and without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class WireGrid:
    """One instrument's lots and ticks at a venue that may count in contracts."""

    instrument: Instrument
    contract: Decimal = Decimal(1)  # units of the base in one contract

    def amount(self, lots: int) -> str:
        """Write a quantity as the venue counts."""
        return plain(EXACT.divide(EXACT.multiply(Decimal(lots), size(self.instrument.lot)), self.contract))

    def price(self, ticks: int) -> str:
        """Write a price."""
        return plain(EXACT.multiply(Decimal(ticks), size(self.instrument.tick)))

    def units(self, amount: Any) -> Decimal:
        """Read a quantity, in units of the base."""
        return EXACT.multiply(Decimal(str(amount or 0)), self.contract)

    def whole_lots(self, units: Decimal) -> int:
        """Round down to whole lots, towards zero for a short too."""
        lots = int(EXACT.divide(abs(units), size(self.instrument.lot)).to_integral_value(ROUND_FLOOR))
        return lots if units >= 0 else -lots

    def begun_lots(self, units: Decimal) -> int:
        """Round up to whole lots."""
        return int(EXACT.divide(units, size(self.instrument.lot)).to_integral_value(ROUND_CEILING))

    def ticks(self, price: Any) -> int:
        """Return the nearest whole ticks of a price."""
        return int(EXACT.divide(Decimal(str(price)), size(self.instrument.tick)).to_integral_value())


@dataclass(frozen=True, slots=True)
class WireTrade:
    """One execution as the venue tells it. Quantities in units of the base."""

    trade_id: str
    side: Literal["buy", "sell"]
    units: Decimal
    price: Decimal
    fee: Decimal
    fee_asset: str
    time_ms: int


def book_fills(
    client_id: str, trades: Iterable[WireTrade], grid: WireGrid, bar_length_ms: int, rate: Rate
) -> list[Fill]:
    """Turn an order's trades into fills of whole lots at whole ticks whose money is exact to the last digit.

    Lots are what arrived and can be sold again: a fee that is taken out of what was bought lowers them, and a part of
    a lot that was sold from a wallet counts as a whole one. Whatever the lots and ticks do not say (that fee, a part
    of a lot, a fee in a third asset, a price between ticks) is in `fee`, so that Σ of the fills' money is Σ of the
    trades' money.
    """
    instrument = grid.instrument
    lot, tick = size(instrument.lot), size(instrument.tick)
    fills: list[Fill] = []
    arrived, booked = Decimal(0), 0
    for trade in trades:
        sign = 1 if trade.side == "buy" else -1
        sells_coins = sign < 0 and instrument.kind == "spot"
        is_from_bought = sign > 0 and trade.fee_asset == instrument.base
        arrived = EXACT.add(arrived, EXACT.subtract(trade.units, trade.fee if is_from_bought else Decimal(0)))
        lots = (grid.begun_lots(arrived) if sells_coins else grid.whole_lots(arrived)) - booked
        booked += lots
        ticks = grid.ticks(trade.price)
        money = EXACT.multiply(trade.units, trade.price)
        shown = EXACT.multiply(EXACT.multiply(Decimal(lots), lot), EXACT.multiply(Decimal(ticks), tick))
        fee = EXACT.multiply(Decimal(sign), EXACT.subtract(money, shown))
        if not is_from_bought:
            fee = EXACT.add(fee, _in_quote(trade, instrument, rate))
        bar_ms = trade.time_ms // bar_length_ms * bar_length_ms
        # numbers of trades begin anew when a testnet is reset: the order's own digits tell them apart
        name = f"{client_id[8:]}-{trade.trade_id}"
        fills.append(
            Fill(name, client_id, trade.side, lots, ticks, plain(fee), bar_ms, trade.fee_asset, plain(trade.fee))
        )
    return fills


def _in_quote(trade: WireTrade, instrument: Instrument, rate: Rate) -> Decimal:
    if trade.fee == 0 or trade.fee_asset == instrument.quote:
        return trade.fee
    worth = trade.price if trade.fee_asset == instrument.base else rate(trade.fee_asset, trade.time_ms)
    return EXACT.multiply(trade.fee, worth)
