"""Bars on which spec and witness are compared: real ones where there are some, and made-up ones of many kinds."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from botyard.errors import UserError
from botyard.records.market import timeframe_minutes
from botyard.records.strategy import CompiledStrategy

if TYPE_CHECKING:
    from botyard.market import Market

Row = tuple[float, float, float, float, float, float]
"""Minutes since the epoch in the spec's time zone, open, high, low, close, volume."""

FIRST_MINUTE = 28927 * 1440  # a Monday, 00:00
REAL_SERIES = 2
MADE_UP_SERIES = 12
COMPARED = 1_700  # bars of a series that are compared, once it is warm
LONGEST_SEED = 3_000  # bars after which recursive averages count as settled at the latest
LONGEST_SERIES = 12_000

_SIZES = (0.004, 0.015, 0.001, 0.04)
"""Standard deviations of a made-up bar's return."""


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one origin; decisions are compared from the bar `start` on."""

    name: str
    rows: tuple[Row, ...]
    start: int
    is_real: bool = False


def series_of(compiled: CompiledStrategy, warm_up: int, open_market: "Callable[[], Market] | None") -> Iterator[Series]:
    """Give real series first, then made-up ones, each with its own temper."""
    start = max(warm_up, min(compiled.seed_bars, LONGEST_SEED)) + 1
    length = min(start + max(COMPARED, _days_wanted(compiled)), max(LONGEST_SERIES, start + COMPARED))
    yield from _real(compiled, start, length, open_market)
    minutes = timeframe_minutes(compiled.spec.timeframe)
    for number in range(MADE_UP_SERIES):
        rows = made_up(number + 1, _SIZES[number % len(_SIZES)], length, minutes)
        yield Series(f"made-up series {number + 1}", rows, start)


def made_up(seed: int, size: float, count: int, minutes: int) -> tuple[Row, ...]:
    """Make bars: trends, calm and wild spells and sudden moves take turns, volume comes in bursts."""
    dice = random.Random(seed)  # noqa: S311 -- made-up bars, not keys
    price, drift, calm, home = 100.0, 0.0, 1.0, 100.0
    rows = []
    for i in range(count):
        if dice.random() < 0.03:
            drift = dice.uniform(-0.4, 0.4) * size
            calm = dice.choice((0.1, 0.4, 1.0, 2.0))
            home = price
        pull = 0.02 * (home - price) / price if drift < 0.1 * size else 0.0
        jump = dice.choice((-6.0, 6.0)) * size if dice.random() < 0.004 else 0.0
        opened = price * (1.0 + dice.gauss(0.0, 0.05) * size + 0.5 * jump)
        price = max(opened * (1.0 + drift + pull + jump + dice.gauss(0.0, calm) * size), 1e-3)
        high = max(opened, price) * (1.0 + abs(dice.gauss(0.0, 0.3)) * size)
        low = min(opened, price) * max(1.0 - abs(dice.gauss(0.0, 0.3)) * size, 0.5)
        volume = 1000.0 * exp(dice.gauss(0.0, 0.8))
        rows.append((float(FIRST_MINUTE + i * minutes), opened, high, low, price, volume))
    return tuple(rows)


def _real(
    compiled: CompiledStrategy, start: int, length: int, open_market: "Callable[[], Market] | None"
) -> Iterator[Series]:
    market = open_market() if open_market is not None else None
    if market is None or market.name != "imported":
        return
    given = 0
    for symbol in market.symbols():
        try:
            bars = market.bars(symbol, compiled.spec.timeframe)
        except UserError:
            continue  # no such bars of this one
        if len(bars) < start + COMPARED // 2 or given == REAL_SERIES:
            continue
        given += 1
        last = bars.slice_ms(int(bars.open_ms[-min(length, len(bars))]), int(bars.open_ms[-1]) + 1)
        columns = [last.local_minutes(compiled.spec.timezone), *last.columns()[1:]]
        rows = tuple(zip(*(column.tolist() for column in columns), strict=True))
        yield Series(f"the last bars of {symbol}", rows, start, is_real=True)


def _days_wanted(compiled: CompiledStrategy) -> int:
    """Bars for three weeks where the strategy looks at the calendar, for a few days where it looks at the clock."""
    day = max(1, 1440 // timeframe_minutes(compiled.spec.timeframe))
    if "weekday" in compiled.source or "week" in compiled.source or "month" in compiled.source:
        return 21 * day
    return 5 * day if "minutes" in compiled.source.partition("def on_bar")[2].partition("):")[2] else 0
