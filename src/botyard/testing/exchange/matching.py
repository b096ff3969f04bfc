"""Orders, trades and money of one account, moved along stored bars.

A bar happens in two steps. At its open whatever waits is filled, and stops that the open jumped over. At its close
the range is known: stops that it touched fill at their level, limits that were traded through at theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal

from botyard.records.fleet import Bar
from botyard.testing.exchange.faults import Faults
from botyard.testing.exchange.listing import Listing
from botyard.testing.exchange.refusals import (
    DUPLICATE,
    INSUFFICIENT,
    MARGIN,
    MARKET_CLOSED,
    NOTHING_TO_REDUCE,
    WOULD_TRIGGER,
    WOULD_TRIGGER_FUTURES,
    refusal,
)  # fmt: skip

OPEN = ("NEW", "PARTIALLY_FILLED")


@dataclass
class Order:
    """An order as the exchange keeps it."""

    id: int
    client_id: str
    symbol: str
    side: str  # BUY, SELL
    type: str  # MARKET, LIMIT, STOP_LOSS, STOP_LOSS_LIMIT; futures: STOP_MARKET, STOP
    quantity: Decimal
    price: Decimal | None
    stop: Decimal | None
    reduce_only: bool
    created_ms: int
    status: str = "NEW"
    executed: Decimal = Decimal(0)
    quote: Decimal = Decimal(0)  # Σ price × quantity
    updated_ms: int = 0
    is_triggered: bool = False
    is_algo: bool = False  # a conditional order of the futures API

    @property
    def rest(self) -> Decimal:
        """Quantity still to be filled."""
        return self.quantity - self.executed

    @property
    def is_open(self) -> bool:
        """Whether it is not finished."""
        return self.status in OPEN


@dataclass
class Trade:
    """One execution."""

    id: int
    order: Order
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    time_ms: int
    is_maker: bool


@dataclass
class Fees:
    """Fractions of a fill; `asset` other than "" takes them all in that asset, at `asset_price` quote each."""

    taker: Decimal = Decimal("0.001")
    maker: Decimal = Decimal("0.001")
    asset: str = ""
    asset_price: Decimal = Decimal(600)


@dataclass
class Position:
    """A perpetual's position: signed quantity, what it cost, and what holding it cost."""

    quantity: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)  # Σ signed price × quantity of what is open


