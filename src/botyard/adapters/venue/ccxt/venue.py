"""The Venue port over ccxt: one instrument on one account.

Sending is the delicate part. An order goes out once; if the answer is lost the order is looked up by its client id,
and if it is not to be seen either, the caller is told that it may have arrived (RetryableError) and never sends
again by itself. Only what the venue turned away before looking at it is tried again here.
"""

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

import ccxt

from botyard.adapters.venue.ccxt import funding as extras
from botyard.adapters.venue.ccxt import instruments, lookup
from botyard.adapters.venue.ccxt.connect import Client
from botyard.adapters.venue.ccxt.failures import REFUSED_UNSEEN, TOO_FAST, WRONG_TIME, translated, words
from botyard.adapters.venue.ccxt.grid import WireGrid, WireTrade, book_fills
from botyard.adapters.venue.ccxt.table import VenueTerms, to_venue_id
from botyard.errors import RetryableError, VenueRejected
from botyard.records.fleet import Bar, Fill, Order, OrderState
from botyard.records.market import MINUTE_MS, timeframe_minutes

PATIENCE_MS = 10_000  # a new order may be this late in a venue's look-ups
POLL_S = 0.5
TRIES = 3  # of an order that was turned away unseen
MOST_TRADES = 1000
FINISHED = ("cancelled", "rejected", "filled")

Now = Callable[[], int]


