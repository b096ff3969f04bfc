"""A venue's candles as a bot's bars: closed ones only, by the venue's time, late ones waited for, gaps never filled."""

from contextlib import nullcontext
from functools import partial

import pytest

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.clock.venue import EVERY_MS, VenueClock
from botyard.adapters.market_data.ccxt import CcxtMarketData
from botyard.adapters.venue.ccxt.failures import translated
from botyard.errors import RetryableError
from botyard.testing.bots import live
from botyard.testing.exchange.clients import client_of, listed_of
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.ports.market_data_suite import MarketDataSuite

BAR_MS = live.BAR_MS
BARS = live.made_up_bars(2_600)
T0 = BARS[0].open_ms


@pytest.fixture(scope="module")
def server():
    with LoopbackExchange([listing_of("BTC", BARS)], now_ms=T0) as one:
        one.listed = listed_of(one, "BTC/USDT")
        yield one


@pytest.fixture
def exchange(server):
    server.rewind(T0 + 20 * BAR_MS + 500)
    return server


@pytest.fixture
def data(exchange):
    client = client_of(exchange, network="mainnet", signed=False)
    return CcxtMarketData(
        client, exchange.listed.instrument, now_ms=exchange.now_ms, translate=partial(translated, "binance")
    )


def opens(data, after, until=2**62):
    return [(bar.open_ms - T0) // BAR_MS for bar in data.bars("BTC/USDT", "5m", T0 + after * BAR_MS, until)]


class TestCandles(MarketDataSuite):
    """The port's contract, over rows as ccxt gives them."""

    @pytest.fixture
    def market(self, stored):
        class Rows:
            def fetch_ohlcv(self, symbol, timeframe, since, limit):
                return [[bar.open_ms, *map(repr, bar[1:])] for bar in stored if bar.open_ms >= since][:limit]

        return CcxtMarketData(
            Rows(), live.rules().instrument, now_ms=lambda: 2**62, translate=lambda _: nullcontext(), most=7
        )


def test_the_forming_candle_is_never_served_whatever_our_clock_says(exchange, data):
    assert opens(data, 17) == [18, 19]
    assert data.bars("BTC/USDT", "5m", T0 + 18 * BAR_MS, 2**62) == [BARS[19]]
    exchange.move_by(BAR_MS)
    assert opens(data, 17) == [18, 19, 20]
    assert opens(data, 17, T0 + 20 * BAR_MS) == [18, 19]


def test_many_bars_come_in_pages(exchange, data):
    exchange.move_to(T0 + 2_500 * BAR_MS + 1)
    assert opens(data, -1) == list(range(2_500))


def test_a_late_candle_is_not_there_yet(exchange, data):
    exchange.faults.late_candle_ms = 5_000
    assert opens(data, 17) == [18]
    exchange.move_by(5_000)
    assert opens(data, 17) == [18, 19]


def test_a_gap_is_waited_for_and_then_left(exchange, data):
    exchange.faults.gaps = {T0 + 18 * BAR_MS}
    with pytest.raises(RetryableError, match="no 5m candle of BTC/USDT at"):
        opens(data, 17)
    exchange.move_by(4 * BAR_MS)
    assert opens(data, 17) == [19, 20, 21, 22, 23]


def test_a_candle_that_comes_twice_counts_once(exchange, data):
    exchange.faults.duplicates = {T0 + 18 * BAR_MS}
    assert opens(data, 16) == [17, 18, 19]


def test_two_candles_that_contradict_each_other_decide_nothing(exchange, data):
    class Torn:
        def fetch_ohlcv(self, symbol, timeframe, since, limit):
            return [[T0, "1", "2", "1", "1", "5"], [T0, "1", "2", "1", "2", "5"]]

    torn = CcxtMarketData(Torn(), exchange.listed.instrument, now_ms=exchange.now_ms, translate=lambda _: nullcontext())
    with pytest.raises(RetryableError, match="two different candles"):
        opens(torn, -1)


def test_a_venue_that_does_not_answer_is_asked_later(exchange, data):
    for status in (418, 429, 503):
        exchange.faults.answer(status)
        with pytest.raises(RetryableError):
            opens(data, 17)
    assert opens(data, 17) == [18, 19]


def test_the_venues_time_is_asked_now_and_then():
    wall, asked = ReplayClock(1_000_000), []

    def ask():
        asked.append(wall.now_ms())
        if len(asked) == 2:
            raise RetryableError("no answer")
        return wall.now_ms() + 2_000

    clock = VenueClock(wall, ask)
    assert clock.now_ms() == 1_002_000
    wall.move_to(1_000_000 + EVERY_MS - 1)
    assert clock.now_ms() == wall.now_ms() + 2_000
    assert len(asked) == 1
    wall.move_to(1_000_000 + EVERY_MS)
    assert clock.now_ms() == wall.now_ms() + 2_000  # no answer: the last difference stands
    assert len(asked) == 2
    assert clock.ahead_ms == 2_000
