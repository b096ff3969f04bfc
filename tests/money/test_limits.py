"""Limits outside the strategy: what they refuse is journaled with its reason and told once a day; ways out stay."""

import dataclasses

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot import folds
from botyard.bot.tick import tick
from botyard.records.fleet import OuterLimits
from botyard.testing.bots import live
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS = live.made_up_bars(70, seed=93)
NAME = "swing-1"
WORLD = live.rules()


def play(tmp_path, allowed, *, mode="testnet", change=None):
    """All bars under a limit; after bar 40 under `change`, where there is one. Returns journal, told, bot, held."""
    what, store, clock, heard = live.deployed(WORLD), MemoryFleet(), ReplayClock(live.START_MS), live.Heard()
    for name in ("older-1", NAME):
        store.add_bot(live.bot(what, name=name, mode=mode))
    venue = PaperVenue(tmp_path / "paper.db", NAME, WORLD, "5m", durable=False)
    ports = live.ports(store, venue, live.ListMarket(WORLD, BARS), clock, heard)
    for index, bar in enumerate(BARS):
        clock.move_to(bar.open_ms + live.BAR_MS)
        now = change if change is not None and index > 40 else allowed
        tick(NAME, what, dataclasses.replace(ports, limits=now), "test")
    journal = list(store.entries(NAME))
    ledger = folds.current_ledger(store, store.bot(NAME), WORLD.instrument)
    venue.close()
    return journal, heard.messages, store.bot(NAME), ledger.lots


def entries(journal):
    return [e for e in journal if e.kind == "intent" and not e.data["order"]["reduce_only"]]


REFUSING = {
    "max_notional": OuterLimits(max_notional=100.0),
    "max_orders_a_day": OuterLimits(max_orders_a_day=0),
    "max_loss": OuterLimits(max_loss=0.0),
    "max_bots": OuterLimits(max_bots=1),
    "symbols": OuterLimits(symbols=("BTC/USDT", "ETH/USDT")),
    "venues": OuterLimits(venues=("binance",)),
}


@pytest.mark.parametrize("name", REFUSING)
def test_what_is_over_a_limit_is_not_sent_but_journaled_and_told(tmp_path, name):
    journal, told, bot, _ = play(tmp_path, REFUSING[name])
    refused = [e.data for e in journal if e.kind == "refused"]
    assert entries(journal) == []
    assert {e["limit"] for e in refused} == {name}
    assert all(len(e["reason"]) > 10 for e in refused)
    assert len([text for text in told if f"your limit {name}" in text]) == 1, "told once a day"
    assert bot.status == "running"


def test_without_limits_the_same_bars_trade(tmp_path):
    journal, _, _, _ = play(tmp_path, OuterLimits())
    assert len(entries(journal)) > 3
    assert [e for e in journal if e.kind == "refused"] == []


def test_orders_are_counted_by_the_day(tmp_path):
    journal, _, _, _ = play(tmp_path, OuterLimits(max_orders_a_day=3))
    assert len(entries(journal)) == 3


def test_exits_are_never_refused_and_a_turn_becomes_a_way_out(tmp_path):
    nothing = OuterLimits(max_orders_a_day=0, max_notional=0.0, max_loss=0.0, symbols=("none",))
    free, _, _, _ = play(tmp_path / "free", OuterLimits())
    held = {e.bar_ms: e.data["lots"] for e in free if e.kind == "decision"}
    assert held[BARS[40].open_ms] or held[BARS[41].open_ms], "it should hold something when the limit comes"
    journal, _, _, lots = play(tmp_path / "held", OuterLimits(), change=nothing)
    assert lots == 0
    after = [e for e in journal if e.kind == "intent" and e.bar_ms > BARS[41].open_ms]
    assert all(e.data["order"]["reduce_only"] for e in after)


def test_a_mode_above_the_ceiling_halts_and_says_how_to_go_on(tmp_path):
    journal, told, bot, _ = play(tmp_path, OuterLimits(is_above_ceiling=True))
    assert entries(journal) == []
    assert bot.status == "halted"
    assert "BOTYARD_NETWORK=testnet" in bot.reason
    assert any("BOTYARD_NETWORK" in text for text in told)
