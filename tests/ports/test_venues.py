import dataclasses

import pytest

from botyard.adapters.venue.ccxt.instruments import load_listed
from botyard.adapters.venue.ccxt.table import find_venue
from botyard.adapters.venue.paper import PaperVenue
from botyard.adapters.venue.paper_carried import CarriedPaper, dump_account, load_account
from botyard.errors import InvariantError
from botyard.records.fleet import Bar
from botyard.testing.bots import live
from botyard.testing.exchange.clients import client_of, venue_of
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.ports.scripted_venue import ScriptedVenue
from botyard.testing.ports.venue_suite import VenueSuite, order


class TestPaperVenue(VenueSuite):
    @pytest.fixture
    def venue(self, tmp_path):
        venue = PaperVenue(tmp_path / "paper.db", "swing-1", live.rules())
        yield venue
        venue.close()


class TestCarriedPaper(VenueSuite):
    """In memory, and through its bytes before each question."""

    @pytest.fixture
    def venue(self):
        return Carried(CarriedPaper("swing-1", live.rules(), "5m"))


def test_bytes_of_another_version_are_refused_not_misread():
    venue = CarriedPaper("swing-1", live.rules(), "5m")
    for data in (b"\x02\x00\x00", b"\x01\xff\xff", b"{}"):
        with pytest.raises(InvariantError, match="paper account"):
            venue.load(data)


def test_an_account_goes_into_a_file_with_others_and_its_trades_never_repeat(tmp_path):
    carried, bars = CarriedPaper("swing-1", live.rules(), "5m"), live.made_up_bars(3)
    for number in range(3):  # three trades
        at = bars[0].open_ms + number * 300_000
        carried.submit(dataclasses.replace(order(str(number) * 24, "market"), bar_ms=at))
        carried.settle("MADE/UP", Bar(at + 300_000, 100.0, 101.0, 99.0, 100.0, 1.0))
    files = [PaperVenue(tmp_path / "paper.db", name, live.rules(), "5m") for name in ("other", "swing-1")]
    files[0].submit(order("f" * 24))
    load_account(files[1], carried.dump())
    assert files[1].held_lots("MADE/UP") == 3000
    assert len(files[0].open_orders("MADE/UP", "")) == 1
    assert dump_account(files[1]) == carried.dump()
    last = Bar(bars[0].open_ms + 4 * 300_000, 100.0, 101.0, 99.0, 100.0, 1.0)
    files[1].submit(dataclasses.replace(order("e" * 24, "market"), bar_ms=last.open_ms - 300_000))
    files[1].settle("MADE/UP", last)
    assert [fill.trade_id for fill in files[1].fills("MADE/UP", "e" * 24)] == ["paper-4"]
    for file in files:
        file.close()


class Carried:
    """Hands each call to an account that was read from the last one's bytes."""

    def __init__(self, venue):
        self._venue = venue

    def __getattr__(self, name):
        fresh = CarriedPaper("swing-1", live.rules(), "5m")
        fresh.load(self._venue.dump())
        self._venue = fresh
        return getattr(fresh, name)


class TestScriptedVenue(VenueSuite):
    @pytest.fixture
    def venue(self):
        return ScriptedVenue()


@pytest.fixture(scope="module")
def exchange():
    bars = [Bar(i * 300_000, 90.0, 91.0, 89.0, 90.5, 1.0) for i in range(10)]
    listing = listing_of("MADE", bars, quote="UP", tick="0.01", lot="0.001")
    with LoopbackExchange([listing], now_ms=2_700_500) as one:
        yield one


class TestCcxtVenue(VenueSuite):
    """The real client library, spot, over the loopback exchange."""

    @pytest.fixture
    def venue(self, exchange):
        exchange.reset()
        exchange.deposit("UP", "100000")
        terms = dataclasses.replace(find_venue("binance"), quote="UP")
        listed = load_listed(terms, client_of(exchange, signed=False))["MADE/UP"]
        return venue_of(exchange, "MADE/UP", listed=listed, patience_ms=0)


class TestCcxtVenueOnPerpetuals(VenueSuite):
    """The same on perpetuals, where resting stops live on a page of their own."""

    @pytest.fixture
    def venue(self, exchange):
        exchange.reset()
        exchange.deposit("USDT", "100000", futures=True)
        terms = dataclasses.replace(find_venue("binanceusdm"), quote="UP")
        known = load_listed(terms, client_of(exchange, "binanceusdm", signed=False))["MADE/UP:UP"]
        market = {**known.market, "symbol": "MADE/UP"}
        listed = dataclasses.replace(
            known, instrument=dataclasses.replace(known.instrument, symbol="MADE/UP"), market=market
        )
        return venue_of(exchange, "MADE/UP", "binanceusdm", listed=listed, patience_ms=0)
