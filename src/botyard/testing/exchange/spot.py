"""Binance's spot REST, as far as a bot needs it: /api/v3 and the one page of /sapi that tells a key's rights."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from botyard.testing.exchange.listing import Listing
from botyard.testing.exchange.matching import Account, Order, Trade
from botyard.testing.exchange.public import Parameters, depth, find, instrument, klines, text
from botyard.testing.exchange.refusals import (
    FILTER,
    ILLEGAL_CHARACTERS,
    INVALID_TYPE,
    MISSING,
    NO_ORDER,
    UNKNOWN_ORDER,
    refusal,
)  # fmt: skip
from botyard.testing.exchange.signing import Key

ORDER_TYPES = ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"]
MOST_TRADES = 1000

Handler = Callable[[Parameters], Any]


class Spot:
    """One account's view of the spot market. Handlers take checked parameters and return what becomes JSON."""

    def __init__(self, account: Account, key: Callable[[], Key]) -> None:
        self.account = account
        self._key = key
        self.order_types = list(ORDER_TYPES)
        self.public: dict[tuple[str, str], Handler] = {
            ("GET", "/api/v3/ping"): lambda _: {},
            ("GET", "/api/v3/time"): lambda _: {"serverTime": self._server_ms()},
            ("GET", "/api/v3/exchangeInfo"): self._exchange_info,
            ("GET", "/api/v3/klines"): self._klines,
            ("GET", "/api/v3/depth"): self._depth,
            ("GET", "/api/v3/ticker/price"): self._ticker,
        }
        self.private: dict[tuple[str, str], Handler] = {
            ("GET", "/api/v3/account"): self._account_info,
            ("POST", "/api/v3/order"): self._place,
            ("GET", "/api/v3/order"): lambda p: self._shown(self._find(p)),
            ("DELETE", "/api/v3/order"): self._cancel,
            ("GET", "/api/v3/openOrders"): self._open_orders,
            ("GET", "/api/v3/allOrders"): self._all_orders,
            ("GET", "/api/v3/myTrades"): self._my_trades,
            ("GET", "/sapi/v1/account/apiRestrictions"): self._restrictions,
        }

    def _server_ms(self) -> int:
        return self.account.now_ms() + self.account.faults.skew_ms

    def _exchange_info(self, parameters: Parameters) -> dict[str, Any]:
        asked = parameters.get("symbol")
        listings = [find(self.account.listings, parameters)] if asked else self.account.listings.values()
        return {
            "timezone": "UTC",
            "serverTime": self._server_ms(),
            "rateLimits": [],
            "symbols": [self._instrument(listing) for listing in listings],
        }

    def _instrument(self, listing: Listing) -> dict[str, Any]:
        notional = {"filterType": "NOTIONAL", "minNotional": text(listing.min_notional), "applyMinToMarket": True}
        return instrument(listing, self.order_types, notional)

    def _klines(self, parameters: Parameters) -> list[list[Any]]:
        listing = find(self.account.listings, parameters)
        return klines(listing, parameters, self.account.faults, self.account.now_ms())

    def _ticker(self, parameters: Parameters) -> dict[str, str]:
        if self.account.fees.asset and parameters.get("symbol") == self.account.fees.asset + "USDT":
            return {"symbol": parameters["symbol"], "price": text(self.account.fees.asset_price)}
        listing = find(self.account.listings, parameters)
        return {"symbol": listing.id, "price": text(listing.price(self.account.now_ms()))}

    def _depth(self, parameters: Parameters) -> dict[str, Any]:
        return depth(find(self.account.listings, parameters), self.account.now_ms())

    def _account_info(self, _parameters: Parameters) -> dict[str, Any]:
        account = self.account
        assets = sorted({*account.free, *account.locked})
        return {
            "canTrade": self._key().can_trade,
            "canWithdraw": False,  # of the account, not of the key, as Binance has it
            "accountType": "SPOT",
            "commissionRates": {"maker": text(account.fees.maker), "taker": text(account.fees.taker)},
            "updateTime": account.now_ms(),
            "balances": [
                {
                    "asset": asset,
                    "free": text(account.faults.balances.get(asset, account.free.get(asset, Decimal(0)))),
                    "locked": text(account.locked.get(asset, Decimal(0))),
                }
                for asset in assets
            ],
            "permissions": ["SPOT"],
            "uid": 1,
        }

    def _restrictions(self, _parameters: Parameters) -> dict[str, Any]:
        key = self._key()
        return {
            "ipRestrict": False,
            "enableReading": True,
            "enableWithdrawals": key.can_withdraw,
            "enableSpotAndMarginTrading": key.can_trade,
            "enableFutures": key.can_trade,
        }

    # --- orders --------------------------------------------------------------------------------------------------

    def _place(self, parameters: Parameters) -> dict[str, Any]:
        listing = find(self.account.listings, parameters)
        kind = parameters.get("type", "")
        if kind not in self.order_types:
            raise refusal(*INVALID_TYPE)
        client_id = parameters.get("newClientOrderId", "")
        if client_id and not re.fullmatch(r"[a-zA-Z0-9\-_]{1,36}", client_id):
            raise refusal(*ILLEGAL_CHARACTERS, "newClientOrderId")
        quantity, price, stop = numbers(parameters, listing, kind, self.account.now_ms())
        order = self.account.place(
            listing.id, parameters["side"], kind, quantity, price=price, stop=stop, client_id=client_id
        )
        trades = [trade for trade in self.account.trades if trade.order is order]
        return self._shown(order) | {"transactTime": order.created_ms, "fills": [_fill(trade) for trade in trades]}

    def _find(self, parameters: Parameters) -> Order:
        found = self._matching(parameters)
        if found is None:
            raise refusal(*NO_ORDER)
        return found

    def _matching(self, parameters: Parameters) -> Order | None:
        symbol = find(self.account.listings, parameters).id
        known = [order for order in self.account.known() if order.symbol == symbol]
        if "orderId" in parameters:
            return next((o for o in known if o.id == int(parameters["orderId"])), None)
        named = [o for o in known if o.client_id == parameters.get("origClientOrderId")]
        return named[-1] if named else None  # the newest of that name, as Binance has it

    def _cancel(self, parameters: Parameters) -> dict[str, Any]:
        order = self._matching(parameters)
        if order is None or not order.is_open:
            raise refusal(*UNKNOWN_ORDER)
        self.account.cancel(order)
        return self._shown(order) | {"origClientOrderId": order.client_id}

    def _open_orders(self, parameters: Parameters) -> list[dict[str, Any]]:
        symbol = parameters.get("symbol")
        return [self._shown(o) for o in self.account.known() if o.is_open and symbol in (None, o.symbol)]

    def _all_orders(self, parameters: Parameters) -> list[dict[str, Any]]:
        symbol = find(self.account.listings, parameters).id
        start, most = int(parameters.get("startTime", 0)), int(parameters.get("limit", 500))
        found = [self._shown(o) for o in self.account.known() if o.symbol == symbol and o.created_ms >= start]
        return found[:most] if start else found[-most:]

    def _my_trades(self, parameters: Parameters) -> list[dict[str, Any]]:
        symbol = find(self.account.listings, parameters).id
        known = {order.id for order in self.account.known()}
        found = [
            trade
            for trade in self.account.trades
            if trade.order.symbol == symbol
            and trade.order.id in known
            and ("orderId" not in parameters or trade.order.id == int(parameters["orderId"]))
            and trade.id >= int(parameters.get("fromId", 0))
            and trade.time_ms >= int(parameters.get("startTime", 0))
        ]
        return [_trade(trade) for trade in found[: int(parameters.get("limit", 500))]]

    def _shown(self, order: Order) -> dict[str, Any]:
        return {
            "symbol": order.symbol,
            "orderId": order.id,
            "orderListId": -1,
            "clientOrderId": order.client_id,
            "price": text(order.price or Decimal(0)),
            "origQty": text(order.quantity),
            "executedQty": text(order.executed),
            "cummulativeQuoteQty": text(order.quote),
            "status": order.status,
            "timeInForce": "GTC",
            "type": order.type,
            "side": order.side,
            "stopPrice": text(order.stop or Decimal(0)),
            "time": order.created_ms,
            "updateTime": order.updated_ms,
            "isWorking": order.is_open and (order.stop is None or order.is_triggered),
            "origQuoteOrderQty": "0.00000000",
        }


