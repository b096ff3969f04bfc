"""The model book: the strategy and `rules.book.step` on every bar, as research ran them.

It sees model fills only, never the venue's, so that a replay from the same first bar is exact to the last bit.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any, Literal
from zoneinfo import ZoneInfo

from botyard.errors import InvariantError
from botyard.ops.state import (
    BAR_COUNT,
    BARS_IN_STATE,
    BUY_LIMIT,
    BUY_STOP,
    KIND,
    LEVEL,
    NO_ORDER,
    ORDER_WIDTH,
    ORDERS,
    PENDING,
    SELL_STOP,
    STATE,
    TRANSITION,
    new_state,
)
from botyard.records.fleet import Bar
from botyard.records.market import TradingRules
from botyard.rules import layout
from botyard.rules.book import constants, fill_pending, new_book, step
from botyard.rules.limits import begin_day
from botyard.rules.refusals import ACCEPTED, SENTENCES
from botyard.rules.rounding import nearest_steps

MOST_STATE_BYTES = 65_536
MINUTE_MS = 60_000
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Resting:
    """A resting order of the model: filling it takes the position to `after` lots."""

    slot: int
    transition: int
    kind: Literal["stop", "limit"]
    side: Literal["buy", "sell"]
    ticks: int
    after: int


@dataclass(frozen=True, slots=True)
class AfterOpen:
    """What a fill at the open led to: the position, and the exits that are worked in the rest of that bar."""

    lots: int
    resting: list[Resting]


@dataclass(frozen=True, slots=True)
class ModelFill:
    """A fill of the model in the last bar."""

    transition: int
    lots: int  # signed
    price: float
    fee: float
    where: float


class Model:
    """Strategy state and book, stepped bar by bar."""

    def __init__(
        self, strategy: Any, parameters: Sequence[float], rules: TradingRules, *, live_from_ms: int = 0
    ) -> None:
        """live_from_ms: bars that open before it only warm the strategy up; nothing is entered at their closes."""
        self.strategy = strategy
        self._p = list(parameters)
        self._x = constants(rules, strategy)
        self._live_from_ms = live_from_ms
        self._slots = int(strategy.ORDER_SLOTS)
        self._zone = None if strategy.TIMEZONE == "UTC" else ZoneInfo(strategy.TIMEZONE)
        self._offset = (-1, 0.0)  # hour, minutes
        tick = rules.instrument.tick
        self._tick = (float(tick.numerator), float(tick.denominator))
        self.s: list[float] = new_state(strategy.STATE_SIZE, strategy.ORDER_SLOTS, strategy.UNKNOWN, strategy.INITIAL)
        self.b: list[float] = new_book(self._x)
        self.after_open: AfterOpen | None = None  # None when nothing filled at the open of the last bar
        self.left_state = ""  # state that the last close left without an order, or began anew

    def step(self, bar: Bar) -> None:
        """Let one closed bar pass."""
        day = float(bar.open_ms // DAY_MS)
        # told by the time of each bar, so that no count of bars has to survive a restart
        self._x[layout.X_TRADE_FROM] = inf if bar.open_ms < self._live_from_ms else 0.0
        self.left_state = ""
        self.after_open = self._bracket(bar.open, day) if self.s[PENDING] >= 0.0 else None
        step(
            self.s,
            self._p,
            self.b,
            self._x,
            self._on_bar,
            self.strategy.on_fill,
            self.local_minutes(bar.open_ms),
            day,
            bar.open,
            bar.high,
            bar.low,
            bar.close,
            bar.volume,
        )

    def local_minutes(self, open_ms: int) -> float:
        """Local minutes since 1970-01-01 00:00 of a bar's open, in the strategy's time zone."""
        if self._zone is None:
            return open_ms / MINUTE_MS
        hour = open_ms // (15 * MINUTE_MS)  # offsets change on quarters of an hour
        if self._offset[0] != hour:
            moment = datetime.fromtimestamp(open_ms / 1000, UTC).astimezone(self._zone)
            self._offset = (hour, (moment.utcoffset() or timedelta()).total_seconds() / 60.0)
        return open_ms / MINUTE_MS + self._offset[1]

    @property
    def lots(self) -> int:
        """Signed position of the model."""
        return int(self.b[layout.QUANTITY_LOTS])

    @property
    def pending(self) -> tuple[int, int] | None:
        """Transition decided at the last close and the position wanted after it, or None."""
        if self.s[PENDING] < 0.0:
            return None
        return int(self.s[PENDING]), int(self.b[layout.PENDING_LOTS])

    @property
    def resting(self) -> list[Resting]:
        """Orders that rest in the next bar."""
        return self._resting(self.s, self.b)

    @property
    def fills(self) -> list[ModelFill]:
        """Fills in the last bar."""
        found = []
        for n in range(int(self.b[layout.FILL_COUNT])):
            i = layout.FILLS + n * layout.FILL_WIDTH
            found.append(
                ModelFill(
                    transition=int(self.b[i + layout.FILL_TRANSITION]),
                    lots=int(self.b[i + layout.FILL_LOTS]),
                    price=self.b[i + layout.FILL_PRICE],
                    fee=self.b[i + layout.FILL_FEE],
                    where=self.b[i + layout.FILL_WHERE],
                )
            )
        return found

    @property
    def refusal(self) -> tuple[int, str] | None:
        """Transition that the book refused at the last close, and why in words; or None."""
        if self.b[layout.REFUSAL] == ACCEPTED:
            return None
        return int(self.b[layout.REFUSED_TRANSITION]), SENTENCES[self.b[layout.REFUSAL]]

    @property
    def bars_to_warm_up(self) -> int:
        """Bars that must still pass before anything may fire."""
        return max(0, int(self.strategy.warm_up(self._p) - self.s[BAR_COUNT]))

    @property
    def conditions(self) -> list[str]:
        """Signals of the transitions that a condition may fire at a close in this state."""
        state = int(self.s[STATE])
        return [str(t[0]) for t in self.strategy.TRANSITIONS if t[1] == "when" and state in t[2]]

    @property
    def is_liquidated(self) -> bool:
        """Whether the model's margin is gone; nothing happens in it any more."""
        return self.b[layout.LIQUIDATED] == 1.0

    @property
    def equity(self) -> float:
        """Quote, at the last close."""
        return self.b[layout.EQUITY]

    @property
    def state_name(self) -> str:
        """State the strategy is in."""
        return str(self.strategy.STATES[int(self.s[STATE])])

    def row(self) -> list[float]:
        """Return the orders of the last close, as research records them.

        Pending transition, pending lots, then per slot kind, level, transition, lots.
        """
        pending = self.s[PENDING]
        row = [pending, self.b[layout.PENDING_LOTS] if pending >= 0.0 else 0.0]
        for k in range(self._slots):
            i = ORDERS + k * ORDER_WIDTH
            if self.s[i + KIND] == NO_ORDER:
                row += [0.0] * 4
            else:
                row += [self.s[i + KIND], self.s[i + LEVEL], self.s[i + TRANSITION], self.b[layout.ORDER_LOTS + k]]
        return row

    def ticks(self, price: float) -> int:
        """Nearest whole ticks of a price."""
        return int(nearest_steps(price, *self._tick))

    def dump(self) -> tuple[bytes, bytes]:
        """State and book as little-endian float64, bit for bit.

        Raises: InvariantError when the state is too large to keep.
        """
        state, book = _pack(self.s), _pack(self.b)
        if len(state) > MOST_STATE_BYTES:
            raise InvariantError(f"the strategy's state takes {len(state)} bytes, the limit is {MOST_STATE_BYTES}")
        return state, book

    def restore(self, state: bytes, book: bytes) -> bool:
        """Take back what `dump` gave; False, and nothing changed, when it is of another size."""
        if len(state) != 8 * len(self.s) or len(book) != 8 * len(self.b):
            return False
        self.s[:], self.b[:] = _unpack(state), _unpack(book)
        return True

    def _on_bar(
        self,
        s: layout.Floats,
        p: layout.Floats,
        minutes: float,
        open: float,
        high: float,
        low: float,
        close: float,
        volume: float,
    ) -> None:
        before, age = s[STATE], s[BARS_IN_STATE]
        self.strategy.on_bar(s, p, minutes, open, high, low, close, volume)
        if s[STATE] != before or s[BARS_IN_STATE] <= age:
            self.left_state = str(self.strategy.STATES[int(before)])

    def if_filled(self, price: float) -> AfterOpen:
        """Say what a fill of the pending order at a price (quote) would arm. The model itself does not move."""
        return self._bracket(price, self.b[layout.DAY])

    def _bracket(self, price: float, day: float) -> AfterOpen:
        # what the book will arm between the fill at the open and the rest of the bar, seen on copies
        s, b = self.s.copy(), self.b.copy()
        if day != b[layout.DAY]:
            begin_day(b, day)
        fill_pending(s, self._p, b, self._x, self.strategy.on_fill, price)
        return AfterOpen(int(b[layout.QUANTITY_LOTS]), self._resting(s, b))

    def _resting(self, s: Sequence[float], b: Sequence[float]) -> list[Resting]:
        found: list[Resting] = []
        for k in range(self._slots):
            i = ORDERS + k * ORDER_WIDTH
            kind = s[i + KIND]
            if kind == NO_ORDER:
                continue
            found.append(
                Resting(
                    slot=k,
                    transition=int(s[i + TRANSITION]),
                    kind="stop" if kind in (BUY_STOP, SELL_STOP) else "limit",
                    side="buy" if kind in (BUY_STOP, BUY_LIMIT) else "sell",
                    ticks=int(nearest_steps(s[i + LEVEL], *self._tick)),
                    after=int(b[layout.ORDER_LOTS + k]),
                )
            )
        return found


def _pack(values: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def _unpack(data: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(data) // 8}d", data)
