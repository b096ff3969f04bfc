import dataclasses

import pytest

from botyard.bot import folds, limits
from botyard.bot.ledger import SCHEMA, new_ledger
from botyard.records.fleet import Entry, Snapshot
from botyard.testing.bots import live
from botyard.testing.ports.memory_fleet import MemoryFleet

WORLD = live.rules()
BOT = live.bot(live.deployed(WORLD))


def fill(lots, ticks, side, trade, bar=1):
    data = {
        "trade_id": trade,
        "client_id": "x",
        "side": side,
        "lots": lots,
        "ticks": ticks,
        "fee": "1",
        "transition": 0,
    }
    return Entry("fill", bar, bar, data)


def decision(bar, close, equity):
    return Entry("decision", bar, bar, {"words": f"bar {bar}", "close": close, "equity": equity})


JOURNAL = [
    decision(1, 100.0, "10000"),
    fill(1000, 10_000, "buy", "1"),
    decision(2, 110.0, "10009"),
    fill(1500, 11_000, "sell", "2"),
    Entry("funding", 3, 3, {"paid": "0.00550000", "lots": -500}),
    decision(3, 90.0, "9900"),
    Entry("missed", 3, 3, {"transition": 0, "reason": "seen 90 s after the close, too late to enter"}),
    fill(500, 9_000, "buy", "liquidation"),
    decision(4, 90.0, "10017"),
]
JOURNAL[7].data["client_id"] = "liquidation"


def test_decisions_carry_what_happened_around_them():
    found = folds.decisions(JOURNAL, WORLD.instrument, shown=2)
    assert [one.bar_ms for one in found] == [3, 4]
    assert found[0].notes == ("sold 1.5 MADE at 110, fee 1", "funding 0.00550000")
    assert found[1].notes[0].startswith("missed: seen 90 s")
    assert found[1].notes[1] == "liquidated by the venue: bought 0.5 MADE at 90, fee 1"


def test_what_comes_after_the_last_decision_belongs_to_it():
    journal = [*JOURNAL, Entry("status", 0, 9, {"from": "running", "to": "paused", "reason": "asked"})]
    assert folds.decisions(journal, WORLD.instrument)[-1].notes[-1] == "running to paused: asked"


# --- limits --------------------------------------------------------------------------------------------------------


def ledger(*entries):
    return new_ledger(10_000.0, WORLD.instrument).apply_all(entries)


def test_a_day_is_measured_from_the_last_close_before_it():
    day = 86_400_000
    book = ledger(decision(1, 100.0, "10000"), decision(2, 1.0, "9000"), decision(day, 1.0, "8000"))
    assert (book.day, str(book.day_equity), str(book.last_equity)) == (1, "9000", "8000")


@pytest.mark.parametrize(("lots", "expected"), [(99_000, 99_000), (200_000, 99_880), (-200_000, -99_880)])
def test_a_position_is_cut_to_the_bots_own_money(lots, expected):
    # 10,000 at 100 with 10 bps fee and 2 bps slippage
    assert limits.affordable(lots, ledger(), 100.0, WORLD, 1.0, close=90.0) == expected


def test_what_is_held_counts_at_the_last_close_not_at_the_level_of_the_order():
    held = ledger(fill(50_000, 10_000, "buy", "1"))  # half the money, fee 1
    assert limits.affordable(200_000, held, 50.0, WORLD, 1.0, close=100.0) == 199_740


@pytest.mark.parametrize(("most", "lots"), [(25.0, 250), (0.0, 0), (1e9, 99_000)])
def test_no_position_is_larger_than_a_promotion_allows(most, lots):
    assert limits.affordable(99_000, ledger(), 100.0, WORLD, 1.0, close=90.0, max_notional=most) == lots
    assert limits.affordable(-99_000, ledger(), 100.0, WORLD, 1.0, close=90.0, max_notional=most) == -lots


@pytest.mark.parametrize(("late_ms", "fresh"), [(0, True), (60_000, True), (60_001, False)])
def test_live_entries_are_fresh_for_a_minute(late_ms, fresh):
    bot = dataclasses.replace(BOT, feed="live")
    assert limits.is_fresh(bot, 0, 300_000 + late_ms) is fresh
    assert limits.is_fresh(BOT, 0, 10**12), "stored bars are always on time"


def test_one_minute_bars_are_fresh_for_a_quarter():
    bot = dataclasses.replace(BOT, feed="live", timeframe="1m")
    assert limits.is_fresh(bot, 0, 75_000)
    assert not limits.is_fresh(bot, 0, 75_001)


def test_the_snapshot_of_another_version_is_not_read():
    store = MemoryFleet()
    store.add_bot(BOT)
    lease = store.acquire(BOT.name, "test", 0, 60_000)
    store.append(lease, JOURNAL[:2], Snapshot(BOT.name, 1, 0, SCHEMA - 1, "", b"", b"", "what an older version wrote"))
    assert folds.current_ledger(store, BOT, WORLD.instrument) == ledger(*JOURNAL[:2])
