"""A bot on the loopback exchange through the real client library, and the exchange's own books of it."""

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor
from typing import Literal

from botyard.adapters.venue.ccxt.instruments import load_listed
from botyard.adapters.venue.ccxt.table import find_venue, from_venue_id
from botyard.bot import folds
from botyard.bot.intents import bot_prefix
from botyard.ports import FleetStore, Venue
from botyard.records.fleet import Bar
from botyard.testing.bots import live
from botyard.testing.chaos import books
from botyard.testing.chaos.fates import Fates, never
from botyard.testing.chaos.play import Play, WallClock
from botyard.testing.exchange.clients import client_of, venue_of
from botyard.testing.exchange.loopback import LoopbackExchange, listing_of
from botyard.testing.exchange.matching import Account, Order

SYMBOL = "MADE/UP"
AFTER_MS = 500  # a bar is asked for so much after its close

Market = Literal["binance", "binanceusdm"]


def listen(bars: Sequence[Bar], first: int) -> LoopbackExchange:
    """Open an exchange that lists the bars, at the open of one of them."""
    listing = listing_of("MADE", list(bars), quote="UP", tick="0.01", lot="0.001")
    return LoopbackExchange([listing], now_ms=bars[first].open_ms + AFTER_MS)


def fund(exchange: LoopbackExchange) -> None:
    """Put money into both accounts."""
    exchange.deposit("UP", "100000")
    exchange.deposit("USDT", "100000", futures=True)


class ExchangeWorld:
    """One bot and its part of an account; several may share an exchange and a store."""

    def __init__(
        self,
        exchange: LoopbackExchange,
        store: FleetStore,
        bars: Sequence[Bar],
        first: int,
        *,
        market: Market = "binance",
        fates: Fates | None = None,
        name: str = "swing-1",
        sleep: Callable[[float], None] | None = None,
        through: Callable[[Venue], Venue] = lambda venue: venue,
        allocated: float = 10_000.0,
    ) -> None:
        """first: number of the first live bar; those before it seed. through: wraps the venue, below the fates."""
        self.exchange, self.store, self.bars, self.first, self.name = exchange, store, bars, first, name
        self._terms = dataclasses.replace(find_venue(market), quote="UP")
        known = next(iter(load_listed(self._terms, client_of(exchange, market, signed=False)).values()))
        kind = "spot" if market == "binance" else "perpetual"
        world = dataclasses.replace(live.rules(kind=kind, initial_cash=allocated), profile=self._terms.profile)
        listed = dataclasses.replace(known, instrument=world.instrument, market={**known.market, "symbol": SYMBOL})
        self.instrument = world.instrument
        self.deployed = live.deployed(world, feed="live")
        self.account: Account = exchange.spot if market == "binance" else exchange.futures
        bot = live.bot(
            self.deployed, name=name, live_from_ms=bars[first].open_ms, seed_ms=bars[0].open_ms, mode="testnet"
        )
        store.add_bot(bot)
        self.heard = live.Heard()
        self.venue = through(venue_of(exchange, SYMBOL, market, listed=listed, sleep=sleep))
        ports = live.ports(store, self.venue, live.ListMarket(world, bars), exchange, self.heard)
        self.play = Play(name, self.deployed, ports, WallClock(), exchange.move_to, fates or Fates(never))

    def through(self, count: int) -> None:
        """Let so many more bars close, each with a tick that comes to its end."""
        known = folds.current_ledger(self.store, self.store.bot(self.name), self.instrument).last_bar_ms
        bars = [bar for bar in self.bars[self.first :] if known is None or bar.open_ms > known]
        self.play.through(bars[:count], live.BAR_MS, AFTER_MS)

    @property
    def orders(self) -> list[Order]:
        """The bot's orders at the exchange, oldest first."""
        prefix = bot_prefix(self.name)
        return [o for o in self.account.orders if (self._own_id(o) or "").startswith(prefix)]

    def lots(self) -> int:
        """Return what the ledger has."""
        return folds.current_ledger(self.store, self.store.bot(self.name), self.instrument).lots

    def faults(self) -> list[str]:
        """Say what does not add up between the exchange, the journal and the ledger, once the bot has looked again."""
        self.exchange.move_by(10_000)
        self.play.calm_tick()
        journal = list(self.store.entries(self.name))
        bot = self.store.bot(self.name)
        ledger = folds.current_ledger(self.store, bot, self.instrument)
        trades = [t for t in map(self._traded, self.orders) if t is not None]
        sent = [self._own_id(order) or "" for order in self.orders]
        return books.faults(journal, ledger, trades, sent, self.instrument, bot.allocated_quote)

    def _own_id(self, order: Order) -> str | None:
        return from_venue_id(self._terms, order.client_id)

    def _traded(self, order: Order) -> books.Traded | None:
        # all in fractions: what arrived after fees in whole lots, and what was paid; fees in base or quote
        made = [t for t in self.account.trades if t.order is order]
        if not made:
            return None
        sign = 1 if order.side == "BUY" else -1
        arrived = sum(
            (Fraction(t.quantity) - (Fraction(t.fee) if t.fee_asset == "MADE" else 0) for t in made), Fraction(0)
        )
        money = sum((sign * Fraction(t.quantity) * Fraction(t.price) for t in made), Fraction(0))
        money += sum((Fraction(t.fee) for t in made if t.fee_asset != "MADE"), Fraction(0))
        lots = floor(arrived / books.steps(self.instrument)[1])
        return books.Traded(self._own_id(order) or "", sign * lots, money)
