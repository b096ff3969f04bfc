"""Binance's USDT perpetuals, as far as a bot needs them: /fapi, with conditional orders in their own algo pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from botyard.testing.exchange.listing import Listing
from botyard.testing.exchange.matching import Account, Order, Position, Trade
from botyard.testing.exchange.public import Parameters, depth, find, instrument, klines, text
from botyard.testing.exchange.refusals import (
    ILLEGAL_CHARACTERS,
    INVALID_TYPE,
    NO_CHANGE_OF_MARGIN,
    NO_CHANGE_OF_SIDE,
    NO_ORDER,
    UNKNOWN_ORDER,
    refusal,
)  # fmt: skip
from botyard.testing.exchange.spot import numbers

ORDER_TYPES = ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"]
ALGO_TYPES = ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")

WEEK_MS = 7 * 86_400_000

Handler = Callable[[Parameters], Any]


@dataclass(frozen=True)
class Funding:
    """One funding payment: below 0 when the account paid."""

    symbol: str
    income: Decimal
    time_ms: int


class Futures:
    """One account's view of the perpetuals."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.leverage: dict[str, int] = {}
        self.margin: dict[str, str] = {}
        self.is_hedged = False
        self.fundings: list[Funding] = []
        self.forced: list[dict[str, Any]] = []
        self.public: dict[tuple[str, str], Handler] = {
            ("GET", "/fapi/v1/ping"): lambda _: {},
            ("GET", "/fapi/v1/time"): lambda _: {"serverTime": account.now_ms() + account.faults.skew_ms},
            ("GET", "/fapi/v1/exchangeInfo"): self._exchange_info,
            ("GET", "/fapi/v1/klines"): self._klines,
            ("GET", "/fapi/v1/depth"): self._depth,
        }
        self.private: dict[tuple[str, str], Handler] = {
            ("GET", "/fapi/v3/account"): self._account_info,
            ("GET", "/fapi/v3/positionRisk"): self._positions,
            ("GET", "/fapi/v1/leverageBracket"): lambda _: [],
            ("GET", "/fapi/v1/positionSide/dual"): lambda _: {"dualSidePosition": self.is_hedged},
            ("POST", "/fapi/v1/positionSide/dual"): self._set_hedged,
            ("POST", "/fapi/v1/leverage"): self._set_leverage,
            ("POST", "/fapi/v1/marginType"): self._set_margin,
            ("POST", "/fapi/v1/order"): self._place,
            ("GET", "/fapi/v1/order"): lambda p: _shown(self._find(p, is_algo=False)),
            ("DELETE", "/fapi/v1/order"): lambda p: _shown(self._cancelled(p, is_algo=False)),
            ("GET", "/fapi/v1/openOrders"): lambda p: [_shown(o) for o in self._open(p, is_algo=False)],
            ("GET", "/fapi/v1/allOrders"): lambda p: [_shown(o) for o in self._all(p, is_algo=False)],
            ("GET", "/fapi/v1/allAlgoOrders"): lambda p: [_algo(o) for o in self._all(p, is_algo=True)],
            ("POST", "/fapi/v1/algoOrder"): self._place,
            ("GET", "/fapi/v1/algoOrder"): lambda p: _algo(self._find(p, is_algo=True)),
            ("DELETE", "/fapi/v1/algoOrder"): self._cancel_algo,
            ("GET", "/fapi/v1/openAlgoOrders"): lambda p: [_algo(o) for o in self._open(p, is_algo=True)],
            ("GET", "/fapi/v1/userTrades"): self._trades,
            ("GET", "/fapi/v1/income"): self._income,
            ("GET", "/fapi/v1/forceOrders"): lambda _: self.forced,
        }

    def liquidate(self, symbol: str, price: Decimal) -> None:
        """Close a position by force, cancelling what rests."""
        position = self.account.positions[symbol]
        for order in self.account.orders:
            if order.is_open and order.symbol == symbol:
                self.account.cancel(order, "EXPIRED")
        self.forced.append(
            {
                "orderId": 9_000 + len(self.forced),
                "symbol": symbol,
                "status": "FILLED",
                "clientOrderId": "autoclose-1",
                "price": text(price),
                "avgPrice": text(price),
                "origQty": text(abs(position.quantity)),
                "executedQty": text(abs(position.quantity)),
                "type": "LIMIT",
                "side": "SELL" if position.quantity > 0 else "BUY",
                "time": self.account.now_ms(),
                "updateTime": self.account.now_ms(),
            }
        )
        self.account.add("USDT", position.quantity * price - position.cost)
        del self.account.positions[symbol]

    def forget(self) -> None:
        """Begin anew."""
        self.leverage, self.margin, self.is_hedged = {}, {}, False
        self.fundings, self.forced = [], []

    def _exchange_info(self, _parameters: Parameters) -> dict[str, Any]:
        return {"timezone": "UTC", "symbols": [self._instrument(one) for one in self.account.listings.values()]}

    def _instrument(self, listing: Listing) -> dict[str, Any]:
        notional = {"filterType": "MIN_NOTIONAL", "notional": text(listing.min_notional)}
        return instrument(listing, ORDER_TYPES, notional) | {
            "pair": listing.id,
            "contractType": "PERPETUAL",
            "marginAsset": listing.quote,
            "deliveryDate": 4133404800000,
            "onboardDate": 1569398400000,
        }

    def _klines(self, parameters: Parameters) -> list[list[Any]]:
        listing = find(self.account.listings, parameters)
        return klines(listing, parameters, self.account.faults, self.account.now_ms())

    def _depth(self, parameters: Parameters) -> dict[str, Any]:
        return depth(find(self.account.listings, parameters), self.account.now_ms())

    def _account_info(self, _parameters: Parameters) -> dict[str, Any]:
        account = self.account
        return {
            "totalWalletBalance": text(account.total("USDT")),
            "assets": [
                {
                    "asset": asset,
                    "walletBalance": text(account.total(asset)),
                    "availableBalance": text(account.faults.balances.get(asset, account.total(asset))),
                    "marginBalance": text(account.total(asset)),
                    "initialMargin": "0",
                    "maintMargin": "0",
                }
                for asset in account.free
            ],
            "positions": [],
        }

    def _positions(self, parameters: Parameters) -> list[dict[str, Any]]:
        wanted = parameters.get("symbol")
        return [
            self._position(symbol, position)
            for symbol, position in self.account.positions.items()
            if wanted in (None, symbol) and position.quantity != 0
        ]

    def _position(self, symbol: str, position: Position) -> dict[str, Any]:
        price = self.account.listings[symbol].price(self.account.now_ms())
        entry = position.cost / position.quantity
        notional = position.quantity * price
        return {
            "symbol": symbol,
            "positionSide": "BOTH",
            "positionAmt": text(position.quantity),
            "entryPrice": text(entry),
            "breakEvenPrice": text(entry),
            "markPrice": text(price),
            "unRealizedProfit": text(notional - position.cost),
            "liquidationPrice": "0",
            "isolatedMargin": text(abs(position.cost)),
            "notional": text(notional),
            "isolatedWallet": text(abs(position.cost)),
            "updateTime": self.account.now_ms(),
            "initialMargin": text(abs(notional)),
            "maintMargin": "0",
            "marginAsset": "USDT",
        }

    def _set_hedged(self, parameters: Parameters) -> dict[str, Any]:
        wanted = parameters["dualSidePosition"].lower() == "true"
        if wanted == self.is_hedged:
            raise refusal(*NO_CHANGE_OF_SIDE)
        self.is_hedged = wanted
        return {"code": 200, "msg": "success"}

    def _set_leverage(self, parameters: Parameters) -> dict[str, Any]:
        symbol = find(self.account.listings, parameters).id
        self.leverage[symbol] = int(parameters["leverage"])
        return {"symbol": symbol, "leverage": self.leverage[symbol], "maxNotionalValue": "1000000"}

    def _set_margin(self, parameters: Parameters) -> dict[str, Any]:
        symbol = find(self.account.listings, parameters).id
        if self.margin.get(symbol) == parameters["marginType"]:
            raise refusal(*NO_CHANGE_OF_MARGIN)
        self.margin[symbol] = parameters["marginType"]
        return {"code": 200, "msg": "success"}

    # --- orders --------------------------------------------------------------------------------------------------

    def _place(self, parameters: Parameters) -> dict[str, Any]:
        listing = find(self.account.listings, parameters)
        is_algo = "algoType" in parameters
        kind = parameters.get("type", "")
        if kind not in ORDER_TYPES or is_algo != (kind in ALGO_TYPES):
            raise refusal(*INVALID_TYPE)
        client_id = parameters.get("clientAlgoId" if is_algo else "newClientOrderId", "")
        if client_id and not re.fullmatch(r"[a-zA-Z0-9\-_.:/]{1,36}", client_id):
            raise refusal(*ILLEGAL_CHARACTERS, "newClientOrderId")
        quantity, price, stop = numbers(
            parameters, listing, kind, self.account.now_ms(), "triggerPrice" if is_algo else "stopPrice"
        )
        order = self.account.place(
            listing.id, parameters["side"], kind, quantity, price=price, stop=stop, client_id=client_id,
            reduce_only=parameters.get("reduceOnly", "").lower() == "true", is_algo=is_algo,
        )  # fmt: skip
        return _algo(order) if is_algo else _shown(order)

    def _find(self, parameters: Parameters, *, is_algo: bool) -> Order:
        id_name, client_name = ("algoId", "clientAlgoId") if is_algo else ("orderId", "origClientOrderId")
        known = [o for o in self.account.known() if o.is_algo == is_algo or (o.is_triggered and not is_algo)]
        if id_name in parameters:
            found = [o for o in known if o.id == int(parameters[id_name])]
        else:
            found = [o for o in known if o.client_id == parameters.get(client_name)]
        if not found:
            raise refusal(*NO_ORDER)
        return found[-1]

    def _cancelled(self, parameters: Parameters, *, is_algo: bool) -> Order:
        try:
            order = self._find(parameters, is_algo=is_algo)
        except Exception as e:
            raise refusal(*UNKNOWN_ORDER) from e
        if not order.is_open:
            raise refusal(*UNKNOWN_ORDER)
        self.account.cancel(order)
        return order

    def _cancel_algo(self, parameters: Parameters) -> dict[str, Any]:
        order = self._cancelled(parameters, is_algo=True)
        return {"algoId": order.id, "clientAlgoId": order.client_id, "code": "200", "msg": "success"}

    def _open(self, parameters: Parameters, *, is_algo: bool) -> list[Order]:
        symbol = parameters.get("symbol")
        return [o for o in self.account.known() if o.is_open and o.is_algo == is_algo and symbol in (None, o.symbol)]

    def _all(self, parameters: Parameters, *, is_algo: bool) -> list[Order]:
        # a window of seven days at most, as Binance has it
        start = int(parameters.get("startTime", self.account.now_ms() - WEEK_MS))
        known = [o for o in self.account.known() if o.symbol == parameters.get("symbol") and o.is_algo == is_algo]
        found = [o for o in known if start <= o.created_ms < start + WEEK_MS]
        return found[: int(parameters.get("limit", 500))]

    def _trades(self, parameters: Parameters) -> list[dict[str, Any]]:
        symbol = find(self.account.listings, parameters).id
        known = {order.id for order in self.account.known()}
        return [
            _trade(trade)
            for trade in self.account.trades
            if trade.order.symbol == symbol
            and trade.order.id in known
            and ("orderId" not in parameters or trade.order.id == int(parameters["orderId"]))
            and trade.time_ms >= int(parameters.get("startTime", 0))
        ][: int(parameters.get("limit", 500))]

    def _income(self, parameters: Parameters) -> list[dict[str, Any]]:
        start, end = int(parameters.get("startTime", 0)), int(parameters.get("endTime", 2**62))
        return [
            {
                "symbol": one.symbol,
                "incomeType": "FUNDING_FEE",
                "income": text(one.income),
                "asset": "USDT",
                "time": one.time_ms,
                "info": "",
                "tranId": str(number),
                "tradeId": "",
            }
            for number, one in enumerate(self.fundings, 1)
            if one.symbol == parameters.get("symbol", one.symbol) and start <= one.time_ms <= end
        ]


