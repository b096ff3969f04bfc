import dataclasses
import threading

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot import folds
from botyard.bot.tick import tick
from botyard.errors import RetryableError
from botyard.records.market import Costs
from botyard.testing.bots import live
from botyard.testing.bots.crashes import Died, Fuse, Fused
from botyard.testing.ports.memory_fleet import MemoryFleet
from botyard.testing.ports.scripted_venue import ScriptedVenue

WORLD = live.rules()
BARS = live.made_up_bars(70, seed=93)
NAME = "swing-1"
SEED_TRAIL = 1  # bars in which the first stop trails


class Stage:
    """A bot, its ports and a clock that the test moves."""

    def __init__(self, tmp_path, *, feed="stored", venue=None, mode="paper", bars=BARS, store=None, world=WORLD):
        self.deployed = live.deployed(world, feed=feed)
        self.bars = bars
        self.store = store or MemoryFleet()
        self.venue = venue or PaperVenue(tmp_path / "paper.db", NAME, world, "5m", durable=False)
        self.clock = ReplayClock(live.START_MS)
        self.heard = live.Heard()
        self.ports = live.ports(self.store, self.venue, live.ListMarket(WORLD, bars), self.clock, self.heard)
        self.store.add_bot(live.bot(self.deployed, mode=mode))

    def tick(self, deployed=None):
        return tick(NAME, deployed or self.deployed, self.ports, "test")

    def play(self, first, last, *, late_ms=0):
        for bar in self.bars[first:last]:
            self.clock.move_to(bar.open_ms + live.BAR_MS + late_ms)
            report = self.tick()
        return report

    def play_until_held(self, first=0):
        for index in range(first, len(self.bars)):
            self.play(index, index + 1)
            if self.ledger.lots:
                return index + 1
        raise AssertionError("nothing was ever held")

    @property
    def ledger(self):
        return folds.current_ledger(self.store, self.store.bot(NAME), WORLD.instrument)

    def kinds(self, *wanted):
        return [e for e in self.store.entries(NAME) if e.kind in wanted]

    def set(self, status):
        self.store.set_status(NAME, status, "test", expected=self.store.bot(NAME).status)


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def test_a_tick_without_a_new_bar_writes_nothing(stage):
    stage.play(0, 30)
    before = list(stage.store.entries(NAME))
    report = stage.tick()
    assert (report.bars, report.orders) == (0, 0)
    assert list(stage.store.entries(NAME)) == before


def test_the_open_bar_is_not_used(stage):
    stage.clock.move_to(BARS[3].open_ms + live.BAR_MS - 1)
    assert stage.tick().last_bar_ms == BARS[2].open_ms


def test_many_stored_bars_in_one_tick_are_the_same_as_one_each(tmp_path):
    each, all_at_once = Stage(tmp_path / "a"), Stage(tmp_path / "b")
    each.play(0, 70)
    all_at_once.clock.move_to(BARS[-1].open_ms + live.BAR_MS)
    assert all_at_once.tick().bars == 70
    assert each.ledger.dump() == all_at_once.ledger.dump()
    rows = [[live.row_of(e.data) for e in s.kinds("decision")] for s in (each, all_at_once)]
    assert rows[0] == rows[1]


# --- two books -----------------------------------------------------------------------------------------------------


def test_the_seed_warms_up_and_trades_nothing(tmp_path):
    held = Stage(tmp_path / "a").play_until_held()
    stage = Stage(tmp_path / "b")
    stage.store.remove_bot(NAME)
    stage.store.add_bot(live.bot(stage.deployed, live_from_ms=BARS[held].open_ms))
    report = stage.play(held, held + 1)
    assert stage.kinds("deployed")[0].data == {"seed_bars": held, "model_equity": 10_000.0}
    decision = stage.kinds("decision")[0].data
    assert (decision["model_lots"], decision["lots"]) == (0, 0)
    assert decision["model_equity"] == float(decision["equity"]) == 10_000.0
    assert "warming up" not in report.text
    stage.play(held + 1, len(BARS))
    decisions = [e.data for e in stage.kinds("decision")]
    assert stage.kinds("fill")
    assert [d["model_lots"] for d in decisions] == [d["lots"] for d in decisions]


def test_a_seeded_model_is_rebuilt_by_replay_without_trading_the_seed(tmp_path):
    calm, hurt = Stage(tmp_path / "a"), Stage(tmp_path / "b")
    for stage in (calm, hurt):
        stage.store.remove_bot(NAME)
        stage.store.add_bot(live.bot(stage.deployed, live_from_ms=BARS[30].open_ms))
    calm.play(30, 70)
    hurt.play(30, 50)
    del hurt.store._snapshots[NAME]
    hurt.play(50, 70)
    rows = [[live.row_of(e.data) for e in s.kinds("decision")] for s in (calm, hurt)]
    assert rows[0] == rows[1]


