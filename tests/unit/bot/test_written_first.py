import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot.tick import tick
from botyard.testing.bots import live

WORLD = live.rules()
BARS = live.made_up_bars(60, seed=93)


class Suspicious(PaperVenue):
    """Takes no order whose intent is not in the journal."""

    store: SqliteFleet
    seen = 0

    def submit(self, order):
        intended = {e.data["client_id"] for e in self.store.entries("swing-1") if e.kind == "intent"}
        assert order.client_id in intended, "sent before it was written"
        type(self).seen += 1
        return super().submit(order)


@pytest.fixture
def stage(tmp_path):
    what = live.deployed(WORLD)
    store = SqliteFleet(tmp_path / "fleet.db", durable=False)
    venue = Suspicious(tmp_path / "paper.db", "swing-1", WORLD, "5m", durable=False)
    venue.store = store
    store.add_bot(live.bot(what))
    clock = ReplayClock(BARS[0].open_ms)
    yield what, live.ports(store, venue, live.ListMarket(WORLD, BARS), clock), clock
    venue.close()
    store.close()


def test_no_order_leaves_before_its_intent_is_written(stage):
    what, ports, clock = stage
    for bar in BARS:
        clock.move_to(bar.open_ms + live.BAR_MS)
        report = tick("swing-1", what, ports, "test")
        assert report.is_done
        assert report.status == "running", report.text
    assert Suspicious.seen > 20
