"""Finding an order again by our client id, whichever page of the venue it is on."""

from dataclasses import dataclass
from typing import Any, Literal

import ccxt

from botyard.adapters.venue.ccxt.connect import Client
from botyard.adapters.venue.ccxt.grid import WireGrid
from botyard.adapters.venue.ccxt.table import VenueTerms, from_venue_id, to_venue_id
from botyard.records.fleet import OrderState

Status = Literal["pending", "resting", "filled", "partly_filled", "cancelled", "rejected"]

PAGE = 500  # orders that a venue shows at once
WEEK_MS = 7 * 86_400_000

_FINISHED: dict[str, Status] = {
    "closed": "filled", "canceled": "cancelled", "expired": "cancelled", "rejected": "rejected",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as the venue shows it."""

    order: dict[str, Any]  # ccxt's, of the order that fills
    page: dict[str, Any]  # ccxt's, of the page it was found on: for a resting stop that is not the same
    is_stop_page: bool


def look(terms: VenueTerms, client: Client, symbol: str, client_id: str) -> Seen | None:
    """Look an order up on every page there is; None when none knows it. Raises: ccxt's errors."""
    venue_id = to_venue_id(terms, client_id)
    for is_stop_page in (False, True) if terms.stops_apart else (False,):
        page = _on_page(terms, client, symbol, venue_id, is_stop_page=is_stop_page)
        if page is not None:
            return Seen(_that_fills(client, symbol, page) if is_stop_page else page, page, is_stop_page)
    return None


def open_pages(terms: VenueTerms, client: Client, symbol: str) -> list[Seen]:
    """List all open orders of an instrument, ours or not. Raises: ccxt's errors."""
    found = []
    for is_stop_page in (False, True) if terms.stops_apart else (False,):
        extra = {"trigger": True} if is_stop_page else {}
        found += [Seen(order, order, is_stop_page) for order in client.fetch_open_orders(symbol, params=extra)]
    return found


def history(terms: VenueTerms, client: Client, symbol: str, since_ms: int, now_ms: int) -> list[Seen]:
    """List all orders of an instrument that were made since a time, finished or not, ours or not. Raises: ccxt's errors."""
    found: dict[tuple[bool, str], Seen] = {}
    for is_stop_page in (False, True) if terms.stops_apart else (False,):
        from_ms = since_ms
        while from_ms <= now_ms:
            extra: dict[str, Any] = {"trigger": True} if is_stop_page else {}
            rows = client.fetch_orders(symbol, from_ms, PAGE, extra)
            found |= {(is_stop_page, str(row["id"])): Seen(row, row, is_stop_page) for row in rows}
            last_ms = max((int(row["timestamp"]) for row in rows), default=0)
            # some pages end a week after their begin
            from_ms = max(last_ms, from_ms + 1) if len(rows) >= PAGE else from_ms + WEEK_MS
    return sorted(found.values(), key=lambda seen: (int(seen.page["timestamp"]), str(seen.page["id"])))


def our_id(terms: VenueTerms, seen: Seen) -> str | None:
    """Return our client id of an order, or None where it is somebody else's."""
    return from_venue_id(terms, str(seen.page.get("clientOrderId") or ""))


def to_state(seen: Seen, client_id: str, grid: WireGrid) -> OrderState:
    """Read what the venue shows."""
    order = seen.order
    filled = grid.units(order.get("filled"))
    average = order.get("average")
    return OrderState(
        client_id=client_id,
        status=_status(order, is_filled_in_part=filled > 0),
        side="buy" if seen.page.get("side") == "buy" else "sell",
        lots=grid.whole_lots(grid.units(seen.page.get("amount") or order.get("amount"))),
        filled_lots=grid.whole_lots(filled),
        price_ticks=grid.ticks(average) if average and filled > 0 else None,
        fee="0",  # the fills tell
        reason=str(order.get("status")) if order.get("status") in ("expired", "rejected") else "",
    )


def _status(order: dict[str, Any], *, is_filled_in_part: bool) -> Status:
    said = str(order.get("status"))
    if said in _FINISHED:
        return _FINISHED[said]
    if is_filled_in_part:
        return "partly_filled"
    is_plain_market = order.get("type") == "market" and not order.get("triggerPrice") and not order.get("stopPrice")
    return "pending" if is_plain_market else "resting"


def _on_page(
    terms: VenueTerms, client: Client, symbol: str, venue_id: str, *, is_stop_page: bool
) -> dict[str, Any] | None:
    extra: dict[str, Any] = {"trigger": True} if is_stop_page else {}
    try:
        if terms.look_up == "client_id":
            found = client.fetch_order("", symbol, {"clientOrderId": venue_id, **extra})
        elif terms.look_up == "as_id":
            found = client.fetch_order(venue_id, symbol)
        elif terms.look_up == "status":
            found = _of_id(client.fetch_orders(symbol, params={"cliOrdIds": venue_id}), venue_id)
        else:  # bybit's page of open orders tells the last finished ones too
            named = {"orderLinkId": venue_id}
            found = _of_id(client.fetch_open_orders(symbol, params=named), venue_id)
            found = found or _of_id(client.fetch_canceled_and_closed_orders(symbol, params=named), venue_id)
    except ccxt.OrderNotFound:
        return None
    return found if isinstance(found, dict) else None


def _of_id(orders: list[dict[str, Any]], venue_id: str) -> dict[str, Any] | None:
    return next((order for order in orders if order.get("clientOrderId") == venue_id), None)


def _that_fills(client: Client, symbol: str, page: dict[str, Any]) -> dict[str, Any]:
    # a stop that triggered has made an order of its own, under a number of its own
    info = page.get("info") or {}
    number = info.get("actualOrderId") or (info.get("ordId") if info.get("algoId") else None)
    return dict(client.fetch_order(str(number), symbol)) if number else page
