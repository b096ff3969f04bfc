"""Bars that are read once: by all bots of one round of ticks, or by one bot that is played through them."""

from bisect import bisect_right

from botyard.ports import MarketData
from botyard.records.fleet import Bar
from botyard.records.market import MINUTE_MS, Instrument, timeframe_minutes


class SharedBars:
    """The MarketData port for the bots of one round: the same question has the same answer, asked once."""

    def __init__(self, stored: MarketData) -> None:
        self._stored = stored
        self._known: dict[tuple[str, str, int, int], list[Bar]] = {}

    def instrument(self, symbol: str) -> Instrument:
        """Return what is traded. Raises: NotFound."""
        return self._stored.instrument(symbol)

    def bars(self, symbol: str, timeframe: str, after_ms: int, until_ms: int) -> list[Bar]:
        """Return the closed bars between. Raises: what the stored bars raise, which is not kept."""
        step = timeframe_minutes(timeframe) * MINUTE_MS
        key = (symbol, timeframe, after_ms, until_ms // step)
        if key not in self._known:
            self._known[key] = self._stored.bars(symbol, timeframe, after_ms, until_ms)
        return self._known[key]


class PreloadedBars:
    """The MarketData port over stored bars that were read once."""

    def __init__(self, stored: MarketData, bars: list[Bar], length_ms: int) -> None:
        self._stored = stored
        self._bars = bars
        self._times = [bar.open_ms for bar in bars]
        self._length = length_ms

    def instrument(self, symbol: str) -> Instrument:
        """Return what is traded. Raises: NotFound."""
        return self._stored.instrument(symbol)

    def bars(self, symbol: str, timeframe: str, after_ms: int, until_ms: int) -> list[Bar]:
        """Return the closed bars between."""
        del symbol, timeframe  # loaded for one bot
        return self._bars[bisect_right(self._times, after_ms) : bisect_right(self._times, until_ms - self._length)]
