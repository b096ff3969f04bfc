"""A strategy whose own stop is far away, and a market that falls by a fifth while nobody looks: a tenth is lost."""

import dataclasses
from decimal import Decimal

import pytest

from botyard.bot.guards import disaster_stop
from botyard.testing.bots import live
from botyard.testing.chaos.exchange import ExchangeWorld, fund, listen
from botyard.testing.ports.memory_fleet import MemoryFleet

CALM, FIRST, ENTRY, CRASH = live.made_up_bars(90), 62, 64, 68  # it enters at one close; in a later bar the market falls
TENTH, TICK = Decimal("0.1"), Decimal("0.01")


def fallen(bar, index):
    if index < CRASH:
        return bar
    low = bar._replace(**{name: round(getattr(bar, name) * 0.8, 2) for name in ("open", "high", "low", "close")})
    return low._replace(open=bar.open, high=bar.high) if index == CRASH else low


BARS = [fallen(bar, index) for index, bar in enumerate(CALM)]


@pytest.fixture(scope="module")
def exchange():
    with listen(BARS, FIRST) as one:
        yield one


@pytest.mark.parametrize("market", ["binance", "binanceusdm"])
def test_it_rests_from_the_tick_of_the_entry_fills_alone_and_the_bot_waits_for_its_model(exchange, market):
    exchange.rewind(BARS[FIRST].open_ms + 500)
    fund(exchange)
    world = ExchangeWorld(exchange, MemoryFleet(), BARS, FIRST, market=market)
    settings = dataclasses.replace(world.deployed.settings, parameters=(5.0, 20.0, 0.5))  # its own stop: one half
    world.play.deployed = dataclasses.replace(world.deployed, settings=settings)
    world.through(ENTRY + 1 - FIRST)
    bought = [order for order in world.orders if order.executed][-1]
    (stop,) = [order for order in world.orders if order.is_open]
    assert bought.side == "BUY"
    assert 0 <= stop.stop - (1 - TENTH) * bought.quote / bought.executed < TICK
    assert 0 <= bought.executed - stop.quantity <= bought.executed / 1000 + TICK / 10  # on spot the fee took its part
    world.through(2)
    assert [order for order in world.orders if order.is_open] == [stop], (
        "it stays where it is as long as the entry does"
    )

    assert world.lots() > 0
    exchange.move_to(BARS[CRASH + 2].open_ms + 500)  # nobody ticks
    assert [order for order in world.orders if order.is_open] == []
    assert world.play.calm_tick().status == "halted"
    assert "below the 10000.00 that the day began with" in world.store.bot(world.name).reason
    world.store.set_status(world.name, "running", "resumed by a person", expected="halted")
    world.through(2)
    assert world.lots() == 0
    assert [text for text in world.heard.messages if "disaster stop filled" in text] == [
        f"{world.name}: its disaster stop filled; it stays flat until its model leaves the position"
    ]
    fills = [e.data for e in world.store.entries(world.name) if e.kind == "fill"]
    assert fills[-1]["transition"] == disaster_stop.TRANSITION
    crashed = next(
        e.data for e in world.store.entries(world.name) if e.kind == "decision" and e.bar_ms == BARS[CRASH].open_ms
    )
    assert crashed["lots"] == 0 < crashed["model_lots"]
    assert "the bot itself is flat, and waits for the model to leave" in crashed["words"]
    assert world.faults() == []
