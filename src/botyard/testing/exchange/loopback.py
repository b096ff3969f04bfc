"""The exchange as a test holds it: a clock to move, money to give, faults to switch, and everything it saw."""

import dataclasses
from collections.abc import Iterable
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from botyard.records.fleet import Bar
from botyard.testing.exchange import signing
from botyard.testing.exchange.faults import Faults
from botyard.testing.exchange.futures import Funding, Futures
from botyard.testing.exchange.listing import Listing
from botyard.testing.exchange.matching import Account, Order, Trade
from botyard.testing.exchange.refusals import INVALID_SYMBOL, refusal
from botyard.testing.exchange.server import Request, Server
from botyard.testing.exchange.signing import Key
from botyard.testing.exchange.spot import Spot


class LoopbackExchange:
    """A spot and a perpetual market over the same listings, each with one account.

    Time stands still until `move_to`; then every bar in between happens, in order, at every listing.
    """

    def __init__(self, listings: Iterable[Listing], *, now_ms: int, key: Key | None = None) -> None:
        self.faults = Faults()
        self.key = key or Key()
        self.listings = {listing.id: listing for listing in listings}
        self._now_ms = now_ms
        self.spot = Account(self.listings, self.faults, self.now_ms)
        self.futures = Account(self.listings, self.faults, self.now_ms, is_futures=True)
        self.futures.fees.taker, self.futures.fees.maker = Decimal("0.0005"), Decimal("0.0002")
        self.spot_market = Spot(self.spot, lambda: self.key)
        self.futures_market = Futures(self.futures)
        self._pass_bars()
        self._server = Server(self._answer, self.faults)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    @property
    def url(self) -> str:
        """Where clients find it, such as http://127.0.0.1:40123."""
        return self._server.url

    @property
    def requests(self) -> list[Request]:
        """Everything that came in, oldest first."""
        return self._server.requests

    # --- time ----------------------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """Its time, for everybody who trusts it; its server's word is this plus `faults.skew_ms`."""
        return self._now_ms

    def move_to(self, now_ms: int) -> None:
        """Let time pass, and every bar in it. Time does not go back."""
        with self._server.exclusively():
            self._now_ms = max(self._now_ms, now_ms)
            self._pass_bars()

    def move_by(self, ms: int) -> None:
        """Let so much time pass."""
        self.move_to(self._now_ms + ms)

    def _pass_bars(self) -> None:
        events = []
        for listing in self.listings.values():
            for index in range(listing.closed, len(listing.bars)):
                bar = listing.bars[index]
                if bar.open_ms > self._now_ms:
                    break
                if index >= listing.opened:
                    events.append((bar.open_ms, 1, listing.id, bar))
                    listing.opened = index + 1
                if bar.open_ms + listing.length_ms <= self._now_ms:
                    events.append((bar.open_ms + listing.length_ms, 0, listing.id, bar))
                    listing.closed = index + 1
        for _, is_open, symbol, bar in sorted(events):
            for account in (self.spot, self.futures):
                (account.open_bar if is_open else account.close_bar)(self.listings[symbol], bar)

    # --- what tests do to it -------------------------------------------------------------------------------------

    def deposit(self, asset: str, amount: str, *, futures: bool = False) -> None:
        """Give the account money."""
        with self._server.exclusively():
            (self.futures if futures else self.spot).add(asset, Decimal(amount))

    def trade_by_hand(self, symbol: str, side: str, quantity: str, *, futures: bool = False) -> Order:
        """Trade as a person at the screen would: at the market, under an id of no bot."""
        with self._server.exclusively():
            return (self.futures if futures else self.spot).place(symbol, side, "MARKET", Decimal(quantity))

    def cancel_by_hand(self, order: Order) -> None:
        """Cancel an order as a person would."""
        with self._server.exclusively():
            next(a for a in (self.spot, self.futures) if order in a.orders).cancel(order)

    def delist(self, symbol: str) -> None:
        """End an instrument: open orders expire, new ones are refused, no candle comes any more."""
        with self._server.exclusively():
            listing = self.listings[symbol]
            listing.status = "BREAK"
            listing.end(self._now_ms)
            for account in (self.spot, self.futures):
                for order in account.orders:
                    if order.is_open and order.symbol == symbol:
                        account.cancel(order, "EXPIRED")

    def relist(self, symbol: str, bars: list[Bar]) -> None:
        """List an instrument again."""
        with self._server.exclusively():
            self.listings[symbol] = dataclasses.replace(
                self.listings[symbol], bars=bars, status="TRADING", opened=0, closed=0
            )
            self._pass_bars()

    def take_funding(self, symbol: str, income: str, time_ms: int) -> None:
        """Move funding into the account, or, below 0, out of it."""
        with self._server.exclusively():
            self.futures_market.fundings.append(Funding(symbol, Decimal(income), time_ms))
            self.futures.add("USDT", Decimal(income))

    def liquidate(self, symbol: str, price: str) -> None:
        """Close a perpetual's position by force."""
        with self._server.exclusively():
            self.futures_market.liquidate(symbol, Decimal(price))

    def reset(self) -> None:
        """Forget all orders, trades and money, as testnets do once a month."""
        with self._server.exclusively():
            for account in (self.spot, self.futures):
                account.forget()
            self.futures_market.forget()

    def rewind(self, now_ms: int) -> None:
        """Begin anew at an earlier time, with nothing and without faults: for the next test."""
        self.reset()
        with self._server.exclusively():
            self.faults.clear()
            self.requests.clear()
            for account in (self.spot, self.futures):
                account.fees.asset = ""
            for listing in self.listings.values():
                listing.opened = listing.closed = 0
            self._now_ms = now_ms
            self._pass_bars()

    @property
    def orders(self) -> list[Order]:
        """All orders of the spot account, oldest first."""
        return self.spot.orders

    @property
    def trades(self) -> list[Trade]:
        """All trades of the spot account, oldest first."""
        return self.spot.trades

    # --- what clients ask ----------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> Any:
        where = (request.method, request.path)
        for market in (self.spot_market, self.futures_market):
            if where in market.public:
                return market.public[where](request.parameters)
            if where in market.private:
                given = request.headers.get("x-mbx-apikey")
                server_ms = self._now_ms + self.faults.skew_ms
                return market.private[where](signing.check(self.key, given, request.query, server_ms))
        raise refusal(*INVALID_SYMBOL, status=404)


def listing_of(
    base: str, bars: list[Bar], *, quote: str = "USDT", minutes: int = 5, tick: str = "0.01", lot: str = "0.00001"
) -> Listing:
    """List an instrument on a decimal grid."""
    return Listing(base, quote, bars, minutes, Decimal(tick), Decimal(lot))
