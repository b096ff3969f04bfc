"""A tick may die at any write: restarted, it has sent each order once and forgotten none (DESIGN 9, test 1)."""

import dataclasses

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot.tick import tick
from botyard.records.market import Costs
from botyard.testing.bots import live
from botyard.testing.bots.crashes import Died, Fuse, Fused
from botyard.testing.ports.memory_fleet import MemoryFleet

BARS = live.made_up_bars(70, seed=93)  # enters, scales out, exits, stops out, hits a target, goes short, reverses
WORLD = dataclasses.replace(live.rules(), costs=Costs(funding_bps=50.0))  # large, so that a bar paid twice shows
DEPLOYED = live.deployed(WORLD)


def run(tmp_path, fuse=None, *, store=None):
    """Play all bars; where the fuse blows, start again with the same store and venue."""
    store = store or MemoryFleet()
    venue = PaperVenue(tmp_path / "paper.db", "swing-1", WORLD, "5m", durable=False)
    store.add_bot(live.bot(DEPLOYED))
    clock = ReplayClock(live.START_MS)
    safe = live.ports(store, venue, live.ListMarket(WORLD, BARS), clock)
    ports = safe if fuse is None else dataclasses.replace(safe, store=Fused(store, fuse), venue=Fused(venue, fuse))
    for bar in BARS:
        clock.move_to(bar.open_ms + live.BAR_MS)
        try:
            tick("swing-1", DEPLOYED, ports, "one")
        except Died:
            ports = safe
            clock.move_to(clock.now_ms() + 61_000)  # the dead one's lease runs out
            tick("swing-1", DEPLOYED, ports, "two")
    journal = list(store.entries("swing-1"))
    orders = venue._db.execute(
        "SELECT client_id, side, kind, lots, ticks, bar_ms, filled_lots, price_ticks FROM orders ORDER BY bar_ms, client_id"
    ).fetchall()
    venue.close()
    return journal, orders


def facts(journal):
    rows = [(e.bar_ms, live.row_of(e.data), e.data["equity"], e.data["lots"]) for e in journal if e.kind == "decision"]
    fills = [(e.bar_ms, e.data["client_id"], e.data["lots"], e.data["ticks"]) for e in journal if e.kind == "fill"]
    paid = [(e.bar_ms, e.data["paid"]) for e in journal if e.kind == "funding"]
    return rows, fills, paid


def writes(tmp_path):
    fuse = Fuse(-1, after=False)
    run(tmp_path, fuse)
    return fuse.count


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    journal, orders = run(tmp_path_factory.mktemp("calm"))
    assert {e.data["transition"] for e in journal if e.kind == "fill"} == {0, 1, 2, 3, 4, 5, 7}
    held = {e.bar_ms for e in journal if e.kind == "decision" and e.data["lots"] != 0}
    assert {e.bar_ms for e in journal if e.kind == "funding"} == held != set()
    return facts(journal), orders


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_tick_that_dies_at_any_write_loses_and_doubles_nothing(tmp_path, undisturbed, after):
    total = writes(tmp_path / "count")
    assert total > 200
    for at in range(2 if after else 1, total, 9):
        journal, orders = run(tmp_path / str(at), Fuse(at, after=after))
        assert (facts(journal), orders) == undisturbed, f"died at write {at} of {total}"


def test_the_same_in_sqlite(tmp_path, undisturbed):
    for at in range(11, 220, 41):
        store = SqliteFleet(tmp_path / str(at) / "fleet.db", durable=False)
        journal, orders = run(tmp_path / str(at), Fuse(at, after=at % 2 == 0), store=store)
        store.close()
        assert (facts(journal), orders) == undisturbed, f"died at write {at}"