def numbers(
    parameters: Parameters, listing: Listing, kind: str, now_ms: int, stop_name: str = "stopPrice"
) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Read quantity, price and stop of an order and hold them to the filters.

    Raises: ApiError naming the filter.
    """
    quantity = _number(parameters, "quantity")
    needs_price, needs_stop = "LIMIT" in kind or kind == "STOP", "STOP" in kind
    price = _number(parameters, "price") if needs_price else None
    stop = _number(parameters, stop_name) if needs_stop else None
    if quantity % listing.lot != 0 or quantity < listing.lot:
        raise refusal(*FILTER, "LOT_SIZE")
    for level in (price, stop):
        if level is not None and (level % listing.tick != 0 or level <= 0):
            raise refusal(*FILTER, "PRICE_FILTER")
    if quantity * (price or stop or listing.price(now_ms)) < listing.min_notional:
        raise refusal(*FILTER, "NOTIONAL")
    return quantity, price, stop


def _number(parameters: Parameters, name: str) -> Decimal:
    try:
        return Decimal(parameters[name])
    except (KeyError, InvalidOperation) as e:
        raise refusal(*MISSING, name) from e


def _fill(trade: Trade) -> dict[str, Any]:
    return {
        "price": text(trade.price),
        "qty": text(trade.quantity),
        "commission": text(trade.fee),
        "commissionAsset": trade.fee_asset,
        "tradeId": trade.id,
    }


def _trade(trade: Trade) -> dict[str, Any]:
    return {
        "symbol": trade.order.symbol,
        "id": trade.id,
        "orderId": trade.order.id,
        "orderListId": -1,
        "price": text(trade.price),
        "qty": text(trade.quantity),
        "quoteQty": text(trade.price * trade.quantity),
        "commission": text(trade.fee),
        "commissionAsset": trade.fee_asset,
        "time": trade.time_ms,
        "isBuyer": trade.order.side == "BUY",
        "isMaker": trade.is_maker,
        "isBestMatch": True,
    }
