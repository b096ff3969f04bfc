"""A stop that fills at each step of cancel/replace: never reversed, never unprotected for more than a tick."""

import pytest

from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS, FIRST = live.made_up_bars(140), 62
REPLACED_AT = 4  # ticks before the one that replaces the stop (and 5 before the one after it)


class Tripping:
    """A venue whose price jumps through the bot's resting stop just before one of its calls, and back."""

    def __init__(self, venue):
        self._venue = venue
        self.trip = None
        self.calls = 0
        self.at = -1

    def __getattr__(self, name):
        found = getattr(self._venue, name)
        if not callable(found):
            return found

        def call(*args):
            self.calls += 1
            if self.calls == self.at:
                self.trip()
            return found(*args)

        return call


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


def prepared(exchange, market, ticks):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    exchange.deposit("MADE", "2000")  # somebody else's: a second stop on spot would find something to sell
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST, market=market, through=Tripping)
    world.through(ticks)
    world.venue.calls = 0
    world.venue.trip = lambda: trip(exchange, world)
    return world


def stops(world):
    return [order for order in world.orders if order.is_open and order.stop is not None]


def trip(exchange, world):
    with exchange._server.exclusively():
        for order in stops(world):
            if order.is_open:
                world.account._trigger(order, order.stop, exchange.now_ms())


def held(world):
    made = [t for t in world.account.trades if t.order in world.orders]
    return sum(t.quantity if t.order.side == "BUY" else -t.quantity for t in made)


@pytest.mark.parametrize("ticks", [REPLACED_AT, REPLACED_AT + 1])
@pytest.mark.parametrize("market", ["binance", "binanceusdm"])
def test_a_stop_filled_at_any_step_of_its_replacement(exchange, market, ticks):
    world = prepared(exchange, market, ticks)
    before = stops(world)
    world.through(1)
    assert len(before) == len(stops(world)) == 1
    assert stops(world)[0].stop > before[0].stop, "this is not a tick that replaces a stop"
    calls = world.venue.calls
    assert calls >= 3
    for number in range(1, calls + 1):
        world = prepared(exchange, market, ticks)
        world.venue.at = number
        for _ in range(3):
            world.through(1)
            assert held(world) > -0.001, f"call {number}: reversed"  # the fee of a spot buy comes out of it
            assert held(world) < 1 or len(stops(world)) == 1, f"call {number}: held without a stop"
        if number < calls:
            assert held(world) < 1, f"call {number}: the stop did not fill"
        assert world.lots() == 0 or held(world) >= 1, f"call {number}"
        assert [o for o in world.orders if o.type == "MARKET" and o.side == "SELL" and o.created_ms > 0][1:] == []
        assert world.faults() == [], f"call {number}"


@pytest.mark.parametrize("market", ["binance", "binanceusdm"])
def test_whatever_fails_in_between_a_stop_rests_after_the_next_tick(exchange, market):
    calls = 0
    world = prepared(exchange, market, REPLACED_AT)
    world.through(1)
    calls = world.venue.calls
    for number in range(1, calls + 1):
        world = prepared(exchange, market, REPLACED_AT)
        fates = world.play.fates
        fates.calls = 0
        fates.following = lambda call, number=number: "die_before" if call == 3 * number else None
        world.through(1)
        fates.following = lambda call: None
        assert world.lots() > 0
        world.through(1)
        assert len(stops(world)) == 1, f"call {3 * number}: held without a stop"
        assert world.faults() == []
