"""A bot on DynamoDB as its function ticks it: writes held back, paper account in the same item, processes that die."""

import dataclasses
import json
import random
import threading

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.fleet_store.dynamodb_paper import PaperFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.adapters.venue.paper_carried import CarriedPaper
from botyard.bot.session import Ports
from botyard.bot.tick import tick
from botyard.errors import RetryableError
from botyard.testing.bots import live
from botyard.testing.ports.memory_fleet import MemoryFleet
from botyard.testing.ports.memory_table import MemoryTable
from botyard.testing.ports.metered import Meter

HOUR_MS = 3_600_000
DEPLOYED = live.deployed()
RULES = DEPLOYED.settings.rules
BARS = live.made_up_bars(220)


class Process:
    """What a function's process holds; `call` is its wire."""

    def __init__(self, call):
        self.venue = CarriedPaper("swing-1", RULES, "5m")
        self.store = PaperFleet(call, "fleet", "swing-1", self.venue, behind_ms=HOUR_MS, trusted_ticks=2)

    def tick(self, bar, bars=BARS):
        clock = ReplayClock(bar.open_ms + live.BAR_MS)
        market = live.ListMarket(RULES, bars)
        report = tick("swing-1", DEPLOYED, Ports(self.store, self.venue, market, clock, clock, live.Heard()), "one")
        if self.store.failure:  # as the function says it
            return dataclasses.replace(report, is_done=False, text=self.store.failure)
        return report


def at_price(bar, price):
    return bar._replace(open=price, high=price, low=price, close=price)


def a_fleet(deployed):
    table = MemoryTable()
    DynamoFleet(table.call, "fleet").add_bot(live.bot(deployed))
    return table


def embedded(bars, folder):
    """The journal of the same bot on the embedded kind of store and account."""
    fleet, venue = MemoryFleet(), PaperVenue(folder / "paper.db", "swing-1", RULES, "5m", durable=False)
    fleet.add_bot(live.bot(DEPLOYED))
    for bar in bars:
        clock = ReplayClock(bar.open_ms + live.BAR_MS)
        ports = Ports(fleet, venue, live.ListMarket(RULES, bars), clock, clock, live.Heard())
        tick("swing-1", DEPLOYED, ports, "one")
    venue.close()
    return list(fleet.entries("swing-1"))


def without_times(entries):
    return [json.dumps([e.kind, e.bar_ms, e.data, e.sequence]) for e in entries]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return embedded(BARS, tmp_path_factory.mktemp("embedded"))


@pytest.mark.parametrize("restarts", [0.0, 0.3], ids=["one process", "many processes"])
def test_the_journal_is_that_of_the_embedded_store(expected, restarts):
    chance = random.Random(7)
    fleet = a_fleet(DEPLOYED)
    meter = Meter(fleet.call)
    process = Process(meter)
    for bar in BARS:
        if chance.random() < restarts:
            process = Process(meter)
        assert process.tick(bar).is_done
    process.store.set_status("swing-1", "paused", "asked", expected="running")  # takes along what was held back
    found = list(DynamoFleet(fleet.call, "fleet").entries("swing-1"))
    assert without_times(found[:-1]) == without_times(expected)
    assert sum(e.kind == "fill" for e in found) > 10
    assert meter.n_writes < 1.8 * len(BARS)  # one on nine bars of ten, where it moves an order, and the journal's tails


def test_a_bot_that_does_nothing_writes_once_an_hour():
    calm = [at_price(bar, 100.0) for bar in BARS[:80]]
    quiet = live.deployed(source=live.STRATEGY.replace("SELL_STOP, s[LAST_CLOSE] * 0.99", "SELL_STOP, 1.0"))
    fleet = a_fleet(quiet)
    meter = Meter(fleet.call)
    venue = CarriedPaper("swing-1", RULES, "5m")
    store = PaperFleet(meter, "fleet", "swing-1", venue, behind_ms=HOUR_MS, trusted_ticks=2)
    writes = []
    for bar in calm:
        clock = ReplayClock(bar.open_ms + live.BAR_MS)
        before = meter.n_writes
        tick("swing-1", quiet, Ports(store, venue, live.ListMarket(RULES, calm), clock, clock, live.Heard()), "one")
        writes.append(meter.n_writes - before)
    idle = writes[-48:]  # its stop rests; nothing happens
    assert sum(idle) <= 8  # four hours: four writes, and the journal's tail put away
    assert meter.n_reads <= len(calm) / 3 + 2  # of three ticks two trust what the first one read


