"""The MarketData port over a venue's public candles: closed bars of the mainnet, whatever network the orders go to.

A candle counts as closed by the venue's time, not ours. One that is missing in the middle is asked for again; it is
taken as left out (nothing was traded) only once the venue has had time to bring it, and is never filled forward.
"""

from collections.abc import Callable
from typing import Any, Protocol

from botyard.errors import NotFound, RetryableError
from botyard.records.fleet import Bar
from botyard.records.market import MINUTE_MS, Instrument, timeframe_minutes

MOST_CANDLES = 1000  # of one request
CONFIRMED_MS = 15 * MINUTE_MS  # a gap older than this is one

Now = Callable[[], int]


class Candles(Protocol):
    """What is asked of an exchange client."""

    def fetch_ohlcv(self, symbol: str, timeframe: str, since: int | None, limit: int | None) -> list[list[Any]]:
        """Candles from `since` on, oldest first: open_ms, open, high, low, close, volume."""
        ...


class CcxtMarketData:
    """Bars of one instrument. `translate` turns the client's errors into ours."""

    def __init__(
        self,
        client: Candles,
        instrument: Instrument,
        *,
        now_ms: Now,
        translate: Callable[[str], Any],
        most: int = MOST_CANDLES,
    ) -> None:
        """now_ms: the venue's time."""
        self._client = client
        self._instrument = instrument
        self._now_ms = now_ms
        self._translate = translate
        self._most = most

    def instrument(self, symbol: str) -> Instrument:
        """Return what is traded. Raises: NotFound for another symbol."""
        if symbol != self._instrument.symbol:
            raise NotFound(f"this client was made for {self._instrument.symbol}, not for {symbol}")
        return self._instrument

    def bars(self, symbol: str, timeframe: str, after_ms: int, until_ms: int) -> list[Bar]:
        """Return the closed bars that open after `after_ms` and have closed by `until_ms`, in order.

        Raises: RetryableError when the venue does not answer, is late, or contradicts itself.
        """
        step = timeframe_minutes(timeframe) * MINUTE_MS
        first = (after_ms // step + 1) * step
        end = min(until_ms, self._now_ms()) // step * step  # opens before this have closed
        found: dict[int, Bar] = {}
        at = first
        while at < end:
            rows = self._ask(symbol, timeframe, at)
            fresh = [row for row in rows if at <= row.open_ms < end]
            for bar in fresh:
                known = found.setdefault(bar.open_ms, bar)
                if known != bar:
                    raise RetryableError(f"{self._instrument.venue} sent two different candles for {bar.open_ms}")
            if not fresh:
                break
            at = fresh[-1].open_ms + step
        bars = [found[open_ms] for open_ms in sorted(found)]
        self._check_gaps(bars, first, step, timeframe)
        return bars

    def _ask(self, symbol: str, timeframe: str, since_ms: int) -> list[Bar]:
        with self._translate(f"asking for candles of {symbol}"):
            rows = self._client.fetch_ohlcv(symbol, timeframe, since_ms, self._most)
        return [Bar(int(row[0]), *(float(value) for value in row[1:6])) for row in rows]

    def _check_gaps(self, bars: list[Bar], first: int, step: int, timeframe: str) -> None:
        expected = first
        for bar in bars:
            if bar.open_ms != expected and self._now_ms() - bar.open_ms < CONFIRMED_MS + step:
                raise RetryableError(
                    f"{self._instrument.venue} has no {timeframe} candle of {self._instrument.symbol} at {expected} yet"
                )
            expected = bar.open_ms + step
