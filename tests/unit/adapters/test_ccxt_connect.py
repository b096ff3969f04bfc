"""Which hosts a client may speak to, that no other gets a byte, and what each venue's row promises."""

import re

import ccxt
import pytest

from botyard.adapters.venue.ccxt.account import check_allocation, prepare, probe
from botyard.adapters.venue.ccxt.connect import Keys, connect
from botyard.adapters.venue.ccxt.failures import words
from botyard.adapters.venue.ccxt.instruments import load_listed, venue_symbol
from botyard.adapters.venue.ccxt.table import VENUES, find_venue, from_venue_id, to_venue_id
from botyard.errors import ConfigError, NotFound
from botyard.records.fleet import Bar, VenueAccount
from botyard.records.market import Step
from botyard.testing.exchange.clients import client_of, listed_of
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.exchange.signing import Key

OURS = "0123456789abcdef01234567"
KEYS = Keys("0x" + "1" * 40, "2" * 64, "a passphrase")
WITH_SANDBOX = [name for name, terms in VENUES.items() if terms.sandbox != "none"]


@pytest.fixture(scope="module")
def exchange():
    bars = [Bar(i * 300_000, 100.0, 101.0, 99.0, 100.0, 1.0) for i in range(10)]
    with LoopbackExchange([listing_of("BTC", bars, lot="0.001")], now_ms=2_400_500) as one:
        one.deposit("USDT", "1000")
        one.deposit("USDT", "1000", futures=True)
        yield one


def addresses(client):
    """Every host that ccxt would use for the calls that a bot makes."""

    def flat(value):
        return [one for part in value.values() for one in flat(part)] if isinstance(value, dict) else [value]

    found = [address.replace("{hostname}", client.hostname or "") for address in flat(client.urls["api"])]
    return {re.sub(r"^https://([^/]+).*", r"\1", address) for address in found}


@pytest.mark.parametrize("name", WITH_SANDBOX)
def test_testnet_and_mainnet_do_not_share_a_host_unless_a_header_parts_them(name):
    terms = find_venue(name)
    if terms.testnet_header is None:
        assert not set(terms.testnet) & set(terms.mainnet)
    assert set(terms.testnet) <= addresses(connect(terms, "testnet", KEYS))
    assert set(terms.mainnet) & addresses(connect(terms, "mainnet", KEYS, real_money=True))


@pytest.mark.parametrize("name", ["kraken", "kucoin"])
def test_a_venue_without_a_sandbox_is_refused_for_testnet(name):
    with pytest.raises(ConfigError, match=f"{name} has no testnet; use --mode paper"):
        connect(find_venue(name), "testnet", KEYS)


@pytest.mark.parametrize("name", WITH_SANDBOX)
def test_a_wrong_host_never_gets_a_byte(name, exchange):
    """The client is made for the real testnet; its addresses are bent to a listening server, which hears nothing."""
    client = connect(find_venue(name), "testnet", KEYS)
    heard = len(exchange.requests)
    for address in (exchange.url, "https://api.binance.com", "https://evil.example"):
        client.urls["api"] = (
            address if isinstance(client.urls["api"], str) else dict.fromkeys(client.urls["api"], address)
        )
        with pytest.raises(ConfigError, match="nothing was sent"):
            client.fetch(address + "/api/v3/order", "POST", {"X-MBX-APIKEY": KEYS.key}, "symbol=BTCUSDT")
    assert len(exchange.requests) == heard


def test_a_redirect_to_a_wrong_host_is_not_followed(exchange):
    client = client_of(exchange)
    exchange.faults.redirect("http://127.0.0.1:9/api/v3/time")
    with pytest.raises(ConfigError, match=r"http://127\.0\.0\.1:9"):
        client.fetch_time()


def test_the_header_that_tells_test_from_real_money_is_minded():
    terms = find_venue("okx")
    client = connect(terms, "testnet", KEYS)
    client.headers = {}
    with pytest.raises(ConfigError, match="no header x-simulated-trading"):
        client.fetch_time()
    client = connect(terms, "mainnet", KEYS, real_money=True)
    client.headers = {"x-simulated-trading": "1"}
    with pytest.raises(ConfigError, match="the header x-simulated-trading"):
        client.fetch_time()


def test_only_a_loopback_address_may_stand_in(exchange):
    with pytest.raises(ConfigError, match="not a loopback"):
        connect(find_venue("binance"), "testnet", KEYS, loopback="http://10.0.0.1:80")


