"""One round of ticks reads each series once, however many bots follow it."""

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
