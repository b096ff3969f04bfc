"""A wallet with 2 foreign coins, two bots, manual trades: the foreign balance never changes."""

import random
from decimal import Decimal

import pytest

from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS = live.made_up_bars(260)
FIRST = 60
LOT = Decimal("0.001")


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


def own(world):
    """What a bot's own trades have left in the wallet, fees taken out."""
    made = [t for t in world.account.trades if t.order in world.orders]
    got = sum(t.quantity if t.order.side == "BUY" else -t.quantity for t in made)
    return got - sum(t.fee for t in made if t.fee_asset == "MADE")


def test_two_bots_and_a_person_leave_two_foreign_coins_alone(exchange):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    exchange.deposit("MADE", "2")
    store = MemoryFleet()
    first, second = (
        ExchangeWorld(exchange, store, BARS, at, name=name, allocated=5_000.0)
        for name, at in (("swing-1", FIRST), ("swing-2", FIRST + 3))
    )
    chance, foreign, held = random.Random(4), Decimal(2), set()
    for step in range(90):
        first.through(1)
        if step >= 3:
            second.through(1)
        if chance.random() < 0.3:
            side, amount = chance.choice(("BUY", "SELL")), LOT * chance.randint(1, 900)
            if side == "BUY" or foreign > amount + 1:
                trade_from = len(exchange.trades)
                exchange.trade_by_hand("MADEUP", side, str(amount))
                for trade in exchange.trades[trade_from:]:
                    foreign += trade.quantity if side == "BUY" else -trade.quantity
                    foreign -= trade.fee if trade.fee_asset == "MADE" else 0
        assert exchange.spot.total("MADE") == foreign + own(first) + own(second)
        assert own(first) >= 0 <= own(second), f"step {step}: sold what others own"
        held.add((first.lots() > 0, second.lots() > 0))
    assert {(True, True), (False, False)} <= held
    assert min(len(first.orders), len(second.orders)) >= 10
    for world in (first, second):
        world.play.kill()
        assert world.lots() == 0
        assert 0 <= own(world) < LOT * len(world.orders)  # parts of a lot
        assert world.faults() == []
    assert foreign <= exchange.spot.total("MADE")


def test_a_person_who_sells_the_bots_coins_halts_it_and_a_kill_sells_no_others(exchange):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST + 2)
    world.through(5)
    for order in world.orders:
        if order.is_open:
            exchange.cancel_by_hand(order)
    left = Decimal(10)
    exchange.trade_by_hand("MADEUP", "SELL", str((exchange.spot.free["MADE"] - left).quantize(LOT)))
    exchange.move_by(live.BAR_MS)
    report = world.play.tick()
    assert report.status == "halted"
    assert "the ledger says" in report.text
    world.play.kill()
    assert exchange.spot.total("MADE") < LOT  # it closed what was still there
    assert "not at the venue" in world.store.bot(world.name).reason
