"""What both markets tell anybody: time, instruments and candles."""

from decimal import Decimal
from typing import Any

from botyard.records.market import TIMEFRAMES
from botyard.testing.exchange.faults import Faults
from botyard.testing.exchange.listing import Listing
from botyard.testing.exchange.refusals import INVALID_SYMBOL, MISSING, refusal

MOST_CANDLES = 1000

Parameters = dict[str, str]


def text(value: Decimal) -> str:
    """Write a number as Binance does: eight decimals."""
    return f"{value:.8f}"


def find(listings: dict[str, Listing], parameters: Parameters) -> Listing:
    """Return the instrument that is asked for. Raises: ApiError."""
    name = parameters.get("symbol", "")
    if name not in listings:
        raise refusal(*INVALID_SYMBOL)
    return listings[name]


def klines(listing: Listing, parameters: Parameters, faults: Faults, now_ms: int) -> list[list[Any]]:
    """Return candles, oldest first, the forming one last."""
    minutes = TIMEFRAMES.get(parameters.get("interval", ""))
    if minutes is None:
        raise refusal(*MISSING, "interval")
    limit = min(int(parameters.get("limit", 500)), MOST_CANDLES)
    length = minutes * 60_000
    start, end = int(parameters.get("startTime", 0)), int(parameters.get("endTime", now_ms))
    if "startTime" not in parameters:
        start = end - (limit + 1) * length
    shown_ms = now_ms - faults.late_candle_ms  # a late candle comes when the next should long be forming
    rows: list[list[Any]] = []
    if minutes < listing.minutes:
        return [_flat(listing, start // length * length + n * length, length) for n in range(min(limit, 1))]
    for bar in listing.candles(minutes, now_ms, start, end, limit + 1):
        is_late = bool(faults.late_candle_ms) and bar.open_ms + length > shown_ms
        if bar.open_ms in faults.gaps or is_late:
            continue
        row = [
            bar.open_ms, text(listing.on_grid(bar.open)), text(listing.on_grid(bar.high)),
            text(listing.on_grid(bar.low)), text(listing.on_grid(bar.close)), text(Decimal(repr(bar.volume))),
            bar.open_ms + length - 1, "0", 1, "0", "0", "0",
        ]  # fmt: skip
        rows += [row, row] if bar.open_ms in faults.duplicates else [row]
    return rows[:limit] if "startTime" in parameters else rows[-limit:]


def _flat(listing: Listing, open_ms: int, length: int) -> list[Any]:
    # inside a bar all that is known is its open
    price = text(listing.price(open_ms))
    return [open_ms, price, price, price, price, "0", open_ms + length - 1, "0", 1, "0", "0", "0"]


def depth(listing: Listing, now_ms: int) -> dict[str, Any]:
    """Return a book of one order on either side, a tick apart around the price."""
    price = listing.price(now_ms)
    return {
        "lastUpdateId": now_ms,
        "bids": [[text(price - listing.tick), "100"]],
        "asks": [[text(price + listing.tick), "100"]],
    }


def instrument(listing: Listing, order_types: list[str], notional: dict[str, Any]) -> dict[str, Any]:
    """Describe an instrument with its filters."""
    return {
        "symbol": listing.id,
        "status": listing.status,
        "baseAsset": listing.base,
        "quoteAsset": listing.quote,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "pricePrecision": 8,
        "quantityPrecision": 8,
        "orderTypes": order_types,
        "isSpotTradingAllowed": True,
        "permissions": ["SPOT"],
        "permissionSets": [["SPOT"]],
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": text(listing.tick), "maxPrice": "1000000", "tickSize": text(listing.tick)},
            {"filterType": "LOT_SIZE", "minQty": text(listing.lot), "maxQty": "9000000", "stepSize": text(listing.lot)},
            notional,
        ],
    }  # fmt: skip
