"""The demo market: twelve made-up perpetuals, labelled synthetic, whose bars every machine makes alike.

Ten have no edge at all. DEMO-HARBOR and DEMO-WILLOW carry a planted one that a slow trend follower finds
(measured by tools/measure_demo_market.py). None of this is a claim about any real market.

The bars of 1 and of 5 minutes are made on demand and kept as columns under <home>/market/demo, so that bots
read them like any others; longer bars are resampled.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from botyard.errors import NotFound, UserError
from botyard.market import demo_paths, store
from botyard.market.demo_paths import DAY_MS, GENERATION, START_MS, DemoSymbol
from botyard.market.instruments import MIN_NOTIONAL
from botyard.market.market import Market
from botyard.records.market import (
    COLUMN_FILES,
    MINUTE_MS,
    SERIES_FILE,
    Instrument,
    SeriesInfo,
    Step,
    source_timeframe,
    timeframe_minutes,
)  # fmt: skip

WINDOW_DAYS = 365
_MADE = ("1m", "5m")

SYMBOLS = (
    DemoSymbol("DEMO-AMBER", 412.5, 2, 3, 0.35, 1.0, 60_000),
    DemoSymbol("DEMO-BIRCH", 18.25, 4, 2, 0.42, 1.1, 25_000),
    DemoSymbol("DEMO-CEDAR", 96.4, 3, 2, 0.38, 0.9, 30_000),
    DemoSymbol("DEMO-DUNE", 2.16, 5, 1, 0.52, 1.3, 15_000),
    DemoSymbol("DEMO-FJORD", 7.32, 5, 1, 0.45, 1.0, 18_000),
    DemoSymbol("DEMO-GROVE", 0.845, 6, 0, 0.50, 1.2, 12_000),
    DemoSymbol("DEMO-HARBOR", 154.0, 3, 3, 0.40, 0.7, 40_000, spell_drift=0.50, spell_days=4),
    DemoSymbol("DEMO-JUNIPER", 33.7, 4, 2, 0.40, 1.0, 22_000),
    DemoSymbol("DEMO-LAGOON", 1290.0, 2, 4, 0.32, 0.8, 55_000),
    DemoSymbol("DEMO-MEADOW", 0.1275, 7, 0, 0.55, 1.2, 9_000),
    DemoSymbol("DEMO-PEBBLE", 5.08, 5, 1, 0.48, 1.1, 14_000),
    DemoSymbol("DEMO-WILLOW", 61.3, 4, 2, 0.42, 0.7, 28_000, spell_drift=0.50, spell_days=4),
)
"""Who moves how: price at the start, decimals of tick and lot, volatility, beta, turnover per minute, edge."""


@dataclass(frozen=True)
class DemoMarket(Market):
    """The last 365 days up to now; nothing is withheld, because the bars go on."""

    now_ms: int = 0

    def info(self, symbol: str, timeframe: str | None = None) -> SeriesInfo:
        """Return the series that a symbol's bars are made from; without a timeframe, of 5 minutes.

        Raises: NotFound naming the symbols there are.
        """
        if symbol not in self.symbols():
            raise NotFound(f"no bars of {symbol!r} in the demo market; there are {', '.join(self.symbols())}")
        return _info(_symbol(symbol), source_timeframe(_MADE, timeframe or "5m") or "1m", self.now_ms)

    def refresh(self, symbol: str, timeframe: str) -> SeriesInfo:
        """Make the bars that are not on disk yet.

        Raises: NotFound; DataError when the disk is full.
        """
        info = self.info(symbol, timeframe)
        _materialise(self.folder, _symbol(symbol), info)
        return info


def open_demo(market: Path, now_ms: int) -> DemoMarket:
    """Open the demo market as of now.

    Raises: UserError when now is before the made-up history has begun.
    """
    if now_ms < START_MS + 2 * DAY_MS:
        raise UserError("the demo market begins on 2024-01-01; its clock must show at least 2024-01-03")
    infos = tuple(_info(symbol, "5m", now_ms) for symbol in SYMBOLS)
    return DemoMarket(folder=market, stored=infos, name="demo", feed="live", now_ms=now_ms)


def demo_instrument(symbol: DemoSymbol) -> Instrument:
    """Return the made-up instrument."""
    return Instrument(
        symbol=f"{symbol.name}/USDT",
        venue="demo",
        base=symbol.name,
        quote="USDT",
        kind="perpetual",
        tick=Step(1, 10**symbol.tick_decimals),
        lot=Step(1, 10**symbol.lot_decimals),
        min_notional=MIN_NOTIONAL,
        synthetic=True,
    )


def _symbol(name: str) -> DemoSymbol:
    return next(symbol for symbol in SYMBOLS if f"{symbol.name}/USDT" == name)


def _info(symbol: DemoSymbol, timeframe: str, now_ms: int) -> SeriesInfo:
    step = timeframe_minutes(timeframe) * MINUTE_MS
    until = now_ms // step * step
    first = max(START_MS, (until // DAY_MS - WINDOW_DAYS) * DAY_MS)
    # the bars are a function of these words, so their hash stands for the bars
    words = f"botyard demo market {GENERATION} {symbol} {timeframe} {first} {until}"
    return SeriesInfo(
        instrument=demo_instrument(symbol),
        timeframe=timeframe,
        first_ms=first,
        last_ms=until - step,
        n_bars=(until - first) // step,
        content_hash=hashlib.sha256(words.encode()).hexdigest(),
        source=_source(symbol),
        research_until_ms=until,
    )


def _source(symbol: DemoSymbol) -> str:
    # names the way its prices are made: bars that another version left behind are not gone on with
    return f"demo (synthetic) {hashlib.sha256(f'{GENERATION} {symbol}'.encode()).hexdigest()[:8]}"


def _materialise(market: Path, symbol: DemoSymbol, info: SeriesInfo) -> None:
    folder = store.series_folder(market, info.instrument.symbol, info.timeframe)
    minutes = timeframe_minutes(info.timeframe)
    until = info.last_ms + minutes * MINUTE_MS
    with store.locked(market):
        have = _stored_span(folder, minutes, symbol)
        if have is not None and have[0] <= info.first_ms and until <= have[1]:
            return
        if have is not None and have[0] <= info.first_ms <= have[1]:
            with store.disk_errors(folder):
                store.append_columns(folder, demo_paths.bars(symbol, minutes, have[1], until))
                store.write_info(folder, info)
            return
        with store.replacing(folder) as temporary:
            store.write_columns(temporary, demo_paths.bars(symbol, minutes, info.first_ms, until))
            store.write_info(temporary, info)


def _stored_span(folder: Path, minutes: int, symbol: DemoSymbol) -> tuple[int, int] | None:
    # (open of the first bar, open of the first missing one); None when nothing of use is there
    if not (folder / SERIES_FILE).exists() or not (folder / COLUMN_FILES[0]).exists():
        return None
    bars = store.read_columns(folder)
    if not len(bars) or store.read_info(folder).source != _source(symbol):
        return None
    return int(bars.open_ms[0]), int(bars.open_ms[-1]) + minutes * MINUTE_MS
