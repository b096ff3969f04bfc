"""A venue that does what a test tells it: partial fills, time-outs before and after accepting, slow look-ups."""

import dataclasses
from typing import Literal

from botyard.errors import NotFound, RetryableError, VenueRejected
from botyard.records.fleet import Bar, Fill, Order, OrderState


class ScriptedVenue:
    """The Venue port in memory. Orders rest until the test calls `fill`; bars do not move it."""

    def __init__(self, *, absence_is_final: bool = False) -> None:
        self.absence_is_final = absence_is_final
        self.orders: dict[str, Order] = {}
        self.foreign_lots = 0  # of other people in the same account
        self.lose_next = False  # the next order never arrives, and the caller is not told
        self.time_out_next = False  # the next order arrives, and the caller is not told
        self.reject_next = ""
        self.hidden = 0  # so many look-ups find nothing
        self.submissions = 0
        self._states: dict[str, OrderState] = {}
        self._fills: list[Fill] = []

    def submit(self, order: Order) -> OrderState:
        """Accept an order once. Raises: VenueRejected, RetryableError as scripted."""
        self.submissions += 1
        if self.lose_next:
            self.lose_next = False
            raise RetryableError("time-out before the order arrived")
        if order.client_id not in self.orders:
            self.orders[order.client_id] = order
            status: Literal["rejected", "pending", "resting"]
            status = "rejected" if self.reject_next else "pending" if order.kind == "market" else "resting"
            self._states[order.client_id] = OrderState(
                order.client_id, status, order.side, order.lots, 0, None, "0", None, self.reject_next
            )
            if self.reject_next:
                reason, self.reject_next = self.reject_next, ""
                raise VenueRejected(f"rejected: {reason}", reason=reason)
        if self.time_out_next:
            self.time_out_next = False
            raise RetryableError("time-out after the order arrived")
        return self._states[order.client_id]

    def find(self, symbol: str, client_id: str) -> OrderState | None:
        """Look an order up, unless look-ups are hidden."""
        del symbol
        if self.hidden:
            self.hidden -= 1
            return None
        return self._states.get(client_id)

    def cancel(self, symbol: str, client_id: str) -> OrderState:
        """Cancel. Raises: NotFound."""
        del symbol
        if client_id not in self._states:
            raise NotFound(f"no order {client_id}")
        state = self._states[client_id]
        if state.status in ("pending", "resting", "partly_filled"):
            self._states[client_id] = dataclasses.replace(state, status="cancelled")
        return self._states[client_id]

    def open_orders(self, symbol: str, prefix: str) -> list[OrderState]:
        """List what waits or rests."""
        del symbol
        found = (s for s in self._states.values() if s.status in ("pending", "resting", "partly_filled"))
        return [] if self.hidden else [s for s in found if s.client_id.startswith(prefix)]

    def fills(self, symbol: str, client_id: str) -> list[Fill]:
        """List an order's trades."""
        del symbol
        return [fill for fill in self._fills if fill.client_id == client_id]

    def held_lots(self, symbol: str) -> int:
        """Sum of all fills and what others hold."""
        del symbol
        return self.foreign_lots + sum(f.lots if f.side == "buy" else -f.lots for f in self._fills)

    def liquidation(self, symbol: str, bar_ms: int) -> Fill | None:
        """Liquidate nobody."""
        del symbol, bar_ms
        return None

    def funding(self, symbol: str, bar_ms: int) -> str:
        """Take nothing."""
        del symbol, bar_ms
        return "0"

    def settle_open(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Do nothing: a real venue fills by itself."""
        del symbol, bar
        return []

    def settle(self, symbol: str, bar: Bar) -> list[OrderState]:
        """Do nothing: a real venue fills by itself."""
        del symbol, bar
        return []

    def fill(self, client_id: str, lots: int, ticks: int, *, fee: str = "0", bar_ms: int = 0) -> None:
        """Fill a part of an order, as a test wants it."""
        order, state = self.orders[client_id], self._states[client_id]
        number = len(self._fills) + 1
        self._fills.append(Fill(f"trade-{number}", client_id, order.side, lots, ticks, fee, bar_ms))
        filled = state.filled_lots + lots
        self._states[client_id] = dataclasses.replace(
            state,
            status="filled" if filled == order.lots else "partly_filled",
            filled_lots=filled,
            price_ticks=ticks,
            bar_ms=bar_ms,
        )
