"""Fifty concurrent and doubled ticks, one paused past its lease: one intent."""

import dataclasses
import threading
from collections import Counter

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot.tick import LEASE_MS, tick
from botyard.errors import RetryableError
from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.chaos.play import WallClock
from botyard.testing.ports.memory_fleet import MemoryFleet

NAME = "swing-1"
TICKS = 50
BARS = live.made_up_bars(70, seed=93)
LONG, FIRST = live.made_up_bars(140), 62


def test_fifty_ticks_at_once_make_each_decision_and_each_order_once(tmp_path):
    world, what = live.rules(), live.deployed()
    clock = ReplayClock(live.START_MS)
    setup = SqliteFleet(tmp_path / "fleet.db", durable=False)
    setup.add_bot(live.bot(what))
    stores = [SqliteFleet(tmp_path / "fleet.db", durable=False) for _ in range(5)]  # as many processes
    venues = [PaperVenue(tmp_path / "paper.db", NAME, world, "5m", durable=False) for _ in stores]
    market = live.ListMarket(world, BARS)
    unexpected = []

    def wake(number):
        ports = live.ports(stores[number % 5], venues[number % 5], market, clock)
        for _ in range(2):  # doubled
            try:
                tick(NAME, what, ports, f"tick {number}")
            except RetryableError:
                pass  # somebody else writes
            except BaseException as e:  # noqa: BLE001  (told below)
                unexpected.append(e)

    for index in range(7, len(BARS), 8):  # seven or eight bars at a time, all fifty at once
        clock.move_to(BARS[index].open_ms + live.BAR_MS)
        threads = [threading.Thread(target=wake, args=(n,)) for n in range(TICKS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tick(NAME, what, live.ports(setup, venues[0], market, clock), "last")
    journal = list(setup.entries(NAME))
    for one in (*stores, *venues, setup):
        one.close()
    assert unexpected == []
    decided = [e.bar_ms for e in journal if e.kind == "decision"]
    assert decided == [bar.open_ms for bar in BARS[: len(decided)]]
    assert len(decided) >= 64
    intents = Counter(e.data["client_id"] for e in journal if e.kind == "intent")
    assert len(intents) > 20
    assert set(intents.values()) == {1}


class Paused:
    """A port, one of whose calls goes to sleep before it does anything, once."""

    def __init__(self, port, name):
        self._port, self._name = port, name
        self.asleep, self.wake = threading.Event(), threading.Event()

    def __getattr__(self, name):
        found = getattr(self._port, name)
        if name != self._name or self.asleep.is_set():
            return found

        def sleeping(*args, **named):
            self.asleep.set()
            assert self.wake.wait(20.0)
            return found(*args, **named)

        return sleeping


@pytest.fixture(scope="module")
def exchange():
    with listen(LONG, FIRST) as one:
        yield one


@pytest.mark.parametrize("market", ["binance", "binanceusdm"])
@pytest.mark.parametrize("where", ["acquire", "append", "submit"])
def test_a_tick_that_sleeps_past_its_lease_sends_no_second_order(exchange, market, where):
    exchange.rewind(LONG[FIRST].open_ms + 500)
    fund(exchange)
    exchange.faults.hidden_ms = 8_000
    world = ExchangeWorld(exchange, MemoryFleet(), LONG, FIRST, market=market)
    exchange.move_to(LONG[FIRST].open_ms + live.BAR_MS + 500)
    wall = WallClock()
    safe = dataclasses.replace(world.play.ports, wall=wall)
    paused = Paused(safe.venue if where == "submit" else safe.store, where)
    sleepy = dataclasses.replace(safe, **{"venue" if where == "submit" else "store": paused})
    reports = []
    sleeper = threading.Thread(target=lambda: reports.append(tick(NAME, world.deployed, sleepy, "the sleeper")))
    sleeper.start()
    assert paused.asleep.wait(20.0)
    wall.move_by(LEASE_MS + 1)
    reports.append(tick(NAME, world.deployed, safe, "the next"))
    paused.wake.set()
    sleeper.join(20.0)
    assert len(reports) == 2
    exchange.move_by(10_000)
    if world.store.bot(NAME).status == "halted":  # it could not tell whether the sleeper had sent; now it can
        assert where == "submit"
        world.store.set_status(NAME, "running", "resumed by a person", expected="halted")
    tick(NAME, world.deployed, safe, "the last")
    intents = [e for e in world.store.entries(NAME) if e.kind == "intent"]
    assert [e.data["order"]["kind"] for e in intents if e.data["order"]["side"] == "buy"] == ["market"]
    assert [order.status for order in world.orders if order.side == "BUY"] == ["FILLED"]
    assert len([order for order in world.orders if order.side == "SELL"]) <= 1  # its stop
    assert world.faults() == []


def test_a_tick_held_up_before_it_sends_does_not_send(exchange):
    exchange.rewind(LONG[FIRST].open_ms + 500)
    fund(exchange)
    world = ExchangeWorld(exchange, MemoryFleet(), LONG, FIRST)
    exchange.move_to(LONG[FIRST].open_ms + live.BAR_MS + 500)
    wall = WallClock()

    class Slow:
        def __getattr__(self, name):
            found = getattr(world.store, name)
            if name != "append":
                return found
            return lambda *args: (found(*args), wall.move_by(16_000))  # longer than a tick may take to send

    slow = dataclasses.replace(world.play.ports, wall=wall, store=Slow())
    report = tick(NAME, world.deployed, slow, "held up before it wrote its intent")
    assert (report.is_done, report.orders) == (False, 0)
    assert not [e for e in world.store.entries(NAME) if e.kind in ("intent", "decision")]
    report = tick(NAME, world.deployed, slow, "held up after it wrote its intent")
    reasons = [e.data["reason"] for e in world.store.entries(NAME) if e.kind in ("cancelled", "missed")]
    assert (report.orders, world.orders) == (0, [])
    assert len(reasons) == 2
    assert all("held up" in reason for reason in reasons)
    assert world.faults() == []