def test_a_lost_snapshot_is_rebuilt_by_replay(tmp_path):
    calm, hurt = Stage(tmp_path / "a"), Stage(tmp_path / "b")
    calm.play(0, 70)
    hurt.play(0, 40)
    hurt.store._snapshots[NAME] = dataclasses.replace(hurt.store._snapshots[NAME], schema=-1)
    hurt.play(40, 55)
    hurt.store._snapshots[NAME] = dataclasses.replace(hurt.store._snapshots[NAME], code_hash="another")
    hurt.play(55, 60)
    del hurt.store._snapshots[NAME]
    hurt.play(60, 70)
    assert [live.row_of(e.data) for e in calm.kinds("decision")] == [
        live.row_of(e.data) for e in hurt.kinds("decision")
    ]
    assert calm.ledger.dump() == hurt.ledger.dump()


def test_a_bot_stopped_out_early_stays_flat_until_the_model_leaves(stage):
    index = stage.play_until_held()
    ledger = stage.ledger
    # somebody's stop at the venue fills what the model still holds
    stop = next(w.order for w in ledger.working.values() if w.order.kind == "stop")
    low = live.Bar(BARS[index].open_ms, *([stop.ticks / 100 - 0.05] * 4), 1.0)
    stage.venue.settle(WORLD.instrument.symbol, low)
    stage.play(index, index + 1)
    model = stage.kinds("decision")[-1].data
    assert stage.ledger.lots == 0
    if model["model_lots"] > 0:
        assert stage.ledger.working == {}


# --- states --------------------------------------------------------------------------------------------------------


def test_a_paused_bot_enters_nothing_and_says_so(stage):
    stage.play(0, 5)
    stage.set("paused")
    stage.play(5, 70)
    assert stage.kinds("intent") == []
    assert {e.data["reason"] for e in stage.kinds("missed")} == {"paused"}


def test_a_paused_bot_still_keeps_up_its_stop_and_leaves(tmp_path):
    stage = Stage(tmp_path, bars=live.made_up_bars(120, seed=SEED_TRAIL))
    index = stage.play_until_held()
    stage.set("paused")
    before = {w.order.ticks for w in stage.ledger.working.values() if w.order.kind == "stop"}
    stops = set(before)
    for at in range(index, len(stage.bars)):
        stage.play(at, at + 1)
        stops |= {w.order.ticks for w in stage.ledger.working.values() if w.order.kind == "stop"}
        if stage.ledger.lots == 0:
            break
    assert stage.ledger.lots == 0
    assert len(stops) > len(before), "the trailing stop moved"
    stage.play(at + 1, len(stage.bars))
    assert stage.ledger.lots == 0


def test_a_kill_closes_at_once_and_stops(stage):
    index = stage.play_until_held()
    stage.set("killing")
    report = stage.tick()
    assert report.status == "killed"
    assert stage.ledger.lots == 0
    assert stage.ledger.working == {}
    assert stage.venue.open_orders(WORLD.instrument.symbol, "") == []
    stage.play(index, len(BARS))
    assert len(stage.kinds("decision")) == index


def test_a_kill_that_dies_at_any_write_ends_flat(tmp_path):
    for at in range(1, 12):
        for after in (False, True):
            stage = Stage(tmp_path / f"{at}{after}")
            stage.play_until_held()
            stage.set("killing")
            safe = stage.ports
            fuse = Fuse(at, after=after)
            stage.ports = dataclasses.replace(safe, store=Fused(stage.store, fuse), venue=Fused(stage.venue, fuse))
            try:
                stage.tick()
            except Died:
                stage.ports = safe
                stage.clock.move_to(stage.clock.now_ms() + 61_000)
                stage.tick()
            assert stage.store.bot(NAME).status == "killed", (at, after)
            assert stage.venue.held_lots(WORLD.instrument.symbol) == stage.ledger.lots == 0


def test_a_kill_pays_the_funding_of_the_bars_it_slept_through_once(tmp_path):
    world = dataclasses.replace(WORLD, costs=Costs(funding_bps=50.0))
    asked = []
    for at in (0, *range(1, 9)):
        stage = Stage(tmp_path / str(at), world=world)
        index = stage.play_until_held()
        stage.set("killing")
        stage.clock.move_to(BARS[index + 2].open_ms + live.BAR_MS)
        safe, fuse = stage.ports, Fuse(at, after=True)
        stage.ports = dataclasses.replace(safe, store=Fused(stage.store, fuse), venue=Fused(stage.venue, fuse))
        try:
            stage.tick()
        except Died:
            stage.ports = safe
            stage.clock.move_to(stage.clock.now_ms() + 61_000)
            stage.tick()
        assert stage.store.bot(NAME).status == "killed"
        asked.append([(e.bar_ms, e.data["paid"]) for e in stage.kinds("funding")])
    assert len(asked[0]) >= 2
    assert asked == [asked[0]] * len(asked)


