"""A soak with 429/418/5xx, skew ± 2 s, late bars, a reset and a dropped scheduler; a page within 3 bars.

That silence itself is paged after 3 bars is held in tests/unit/apps/operations/test_health.py and test_watchdog.py.
"""

import dataclasses
import random

import pytest

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


def test_a_reset_of_the_testnet_is_told_at_the_next_bar_and_a_kill_ends_it(world, exchange):
    world.through(HELD)
    assert world.lots() > 0
    exchange.reset()
    fund(exchange)
    exchange.move_by(live.BAR_MS)
    report = world.play.tick()
    assert report.status == "halted"
    assert any("the venue holds 0" in text for text in world.heard.messages)
    world.play.kill()
    assert "not at the venue" in world.store.bot(world.name).reason
    assert [order for order in world.account.orders if order.is_open] == []
