"""A kill at an exchange that will not buy so little: what is left is recorded, and the kill ends."""

from decimal import Decimal

import pytest

from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS, FIRST = live.made_up_bars(140), 62


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


def with_a_sliver(exchange):
    """A bot whose entry was filled for less than the exchange's smallest order, and then no further."""
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    exchange.faults.partial = Decimal("0.0002")
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST)
    world.through(1)
    assert [(order.side, order.type) for order in world.orders] == [("BUY", "MARKET")]
    held = exchange.spot.total("MADE")
    assert 0 < held * Decimal(repr(BARS[FIRST].close)) < 5
    return world, held


def test_dust_is_recorded_and_the_kill_ends(exchange):
    world, held = with_a_sliver(exchange)
    world.play.kill()
    bot = world.store.bot(world.name)
    assert bot.status == "killed", bot.reason
    assert "dust stay" in bot.reason
    assert not [order for order in world.orders if order.is_open]
    assert exchange.spot.total("MADE") == held  # nothing was sold
    journal = list(world.store.entries(world.name))
    closing = {e.data["client_id"] for e in journal if e.kind == "intent" and e.data["leg"] == "kill"}
    refused = [e for e in journal if e.kind == "refused" and e.data["client_id"] in closing]
    assert len(refused) == 1  # asked once, not again and again
