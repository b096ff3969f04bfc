"""A market: the series that a run may use, over which bars, under which rules."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from botyard.engine.bars import Bars
from botyard.errors import NotFound, UserError
from botyard.market import instruments, store
from botyard.market.exact import Integers
from botyard.records import codec
from botyard.records.market import SeriesInfo, TradingRules, source_timeframe, timeframe_minutes


@dataclass(frozen=True)
class Market:
    """Imported bars: what is stored is all there is, and its end plays the part of now.

    The last part of each series is withheld from research (`SeriesInfo.research_until_ms`).
    """

    folder: Path
    stored: tuple[SeriesInfo, ...]
    name: Literal["demo", "imported"] = "imported"
    feed: Literal["live", "stored"] = "stored"
    account: str = ""  # at a venue: where bots of this market trade

    @property
    def served_by(self) -> str:
        """Who brings a bot its bars: this market's name, or a venue's."""
        return self.name

    @property
    def trades_at(self) -> str:
        """Where a bot's orders go: the paper book, or a venue's name."""
        return "paper"

    @property
    def until_ms(self) -> int:
        """No bar of the market opens at or after this."""
        return max(_end_ms(info) for info in self.stored)

    def series(self) -> list[SeriesInfo]:
        """All series, by symbol and timeframe."""
        return list(self.stored)

    def symbols(self) -> list[str]:
        """Each symbol once."""
        return list(dict.fromkeys(info.instrument.symbol for info in self.stored))

    def find(self, text: str) -> str:
        """Return the symbol that a person means: "btcusdt" and "BTC_USDT" are BTC/USDT.

        Raises: NotFound naming the symbols there are.
        """
        plain = {_letters(symbol): symbol for symbol in reversed(self.symbols())}
        if _letters(text) not in plain:
            raise NotFound(f"no bars of {text!r} in the {self.name} market; there are {', '.join(self.symbols())}")
        return plain[_letters(text)]

    def info(self, symbol: str, timeframe: str | None = None) -> SeriesInfo:
        """Return the series that a symbol's bars come from; without a timeframe, the finest.

        Raises: NotFound naming the symbols there are; UserError when the timeframe cannot be made.
        """
        found = {info.timeframe: info for info in self.stored if info.instrument.symbol == symbol}
        if not found:
            raise NotFound(f"no bars of {symbol!r} in the {self.name} market; there are {', '.join(self.symbols())}")
        if timeframe is None:
            return found[min(found, key=timeframe_minutes)]
        source = source_timeframe(found, timeframe)
        if source is None:
            raise UserError(
                f"{timeframe} bars of {symbol} cannot be made from the stored {', '.join(found)} bars; "
                f"choose a multiple of those, or import {timeframe} bars"
            )
        return found[source]

    def bars(self, symbol: str, timeframe: str, *, research: bool = True) -> Bars:
        """Return a symbol's bars; with `research` only those before research_until_ms.

        Raises: NotFound, UserError, DataError.
        """
        info = self.refresh(symbol, timeframe)
        bars = store.read_columns(store.series_folder(self.folder, symbol, info.timeframe))
        bars = bars.slice_ms(info.first_ms, info.research_until_ms if research else _end_ms(info))
        return bars.resample(timeframe_minutes(info.timeframe), timeframe_minutes(timeframe))

    def opens(self, symbol: str, timeframe: str, count: int) -> Integers:
        """Return the opens (UTC ms) of the bars up to now: at least `count` of them where there are as many."""
        del count
        return self.bars(symbol, timeframe, research=False).open_ms

    def refresh(self, symbol: str, timeframe: str) -> SeriesInfo:
        """See to it that the columns on disk reach up to now; returns the series they are of.

        Raises: NotFound, UserError, DataError.
        """
        return self.info(symbol, timeframe)

    def rules(self, symbol: str) -> TradingRules:
        """Return what the book needs to know.

        Raises: NotFound.
        """
        return instruments.trading_rules(self.info(symbol).instrument)

    def data_hash(self, symbols: list[str] | tuple[str, ...], timeframe: str) -> str:
        """Sha256 that changes when any research bar of the symbols does."""
        parts = []
        for symbol in symbols:
            info = self.info(symbol, timeframe)
            parts.append([symbol, info.timeframe, info.content_hash, info.first_ms, info.research_until_ms])
        return codec.content_hash([self.name, timeframe, parts])


def _end_ms(info: SeriesInfo) -> int:
    return info.last_ms + timeframe_minutes(info.timeframe) * 60_000


def _letters(symbol: str) -> str:
    return "".join(letter for letter in symbol.upper() if letter.isalnum())
