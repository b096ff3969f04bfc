"""The loopback exchange answers as Binance documents it: signed by hand here, without any client library."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest

from botyard.records.fleet import Bar
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of

BAR_MS = 300_000
START_MS = 1_700_000_100_000


@pytest.fixture(scope="module")
def server():
    bars = [Bar(START_MS + i * BAR_MS, 100.0 + i, 101.0 + i, 99.0 + i, 100.5 + i, 2.0) for i in range(20)]
    with LoopbackExchange([listing_of("BTC", bars, lot="0.001")], now_ms=START_MS) as one:
        yield one


@pytest.fixture
def exchange(server):
    server.rewind(START_MS + 500)
    server.deposit("USDT", "1000")
    return server


def ask(exchange, method, path, *, key="loopback-key", secret="loopback-secret", at_ms=None, signed=True, **fields):
    """Return (HTTP status, JSON)."""
    query = urlencode(fields)
    if signed:
        query = urlencode({**fields, "timestamp": exchange.now_ms() if at_ms is None else at_ms})
        query += "&signature=" + hmac.new(secret.encode(), query.encode(), hashlib.sha256).hexdigest()
    body = query.encode() if method == "POST" else None
    address = exchange.url + path + ("" if body else f"?{query}")
    request = urllib.request.Request(address, data=body, method=method, headers={"X-MBX-APIKEY": key})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as e:
        with e:
            return e.code, json.loads(e.read())


def place(exchange, **fields):
    plain = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "1", "newClientOrderId": "one"}
    return ask(exchange, "POST", "/api/v3/order", **{**plain, **fields})


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"secret": "wrong"}, 400, -1022),
        ({"key": "wrong"}, 401, -2015),
        ({"at_ms": START_MS - 6_000}, 400, -1021),
        ({"at_ms": START_MS + 2_000}, 400, -1021),
        ({"symbol": "NOPE"}, 400, -1121),
        ({"type": "SOMEDAY"}, 400, -1116),
        ({"quantity": "1.0005"}, 400, -1013),
        ({"type": "LIMIT", "price": "100.001"}, 400, -1013),
        ({"quantity": "0.001"}, 400, -1013),
        ({"quantity": "11"}, 400, -2010),
        ({"type": "STOP_LOSS", "side": "SELL", "stopPrice": "100"}, 400, -2010),
        ({"newClientOrderId": "a b"}, 400, -1100),
        ({"quantity": ""}, 400, -1102),
    ],
)
def test_refusals_have_binances_codes(exchange, wrong, status, code):
    answer = place(exchange, **wrong)
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert exchange.orders == []


def test_an_order_that_is_not_there(exchange):
    named = {"symbol": "BTCUSDT", "origClientOrderId": "nobody"}
    assert ask(exchange, "GET", "/api/v3/order", **named)[1]["code"] == -2013
    assert ask(exchange, "DELETE", "/api/v3/order", **named)[1]["code"] == -2011


def test_a_market_order_takes_its_fee_from_what_it_buys(exchange):
    status, said = place(exchange)
    assert (status, said["status"], said["executedQty"]) == (200, "FILLED", "1.00000000")
    assert said["fills"][0]["commission"] == "0.00100000"
    assert said["fills"][0]["commissionAsset"] == "BTC"
    balances = {one["asset"]: one["free"] for one in ask(exchange, "GET", "/api/v3/account")[1]["balances"]}
    assert balances == {"BTC": "0.99900000", "USDT": "900.00000000"}


def test_a_stop_binds_money_and_a_limit_fills_when_it_is_traded_through(exchange):
    place(exchange)
    stop = {"type": "STOP_LOSS", "side": "SELL", "stopPrice": "90", "quantity": "0.9", "newClientOrderId": "two"}
    assert place(exchange, **stop)[1]["status"] == "NEW"
    assert str(exchange.spot.free["BTC"]) == "0.09900000"
    limit = {"type": "LIMIT", "side": "SELL", "price": "101", "quantity": "0.099", "newClientOrderId": "three"}
    place(exchange, **limit)
    exchange.move_by(BAR_MS)  # its high is 101: touched, not traded through
    assert exchange.orders[-1].status == "NEW"
    exchange.move_by(BAR_MS)
    assert exchange.orders[-1].status == "FILLED"


def test_ids_may_be_used_again_once_finished_or_not(exchange):
    assert place(exchange)[0] == 200
    assert place(exchange)[0] == 200
    exchange.faults.reuses_finished_ids = False
    assert place(exchange)[1]["msg"] == "Duplicate order sent."


def test_candles_end_with_the_one_that_is_forming(exchange):
    exchange.move_by(2 * BAR_MS)
    _, rows = ask(exchange, "GET", "/api/v3/klines", signed=False, symbol="BTCUSDT", interval="5m", limit=2)
    assert [row[0] for row in rows] == [START_MS + BAR_MS, START_MS + 2 * BAR_MS]
    assert rows[-1][1:6] == ["102.00000000"] * 4 + ["0.00000000"]


def test_a_wrong_balance_is_claimed_as_told(exchange):
    from decimal import Decimal

    exchange.faults.balances["USDT"] = Decimal(7)
    assert ask(exchange, "GET", "/api/v3/account")[1]["balances"][0]["free"] == "7.00000000"


def test_too_many_requests_are_turned_away(exchange):
    exchange.faults.answer(429)
    status, said = ask(exchange, "GET", "/api/v3/time", signed=False)
    assert (status, said["code"]) == (429, -1003)
