"""Imported bars for research, and a venue for the bot: its filters and costs hold in both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from botyard.errors import UserError
from botyard.market.exact import Integers
from botyard.market.market import Market
from botyard.records.fleet import Mode
from botyard.records.market import Costs, ExecutionProfile, Instrument, TradingRules

RecentOpens = Callable[[str, str, int], list[int]]
"""Opens (UTC ms) of the last so many closed bars of a symbol and timeframe, as the venue has them now."""


@dataclass(frozen=True)
class MarketAtVenue(Market):
    """What was imported of a venue's instruments. A bot made from it follows the venue's live bars."""

    venue: str = ""
    mode: Mode = "paper"
    costs: Costs = field(default_factory=Costs)
    profile: ExecutionProfile = field(default_factory=ExecutionProfile)
    allocated_quote: float = 10_000.0
    recent_opens: RecentOpens | None = None

    @property
    def served_by(self) -> str:
        """Who brings a bot its bars."""
        return self.venue

    @property
    def trades_at(self) -> str:
        """Where a bot's orders go."""
        return "paper" if self.mode == "paper" else self.venue

    def rules(self, symbol: str) -> TradingRules:
        """Return what the book needs to know: this venue's costs and the way it works orders.

        Raises: NotFound.
        """
        return TradingRules(
            instrument=self.info(symbol).instrument,
            costs=self.costs,
            profile=self.profile,
            initial_cash=self.allocated_quote,
        )

    def opens(self, symbol: str, timeframe: str, count: int) -> Integers:
        """Return the opens of the venue's last closed bars, at least `count` of them.

        Raises: RetryableError, ConfigError; UserError when the venue has too few.
        """
        found = self.recent_opens(symbol, timeframe, count) if self.recent_opens else []
        if len(found) < count:
            raise UserError(
                f"{self.venue} has {len(found)} {timeframe} bars of {symbol}; the strategy needs {count} before it can decide"
            )
        return np.asarray(found, dtype=np.int64)


def at_venue(
    market: Market, instruments: Mapping[str, Instrument], *, venue: str, mode: Mode, account: str, costs: Costs,
    profile: ExecutionProfile, allocated_quote: float, recent_opens: RecentOpens,
) -> MarketAtVenue:  # fmt: skip
    """Narrow a market to what a venue lists, under the venue's terms.

    Raises: UserError when nothing is left.
    """
    stored = tuple(
        replace(info, instrument=instruments[info.instrument.symbol])
        for info in market.series()
        if info.instrument.symbol in instruments and not info.instrument.synthetic
    )
    if not stored:
        example = min(instruments, key=lambda symbol: (not symbol.startswith("BTC/"), symbol), default="BTC/USDT")
        raise UserError(
            f"no bars of anything that trades at {venue} are stored; bring some: "
            f"botyard data download {example} --venue {venue} --timeframe 5m --since 2024-01-01"
        )
    return MarketAtVenue(
        folder=market.folder, stored=stored, name=market.name, feed="live", venue=venue, mode=mode, account=account,
        costs=costs, profile=profile, allocated_quote=allocated_quote, recent_opens=recent_opens,
    )  # fmt: skip
