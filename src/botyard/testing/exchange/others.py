"""The least that four other venues must answer for an order to be sent: their documented shapes, and nothing behind them."""

import json
from typing import Any

from botyard.testing.exchange.faults import Faults
from botyard.testing.exchange.refusals import refusal
from botyard.testing.exchange.server import Request, Server

OURS = "0123456789abcdef01234567"
"""The client id of the order that they take."""

_AT = "2026-01-01T00:00:00.000Z"
_KRAKEN_ORDER = {
    "orderId": "11111111-1111-1111-1111-111111111111", "cliOrdId": OURS, "type": "lmt", "symbol": "PF_XBTUSD",
    "side": "buy", "quantity": 0.01, "filled": 0, "limitPrice": 1, "reduceOnly": False, "timestamp": _AT,
    "lastUpdateTimestamp": _AT,
}  # fmt: skip
_OKX_SWAP = {
    "instType": "SWAP", "lever": "100", "baseCcy": "", "quoteCcy": "", "expTime": "", "listTime": "1573557408000",
    "state": "live", "ctMult": "1", "tickSz": "0.1", "maxMktSz": "85", "maxLmtSz": "100000000",
}  # fmt: skip

PAGES: dict[str, dict[tuple[str, str], Any]] = {
    "krakenfutures": {
        ("GET", "/derivatives/api/v3/instruments"): {"result": "success", "serverTime": _AT, "instruments": [
            {"symbol": "PF_XBTUSD", "type": "flexible_futures", "tickSize": 1, "contractSize": 1,
             "contractValueTradePrecision": 4, "tradeable": True},
            {"symbol": "PI_XBTUSD", "type": "futures_inverse", "tickSize": 0.5, "contractSize": 1,
             "contractValueTradePrecision": 0, "tradeable": True},
            {"symbol": "in_xbtusd", "type": "spot index", "tradeable": False},
        ]},
        ("GET", "/derivatives/api/v3/orders/status"): {"result": "success", "serverTime": _AT, "orders": []},
        ("POST", "/derivatives/api/v3/sendorder"): {"result": "success", "serverTime": _AT, "sendStatus": {
            "order_id": _KRAKEN_ORDER["orderId"], "status": "placed", "receivedTime": _AT,
            "orderEvents": [{"type": "PLACE", "order": _KRAKEN_ORDER, "reducedQuantity": None}],
        }},
    },
    "okx": {
        ("GET", "/api/v5/public/instruments"): {"code": "0", "msg": "", "data": [
            {**_OKX_SWAP, "instId": "BTC-USDT-SWAP", "uly": "BTC-USDT", "instFamily": "BTC-USDT", "settleCcy": "USDT",
             "ctVal": "0.01", "ctValCcy": "BTC", "ctType": "linear", "lotSz": "0.01", "minSz": "0.01"},
            {**_OKX_SWAP, "instId": "BTC-USD-SWAP", "uly": "BTC-USD", "instFamily": "BTC-USD", "settleCcy": "BTC",
             "ctVal": "100", "ctValCcy": "USD", "ctType": "inverse", "lotSz": "0.1", "minSz": "0.1"},
        ]},
        ("GET", "/api/v5/trade/order"): {"code": "51603", "msg": "Order does not exist", "data": []},
        ("GET", "/api/v5/trade/order-algo"): {"code": "51603", "msg": "Order does not exist", "data": []},
        ("POST", "/api/v5/trade/batch-orders"): {"code": "0", "msg": "", "data": [
            {"clOrdId": OURS, "ordId": "312269865356374016", "sCode": "0", "sMsg": "", "tag": ""},
        ]},
        ("POST", "/api/v5/trade/order-algo"): {"code": "0", "msg": "", "data": [
            {"algoClOrdId": OURS, "algoId": "1836487817828872192", "sCode": "0", "sMsg": ""},
        ]},
    },
    "bybit": {
        ("GET", "/v5/market/instruments-info"): {"retCode": 0, "retMsg": "OK", "time": 1, "result": {
            "category": "linear", "nextPageCursor": "", "list": [
                {"symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC",
                 "quoteCoin": "USDT", "settleCoin": "USDT", "launchTime": "1585526400000", "deliveryTime": "0",
                 "priceScale": "2", "fundingInterval": 480,
                 "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
                 "priceFilter": {"minPrice": "0.10", "maxPrice": "199999.80", "tickSize": "0.10"},
                 "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": "0.001", "qtyStep": "0.001",
                                   "minNotionalValue": "5"}},
            ]}},
        ("GET", "/v5/order/realtime"): {"retCode": 0, "retMsg": "OK", "time": 1, "result": {"list": []}},
        ("GET", "/v5/order/history"): {"retCode": 0, "retMsg": "OK", "time": 1, "result": {"list": []}},
        ("GET", "/v5/user/query-api"): {"retCode": 0, "retMsg": "OK", "time": 1, "result": {"unified": 0, "uta": 1}},
        ("GET", "/v5/account/info"): {"retCode": 0, "retMsg": "OK", "time": 1, "result": {"unifiedMarginStatus": 6}},
        ("POST", "/v5/order/create"): {"retCode": 0, "retMsg": "OK", "time": 1, "result": {
            "orderId": "1321003749386327552", "orderLinkId": OURS,
        }},
    },
    "hyperliquid": {  # every question goes to one page and carries its kind
        ("POST", "metaAndAssetCtxs"): [
            {"universe": [{"name": "BTC", "szDecimals": 5, "maxLeverage": 40}]},
            [{"markPx": "100000.0", "midPx": "100000.0", "oraclePx": "100000", "funding": "0", "openInterest": "1",
              "prevDayPx": "1", "dayNtlVlm": "1", "premium": "0"}],
        ],
        ("POST", "perpDexs"): [None],
        ("POST", "spotMeta"): {"tokens": [], "universe": []},
        ("POST", "orderStatus"): {"status": "unknownOid"},
        ("POST", "/exchange"): {"status": "ok", "response": {"type": "order", "data": {
            "statuses": [{"resting": {"oid": 5151693198}}],
        }}},
    },
}  # fmt: skip


def listen(venue: str) -> Server:
    """Open one of them."""

    def answer(request: Request) -> Any:
        where = json.loads(request.query)["type"] if request.path == "/info" else request.path
        if (request.method, where) not in PAGES[venue]:
            raise refusal(404, f"no page {where} here", status=404)
        return PAGES[venue][request.method, where]

    return Server(answer, Faults())
