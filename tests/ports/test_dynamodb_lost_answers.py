"""Any call to the table may fail before or after it took effect; the same bars, ticked again, end in the same books."""

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.dynamodb import DynamoFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot import folds
from botyard.bot.session import Ports
from botyard.bot.tick import LEASE_MS, tick
from botyard.errors import RetryableError
from botyard.testing.bots import live
from botyard.testing.ports.memory_table import MemoryTable

DEPLOYED = live.deployed()
ALL = live.made_up_bars(80)
FIRST = 62  # the bars before it seed the bot; then an entry is placed, and fills with the next bar, with its exits
BARS = ALL[FIRST : FIRST + 2]


class Unlucky:
    """A wire whose n-th call fails once: before it takes effect, or after."""

    def __init__(self, call, n=-1, *, is_applied=False):
        self._call, self._n, self._is_applied, self.n_calls = call, n, is_applied, 0

    def __call__(self, operation, parameters):
        number, self.n_calls = self.n_calls, self.n_calls + 1
        if number != self._n:
            return self._call(operation, parameters)
        if self._is_applied:
            self._call(operation, parameters)
        raise RetryableError(f"DynamoDB did not answer {operation}")


def play(table, folder, name, call):
    """Tick through the bars, each again a minute later until it is done; return what the bot did and owns."""
    bot = live.bot(DEPLOYED, live_from_ms=BARS[0].open_ms, seed_ms=ALL[0].open_ms)
    DynamoFleet(table.call, "fleet").add_bot(bot)
    venue = PaperVenue(folder / f"{name}.db", "swing-1", DEPLOYED.settings.rules, "5m", durable=False)
    market = live.ListMarket(DEPLOYED.settings.rules, ALL)
    wall_ms = BARS[0].open_ms
    for bar in BARS:
        for _ in range(3):
            wall_ms += LEASE_MS
            clock, wall = ReplayClock(bar.open_ms + live.BAR_MS), ReplayClock(wall_ms)
            store = DynamoFleet(call, "fleet")  # a process of its own
            try:
                if tick("swing-1", DEPLOYED, Ports(store, venue, market, clock, wall, live.Heard()), "one").is_done:
                    break
            except RetryableError:
                continue  # before it had the lease
    store = DynamoFleet(table.call, "fleet")
    ledger = folds.current_ledger(store, store.bot("swing-1"), DEPLOYED.settings.rules.instrument)
    held = venue.held_lots(bot.symbol)
    resting = sorted(one.client_id for one in venue.open_orders(bot.symbol, ""))
    venue.close()
    journal = list(store.entries("swing-1"))
    done = [(e.kind, e.bar_ms, e.data.get("client_id")) for e in journal if e.kind in ("decision", "intent", "fill")]
    working = sorted(ledger.working)
    return {
        "done": sorted(map(str, done)),
        "cash": ledger.cash,
        "lots": (ledger.lots, held),
        "open": (working, resting),
    }


def test_books_are_the_same_whichever_answer_is_lost(tmp_path):
    table = MemoryTable()
    counted = Unlucky(table.call)
    expected = play(table, tmp_path, "calm", counted)
    assert sum("decision" in one for one in expected["done"]) == len(BARS)
    assert sum("intent" in one for one in expected["done"]) >= 3
    assert any("fill" in one for one in expected["done"])
    assert expected["open"][0] == expected["open"][1]
    assert counted.n_calls > 8
    for n in range(counted.n_calls):
        for is_applied in (False, True):
            table = MemoryTable()
            found = play(table, tmp_path, f"lost-{n}-{is_applied}", Unlucky(table.call, n, is_applied=is_applied))
            assert found == expected, f"call {n}, applied: {is_applied}"
