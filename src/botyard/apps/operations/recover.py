"""A book that differs from its venue, brought in line: looked at first, written down only when a person says so.

1. Orders of the bot that stand at the venue and not in its journal are taken in with their fills (client ids tell).
2. Orders that the venue does not know any more are given up.
3. What the book has and the venue has not is written off at the last close: its profit until then stays.

Nothing is sent to the venue, and what it holds beyond the book is somebody else's.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args

from botyard.adapters.clock.system import SystemClock
from botyard.adapters.fleet_store.sqlite import local_owner
from botyard.bot import folds, words
from botyard.bot.deployed import Deployed
from botyard.bot.intents import Leg, bot_prefix, client_id
from botyard.bot.ledger import Ledger
from botyard.bot.limits import timeframe_ms
from botyard.bot.session import FINISHED, Ports
from botyard.bot.tick import LEASE_MS
from botyard.errors import RetryableError, UserError
from botyard.records.fleet import RECOVERED_ID, BotRecord, Entry, Order
from botyard.records.market import Instrument

MOST_ATTEMPTS = 20
RECOVERED = "recovered: "
"""Begins the reason of a bot whose book was brought in line."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What would be written, and what it means."""

    bot: str
    entries: tuple[Entry, ...]
    lines: tuple[str, ...]  # for people, what would be done
    held: str  # what the bot holds then

    @property
    def is_needed(self) -> bool:
        """Whether book and venue differ."""
        return bool(self.entries)


def examine(bot: BotRecord, deployed: Deployed, ports: Ports) -> Recovery:
    """Hold a bot's book against its venue. Raises: ConfigError, RetryableError."""
    instrument = deployed.settings.rules.instrument
    look = _Look(bot, ports, instrument, len(deployed.strategy.TRANSITIONS))
    look.take_in()
    look.give_up()
    look.write_off()
    return Recovery(bot.name, tuple(look.entries), tuple(look.lines), words.quantity(instrument, look.ledger.lots))


def carry_out(bot: BotRecord, deployed: Deployed, ports: Ports, shown: Recovery) -> None:
    """Write what a person agreed to.

    Raises: RetryableError while a tick is at work; UserError when something changed since it was shown.
    """
    store = ports.store
    lease = store.acquire(bot.name, local_owner(), SystemClock().now_ms(), LEASE_MS)
    if lease is None:
        raise RetryableError(f"a tick of {bot.name} is at work; try again in a moment")
    try:
        found = examine(bot, deployed, ports)
        if found.lines != shown.lines:
            raise UserError(f"something changed meanwhile; nothing was written, look again: botyard recover {bot.name}")
        store.append(lease, found.entries)
    finally:
        store.release(lease)
    if bot.status == "halted":
        reason = f"{RECOVERED}its book is the venue's again, it holds {found.held}; go on: botyard resume {bot.name}"
        store.set_status(bot.name, "halted", reason, expected="halted", at_ms=ports.clock.now_ms())