@pytest.mark.parametrize("name", list(VENUES))
def test_client_ids_fit_the_venue_and_come_back(name):
    terms = find_venue(name)
    padded = to_venue_id(terms, OURS)
    assert from_venue_id(terms, padded) == OURS
    assert from_venue_id(terms, "x-R4BD3S82abc") is None
    assert from_venue_id(terms, "") is None
    forms = {"okx": r"[0-9A-Za-z]{1,32}", "hyperliquid": r"0x[0-9a-f]{32}"}
    assert re.fullmatch(forms.get(name, r"[0-9A-Za-z_\-]{1,36}"), padded)


@pytest.mark.parametrize("name", list(VENUES))
def test_ccxt_knows_every_call_that_is_made(name):
    terms = find_venue(name)
    has = getattr(ccxt, terms.ccxt_id)().has
    needed = ["createOrder", "cancelOrder", "fetchOpenOrders", "fetchMyTrades", "fetchBalance", "fetchOHLCV"]
    needed += ["fetchPositions", "fetchFundingHistory", "setLeverage"] if terms.kind == "perpetual" else []
    assert [call for call in needed if not has.get(call)] == []


def test_missing_and_unknown_are_said():
    with pytest.raises(NotFound, match="choose one of binance, "):
        find_venue("mtgox")
    with pytest.raises(ConfigError, match="passphrase"):
        connect(find_venue("okx"), "testnet", Keys("key", "secret"))
    assert "secret" not in repr(Keys("key", "a secret"))


@pytest.mark.parametrize(
    ("typed", "venue", "symbol"),
    [("btc/usdt", "binance", "BTC/USDT"), ("BTCUSDT", "binance", "BTC/USDT"), ("btc_usdt", "binanceusdm", "BTC/USDT:USDT"),
     ("BTC/USDT:USDT", "binanceusdm", "BTC/USDT:USDT"), ("BTC/USDC", "hyperliquid", "BTC/USDC:USDC")],
)  # fmt: skip
def test_symbols_as_typed(typed, venue, symbol):
    assert venue_symbol(find_venue(venue), typed) == symbol


def test_filters_become_the_grid(exchange):
    for venue in ("binance", "binanceusdm"):
        found = listed_of(exchange, "BTC/USDT", venue).instrument
        assert (found.tick, found.lot, found.min_notional) == (Step(1, 100), Step(1, 1000), 5.0)
        assert found.has_shorts is (venue == "binanceusdm")
        assert found.assumed == ()
    exchange.listings["BTCUSDT"].status = "BREAK"
    try:
        assert load_listed(find_venue("binance"), client_of(exchange)) == {}
    finally:
        exchange.listings["BTCUSDT"].status = "TRADING"


def test_the_probe_names_the_account_and_refuses_keys_that_may_withdraw(exchange):
    terms = find_venue("binance")
    found = probe(terms, "mainnet", client_of(exchange, network="mainnet"))
    assert (found.account, found.can_trade, found.can_withdraw) == ("binance/mainnet/1", True, False)
    assert found.total_quote == "1000"
    assert probe(terms, "testnet", client_of(exchange)).can_withdraw is None
    exchange.key = Key(can_withdraw=True)
    try:
        with pytest.raises(ConfigError, match="may withdraw money"):
            probe(terms, "mainnet", client_of(exchange, network="mainnet"))
    finally:
        exchange.key = Key()


def test_a_perpetuals_account_is_made_ready_and_twice_is_once(exchange):
    terms = find_venue("binanceusdm")
    listed = listed_of(exchange, "BTC/USDT", "binanceusdm")
    client = client_of(exchange, "binanceusdm")
    client.set_markets([listed.market])
    exchange.futures_market.is_hedged = True
    for _ in range(2):
        prepare(terms, client, listed.instrument.symbol)
    market = exchange.futures_market
    assert (market.is_hedged, market.margin, market.leverage) == (False, {"BTCUSDT": "ISOLATED"}, {"BTCUSDT": 1})
    assert probe(terms, "testnet", client).is_one_way is True


def test_allocations_stay_below_95_percent_of_the_account():
    from decimal import Decimal

    account = VenueAccount("binance", "testnet", "binance/testnet/1", True, None, "1000", "1000", None)
    check_allocation(account, Decimal(500), Decimal(450))
    with pytest.raises(ConfigError, match="holds 1000; its other bots have 451"):
        check_allocation(account, Decimal(500), Decimal(451))


def test_what_was_signed_is_not_repeated():
    text = words(Exception("binance GET https://x/api/v3/account?timestamp=1&signature=abc 503 <html>"))
    assert text == "binance GET https://x/api/v3/account 503 <html>"