def test_a_kill_that_cannot_close_goes_on_and_pages(tmp_path):
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue)
    hold(stage, venue)
    stage.set("killing")
    for _ in range(3):
        assert stage.tick().status == "killing"
    assert any("close it by hand" in message for message in stage.heard.messages)
    order = list(venue.orders.values())[-1]
    assert order.reduce_only
    venue.fill(order.client_id, order.lots, 10_000)
    assert stage.tick().status == "killed"


# --- what does not fit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["code_hash", "spec_hash", "symbol", "timeframe"])
def test_another_bundle_than_the_registered_one_halts(stage, field):
    stage.store._bots[NAME] = dataclasses.replace(stage.store._bots[NAME], **{field: "other"})
    report = stage.tick()
    assert report.status == "halted"
    assert "deploy the bot again" in stage.store.bot(NAME).reason
    assert stage.kinds("decision", "intent") == []


def test_a_venue_that_holds_less_than_the_ledger_halts(tmp_path):
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue)
    index = hold(stage, venue)
    venue.foreign_lots = -stage.ledger.lots  # somebody sold what the bot bought
    report = stage.play(index, index + 1)
    assert report.status == "halted"
    assert "the ledger says" in report.text


def test_what_others_hold_is_not_the_bots(tmp_path):
    venue = ScriptedVenue()
    venue.foreign_lots = 2_000_000
    stage = Stage(tmp_path, venue=venue)
    index = hold(stage, venue)
    lots = stage.ledger.lots
    stage.set("killing")
    stage.tick()
    sold = [order for order in venue.orders.values() if order.side == "sell"][-1]
    assert sold.lots == lots < 2_000_000
    assert index > 0


# --- orders on their way -------------------------------------------------------------------------------------------


def entry(stage):
    """Play until the first market order is asked for; returns the next bar's index."""
    for index in range(len(stage.bars)):
        report = stage.play(index, index + 1)
        found = [e for e in stage.kinds("intent") if e.data["leg"] == "market"]
        if found:
            return index + 1, found[0].data["client_id"], report
    raise AssertionError("no entry")


def hold(stage, venue):
    index, identity, _ = entry(stage)
    order = venue.orders[identity]
    venue.fill(identity, order.lots, 10_000)
    stage.play(index, index + 1)
    assert stage.ledger.lots == order.lots
    return index + 1


def test_a_time_out_after_the_venue_accepted_is_one_order(tmp_path):
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue, bars=BARS)
    calm = Stage(tmp_path / "calm", venue=ScriptedVenue())
    index, identity, _ = entry(calm)
    stage.play(0, index - 1)
    venue.time_out_next = True
    stage.play(index - 1, index)
    assert [w.is_sent for w in stage.ledger.working.values() if w.order.client_id == identity] == [False]
    venue.fill(identity, venue.orders[identity].lots, 10_000)
    stage.play(index, index + 1)
    assert venue.submissions == len(venue.orders)
    assert stage.ledger.lots == venue.orders[identity].lots


def test_an_order_the_venue_never_saw_halts_where_absence_proves_nothing(tmp_path):
    calm = Stage(tmp_path / "calm", venue=ScriptedVenue())
    index, identity, _ = entry(calm)
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue)
    stage.play(0, index - 1)
    venue.lose_next = True
    stage.play(index - 1, index)
    before = venue.submissions
    report = stage.play(index, index + 1)
    assert report.status == "halted"
    assert identity in report.text
    assert venue.submissions == before, "absence never permits a resend"


def test_slow_look_ups_are_tried_again(tmp_path):
    calm = Stage(tmp_path / "calm", venue=ScriptedVenue())
    index, identity, _ = entry(calm)
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue)
    stage.play(0, index - 1)
    venue.time_out_next = True
    stage.play(index - 1, index)
    venue.hidden = 2
    assert stage.play(index, index + 1).status == "running"
    assert [e.data["client_id"] for e in stage.kinds("submitted")].count(identity) == 1
    assert venue.submissions == len(venue.orders)


def test_a_rejected_order_is_skipped_and_told(tmp_path):
    calm = Stage(tmp_path / "calm", venue=ScriptedVenue())
    index, _identity, _ = entry(calm)
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue)
    stage.play(0, index - 1)
    venue.reject_next = "no margin"
    assert stage.play(index - 1, index).status == "running"
    assert [e.data["reason"] for e in stage.kinds("refused")] == ["no margin"]
    assert stage.ledger.working == {}
    assert any("no margin" in message for message in stage.heard.messages)


