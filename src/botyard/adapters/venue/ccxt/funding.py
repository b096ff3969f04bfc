"""What holding costs, forced closes, and what things are worth: the smaller questions to a venue."""

import contextlib
from decimal import Decimal
from typing import Any

import ccxt

from botyard.adapters.venue.ccxt.connect import Client
from botyard.adapters.venue.ccxt.grid import EXACT, WireGrid, plain
from botyard.records.fleet import LIQUIDATION_ID, Fill

HOUR_MS = 3_600_000


def funding(client: Client, symbol: str, bar_ms: int, length_ms: int) -> str:
    """Return what was taken for a position within a bar, in quote; funding is taken on the hour only."""
    if -(-bar_ms // HOUR_MS) * HOUR_MS >= bar_ms + length_ms:
        return "0"
    paid = Decimal(0)
    for payment in client.fetch_funding_history(symbol, bar_ms, 100):
        if bar_ms <= int(payment["timestamp"]) < bar_ms + length_ms:
            paid = EXACT.subtract(paid, Decimal(str(payment["amount"])))
    return plain(paid)


def liquidation(client: Client, symbol: str, bar_ms: int, length_ms: int, grid: WireGrid) -> Fill | None:
    """Return the forced close of a position within a bar, or None."""
    if not client.has.get("fetchMyLiquidations"):
        return None
    for found in client.fetch_my_liquidations(symbol, bar_ms, 50):
        time_ms = int(found["timestamp"])
        if bar_ms <= time_ms < bar_ms + length_ms:
            info: dict[str, Any] = found.get("info") or {}
            side = "buy" if str(found.get("side") or info.get("side")).lower() == "buy" else "sell"
            units = grid.units(found.get("contracts") or found.get("amount"))
            return Fill(
                f"liquidation-{info.get('orderId') or time_ms}",
                LIQUIDATION_ID,
                "buy" if side == "buy" else "sell",
                grid.whole_lots(units),
                grid.ticks(found["price"]),
                "0",
                bar_ms,
            )
    return None


def mid(client: Client, symbol: str) -> float | None:
    """Return the middle between bid and ask, or None where the venue does not tell: nothing depends on it."""
    with contextlib.suppress(ccxt.BaseError):
        book = client.fetch_order_book(symbol, 5)
        if book["bids"] and book["asks"]:
            return (float(book["bids"][0][0]) + float(book["asks"][0][0])) / 2.0
    return None


def worth(client: Client, asset: str, quote: str, time_ms: int) -> Decimal:
    """Return the quote per unit of an asset in the minute of a trade, asked as the pair asset + quote."""
    name = f"{asset}/{quote}"
    if name not in (client.markets or {}):  # the client knows one market: this is another, of the same form
        known = next(iter(client.markets.values()))
        client.markets = {**client.markets, name: {**known, "id": asset + quote, "symbol": name, "base": asset}}
    rows = client.fetch_ohlcv(name, "1m", time_ms // 60_000 * 60_000, 1)
    if not rows:
        raise ccxt.NullResponse(f"no price of {name} at {time_ms}")
    return Decimal(str(rows[0][1]))
