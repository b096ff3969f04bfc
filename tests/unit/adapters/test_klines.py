import dataclasses

import pytest

from botyard.adapters.market_data.klines import VENUES, Klines
from botyard.adapters.venue.ccxt.table import find_venue
from botyard.errors import ConfigError, RetryableError
from botyard.testing.bots import in_functions, live
from botyard.testing.bots.in_functions import BARS, LIVE

INSTRUMENT = live.rules().instrument


@pytest.fixture(scope="module")
def exchange():
    with in_functions.exchange() as one:
        yield one


@pytest.fixture(params=VENUES)
def candles(request, exchange):
    one = Klines(request.param, INSTRUMENT, loopback=exchange.url)
    yield one
    one.close()


def test_candles_are_the_exchanges_own(candles):
    rows = candles.fetch_ohlcv("MADE/UP", "5m", BARS[10].open_ms, 3)
    assert [(row[0], *map(float, row[1:])) for row in rows] == [tuple(bar) for bar in BARS[10:13]]


def test_time_is_the_exchanges(candles, exchange):
    assert candles.fetch_time() == exchange.now_ms() == BARS[LIVE].open_ms + live.BAR_MS + 2_000


def test_it_speaks_to_the_mainnet_hosts_of_the_venues_table_only(monkeypatch):
    asked = []

    def connect(self):
        asked.append((self.host, self.port))
        raise OSError("no network here")

    monkeypatch.setattr("http.client.HTTPSConnection.connect", connect)
    for venue in VENUES:
        with pytest.raises(RetryableError, match="no network here"):
            Klines(venue, INSTRUMENT).fetch_time()
        assert asked.pop() == (find_venue(venue).mainnet[0], 443)


@pytest.mark.parametrize("address", ["http://example.org", "https://127.0.0.1:1", "http://127.0.0.1.example.org:80"])
def test_nothing_but_loopback_stands_in(address):
    with pytest.raises(ConfigError, match="not a loopback address"):
        Klines("binance", INSTRUMENT, loopback=address)


def test_a_venue_whose_candles_it_cannot_ask_for_is_refused():
    with pytest.raises(ConfigError, match="choose one of binance, binanceusdm"):
        Klines("kraken", INSTRUMENT)


@pytest.mark.parametrize("status", [429, 418, 503])
def test_an_exchange_that_is_busy_is_asked_again_later(exchange, candles, status):
    exchange.faults.answer(status)
    with pytest.raises(RetryableError, match=f"answered {status}, asked for its time"):
        candles.fetch_time()


def test_no_redirect_is_followed_and_no_nonsense_taken(exchange, candles):
    exchange.faults.redirect("http://127.0.0.1:9/elsewhere")
    with pytest.raises(RetryableError, match="answered 302"):
        candles.fetch_time()
    exchange.faults.garble("time")
    with pytest.raises(RetryableError, match="JSON"):
        candles.fetch_time()
    exchange.faults.drop_before(method="GET", path="time")
    with pytest.raises(RetryableError, match="did not answer"):
        candles.fetch_time()
    assert candles.fetch_time() == exchange.now_ms()


def test_an_instrument_that_is_not_traded_there_stops_the_bot(exchange):
    unknown = Klines("binance", dataclasses.replace(INSTRUMENT, base="NONE"), loopback=exchange.url)
    with pytest.raises(ConfigError, match="Invalid symbol"):
        unknown.fetch_ohlcv("NONE/UP", "5m", 0, 1)
    unknown.close()
