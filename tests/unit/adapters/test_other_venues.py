"""Four venues that never traded: what their documented answers become, and what an order to them looks like on the wire."""

import json
from urllib.parse import parse_qsl

import pytest

from botyard.adapters.venue.ccxt.connect import Keys, connect
from botyard.adapters.venue.ccxt.instruments import load_listed
from botyard.adapters.venue.ccxt.table import find_venue
from botyard.adapters.venue.ccxt.venue import CcxtVenue
from botyard.records.fleet import Order
from botyard.records.market import Step
from botyard.testing.exchange.others import OURS, PAGES, listen

KEYS = Keys("0x" + "1" * 40, "2" * 64, "a passphrase")
HEX = "0x" + OURS + "b07a4d00"
LISTED = {  # symbol, tick, lot, smallest order
    "krakenfutures": ("BTC/USD:USD", Step(1, 1), Step(1, 10_000), 5.0),
    "okx": ("BTC/USDT:USDT", Step(1, 10), Step(1, 10_000), 5.0),  # 0.01 contracts of 0.01 BTC
    "bybit": ("BTC/USDT:USDT", Step(1, 10), Step(1, 1000), 5.0),
    "hyperliquid": ("BTC/USDC:USDC", Step(1, 1), Step(1, 100_000), 10.0),
}
ASSUMED = {"krakenfutures", "okx"}  # they name no smallest order
SIGNED_BY = {"krakenfutures": "authent", "okx": "ok-access-sign", "bybit": "x-bapi-sign"}
TEN = {"krakenfutures": "0.001", "okx": "0.1", "bybit": "0.01", "hyperliquid": "0.0001"}  # ten lots as they count
MARKET = {
    "krakenfutures": {"symbol": "PF_XBTUSD", "side": "buy", "orderType": "mkt", "cliOrdId": OURS},
    "okx": {"instId": "BTC-USDT-SWAP", "side": "buy", "ordType": "market", "tdMode": "isolated", "clOrdId": OURS},
    "bybit": {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "category": "linear", "orderLinkId": OURS},
    "hyperliquid": {"a": 0, "b": True, "r": False, "t": {"limit": {"tif": "Ioc"}}, "c": HEX},
}
STOP = {
    "krakenfutures": {"orderType": "stp", "stopPrice": "90000", "reduceOnly": "true", "side": "sell", "cliOrdId": OURS},
    "okx": {"ordType": "conditional", "slTriggerPx": "9000", "slOrdPx": "-1", "reduceOnly": True, "tdMode": "isolated",
            "algoClOrdId": OURS},
    "bybit": {"orderType": "Market", "triggerPrice": "9000", "triggerDirection": 2, "reduceOnly": True,
              "orderLinkId": OURS},
    "hyperliquid": {"b": False, "r": True, "c": HEX,
                    "t": {"trigger": {"isMarket": True, "triggerPx": "90000", "tpsl": "sl"}}},
}  # fmt: skip


@pytest.fixture(scope="module", params=list(PAGES))
def sending(request):
    """A venue's name, its server and the port over a client of its testnet."""
    name, server = request.param, listen(request.param)
    terms = find_venue(name)
    listed = load_listed(terms, connect(terms, "testnet", loopback=server.url))
    client = connect(terms, "testnet", KEYS, loopback=server.url)
    (symbol,) = listed
    venue = CcxtVenue(
        terms, client, listed[symbol], "5m", now_ms=lambda: 1_767_225_600_000, sleep=lambda _: None, patience_ms=0
    )
    yield name, server, listed, venue
    server.close()


def test_their_pages_become_the_grid_and_what_is_not_linear_is_left_out(sending):
    name, _, listed, _ = sending
    ((symbol, one),) = listed.items()
    found = one.instrument
    assert (symbol, found.tick, found.lot, found.min_notional) == LISTED[name]
    assert found.assumed == (("min_notional",) if name in ASSUMED else ())
    assert found.has_shorts


def sent(request):
    """What an order request says, whatever its form."""
    if not request.query.startswith(("{", "[")):
        return dict(parse_qsl(request.query))
    plain = json.loads(request.query)
    plain = plain[0] if isinstance(plain, list) else plain
    return plain["action"]["orders"][0] if "action" in plain else plain


@pytest.mark.parametrize("kind", ["market", "stop"])
def test_an_order_has_their_form_our_id_and_no_more_than_was_asked(sending, kind):
    name, server, listed, venue = sending
    (symbol,) = listed
    before = len(server.requests)
    ticks, side = (None, "buy") if kind == "market" else (90_000, "sell")
    state = venue.submit(Order(OURS, symbol, side, kind, 10, ticks, 0, reduce_only=kind == "stop"))
    assert (state.client_id, state.lots) == (OURS, 10)
    made = server.requests[before:]
    orders = [one for one in made if one.method == "POST" and one.path != "/info"]
    assert len(orders) == 1, "one order and nothing else is asked for: no referrer, no fee for somebody else"
    plain = sent(orders[0])
    wanted = (MARKET if kind == "market" else STOP)[name]
    assert {key: plain.get(key) for key in wanted} == wanted
    assert TEN[name] in [plain.get(key) for key in ("size", "sz", "qty", "s")]
    assert "clientAlgoId" not in plain
    if name in SIGNED_BY:
        assert orders[0].headers[SIGNED_BY[name]]
    else:
        assert json.loads(orders[0].query)["signature"]["r"].startswith("0x")
        assert "builder" not in json.loads(orders[0].query)["action"]
    assert (orders[0].headers.get("x-simulated-trading") == "1") is (name == "okx")


def test_an_order_that_they_do_not_know_is_asked_for_by_our_id_and_not_there(sending):
    name, server, listed, venue = sending
    before = len(server.requests)
    assert venue.find(next(iter(listed)), OURS) is None
    asked = [one.query for one in server.requests[before:]]
    assert asked
    assert all((HEX if name == "hyperliquid" else OURS) in query for query in asked)
