"""What the exchange lists: an instrument, its filters and the bars that its price follows."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from botyard.records.fleet import Bar
from botyard.records.market import MINUTE_MS


@dataclass
class Listing:
    """One instrument. `bars` are all the prices there will ever be; the clock says how many have happened."""

    base: str
    quote: str
    bars: Sequence[Bar]
    minutes: int
    tick: Decimal
    lot: Decimal
    min_notional: Decimal = Decimal(5)
    status: str = "TRADING"
    opened: int = 0  # bars that have opened
    closed: int = 0  # bars that have closed
    _times: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._times = [bar.open_ms for bar in self.bars]

    @property
    def id(self) -> str:
        """The exchange's own name, such as BTCUSDT."""
        return self.base + self.quote

    @property
    def length_ms(self) -> int:
        """Length of a bar."""
        return self.minutes * MINUTE_MS

    def price(self, now_ms: int) -> Decimal:
        """Say what it trades at: the open of the bar that is forming, or the last close after the end."""
        at = bisect_right(self._times, now_ms) - 1
        bar = self.bars[max(at, 0)]
        return self.on_grid(bar.open if now_ms < bar.open_ms + self.length_ms else bar.close)

    def on_grid(self, price: float) -> Decimal:
        """Return the tick nearest to a price."""
        return (Decimal(repr(price)) / self.tick).quantize(Decimal(1)) * self.tick

    def candles(self, minutes: int, now_ms: int, start_ms: int, end_ms: int, most: int) -> list[Bar]:
        """Return the candles so far that open between two times; the last one may still be forming.

        minutes: a multiple of the bars' length.
        """
        step = minutes * MINUTE_MS
        first = bisect_left(self._times, -(-start_ms // step) * step)
        last = min(bisect_right(self._times, now_ms), bisect_left(self._times, end_ms // step * step + step))
        last = min(last, first + most * (minutes // self.minutes))
        found: list[Bar] = []
        for index in range(first, last):
            bar = self.bars[index]
            if now_ms < bar.open_ms + self.length_ms:  # all that is known of it is its open
                bar = Bar(bar.open_ms, bar.open, bar.open, bar.open, bar.open, 0.0)
            bucket = bar.open_ms // step * step
            if found and found[-1].open_ms == bucket:
                found[-1] = _joined(found[-1], bar)
            else:
                found.append(bar._replace(open_ms=bucket))
        return found

    def end(self, now_ms: int) -> None:
        """List no bar that opens after now."""
        self.bars = self.bars[: bisect_right(self._times, now_ms)]
        self._times = self._times[: len(self.bars)]


def _joined(first: Bar, then: Bar) -> Bar:
    return Bar(
        first.open_ms,
        first.open,
        max(first.high, then.high),
        min(first.low, then.low),
        then.close,
        first.volume + then.volume,
    )
