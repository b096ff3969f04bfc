"""A venue that reuses filled ids, delays look-ups 8 s, times out after accepting: exactly one order."""

import pytest

from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.exchange.matching import DUPLICATE
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS, FIRST = live.made_up_bars(140), 62
HIDDEN_MS = 8_000


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


@pytest.fixture(params=["binance", "binanceusdm"])
def world(exchange, request):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    exchange.faults.hidden_ms = HIDDEN_MS
    assert exchange.faults.reuses_finished_ids
    return ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST, market=request.param)


def test_a_time_out_after_accepting_is_one_order(world, exchange):
    exchange.faults.drop_after()
    world.through(1)
    bought = [order for order in world.orders if order.side == "BUY"]  # its stop rests already
    assert [(order.side, order.type, order.status) for order in bought] == [("BUY", "MARKET", "FILLED")]
    world.through(1)  # the next bar: it is held and protected, and never bought again
    assert [order for order in world.orders if order.type == "MARKET" and order.side == "BUY"] == bought
    assert world.play.resumed == []
    assert world.faults() == []


def test_every_answer_lost_for_sixty_bars_doubles_nothing(world, exchange):
    exchange.faults.drop_after(10_000)  # each answer to anything that is sent: placing, on both kinds of pages
    world.through(60)
    assert len(world.orders) >= 8
    assert len({order.client_id for order in world.orders}) == len(world.orders)
    assert world.faults() == []


def test_such_a_venue_would_have_taken_a_second_one(exchange):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    for _ in range(2):
        with exchange._server.exclusively():
            exchange.spot.place("MADEUP", "BUY", "MARKET", 1, client_id="the-same")
    assert len([order for order in exchange.orders if order.client_id == "the-same"]) == 2
    assert DUPLICATE  # what a venue that remembers would have said
