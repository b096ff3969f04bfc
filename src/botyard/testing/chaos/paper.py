"""A bot on the paper venue, and the venue's own books of it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from botyard.adapters.clock.replay import ReplayClock
from botyard.adapters.venue.paper import PaperVenue
from botyard.bot import folds
from botyard.bot.deployed import Deployed
from botyard.ports import FleetStore
from botyard.records.fleet import Bar
from botyard.testing.bots import live
from botyard.testing.chaos import books
from botyard.testing.chaos.fates import Fates
from botyard.testing.chaos.play import Play, WallClock

NAME = "swing-1"


class PaperWorld:
    """One bot, its paper account and the bars that it is played through."""

    def __init__(
        self, folder: Path, store: FleetStore, deployed: Deployed, bars: Sequence[Bar], fates: Fates, name: str = NAME
    ) -> None:
        """bars: the bot trades from the first one on."""
        self.store = store
        self.bars = bars
        self.name = name
        self._rules = deployed.settings.rules
        self._path = folder / "paper.db"
        self.venue = PaperVenue(self._path, name, self._rules, deployed.settings.timeframe, durable=False)
        self.clock = ReplayClock(bars[0].open_ms)
        store.add_bot(live.bot(deployed, name=name, live_from_ms=bars[0].open_ms, seed_ms=bars[0].open_ms))
        market = live.ListMarket(self._rules, bars, deployed.settings.timeframe)
        self.play = Play(
            name, deployed, live.ports(store, self.venue, market, self.clock), WallClock(), self.clock.move_to, fates
        )

    def close(self) -> None:
        """Close the account's file."""
        self.venue.close()

    def faults(self) -> list[str]:
        """Say what does not add up between the account, the journal and the ledger."""
        journal = list(self.store.entries(self.name))
        bot = self.store.bot(self.name)
        ledger = folds.current_ledger(self.store, bot, self._rules.instrument)
        with closing(sqlite3.connect(self._path)) as db:
            rows = db.execute("SELECT client_id, side, lots, ticks, fee FROM fills WHERE account=?", (self.name,))
            trades = []  # on paper an order fills whole
            for identity, side, lots, ticks, fee in rows:
                signed = lots if side == "buy" else -lots
                trades.append(
                    books.Traded(identity, signed, books.money_of(self._rules.instrument, signed, ticks, fee))
                )
            sent = [c for (c,) in db.execute("SELECT client_id FROM orders WHERE account=?", (self.name,))]
        found = books.faults(journal, ledger, trades, sent, self._rules.instrument, bot.allocated_quote)
        held = self.venue.held_lots(bot.symbol)
        if held != ledger.lots:
            found.append(f"the account holds {held} lots, the ledger {ledger.lots}")
        return found

    def fills(self) -> list[tuple[str, int, int, int]]:
        """Client id, signed lots, ticks and bar of every fill in the journal."""
        data = [(e.bar_ms, e.data) for e in self.store.entries(self.name) if e.kind == "fill"]
        return [(d["client_id"], d["lots"] * (1 if d["side"] == "buy" else -1), d["ticks"], ms) for ms, d in data]
