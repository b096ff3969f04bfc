import dataclasses

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot import folds, promotion
from botyard.bot.tick import tick
from botyard.records.fleet import Entry, Promotion
from botyard.testing.bots import live
from botyard.testing.ports.memory_fleet import MemoryFleet

WORLD = live.rules()
NAME = "swing-1"
BARS = live.made_up_bars(70, seed=93)
DAY = 86_400_000
PLAIN = live.deployed(WORLD)
DEPLOYED = dataclasses.replace(PLAIN, settings=dataclasses.replace(PLAIN.settings, verdict_hash="e" * 64))
BOT = dataclasses.replace(live.bot(DEPLOYED, mode="mainnet"), account="paper/7")
GRANTED = Promotion(
    bot=NAME,
    spec_hash=DEPLOYED.settings.spec_hash,
    code_hash=DEPLOYED.code_hash,
    verdict_hash="e" * 64,
    account="paper/7",
    max_notional=50.0,
    granted_ms=live.START_MS,
    expires_ms=live.START_MS + 30 * DAY,
)


def play(tmp_path, data, bot=BOT, deployed=DEPLOYED, clock_ms=0):
    store, clock = MemoryFleet(), ReplayClock(live.START_MS + clock_ms)
    venue = PaperVenue(tmp_path / "paper.db", NAME, WORLD, "5m", durable=False)
    ports = live.ports(store, venue, live.ListMarket(WORLD, BARS), clock)
    store.add_bot(bot)
    if data is not None:
        lease = store.acquire(NAME, "test", 0, 1)
        store.append(lease, [Entry("promotion", 0, 0, data)])
        store.release(lease)
    for bar in BARS:
        clock.move_to(bar.open_ms + live.BAR_MS + clock_ms)
        report = tick(NAME, deployed, ports, "test")
    orders = [e for e in store.entries(NAME) if e.kind in ("intent", "submitted")]
    ledger = folds.current_ledger(store, store.bot(NAME), WORLD.instrument)
    venue.close()
    return report, orders, store.bot(NAME), ledger, list(store.entries(NAME))


def test_a_promoted_bot_trades_and_holds_no_more_than_it_may(tmp_path):
    report, orders, _, _, journal = play(tmp_path, promotion.entry_data(GRANTED))
    assert report.status == "running"
    assert orders
    held = [abs(e.data["lots"]) * 0.001 * e.data["close"] for e in journal if e.kind == "decision"]
    assert 40.0 < max(held) < 52.0, "50 at the decision; the price moves on"


def test_a_bot_that_was_never_promoted_submits_nothing(tmp_path):
    _, orders, bot, _, _ = play(tmp_path, None)
    assert orders == []
    assert bot.status == "halted"
    assert bot.reason == f"it was never promoted; see what it lacks with: botyard promote {NAME}"


OTHER = {
    "bot": "swing-2",
    "spec_hash": "6" * 64,
    "code_hash": "c" * 64,
    "verdict_hash": "",
    "account": "paper/8",
    "max_notional": -1.0,
    "granted_ms": live.START_MS + DAY,
    "expires_ms": live.START_MS - 1,
}


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(Promotion)])
def test_a_promotion_granted_for_anything_else_submits_nothing(tmp_path, field):
    other = dataclasses.replace(GRANTED, **{field: OTHER[field]})
    _, orders, bot, _, _ = play(tmp_path, promotion.entry_data(other))
    assert orders == []
    assert bot.status == "halted"


@pytest.mark.parametrize("field", [*(f.name for f in dataclasses.fields(Promotion)), "seal"])
def test_a_promotion_that_was_changed_afterwards_submits_nothing(tmp_path, field):
    data = promotion.entry_data(GRANTED)
    data[field] = data[field] * 2  # numbers and texts alike
    _, orders, bot, _, _ = play(tmp_path, data)
    assert orders == []
    assert "changed after it was granted" in bot.reason


@pytest.mark.parametrize("field", ["account", "spec_hash", "code_hash"])
def test_another_bot_record_submits_nothing(tmp_path, field):
    bot = dataclasses.replace(BOT, **{field: "other"})
    _, orders, bot, _, _ = play(tmp_path, promotion.entry_data(GRANTED), bot=bot)
    assert orders == []
    assert bot.status == "halted"


@pytest.mark.parametrize("field", ["verdict_hash", "spec_hash", "code_hash"])
def test_another_bundle_submits_nothing(tmp_path, field):
    other = dataclasses.replace(DEPLOYED, settings=dataclasses.replace(DEPLOYED.settings, **{field: "f" * 64}))
    if field == "code_hash":
        other = dataclasses.replace(other, code_hash="f" * 64)
    _, orders, bot, _, _ = play(tmp_path, promotion.entry_data(GRANTED), deployed=other)
    assert orders == []
    assert bot.status == "halted"


@pytest.mark.parametrize(
    ("later_ms", "why"), [(0, ""), (30 * DAY - 1, ""), (30 * DAY, "expired"), (-1, "begins in the future")]
)
def test_a_promotion_has_its_time(later_ms, why):
    said = promotion.refusal(promotion.entry_data(GRANTED), BOT, DEPLOYED, live.START_MS + later_ms)
    assert why in said
    assert bool(said) == bool(why)


def test_no_promotion_lasts_longer_than_thirty_days():
    endless = dataclasses.replace(GRANTED, expires_ms=GRANTED.expires_ms + 1)
    assert "expired" in promotion.refusal(promotion.entry_data(endless), BOT, DEPLOYED, live.START_MS)


def test_the_last_promotion_counts_and_survives_the_snapshot(tmp_path):
    _, _, _, ledger, _ = play(tmp_path, promotion.entry_data(GRANTED))
    assert ledger.promotion is not None
    assert promotion.read(ledger.promotion) == GRANTED


def test_paper_needs_no_promotion(tmp_path):
    _, orders, _, _, _ = play(tmp_path, None, bot=dataclasses.replace(BOT, mode="paper"))
    assert orders
