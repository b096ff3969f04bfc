"""A bot on DynamoDB as its function ticks it: writes held back, paper account in the same item, processes that die."""

import contextlib
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
from botyard.bot import folds
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


class Death(BaseException):
    """A process that is gone."""


class Mortal:
    """A port whose calls fail at random, before they take effect or after, or end the process."""

    def __init__(self, port, chance):
        self._port, self._chance = port, chance

    def __getattr__(self, name):
        found = getattr(self._port, name)
        return (lambda *a, **k: self._call(found, *a, **k)) if callable(found) else found

    def _call(self, function, *arguments, **named):
        self._maybe()
        answer = function(*arguments, **named)
        self._maybe()
        return answer

    def _maybe(self):
        luck = self._chance.random()
        if luck < 0.012:
            raise Death
        if luck < 0.018:
            raise RetryableError("no answer")


def test_wherever_it_dies_the_books_are_those_of_a_calm_life(expected):
    chance, n_deaths = random.Random(11), 0
    fleet = a_fleet(DEPLOYED)
    unlucky = Mortal(fleet, chance)
    process = Process(unlucky.call)
    for number, bar in enumerate(BARS):
        for again in range(8):  # events that come a lease later each
            wall = ReplayClock(bar.open_ms + live.BAR_MS + (number * 8 + again) * 60_000)
            market, venue, store = live.ListMarket(RULES, BARS), process.venue, process.store
            mortal = [Mortal(port, chance) for port in (store, venue, market)]
            ports = Ports(*mortal, ReplayClock(bar.open_ms + live.BAR_MS), wall, live.Heard())
            try:
                if tick("swing-1", DEPLOYED, ports, "one").is_done and not store.failure:
                    break
            except Death:
                n_deaths += 1
                process = Process(unlucky.call)
            except RetryableError:
                continue
    person = DynamoFleet(fleet.call, "fleet")
    while True:  # takes along what was held back
        with contextlib.suppress(RetryableError, Death):
            process.store.set_status("swing-1", "paused", "asked", expected="running")
            break
    found = list(person.entries("swing-1"))
    assert n_deaths > 100
    assert told(found) == told(expected)
    kept = CarriedPaper("swing-1", RULES, "5m")
    kept.load(person.account("swing-1"))
    ledger = folds.current_ledger(person, person.bot("swing-1"), RULES.instrument)
    assert kept.held_lots(RULES.instrument.symbol) == ledger.lots


def told(entries):
    """What was decided and done, in order, whatever was looked up on the way; trades that never were leave their numbers."""
    kept = [e for e in entries if e.kind in ("decision", "intent", "fill", "funding")]
    return [json.dumps([e.kind, e.bar_ms, {k: v for k, v in e.data.items() if k != "trade_id"}]) for e in kept]