class _Look:
    """The journal as it would be: entries are applied to a ledger of their own."""

    def __init__(self, bot: BotRecord, ports: Ports, instrument: Instrument, n_transitions: int) -> None:
        self.entries: list[Entry] = []
        self.lines: list[str] = []
        self.ledger: Ledger = folds.current_ledger(ports.store, bot, instrument)
        self._bot, self._ports, self._instrument = bot, ports, instrument
        self._transitions = range(-2, n_transitions)

    def take_in(self) -> None:
        """Find the bot's orders that only the venue has."""
        listing = getattr(self._ports.venue, "own_orders", None)  # the paper venue has no other book
        if listing is None:
            return
        known = {e.data["client_id"] for e in self._ports.store.entries(self._bot.name) if e.kind == "intent"}
        orders = listing(self._bot.symbol, bot_prefix(self._bot.name), self._bot.live_from_ms)
        for order in orders:
            if order.client_id not in known:
                self._adopt(order)
        n_orders = sum(e.kind == "intent" for e in self.entries)
        if n_orders:
            n_fills = sum(e.kind == "fill" for e in self.entries)
            self.lines.append(f"take in {n_orders} order(s) with {n_fills} fill(s) that its journal lacks")

    def give_up(self) -> None:
        """Find out what became of every order that is not finished in the book."""
        for working in list(self.ledger.working.values()):
            order = working.order
            state = self._ports.venue.find(self._bot.symbol, order.client_id)
            if state is None:
                self._note("cancelled", order.bar_ms, client_id=order.client_id, reason="not at the venue any more")
                self.lines.append(f"give up order {order.client_id}, which the venue does not know")
                continue
            if not working.is_sent:
                self._note("submitted", order.bar_ms, client_id=order.client_id)
            n_fills = self._fills(order.client_id, working.transition, working.n_fills)
            if n_fills:
                self.lines.append(f"book {n_fills} fill(s) of order {order.client_id}")
            if state.status in FINISHED and order.client_id in self.ledger.working:
                self._note("cancelled", order.bar_ms, client_id=order.client_id, reason=state.status)

    def write_off(self) -> None:
        """Take out of the book what the venue does not hold."""
        booked, held = self.ledger.lots, self._ports.venue.held_lots(self._bot.symbol)
        stays = 0 if booked * held <= 0 else min(abs(booked), abs(held)) * (1 if booked > 0 else -1)
        gone = booked - stays
        if gone == 0:
            return
        bar_ms, close = self._last_close()
        tick = self._instrument.tick
        self._note(
            "fill",
            bar_ms,
            trade_id=f"{RECOVERED_ID}-{self._ports.clock.now_ms()}",
            client_id=RECOVERED_ID,
            side="sell" if gone > 0 else "buy",
            lots=abs(gone),
            ticks=round(close * tick.denominator / tick.numerator),
            fee="0",
            fee_asset="",
            fee_amount="",
            transition=-1,
        )
        self.lines.append(
            f"write off {words.quantity(self._instrument, gone)} at the last close, {close:.10g}: the book has "
            f"{words.quantity(self._instrument, booked)}, the venue holds {words.quantity(self._instrument, held)}"
        )

    def _adopt(self, order: Order) -> None:
        decided = self._decided(order)
        if decided is None:  # of another deployment of that name
            return
        bar_ms, transition, leg = decided
        data = dataclasses.asdict(dataclasses.replace(order, bar_ms=bar_ms))
        self._note(
            "intent",
            bar_ms,
            client_id=order.client_id,
            order=data,
            transition=transition,
            leg=leg,
            words="found at the venue",
        )
        self._note("submitted", bar_ms, client_id=order.client_id)
        self._fills(order.client_id, transition, 0)
        state = self._ports.venue.find(self._bot.symbol, order.client_id)
        if state is not None and state.status in FINISHED and order.client_id in self.ledger.working:
            self._note("cancelled", bar_ms, client_id=order.client_id, reason=state.status)

    def _decided(self, order: Order) -> tuple[int, int, Leg] | None:
        """Find bar, transition and leg that an order's client id was made of."""
        for bar_ms, transition, leg, attempt in self._possible(order.bar_ms):
            made = client_id(self._bot.name, self._bot.deployment_hash, bar_ms, transition, leg, attempt)
            if made == order.client_id:
                return bar_ms, transition, leg
        return None

    def _possible(self, sent_ms: int) -> Iterator[tuple[int, int, Leg, int]]:
        length = timeframe_ms(self._bot)
        legs: tuple[Leg, ...] = get_args(Leg)
        bars = (sent_ms - length, sent_ms, sent_ms - 2 * length, sent_ms - 1)
        for bar_ms, transition, leg in product(bars, self._transitions, legs):
            for attempt in range(MOST_ATTEMPTS if leg == "kill" else 1):
                yield bar_ms, transition, leg, attempt

    def _fills(self, identity: str, transition: int, n_known: int) -> int:
        fills = self._ports.venue.fills(self._bot.symbol, identity)[n_known:]
        for fill in fills:
            data: dict[str, Any] = dataclasses.asdict(fill) | {"transition": transition}
            self._note("fill", data.pop("bar_ms"), **data)
        return len(fills)

    def _last_close(self) -> tuple[int, float]:
        store, market, now_ms = self._ports.store, self._ports.market, self._ports.clock.now_ms()
        decided = [e for e in store.entries(self._bot.name) if e.kind == "decision"]
        if decided:
            return decided[-1].bar_ms, float(decided[-1].data["close"])
        bars = market.bars(self._bot.symbol, self._bot.timeframe, now_ms - 3 * timeframe_ms(self._bot), now_ms)
        if not bars:
            raise RetryableError(f"there is no closed bar of {self._bot.symbol} to take a price from; try again")
        return bars[-1].open_ms, bars[-1].close

    def _note(self, kind: str, bar_ms: int, **data: object) -> None:
        entry = Entry(kind, bar_ms, self._ports.clock.now_ms(), data)  # type: ignore[arg-type]
        self.ledger.apply(entry)
        self.entries.append(entry)
