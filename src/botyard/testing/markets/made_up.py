"""A small market in memory: random walks that trend, for tests of ranking and search."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from botyard.engine.bars import Bars
from botyard.errors import DataError, NotFound
from botyard.records import codec
from botyard.records.market import MINUTE_MS, Instrument, SeriesInfo, Step, TradingRules, timeframe_minutes

START_MS = 1_704_067_200_000  # 2024-01-01


def made_up_bars(n: int, *, seed: int, trend: float = 0.0, timeframe: str = "1h", start_ms: int = START_MS) -> Bars:
    """Return a random walk; `trend` is the drift per bar, in standard deviations, whose sign turns every so often."""
    random = np.random.default_rng(seed)
    sign = np.sign(np.sin(np.arange(n) * 2 * np.pi / 120 + random.uniform(0, 6)))
    steps = 0.006 * (random.standard_normal(n) + trend * sign)
    close = np.round(100.0 * np.exp(np.cumsum(steps)), 2)
    open_ = np.concatenate(([100.0], close[:-1]))
    spread = np.abs(random.standard_normal((2, n))) * 0.002
    high = np.round(np.maximum(open_, close) * (1 + spread[0]), 2)
    low = np.round(np.minimum(open_, close) * (1 - spread[1]), 2)
    step_ms = timeframe_minutes(timeframe) * MINUTE_MS
    return Bars(start_ms + step_ms * np.arange(n), open_, high, low, close, np.full(n, 50.0))


def made_up_instrument(symbol: str, *, kind: str = "spot", synthetic: bool = False) -> Instrument:
    """Return an instrument with cents as ticks and thousandths as lots."""
    base, quote = symbol.split("/")
    return Instrument(
        symbol=symbol,
        venue="made-up",
        base=base,
        quote=quote,
        kind="perpetual" if kind == "perpetual" else "spot",
        tick=Step(1, 100),
        lot=Step(1, 1000),
        min_notional=5.0,
        synthetic=synthetic,
    )


@dataclass
class MadeUpMarket:
    """Has what the stages ask of a market."""

    held: dict[str, Bars] = field(default_factory=dict)
    timeframe: str = "1h"
    kind: str = "spot"
    synthetic: bool = False
    name: str = "made-up"
    broken: tuple[str, ...] = ()  # symbols whose bars cannot be read
    is_point_in_time: bool = False

    def series(self) -> list[SeriesInfo]:
        """All series."""
        return [self.info(symbol) for symbol in [*self.held, *self.broken]]

    def info(self, symbol: str, timeframe: str | None = None) -> SeriesInfo:
        """Raise NotFound for a symbol that is not held."""
        if symbol not in self.held and symbol not in self.broken:
            raise NotFound(f"no bars of {symbol!r}")
        bars = self.held.get(symbol)
        end = 0 if bars is None else int(bars.open_ms[-1]) + timeframe_minutes(self.timeframe) * MINUTE_MS
        return SeriesInfo(
            instrument=made_up_instrument(symbol, kind=self.kind, synthetic=self.synthetic),
            timeframe=timeframe or self.timeframe,
            first_ms=0 if bars is None else int(bars.open_ms[0]),
            last_ms=0 if bars is None else int(bars.open_ms[-1]),
            n_bars=0 if bars is None else len(bars),
            content_hash="" if bars is None else hashlib.sha256(bars.close.tobytes()).hexdigest(),
            source="made up",
            research_until_ms=end,
            is_point_in_time=self.is_point_in_time,
        )

    def bars(self, symbol: str, timeframe: str, *, research: bool = True) -> Bars:
        """Raise DataError for a broken series."""
        del timeframe, research
        if symbol in self.broken:
            raise DataError(f"the columns of {symbol} are cut short; import them again")
        return self.held[symbol]

    def rules(self, symbol: str) -> TradingRules:
        """Usual costs."""
        return TradingRules(instrument=self.info(symbol).instrument)

    def data_hash(self, symbols: list[str], timeframe: str) -> str:
        """Sha256 over the closes."""
        return codec.content_hash([timeframe, [self.info(symbol).content_hash for symbol in symbols]])