def _shown(order: Order) -> dict[str, Any]:
    average = order.quote / order.executed if order.executed else Decimal(0)
    return {
        "symbol": order.symbol,
        "orderId": order.id,
        "clientOrderId": order.client_id,
        "price": text(order.price or Decimal(0)),
        "avgPrice": text(average),
        "origQty": text(order.quantity),
        "executedQty": text(order.executed),
        "cumQuote": text(order.quote),
        "status": order.status,
        "timeInForce": "GTC",
        "type": "MARKET" if order.is_algo else order.type,
        "origType": order.type,
        "reduceOnly": order.reduce_only,
        "side": order.side,
        "positionSide": "BOTH",
        "stopPrice": text(order.stop or Decimal(0)),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
    }


def _algo(order: Order) -> dict[str, Any]:
    # the order that a trigger makes carries the same number here, so that its trades are found
    status = order.status
    if order.is_triggered:
        status = "FINISHED" if not order.is_open else "TRIGGERED"
    return {
        "algoId": order.id,
        "clientAlgoId": order.client_id,
        "algoType": "CONDITIONAL",
        "orderType": order.type,
        "symbol": order.symbol,
        "side": order.side,
        "positionSide": "BOTH",
        "timeInForce": "GTC",
        "quantity": text(order.quantity),
        "algoStatus": status,
        "triggerPrice": text(order.stop or Decimal(0)),
        "price": text(order.price or Decimal(0)),
        "actualOrderId": str(order.id) if order.is_triggered else "",
        "actualPrice": text(order.quote / order.executed) if order.executed else "0.00000",
        "reduceOnly": order.reduce_only,
        "createTime": order.created_ms,
        "updateTime": order.updated_ms,
    }


def _trade(trade: Trade) -> dict[str, Any]:
    return {
        "symbol": trade.order.symbol,
        "id": trade.id,
        "orderId": trade.order.id,
        "side": trade.order.side,
        "price": text(trade.price),
        "qty": text(trade.quantity),
        "quoteQty": text(trade.price * trade.quantity),
        "realizedPnl": "0",
        "commission": text(trade.fee),
        "commissionAsset": trade.fee_asset,
        "time": trade.time_ms,
        "positionSide": "BOTH",
        "buyer": trade.order.side == "BUY",
        "maker": trade.is_maker,
    }
