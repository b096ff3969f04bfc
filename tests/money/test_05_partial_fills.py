"""10,000 fuzzed partial fills × three fee assets × dust: exact decimal identity, never oversold."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest

from botyard.adapters.venue.ccxt.grid import WireGrid, WireTrade, book_fills
from botyard.bot.ledger import new_ledger
from botyard.records.fleet import Entry, Order
from botyard.records.market import Instrument, Step

FILLS = 10_000
BAR_MS = 300_000
FEES = {"base": "MADE", "quote": "UP", "third": "BNB"}
GRIDS = (Step(1, 100_000), Step(1, 1000), Step(3, 10))  # lots; the last one is no power of ten
WORTH = Decimal("613.57")


def instrument(lot):
    return Instrument("MADE/UP", "x", "MADE", "UP", "spot", Step(1, 100), lot, 5.0)


def split(chance, lots, lot):
    """Cut an order into executions that need not be whole lots, down to dust."""
    left = Decimal(lots) * lot.numerator / lot.denominator
    parts = []
    while left > 0:
        part = (left * Decimal(chance.choice((1, 3, 50, 97, 100))) / 100).quantize(Decimal("0.0000000001"))
        part = min(left, max(part, Decimal("0.0000000001")))
        if len(parts) > 6:
            part = left
        parts.append(part)
        left -= part
    return parts


@pytest.mark.parametrize("lot", GRIDS, ids=str)
@pytest.mark.parametrize("asset", FEES)
def test_money_and_lots_are_exact_and_nothing_is_oversold(asset, lot):
    chance = random.Random(f"{asset} {lot}")
    one = instrument(lot)
    grid, ledger = WireGrid(one), new_ledger(1_000_000.0, one)
    size = Fraction(lot.numerator, lot.denominator)
    wallet, cash, number, orders = Fraction(0), Fraction(1_000_000), 0, 0
    while number < FILLS // (len(GRIDS) * len(FEES)) + 1:
        orders += 1
        side = "buy" if ledger.lots == 0 or chance.random() < 0.5 else "sell"
        lots = chance.randint(1, 5_000) if side == "buy" else chance.randint(1, ledger.lots)
        identity = f"{orders:024x}"
        order = Order(identity, one.symbol, side, "market", lots, None, 0)
        ledger.apply(
            Entry("intent", 0, 0, {"client_id": identity, "order": plain(order), "transition": 0, "leg": "market"})
        )
        trades, sign = [], 1 if side == "buy" else -1
        seen = 0
        for part in split(chance, lots, lot):
            number += 1
            price = Decimal(chance.randint(1, 999_999_999)) / chance.choice((100, 1000))  # on and between ticks
            fee = (part * Decimal(chance.randint(-2, 10)) / 10_000).quantize(Decimal("0.00000001"))
            if side == "sell" and asset == "base":
                fee = Decimal(0)  # a spot sale never takes its fee out of the coin
            if asset == "quote":
                fee *= price
            trades.append(WireTrade(str(number), side, part, price, fee, FEES[asset], number * 1000))
            wallet += sign * Fraction(part) - (Fraction(fee) if asset == "base" else 0)
            cash -= sign * Fraction(part) * Fraction(price)
            cash -= Fraction(fee) * {"base": 0, "quote": 1, "third": Fraction(WORTH)}[asset]
            fills = book_fills(identity, trades, grid, BAR_MS, lambda _asset, _ms: WORTH)
            for fill in fills[seen:]:  # as the tick does: what it has not seen yet
                data = {name: getattr(fill, name) for name in ("client_id", "side", "lots", "ticks", "fee")}
                ledger.apply(Entry("fill", fill.bar_ms, 0, data))
            seen = len(fills)
            assert Fraction(str(ledger.cash)) == cash, f"fill {number}"
            assert ledger.lots * size <= wallet, f"fill {number}: the ledger has more than the wallet"
        assert ledger.lots >= 0
        ledger.working.clear()  # the venue says that it is finished
    assert number > FILLS // 9
    assert wallet - ledger.lots * size < orders * size  # at most a part of a lot per order is dust


def plain(order):
    return {name: getattr(order, name) for name in Order.__slots__}
