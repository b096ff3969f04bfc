"""A bot's exit stop at an exchange: replaced without a gap on perpetuals, one after the other on spot."""

import dataclasses

import pytest

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.ccxt.instruments import load_listed
from botyard.adapters.venue.ccxt.table import find_venue
from botyard.bot.session import Ports
from botyard.bot.tick import tick
from botyard.testing.bots import live
from botyard.testing.exchange.clients import client_of, venue_of
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of

SYMBOL = "MADE/UP"
BARS = live.made_up_bars(400)
LIVE = 60


@pytest.fixture(scope="module")
def server():
    with LoopbackExchange(
        [listing_of("MADE", BARS, quote="UP", tick="0.01", lot="0.001")], now_ms=BARS[0].open_ms
    ) as one:
        yield one


@pytest.fixture(params=["binance", "binanceusdm"])
def wired(server, tmp_path, request):
    venue = request.param
    server.rewind(BARS[LIVE].open_ms + 500)
    server.deposit("UP", "100000")
    server.deposit("USDT", "100000", futures=True)
    terms = dataclasses.replace(find_venue(venue), quote="UP")
    known = next(iter(load_listed(terms, client_of(server, venue, signed=False)).values()))
    kind = "spot" if venue == "binance" else "perpetual"
    world = dataclasses.replace(live.rules(kind=kind), profile=terms.profile)
    listed = dataclasses.replace(known, instrument=world.instrument, market={**known.market, "symbol": SYMBOL})
    deployed = live.deployed(world, feed="live")
    store = SqliteFleet(tmp_path / "fleet.db")
    bot = live.bot(deployed, live_from_ms=BARS[LIVE].open_ms, seed_ms=BARS[0].open_ms, mode="testnet")
    store.add_bot(bot)
    ports = Ports(
        store=store,
        venue=venue_of(server, SYMBOL, venue, listed=listed),
        market=live.ListMarket(world, BARS),
        clock=server,
        wall=SystemClock(),
        notifier=live.Heard(),
    )
    yield venue, server, ports, deployed, bot
    store.close()


def stops_at(exchange, venue):
    account = exchange.spot if venue == "binance" else exchange.futures
    resting = [one for one in account.orders if one.is_open and one.stop is not None and not one.is_triggered]
    return [one for one in resting if one.reduce_only or (venue == "binance" and one.side == "SELL")]


def test_a_moved_stop_is_replaced_as_the_venue_allows(wired):
    venue, exchange, ports, deployed, bot = wired
    replacements = []
    for _ in range(250):
        exchange.move_by(live.BAR_MS)
        exchange.requests.clear()
        before = {one.client_id for one in stops_at(exchange, venue)}
        report = tick(bot.name, deployed, ports, "a test")
        assert report.status == "running", report.text
        after = {one.client_id for one in stops_at(exchange, venue)}
        if before and after and before != after:
            moves = [one.method for one in exchange.requests if one.path.endswith(("/order", "/algoOrder"))]
            replacements.append([move for move in moves if move != "GET"])
        if len(replacements) >= 3:
            break
    assert len(replacements) >= 3
    order = ["DELETE", "POST"] if venue == "binance" else ["POST", "DELETE"]
    assert replacements == [order] * len(replacements)


def test_an_entry_has_its_stop_in_the_tick_that_sent_it(wired):
    venue, exchange, ports, deployed, bot = wired
    account = exchange.spot if venue == "binance" else exchange.futures
    entries = 0
    for _ in range(120):
        exchange.move_by(live.BAR_MS)
        before = len(account.trades)
        report = tick(bot.name, deployed, ports, "a test")
        assert report.status == "running", report.text
        new = account.trades[before:]
        if len(new) == 1 and new[0].order.side == "BUY" and not new[0].order.reduce_only:
            [stop] = stops_at(exchange, venue)
            assert 0 < stop.stop < new[0].price
            entries += 1
        if entries == 2:
            break
    assert entries == 2