def test_what_a_person_says_meanwhile_holds_before_the_next_order():
    chance = random.Random(3)
    fleet = a_fleet(DEPLOYED)
    person = DynamoFleet(fleet.call, "fleet")
    process = Process(fleet.call)
    paused_from, n_refused = None, 0
    for bar in BARS:
        if chance.random() < 0.2:
            status = "running" if paused_from else "paused"
            expected_one = "paused" if paused_from else "running"
            person.set_status("swing-1", status, "asked", expected=expected_one, at_ms=bar.open_ms)
            paused_from = None if paused_from else bar.open_ms
        report = process.tick(bar)
        while not report.is_done:  # the function tries again at once
            assert "is paused now" in report.text
            n_refused += 1
            report = process.tick(bar)
    entries = list(person.entries("swing-1"))
    is_paused, n_paused, n_running = False, 0, 0
    for entry in entries:
        if entry.kind == "status":
            is_paused = entry.data["to"] == "paused"
        elif entry.kind == "intent" and not entry.data["order"]["reduce_only"]:
            n_running += not is_paused
            n_paused += is_paused
    assert (n_paused, n_running > 20, n_refused > 3) == (0, True, True)


def test_of_ticks_at_once_one_sends_and_the_books_stay_whole(tmp_path):
    fleet = a_fleet(DEPLOYED)
    bars = BARS[:40]
    for bar in bars:
        crowd = [Process(fleet.call) for _ in range(3)]
        threads = [threading.Thread(target=calmly, args=(process, bar, bars)) for process in crowd]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        Process(fleet.call).tick(bar, bars)  # whoever lost: the next event
    found = list(DynamoFleet(fleet.call, "fleet").entries("swing-1"))
    intents = [e.data["client_id"] for e in found if e.kind == "intent"]
    assert len(set(intents)) == len(intents) > 10
    assert not [e for e in found if e.kind == "status"]  # nobody halted it
    assert {json.dumps([e.kind, e.bar_ms, e.data]) for e in found if e.kind in ("intent", "fill")} == {
        json.dumps([e.kind, e.bar_ms, e.data]) for e in embedded(bars, tmp_path) if e.kind in ("intent", "fill")
    }


def calmly(process, bar, bars):
    try:
        process.tick(bar, bars)
    except RetryableError:
        return


@dataclasses.dataclass
class Unlucky:
    """A wire that fails at random, before a call takes effect or after."""

    call: object
    chance: random.Random

    def __call__(self, operation, parameters):
        luck = self.chance.random()
        if luck < 0.06:
            raise RetryableError(f"DynamoDB did not answer {operation}")
        answer = self.call(operation, parameters)
        if luck < 0.12:
            raise RetryableError(f"DynamoDB did not answer {operation}")
        return answer


def test_lost_answers_and_deaths_leave_the_decisions_and_the_account_as_they_are(expected):
    chance = random.Random(11)
    fleet = a_fleet(DEPLOYED)
    process = Process(Unlucky(fleet.call, chance))
    for bar in BARS[:120]:
        for _ in range(4):  # events that come a lease later each
            if chance.random() < 0.2:
                process = Process(Unlucky(fleet.call, chance))
            try:
                if process.tick(bar).is_done:
                    break
            except RetryableError:
                continue
    found = list(DynamoFleet(fleet.call, "fleet").entries("swing-1"))
    decided = {e.bar_ms: e.data["row"] for e in found if e.kind == "decision"}
    assert len(decided) == sum(e.kind == "decision" for e in found)
    for entry in expected:
        if entry.kind == "decision" and entry.bar_ms in decided:
            assert decided[entry.bar_ms] == entry.data["row"]
    trades = [e.data["trade_id"] for e in found if e.kind == "fill"]
    assert len(set(trades)) == len(trades) > 5
    kept = CarriedPaper("swing-1", RULES, "5m")
    kept.load(DynamoFleet(fleet.call, "fleet").account("swing-1"))
    held = sum(e.data["lots"] * (1 if e.data["side"] == "buy" else -1) for e in found if e.kind == "fill")
    assert kept.held_lots(RULES.instrument.symbol) == held
