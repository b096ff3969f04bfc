"""`kill` with a failure at each call: eventually flat; a paused bot's stop still ratchets."""

from decimal import Decimal

import pytest

from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.chaos.fates import FATES, Fates, at, never
from botyard.testing.chaos.paper import PaperWorld
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS, FIRST, HELD = live.made_up_bars(140), 62, 5  # after so many bars it holds, and its stop rests


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


def holding(exchange, market):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    if market == "binance":
        exchange.deposit("MADE", "2")  # somebody else's
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST, market=market, fates=Fates(never))
    world.through(HELD)
    assert world.lots() > 0
    assert resting(world)
    return world


def resting(world):
    return [order for order in world.orders if order.is_open]


def killed(world, following):
    fates = world.play.fates
    fates.calls, fates.following = 0, following
    world.play.kill()
    fates.following = never
    return fates.calls


@pytest.mark.parametrize("market", ["binance", "binanceusdm"])
def test_a_failure_at_each_call_of_a_kill_ends_flat(exchange, market):
    calls = killed(holding(exchange, market), never)
    assert calls > 10
    for number in range(1, calls):
        world = holding(exchange, market)
        killed(world, at(number, FATES[number % 4]))
        bot = world.store.bot(world.name)
        assert bot.status == "killed", f"call {number}"
        assert resting(world) == [], f"call {number}"
        assert world.lots() == 0, f"call {number}: {bot.reason}"
        assert world.faults() == [], f"call {number}"
        if market == "binance":
            assert 2 <= exchange.spot.total("MADE") < 2 + 0.001, f"call {number}"  # parts of a lot are dust
        else:
            assert exchange.futures.positions["MADEUP"].quantity == 0, f"call {number}"


@pytest.mark.parametrize("fate", FATES)
def test_the_same_on_paper(tmp_path, fate):
    def held(folder):
        world = PaperWorld(folder, MemoryFleet(), live.deployed(), BARS[:80], Fates(never))
        for index in range(80):
            world.play.through(BARS[index : index + 1], live.BAR_MS)
            if world.venue.held_lots("MADE/UP"):
                return world
        raise AssertionError("nothing was ever held")

    world = held(tmp_path / "calm")
    calls = killed(world, never)
    world.close()
    for number in range(1, calls, 2):
        world = held(tmp_path / str(number))
        killed(world, at(number, fate))
        assert world.venue.held_lots("MADE/UP") == 0, f"call {number}"
        assert world.faults() == [], f"call {number}"
        world.close()


@pytest.mark.parametrize("market", ["binance", "binanceusdm"])
def test_a_kill_gets_past_an_order_that_never_arrived(exchange, market):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST, market=market)
    exchange.move_to(BARS[FIRST].open_ms + live.BAR_MS + 500)
    exchange.faults.drop_before()
    world.play.tick()
    assert [e.data["leg"] for e in world.store.entries(world.name) if e.kind == "intent"] == ["market"]
    assert world.orders == []
    killed(world, never)
    reasons = [e.data["reason"] for e in world.store.entries(world.name) if e.kind == "cancelled"]
    assert reasons == ["never seen at the venue"]
    assert world.orders == []
    assert world.faults() == []


def test_a_kill_below_a_raised_minimum_pages_once_goes_on_and_ends_when_it_can(exchange):
    world = holding(exchange, "binance")
    listing = exchange.listings["MADEUP"]
    before, listing.min_notional = listing.min_notional, Decimal(1_000_000)
    world.heard.messages.clear()
    world.store.set_status(world.name, "killing", "killed by a person", expected="running")
    reports = [world.play.calm_tick() for _ in range(8)]
    pages = [text for text in world.heard.messages if "by hand" in text]
    assert len(pages) == 1
    assert "NOTIONAL" in pages[0]
    assert world.heard.messages == pages
    assert [report.is_done for report in reports] == [False, False] + [True] * 6, "hurries at first, then with the bars"
    assert "close it by hand" in world.store.bot(world.name).reason
    listing.min_notional = before
    assert world.play.calm_tick().status == "killed"
    assert world.lots() == 0


def test_a_resumed_bot_gets_past_an_order_that_never_arrived_and_never_sends_it_again(exchange):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST)
    exchange.move_to(BARS[FIRST].open_ms + live.BAR_MS + 500)
    exchange.faults.drop_before()
    world.play.tick()
    lost = [e.data["client_id"] for e in world.store.entries(world.name) if e.kind == "intent"]
    report = world.play.tick()
    assert report.status == "halted"
    assert f"botyard resume {world.name}" in report.text
    world.store.set_status(world.name, "running", "resumed by a person", expected="halted")
    world.through(66)
    sent = [order.client_id for order in world.orders]
    assert sent
    assert not any(one in name for one in lost for name in sent)
    assert world.faults() == []


@pytest.mark.parametrize("market", ["binance", "binanceusdm"])
def test_the_stop_of_a_paused_bot_still_ratchets(exchange, market):
    world = holding(exchange, market)
    world.store.set_status(world.name, "paused", "paused by a person", expected="running")
    levels = []
    while world.lots():
        levels += [order.stop for order in resting(world)]
        world.through(1)
    assert len(levels) > 3
    assert levels == sorted(levels)
    assert levels[-1] > levels[0]
    world.through(58)  # flat, and what the model enters is missed
    assert world.lots() == 0
    assert [e for e in world.store.entries(world.name) if e.kind == "missed"]
    assert world.faults() == []