def test_partial_fills_add_up(tmp_path):
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue)
    index, identity, _ = entry(stage)
    lots = venue.orders[identity].lots
    venue.fill(identity, lots // 3, 10_000, fee="0.1")
    venue.fill(identity, lots // 3, 10_001, fee="0.2")
    stage.play(index, index + 1)
    assert stage.ledger.lots == 2 * (lots // 3)
    assert str(stage.ledger.fees) == "0.3"
    assert len(stage.kinds("fill")) == 2


# --- late, twice, at the same time ---------------------------------------------------------------------------------


def test_an_entry_seen_too_late_is_missed_and_an_exit_is_not(tmp_path):
    calm = Stage(tmp_path / "calm", feed="live")
    index, _, _ = entry(calm)
    late = Stage(tmp_path / "late", feed="live")
    late.play(0, index - 1)
    late.play(index - 1, index, late_ms=60_001)
    assert [e for e in late.kinds("intent") if e.data["leg"] == "market"] == []
    assert "too late to enter" in late.kinds("missed")[-1].data["reason"]

    calm.play(index, index + 1)
    assert calm.ledger.lots > 0
    for at in range(index + 1, len(BARS)):
        calm.play(at, at + 1, late_ms=200_000)
        if calm.ledger.lots == 0:
            break
    assert calm.ledger.lots == 0


def test_bars_that_went_by_are_lived_through_without_orders(tmp_path):
    stage = Stage(tmp_path, feed="live")
    stage.play(0, 10)
    stage.clock.move_to(BARS[-1].open_ms + live.BAR_MS)
    report = stage.tick()
    assert report.bars == 60
    assert {e.bar_ms for e in stage.kinds("intent")} <= {BARS[-1].open_ms}
    assert len(stage.kinds("decision")) == 70
    assert len(stage.kinds("missed")) >= 2


def test_another_tick_at_work_is_left_alone(stage):
    stage.store.acquire(NAME, "other", stage.clock.now_ms(), 60_000)
    report = stage.tick()
    assert not report.is_done
    assert stage.kinds("decision") == []


def test_a_tick_that_was_overtaken_writes_nothing(stage):
    stage.play(0, 10)
    real = stage.ports.market.bars

    class Slow(live.ListMarket):
        def bars(self, *args):
            # while this one waits for its bars, its lease runs out and another takes over
            stage.store.acquire(NAME, "other", stage.clock.now_ms() + 61_000, 60_000)
            return real(*args)

    stage.ports = dataclasses.replace(stage.ports, market=Slow(WORLD, BARS))
    stage.clock.move_to(BARS[10].open_ms + live.BAR_MS)
    report = stage.tick()
    assert not report.is_done
    assert "took over" in report.text
    assert len(stage.kinds("decision")) == 10


def test_ticks_at_the_same_time_make_one_decision_per_bar(tmp_path):
    store = SqliteFleet(tmp_path / "fleet.db", durable=False)
    stage = Stage(tmp_path, store=store)
    index, _, _ = entry(Stage(tmp_path / "calm"))
    stage.play(0, index - 1)
    stage.clock.move_to(BARS[index - 1].open_ms + live.BAR_MS)
    reports, errors = [], []

    def one(number):
        try:
            reports.append(tick(NAME, stage.deployed, stage.ports, f"thread {number}"))
        except Exception as e:  # noqa: BLE001
            errors.append(e)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sum(r.bars for r in reports) == 1
    assert len([e for e in stage.kinds("intent") if e.data["leg"] == "market"]) == 1
    assert len(stage.kinds("decision")) == index
    store.close()


def test_bars_that_do_not_come_are_no_reason_to_halt(stage):
    class Silent(live.ListMarket):
        def bars(self, *args):
            raise RetryableError("the source does not answer")

    stage.ports = dataclasses.replace(stage.ports, market=Silent(WORLD, BARS))
    report = stage.tick()
    assert (report.status, report.is_done) == ("running", False)


def test_a_loss_cap_halts_with_the_remedy_and_leaves_the_stop(tmp_path):
    venue = ScriptedVenue()
    stage = Stage(tmp_path, venue=venue, mode="testnet")
    index, identity, _ = entry(stage)
    venue.fill(identity, venue.orders[identity].lots, 12_500)  # bought a quarter above the market
    report = stage.play(index, index + 1)
    bot = stage.store.bot(NAME)
    assert (report.status, bot.status) == ("halted", "halted")
    assert "botyard resume swing-1" in bot.reason
    assert [w.order.kind for w in stage.ledger.working.values()] in ([], ["stop"])