@dataclass
class Account:
    """One account on one market, spot or perpetual."""

    listings: dict[str, Listing]
    faults: Faults
    now_ms: Callable[[], int]
    is_futures: bool = False
    fees: Fees = field(default_factory=Fees)
    free: dict[str, Decimal] = field(default_factory=dict)
    locked: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    _working: list[Order] = field(default_factory=list)
    _next_id: int = 1000

    def place(
        self,
        symbol: str,
        side: str,
        kind: str,
        quantity: Decimal,
        *,
        price: Decimal | None = None,
        stop: Decimal | None = None,
        client_id: str = "",
        reduce_only: bool = False,
        is_algo: bool = False,
    ) -> Order:
        """Accept an order, and fill what can be filled now.

        Raises: ApiError with the exchange's code.
        """
        listing = self.listings[symbol]
        if listing.status != "TRADING":
            raise refusal(*MARKET_CLOSED)
        now_ms = self.now_ms()
        self._next_id += 1
        order = Order(
            self._next_id, client_id or f"auto-{self._next_id}", symbol, side, kind, quantity, price, stop,
            reduce_only, now_ms, updated_ms=now_ms, is_algo=is_algo,
        )  # fmt: skip
        self._refuse(order, listing)
        self._lock(order, +1)
        self.orders.append(order)
        self._working.append(order)
        if order.type == "MARKET" or (order.type == "LIMIT" and _crosses(order, listing.price(now_ms))):
            self._execute(order, listing.price(now_ms), now_ms)
        return order

    def cancel(self, order: Order, status: str = "CANCELED") -> None:
        """Take an open order off."""
        self._lock(order, -1)
        order.status, order.updated_ms = status, self.now_ms()

    def known(self) -> list[Order]:
        """Orders that look-ups see by now, oldest first."""
        now_ms = self.now_ms()
        return [o for o in self.orders if o.created_ms + self.faults.hidden_ms <= now_ms or not self.faults.hidden_ms]

    def total(self, asset: str) -> Decimal:
        """Free and locked."""
        return self.free.get(asset, Decimal(0)) + self.locked.get(asset, Decimal(0))

    # --- bars ----------------------------------------------------------------------------------------------------

    def open_bar(self, listing: Listing, bar: Bar) -> None:
        """Let a bar open."""
        price = listing.on_grid(bar.open)
        for order in self._resting(listing):
            if order.type == "MARKET" or order.is_triggered:
                self._execute(order, price, bar.open_ms)
            elif order.stop is not None and _is_reached(order, price):
                self._trigger(order, price, bar.open_ms)
            elif order.type == "LIMIT" and price != order.price and _crosses(order, price):
                self._execute(order, order.price or price, bar.open_ms, is_maker=True)

    def close_bar(self, listing: Listing, bar: Bar) -> None:
        """Let a bar close: now its range is known. What was placed after it closed is not touched by it."""
        middle_ms = bar.open_ms + listing.length_ms // 2
        low, high = listing.on_grid(bar.low), listing.on_grid(bar.high)
        for order in self._resting(listing):
            if order.created_ms >= bar.open_ms + listing.length_ms or order.is_triggered:
                continue
            level = order.stop if order.stop is not None else order.price
            if level is None:
                continue
            if order.stop is not None:
                if _is_reached(order, low if order.side == "SELL" else high):
                    self._trigger(order, level, middle_ms)
            elif low < level if order.side == "BUY" else high > level:
                self._execute(order, level, middle_ms, is_maker=True)

    def forget(self) -> None:
        """Begin anew, with nothing."""
        for kept in (self.orders, self._working, self.trades, self.free, self.locked, self.positions):
            kept.clear()

    def _resting(self, listing: Listing) -> list[Order]:
        self._working = [order for order in self._working if order.is_open]
        return [order for order in self._working if order.symbol == listing.id]

    def _trigger(self, order: Order, price: Decimal, time_ms: int) -> None:
        order.is_triggered = True
        self._execute(order, price, time_ms)

    # --- money ---------------------------------------------------------------------------------------------------

    def _refuse(self, order: Order, listing: Listing) -> None:
        pool = self._working if self.faults.reuses_finished_ids else self.orders
        same = [o for o in pool if o.client_id == order.client_id and o.is_algo == order.is_algo]
        if any(o.is_open for o in same) or (same and not self.faults.reuses_finished_ids):
            raise refusal(*DUPLICATE)
        price = listing.price(self.now_ms())
        if order.stop is not None and _is_reached(order, price):
            raise refusal(*(WOULD_TRIGGER_FUTURES if self.is_futures else WOULD_TRIGGER))
        if self.is_futures:
            held = self.positions.get(order.symbol, Position()).quantity
            if order.reduce_only and (held == 0 or (held > 0) == (order.side == "BUY")):
                raise refusal(*NOTHING_TO_REDUCE)
            if not order.reduce_only and order.quantity * price > self.total("USDT"):  # at leverage 1
                raise refusal(*MARGIN)
            return
        asset, amount = self._bound(order, price)
        if self.free.get(asset, Decimal(0)) < amount:
            raise refusal(*INSUFFICIENT)

    def _bound(self, order: Order, price: Decimal) -> tuple[str, Decimal]:
        listing = self.listings[order.symbol]
        if order.side == "SELL":
            return listing.base, order.rest
        return listing.quote, order.rest * (order.price or order.stop or price)

    def _lock(self, order: Order, sign: int) -> None:
        if self.is_futures or order.type == "MARKET":
            return
        asset, amount = self._bound(order, Decimal(0))
        self.free[asset] = self.free.get(asset, Decimal(0)) - sign * amount
        self.locked[asset] = self.locked.get(asset, Decimal(0)) + sign * amount

    def _execute(self, order: Order, price: Decimal, time_ms: int, *, is_maker: bool = False) -> None:
        listing = self.listings[order.symbol]
        quantity = order.rest
        if self.faults.partial is not None:
            share = (order.quantity * self.faults.partial / listing.lot).quantize(Decimal(1), ROUND_DOWN) * listing.lot
            quantity = min(quantity, max(share, listing.lot))
        if self.is_futures and order.reduce_only:
            quantity = min(quantity, abs(self.positions.get(order.symbol, Position()).quantity))
            if quantity == 0:
                order.status, order.updated_ms = "EXPIRED", time_ms
                return
        self._lock(order, -1)
        order.executed += quantity
        order.quote += price * quantity
        order.updated_ms = time_ms
        order.status = "FILLED" if order.rest == 0 else "PARTIALLY_FILLED"
        self._lock(order, +1)
        self._settle(order, listing, price, quantity, time_ms, is_maker=is_maker)

    def _settle(
        self, order: Order, listing: Listing, price: Decimal, quantity: Decimal, time_ms: int, *, is_maker: bool
    ) -> None:
        rate = self.fees.maker if is_maker else self.fees.taker
        if self.fees.asset:
            fee, asset = price * quantity * rate / self.fees.asset_price, self.fees.asset
        elif order.side == "BUY" and not self.is_futures:
            fee, asset = quantity * rate, listing.base
        else:
            fee, asset = price * quantity * rate, listing.quote
        fee = fee.quantize(Decimal("0.00000001"))
        self.trades.append(Trade(len(self.trades) + 1, order, price, quantity, fee, asset, time_ms, is_maker))
        signed = quantity if order.side == "BUY" else -quantity
        if self.is_futures:
            self._move_position(listing, signed, price)
        else:
            self.add(listing.base, signed)
            self.add(listing.quote, -signed * price)
        self.add(asset, -fee)

    def add(self, asset: str, amount: Decimal) -> None:
        """Change what is free of an asset."""
        self.free[asset] = self.free.get(asset, Decimal(0)) + amount

    def _move_position(self, listing: Listing, signed: Decimal, price: Decimal) -> None:
        position = self.positions.setdefault(listing.id, Position())
        before = position.quantity
        closing = -signed if abs(signed) <= abs(before) else before
        if before * signed < 0:  # profit of what is closed goes to the wallet
            average = position.cost / before
            self.add(listing.quote, closing * (price - average))
            position.cost -= closing * average
            position.quantity -= closing
            signed += closing
        position.quantity += signed
        position.cost += signed * price


def _is_reached(order: Order, price: Decimal) -> bool:
    level = order.stop or Decimal(0)
    return price <= level if order.side == "SELL" else price >= level


def _crosses(order: Order, price: Decimal) -> bool:
    level = order.price or Decimal(0)
    return price <= level if order.side == "BUY" else price >= level
