"""A soak with 429/418/5xx, skew ± 2 s, late bars, a reset and a dropped scheduler; a page within 3 bars.

That silence itself is paged after 3 bars is held in tests/unit/apps/operations/test_health.py and test_watchdog.py.
"""

import dataclasses
import random
from decimal import Decimal

import pytest

from botyard.apps.operations import recover
from botyard.bot import earnings
from botyard.bot.tick import tick
from botyard.testing.bots import live
from botyard.testing.chaos import books
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.chaos.run import trouble
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS, FIRST, N_BARS = live.made_up_bars(260), 60, 120
HELD = 7  # bars after which the bot holds something


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


@pytest.fixture(params=["binance", "binanceusdm"])
def world(exchange, request):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    return ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST, market=request.param)


class LateMarket:
    """Bars that come so much after their close."""

    def __init__(self, market):
        self._market = market
        self.late_ms = 0

    def __getattr__(self, name):
        return getattr(self._market, name)

    def bars(self, symbol, timeframe, after_ms, until_ms):
        return self._market.bars(symbol, timeframe, after_ms, until_ms - self.late_ms)


def test_faults_at_every_other_bar_and_a_scheduler_that_drops_out_change_no_decision(world, exchange):
    chance, play = random.Random(12), world.play
    market = LateMarket(play.ports.market)
    play.ports = dataclasses.replace(play.ports, market=market)
    play._mortal = dataclasses.replace(play._mortal, market=market)
    bars, passed, slept = BARS[FIRST : FIRST + N_BARS], 0, 0
    while passed < N_BARS:
        if chance.random() < 0.5:
            trouble(exchange.faults, chance)
        if chance.random() < 0.05:  # the scheduler is gone for a few bars
            passed = min(N_BARS - 1, passed + chance.randint(1, 4))
            slept += 1
        market.late_ms = chance.choice((0, 0, 1_000, 3_000))
        play.move_to(bars[passed].open_ms + live.BAR_MS + 500 + market.late_ms)
        play.until_done(lambda report, at=bars[passed].open_ms: report.is_done and (report.last_bar_ms or 0) >= at)
        passed += 1
    exchange.faults.clear()
    market.late_ms = 0
    assert slept > 2
    assert world.faults() == []
    rewound = books.decisions(world.store.entries(world.name))
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    calm = ExchangeWorld(
        exchange, MemoryFleet(), BARS, FIRST, market="binance" if world.account is exchange.spot else "binanceusdm"
    )
    calm.through(N_BARS)
    assert books.decisions(calm.store.entries(calm.name)) == rewound


def reset(world, exchange):
    world.through(HELD)
    assert world.lots() > 0
    exchange.reset()
    fund(exchange)
    exchange.move_by(live.BAR_MS)
    return world.play.calm_tick()


def test_a_reset_of_the_testnet_is_told_once_at_the_next_bar_and_a_kill_ends_it(world, exchange):
    assert reset(world, exchange).status == "halted"
    assert world.play.calm_tick().status == "halted"
    (told,) = [text for text in world.heard.messages if "the venue holds 0" in text]
    assert "the testnet was reset: it does not know the order any more" in told
    assert f"botyard recover {world.name}" in told
    world.play.kill()
    assert "not at the venue" in world.store.bot(world.name).reason
    assert [order for order in world.account.orders if order.is_open] == []


def test_a_reset_book_is_closed_at_the_last_price_and_its_profit_stays_true(world, exchange):
    reset(world, exchange)
    bot, before = world.store.bot(world.name), earned(world)
    shown = recover.examine(bot, world.deployed, world.play.ports)
    assert any("write off" in line and "the venue holds 0" in line for line in shown.lines)
    assert any("which the venue does not know" in line for line in shown.lines)
    assert earned(world) == before, "looking writes nothing"
    recover.carry_out(bot, world.deployed, world.play.ports, shown)
    after = earned(world)
    assert (after.position, after.equity, after.profit) == (0.0, before.equity, pytest.approx(before.profit, abs=1e-9))
    assert "botyard resume" in world.store.bot(world.name).reason
    assert not recover.examine(world.store.bot(world.name), world.deployed, world.play.ports).is_needed
    world.store.set_status(world.name, "running", "resumed by a person", expected="halted")
    while len(world.orders) < 4:  # it trades again
        world.through(1)
    last = earned(world)
    real = sum(t.price * t.quantity * (-1 if t.order.side == "BUY" else 1) - fee(t) for t in world.account.trades)
    mark = Decimal(str(last.last_close)) * Decimal(str(round(last.position, 3)))
    assert last.equity - after.equity == pytest.approx(float(real + mark), abs=1e-6)


def fee(trade):
    return 0 if trade.fee_asset == "MADE" else trade.fee  # taken out of the coins: fewer arrived


def earned(world):
    return earnings.profit(world.store.bot(world.name), world.store.entries(world.name), world.instrument)


def test_an_empty_store_gets_the_same_position_back_from_the_venues_fills(world, exchange):
    world.through(40)
    while not world.lots():
        world.through(1)
    then, old, resting = earned(world), world.store, [o for o in world.orders if o.is_open]
    decided = books.decisions(old.entries(world.name))
    world.store = MemoryFleet()
    lost = dataclasses.replace(old.bot(world.name), status="halted", reason="its journal is gone")
    world.store.add_bot(lost)
    ports = dataclasses.replace(world.play.ports, store=world.store)
    shown = recover.examine(lost, world.deployed, ports)
    recover.carry_out(lost, world.deployed, ports, shown)
    world.store.set_status(world.name, "running", "resumed by a person", expected="halted")
    now = earned(world)
    assert (now.position, now.fees, now.fills) == (then.position, then.fees, then.fills)
    tick(world.name, world.deployed, ports, "test")
    assert earned(world).equity == then.equity
    assert books.decisions(world.store.entries(world.name)) == decided
    transitions = {
        store: [e.data["transition"] for e in store.entries(world.name) if e.kind == "fill"]
        for store in (old, world.store)
    }
    assert transitions[old] == transitions[world.store], "client ids tell what each order was for"
    assert [o for o in world.orders if o.is_open and o.stop] == resting != []
    exchange.move_by(live.BAR_MS)
    assert tick(world.name, world.deployed, ports, "test").status == "running"
