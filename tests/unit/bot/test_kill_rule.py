import dataclasses
from decimal import Decimal

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot import folds, kill_rule
from botyard.bot.ledger import load_ledger, new_ledger
from botyard.bot.tick import tick
from botyard.records.deployment import KillRule
from botyard.records.fleet import Entry
from botyard.testing.bots import live
from botyard.testing.bots.crashes import Died, Fuse, Fused
from botyard.testing.ports.memory_fleet import MemoryFleet

WORLD = live.rules()
NAME = "swing-1"
DAY = 86_400_000
A_DAY = 30  # bars; the rest of each day nothing was traded
BARS = [
    bar._replace(open_ms=live.START_MS + i // A_DAY * DAY + i % A_DAY * live.BAR_MS)
    for i, bar in enumerate(live.made_up_bars(A_DAY * 5 + 20, seed=4))
]
PATIENT = KillRule("made up", expected_sharpe=2.0, volatility=0.01, k=0.05, h=1e9)


def decision(bar_ms, equity, **more):
    return Entry("decision", bar_ms, bar_ms, {"equity": equity} | more)


def ledger(*entries):
    return new_ledger(10_000.0, WORLD.instrument).apply_all(entries)


class Stage:
    def __init__(self, tmp_path, rule, *, mode="paper"):
        plain = live.deployed(WORLD)
        self.deployed = dataclasses.replace(plain, settings=dataclasses.replace(plain.settings, kill_rule=rule))
        self.store = MemoryFleet()
        self.venue = PaperVenue(tmp_path / "paper.db", NAME, WORLD, "5m", durable=False)
        self.clock = ReplayClock(live.START_MS)
        self.heard = live.Heard()
        self.ports = live.ports(self.store, self.venue, live.ListMarket(WORLD, BARS), self.clock, self.heard)
        self.store.add_bot(live.bot(self.deployed, mode=mode))

    def play(self, until):
        """Go through the bars before number `until` in one tick."""
        self.clock.move_to(BARS[until - 1].open_ms + live.BAR_MS)
        return tick(NAME, self.deployed, self.ports, "test")

    @property
    def bot(self):
        return self.store.bot(NAME)

    @property
    def decisions(self):
        return [e for e in self.store.entries(NAME) if e.kind == "decision"]


@pytest.mark.parametrize(
    ("before", "made", "after"), [(0.0, 0.01, 0.0), (0.0, -0.01, 1.05), (3.0, 0.0, 3.05), (3.0, 0.02, 1.05)]
)
def test_a_day_adds_k_less_its_return_in_volatilities(before, made, after):
    assert kill_rule.step(PATIENT, before, made) == pytest.approx(after)


def test_the_count_in_the_journal_is_that_of_its_own_equities(tmp_path):
    stage = Stage(tmp_path, PATIENT)
    stage.play(A_DAY * 2 + 7)
    del stage.store._snapshots[NAME]  # all is folded again from the journal
    stage.play(A_DAY * 4)
    stage.store._snapshots[NAME] = dataclasses.replace(stage.store._snapshots[NAME], schema=-1)
    stage.play(len(BARS))
    last = {}
    for one in stage.decisions:
        last[one.bar_ms // DAY] = float(one.data["equity"])
    marks = [10_000.0, *(last[day] for day in sorted(last))]
    assert len(marks) == 7
    count, wanted = 0.0, {}
    for number, day in enumerate(sorted(last)):
        wanted[day] = count
        count = max(0.0, count + 0.05 - (marks[number + 1] / marks[number] - 1.0) / 0.01)
    assert len(set(wanted.values())) > 3
    for one in stage.decisions:
        assert one.data["cusum"] == pytest.approx(wanted[one.bar_ms // DAY], abs=1e-12)


def test_an_alarm_halts_with_reason_and_remedy_and_changes_no_decision(tmp_path):
    calm = Stage(tmp_path / "a", PATIENT)
    calm.play(len(BARS))
    highest = max(one.data["cusum"] for one in calm.decisions)
    at = next(i for i, one in enumerate(calm.decisions) if one.data["cusum"] == highest)
    stage = Stage(tmp_path / "b", dataclasses.replace(PATIENT, h=highest - 1e-9))
    report = stage.play(len(BARS))
    assert report.status == stage.bot.status == "halted"
    assert stage.bot.reason.startswith("kill rule: ")
    assert "a Sharpe of 2.00" in stage.bot.reason
    assert f"botyard kill {NAME}" in stage.bot.reason
    assert f"botyard resume {NAME}" in stage.bot.reason
    assert [m for m in stage.heard.messages if "halted" in m] == [f"{NAME} halted: {stage.bot.reason}"]
    rows = [[live.row_of(e.data) for e in s.decisions] for s in (calm, stage)]
    assert rows[0] == rows[1], "the model goes on; only the bot stops"
    before, after = ([e.data["lots"] for e in s.decisions[:at]] for s in (calm, stage))
    assert before == after
    halted_ms = BARS[at].open_ms
    assert all(e.bar_ms < halted_ms for e in stage.store.entries(NAME) if e.kind == "intent")
    assert any(e.bar_ms > halted_ms for e in calm.store.entries(NAME) if e.kind == "intent")


def test_a_resumed_bot_counts_anew_and_a_halted_one_does_not_count(tmp_path):
    sharp = dataclasses.replace(PATIENT, k=5.0, h=4.0)  # any quiet day is an alarm
    stage = Stage(tmp_path, sharp)
    stage.play(A_DAY * 3)
    assert stage.bot.status == "halted"
    reached = stage.decisions[-1].data["cusum"]
    assert reached == stage.decisions[A_DAY].data["cusum"] > 4.0, "frozen since the first day's end"
    stage.store.set_status(NAME, "running", "resumed by a person", expected="halted")
    assert folds.current_ledger(stage.store, stage.bot, WORLD.instrument).cusum == 0.0
    stage.play(A_DAY * 3)
    assert stage.bot.status == "running"
    stage.play(A_DAY * 3 + 2)
    assert stage.bot.status == "halted", "the next ended day is judged by itself"


def test_an_alarm_survives_a_death_at_any_write(tmp_path):
    sharp = dataclasses.replace(PATIENT, k=5.0, h=4.0)
    for at in range(1, 7):
        for after in (False, True):
            stage = Stage(tmp_path / f"{at}{after}", sharp)
            stage.play(A_DAY)
            safe, fuse = stage.ports, Fuse(at, after=after)
            stage.ports = dataclasses.replace(safe, store=Fused(stage.store, fuse), venue=Fused(stage.venue, fuse))
            try:
                stage.play(A_DAY + 1)
            except Died:
                stage.ports = dataclasses.replace(safe, wall=ReplayClock(stage.clock.now_ms() + 61_000))
                stage.play(A_DAY + 1)
            stage.play(A_DAY + 4)
            assert stage.bot.status == "halted", (at, after)
            halts = [e for e in stage.store.entries(NAME) if e.kind == "status" and e.data["to"] == "halted"]
            assert len(halts) == 1
            assert not [e for e in stage.store.entries(NAME) if e.kind == "intent" and e.bar_ms >= BARS[A_DAY].open_ms]


def test_the_ledger_keeps_the_count_in_its_snapshot():
    book = ledger(decision(1, "10000", cusum=1.25), decision(2, "9000", cusum=2.5))
    assert load_ledger(book.dump()) == book
    assert book.cusum == 2.5


def test_a_rule_without_a_promise_never_alarms(tmp_path):
    stage = Stage(tmp_path, KillRule("nothing was promised"))
    stage.play(A_DAY * 3)
    assert stage.bot.status == "running"
    assert all("cusum" not in e.data for e in stage.decisions)


@pytest.mark.parametrize(
    ("bar_ms", "equity", "why"),
    [
        (2, "9701", None),
        (2, "9700", "3% below the 10000.00 that the day began with"),
        (2, "9000", "10% below the allocation of 10000.00"),
        (DAY, "9604", None),  # a new day begins at the 9900 of the last close
        (DAY, "9603", "3% below the 9900.00"),
    ],
)
def test_loss_caps(bar_ms, equity, why):
    book = ledger(decision(1, "9900"))
    said = kill_rule.loss(PATIENT, book, Decimal(equity), bar_ms)
    assert (said is None) if why is None else (why in said)


def test_caps_halt_real_money_and_not_paper(tmp_path):
    tight = KillRule("made up", max_daily_loss_frac=0.0005)
    paper, testnet = Stage(tmp_path / "a", tight), Stage(tmp_path / "b", tight, mode="testnet")
    assert paper.play(len(BARS)).status == "running"
    assert testnet.play(len(BARS)).status == "halted"
    assert "that the day began with" in testnet.bot.reason