class CcxtVenue:
    """The Venue port. Bars do not move it; `settle` and `settle_open` have nothing to do."""

    absence_is_final = False  # an order may be on its way for a while

    def __init__(
        self,
        terms: VenueTerms,
        client: Client,
        listed: instruments.Listed,
        timeframe: str,
        *,
        now_ms: Now,
        sleep: Callable[[float], None] = time.sleep,
        patience_ms: int = PATIENCE_MS,
    ) -> None:
        """client: with keys, of the network where orders go; timeframe: of the bars that fills are counted to."""
        self._terms = terms
        self._client = client
        self._symbol = listed.instrument.symbol
        self._grid = WireGrid(listed.instrument, instruments.contract_size(listed.market))
        self._length_ms = timeframe_minutes(timeframe) * MINUTE_MS
        self._now_ms = now_ms
        self._sleep = sleep
        self._patience_ms = patience_ms
        instruments.know(client, listed.market)

    @property
    def replaces(self) -> str:
        """Whether an exit stop is replaced by placing the new one first (perpetuals) or cancelling the old one first."""
        return self._terms.replaces

    def submit(self, order: Order) -> OrderState:
        """Send an order; the same client id again returns the first order's state and does nothing.

        Raises: VenueRejected, RetryableError (it may or may not have arrived: look it up), ConfigError.
        """
        known = self._look(order.client_id)
        if known is not None:
            return known
        mid = extras.mid(self._client, self._symbol) if order.kind == "market" else None
        for attempt in range(TRIES):
            try:
                with translated(self._terms.name, f"sending order {order.client_id}"):
                    sent = self._create(order)
            except VenueRejected as e:
                return self._refused(order, e)
            except RetryableError as e:
                if not isinstance(e.__cause__, REFUSED_UNSEEN):
                    return self._unanswered(order, e)
                if attempt == TRIES - 1:
                    reason = words(e.__cause__)
                    raise VenueRejected(f"{e}; given up after {TRIES} tries", reason=reason) from e
                self._recover(e.__cause__, attempt)
            else:
                return dataclasses.replace(self._state(order, sent), mid=mid)
        raise AssertionError  # the loop returns or raises

    def find(self, symbol: str, client_id: str) -> OrderState | None:
        """Return the state of an order, or None if the venue has not come to know the id within PATIENCE_MS."""
        del symbol
        until_ms = self._now_ms() + self._patience_ms
        polls = 1 + round(self._patience_ms / 1000 / POLL_S)  # a venue's clock may stand still
        for left in range(polls, 0, -1):
            found = self._look(client_id)
            if found is not None or left == 1 or self._now_ms() >= until_ms:
                break
            self._sleep(POLL_S)
        return found

    def cancel(self, symbol: str, client_id: str) -> OrderState:
        """Cancel, and confirm it by looking; a finished order is returned as it is.

        Raises: RetryableError when the venue does not know the order (yet) or does not confirm.
        """
        with self._asking(f"cancelling {client_id}"):
            seen = lookup.look(self._terms, self._client, symbol, client_id)
            if seen is None:
                raise RetryableError(f"{self._terms.name} does not know order {client_id}, which was to be cancelled")
            state = lookup.to_state(seen, client_id, self._grid)
            if state.status in FINISHED:
                return state
            with suppress(ccxt.OrderNotFound):  # it finished in between: the look below tells how
                self._client.cancel_order(seen.page["id"], symbol, {"trigger": True} if seen.is_stop_page else {})
        confirmed = self._look(client_id)
        if confirmed is None or confirmed.status not in FINISHED:
            raise RetryableError(f"{self._terms.name} has not confirmed yet that order {client_id} is cancelled")
        return confirmed

    def open_orders(self, symbol: str, prefix: str) -> list[OrderState]:
        """Return our orders whose client id starts with the prefix and that still rest; other people's are left out."""
        with self._asking("listing open orders"):
            seen = lookup.open_pages(self._terms, self._client, symbol)
        named = [(lookup.our_id(self._terms, one), one) for one in seen]
        return [lookup.to_state(one, name, self._grid) for name, one in named if name and name.startswith(prefix)]

    def own_orders(self, symbol: str, prefix: str, since_ms: int) -> list[Order]:
        """Return every order since a time whose client id starts with the prefix, oldest first, as it was sent.

        `bar_ms` is the bar in which it was sent; the one that decided it is an earlier one.
        """
        with self._asking("listing the orders of the past"):
            seen = lookup.history(self._terms, self._client, symbol, since_ms, self._now_ms())
        named = [(lookup.our_id(self._terms, one), one) for one in seen]
        return [self._sent(ours, one) for ours, one in named if ours and ours.startswith(prefix)]

    def fills(self, symbol: str, client_id: str) -> list[Fill]:
        """Return all trades of an order so far, in order, as whole lots and ticks with exact money."""
        with self._asking(f"reading the trades of {client_id}"):
            seen = lookup.look(self._terms, self._client, symbol, client_id)
            if seen is None:
                return []
            number = str(seen.order["id"])
            named = {self._terms.trades_by: number} if self._terms.trades_by else {}
            trades = self._client.fetch_my_trades(symbol, None, MOST_TRADES, named)
        own = [self._trade(one) for one in trades if str(one.get("order")) == number]
        own.sort(key=lambda one: (one.time_ms, len(one.trade_id), one.trade_id))
        return book_fills(client_id, own, self._grid, self._length_ms, self._rate)

    def held_lots(self, symbol: str) -> int:
        """Return the signed lots that the account holds, whoever bought them; parts of a lot do not count."""
        with self._asking("asking what is held"):
            if self._terms.kind == "spot":
                balance = self._client.fetch_balance().get(self._grid.instrument.base) or {}
                return self._grid.whole_lots(Decimal(str(balance.get("total") or 0)))
            lots = 0
            for position in self._client.fetch_positions([symbol]):
                held = self._grid.whole_lots(self._grid.units(position.get("contracts")))
                lots += -held if position.get("side") == "short" else held
            return lots

    def liquidation(self, symbol: str, bar_ms: int) -> Fill | None:
        """Return the trade by which the venue closed a perpetual's position in a bar; else None."""
        if self._terms.kind == "spot" or self.held_lots(symbol) != 0:
            return None
        with self._asking("asking for liquidations"):
            return extras.liquidation(self._client, symbol, bar_ms, self._length_ms, self._grid)

    def funding(self, symbol: str, bar_ms: int) -> str:
        """Return the quote (decimal) that was taken for a position within a bar; below 0 when it was paid to us."""
        if self._terms.kind == "spot":
            return "0"
        with self._asking("asking for funding"):
            return extras.funding(self._client, symbol, bar_ms, self._length_ms)

    def settle_open(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Do nothing: the venue fills by itself."""
        del symbol, bar
        return []

    def settle(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Do nothing: the venue fills by itself."""
        del symbol, bar
        return []

    # --- sending -------------------------------------------------------------------------------------------------

    def _create(self, order: Order) -> dict[str, Any]:
        params: dict[str, Any] = {"clientOrderId": to_venue_id(self._terms, order.client_id), **self._terms.with_orders}
        if self._terms.stop_id and order.kind == "stop":
            params[self._terms.stop_id] = params["clientOrderId"]
        if order.reduce_only and self._terms.kind == "perpetual":
            params["reduceOnly"] = True
        kind, price = "limit" if order.kind == "limit" else "market", None
        if order.kind == "limit":
            price = self._grid.price(order.ticks or 0)
        elif order.kind == "stop":
            params["stopLossPrice"] = self._grid.price(order.ticks or 0)
            kind, price = self._stop_form(order)
        elif self._terms.market_needs_price:
            price = str(self._client.fetch_ticker(self._symbol)["last"])
        sent = self._client.create_order(self._symbol, kind, order.side, self._grid.amount(order.lots), price, params)
        return dict(sent)

    def _stop_form(self, order: Order) -> tuple[str, str | None]:
        # a stop that becomes a market order where the venue has it, else one with a limit well beyond it
        known = (self._client.market(self._symbol).get("info") or {}).get("orderTypes")
        if self._terms.kind == "spot" and known and "STOP_LOSS" not in known:
            beyond = self._terms.stop_limit_bps / 1e4 * (1 if order.side == "buy" else -1)
            return "limit", self._grid.price(round((order.ticks or 0) * (1 + beyond)))
        if self._terms.market_needs_price:
            return "market", self._grid.price(order.ticks or 0)
        return "market", None

    def _refused(self, order: Order, refusal: VenueRejected) -> OrderState:
        known = self._look(order.client_id)
        if known is not None:  # "duplicate": it had arrived after all
            return known
        if order.kind == "stop" and order.reduce_only and _would_trigger(refusal):
            # its level has been passed: a stop that could fill at once fills at once
            return self.submit(dataclasses.replace(order, kind="market", ticks=None))
        raise refusal

    def _unanswered(self, order: Order, silence: RetryableError) -> OrderState:
        try:
            known = self._look(order.client_id)
        except RetryableError:
            known = None
        if known is None:
            raise silence
        return known

    def _recover(self, cause: BaseException | None, attempt: int) -> None:
        if isinstance(cause, WRONG_TIME):
            with translated(self._terms.name, "asking for the time"):
                self._client.load_time_difference()
        elif isinstance(cause, TOO_FAST):
            said = (self._client.last_response_headers or {}).get("Retry-After", "1")
            self._sleep(min(float(said), 5.0) * (attempt + 1))

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        # told that its clock is wrong, it sets it: whoever asks again is heard
        try:
            with translated(self._terms.name, doing):
                yield
        except RetryableError as e:
            if isinstance(e.__cause__, WRONG_TIME):
                self._recover(e.__cause__, 0)
            raise

    def _look(self, client_id: str) -> OrderState | None:
        for is_last_try in (False, True):
            try:
                with translated(self._terms.name, f"looking up order {client_id}"):
                    seen = lookup.look(self._terms, self._client, self._symbol, client_id)
                    return None if seen is None else lookup.to_state(seen, client_id, self._grid)
            except RetryableError as e:
                if is_last_try or not isinstance(e.__cause__, WRONG_TIME):
                    raise
                self._recover(e.__cause__, 0)
        raise AssertionError  # the loop returns or raises

    def _state(self, order: Order, sent: dict[str, Any]) -> OrderState:
        seen = lookup.Seen({"amount": self._grid.amount(order.lots), **sent}, sent, is_stop_page=False)
        state = lookup.to_state(seen, order.client_id, self._grid)
        is_working = state.status == "pending" and order.kind != "market"
        return dataclasses.replace(
            state, status="resting" if is_working else state.status, side=order.side, lots=order.lots
        )

    def _sent(self, client_id: str, seen: lookup.Seen) -> Order:
        page = seen.page
        level = page.get("triggerPrice") or page.get("stopLossPrice")
        is_stop, is_limit = bool(level and Decimal(str(level))), page.get("type") == "limit"
        price = level if is_stop else page.get("price") if is_limit else None
        return Order(
            client_id=client_id,
            symbol=self._symbol,
            side="buy" if page.get("side") == "buy" else "sell",
            kind="stop" if is_stop else "limit" if is_limit else "market",
            lots=self._grid.whole_lots(self._grid.units(page.get("amount"))),
            ticks=None if price is None else self._grid.ticks(price),
            bar_ms=int(page["timestamp"]) // self._length_ms * self._length_ms,
            reduce_only=bool(page.get("reduceOnly")) or is_stop,
        )

    # --- reading -------------------------------------------------------------------------------------------------

    def _trade(self, trade: dict[str, Any]) -> WireTrade:
        fee = trade.get("fee") or {}
        return WireTrade(
            trade_id=str(trade["id"]),
            side="buy" if trade["side"] == "buy" else "sell",
            units=self._grid.units(trade["amount"]),
            price=Decimal(str(trade["price"])),
            fee=Decimal(str(fee.get("cost") or 0)),
            fee_asset=str(fee.get("currency") or self._grid.instrument.quote),
            time_ms=int(trade["timestamp"]),
        )

    def _rate(self, asset: str, time_ms: int) -> Decimal:
        with translated(self._terms.name, f"asking what {asset} is worth"):
            return extras.worth(self._client, asset, self._grid.instrument.quote, time_ms)


def _would_trigger(refusal: VenueRejected) -> bool:
    return "trigger immediately" in refusal.reason or "immediately trigger" in refusal.reason
