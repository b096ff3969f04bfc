"""Made-up bars around a real instrument's price: paths wild enough to fire what real bars did not."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from botyard.engine.bars import Bars
from botyard.records.market import MINUTE_MS, Step

MOVES_PER_BAR = 6
HOUR_MS = 60 * MINUTE_MS

# per regime: drift per bar and spread per bar, in units of the path's own spread; pull back to its centre
REGIMES = (
    (0.0, 1.0, 0.0),  # walk
    (0.25, 0.8, 0.0),  # climb
    (-0.25, 0.8, 0.0),  # decline
    (0.0, 0.7, 0.15),  # range
    (0.0, 0.15, 0.0),  # calm
    (0.9, 1.5, 0.0),  # rally
    (-0.9, 1.5, 0.0),  # crash
    (0.0, 2.5, 0.05),  # turmoil
)
SPREADS = (1.0, 2.0, 0.5, 4.0, 8.0, 0.25, 16.0)
LENGTHS = (60, 15, 200, 30, 600)  # mean bars of a regime
REACH = 1.2  # the path stays within e^±REACH of the price it is built around


@dataclass(frozen=True, slots=True)
class Around:
    """What the paths are built around."""

    price: float  # quote per unit
    spread: float  # standard deviation of a bar's log return
    volume: float  # median per bar
    start_ms: int
    minutes: int  # bar length
    tick: Step


def around(bars: Bars, minutes: int, tick: Step) -> Around:
    """Measure an instrument's bars; where they never move, a spread of 0.2 % serves."""
    returns = np.diff(np.log(bars.close)) if len(bars) > 2 else np.zeros(0)
    spread = float(np.std(returns)) if len(returns) else 0.0
    return Around(
        price=float(bars.close[-1]),
        spread=spread if spread > 0.0 else 0.002,
        volume=max(float(np.median(bars.volume)), 1e-6),
        start_ms=int(bars.open_ms[-1]),
        minutes=minutes,
        tick=tick,
    )


def made_up_bars(model: Around, seed: int, n_bars: int) -> Bars:
    """Make one path: the same seed gives the same bars.

    Seeds run through spreads, regime lengths and starting hours and weekdays.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    spread = min(model.spread * SPREADS[seed % len(SPREADS)], 0.08)
    drift, scale, pull = _regimes(random, n_bars, LENGTHS[seed % len(LENGTHS)])
    moves = random.standard_normal((n_bars, MOVES_PER_BAR)) * (spread * scale / math.sqrt(MOVES_PER_BAR))[:, None]
    moves += (drift * spread / MOVES_PER_BAR)[:, None]
    gaps = random.standard_normal(n_bars) * spread * (random.random(n_bars) < 0.05)
    return _bars(model, moves, gaps, pull, _volumes(random, model.volume, moves, spread), _start_ms(model, seed))


def _regimes(
    random: np.random.Generator, n_bars: int, mean_length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    lengths = random.geometric(1.0 / mean_length, size=n_bars)
    which = random.integers(0, len(REGIMES), size=n_bars)
    per_bar = np.repeat(which, lengths)[:n_bars]
    table = np.array(REGIMES)[per_bar]
    return table[:, 0], table[:, 1], table[:, 2]


def _volumes(
    random: np.random.Generator, median: float, moves: NDArray[np.float64], spread: float
) -> NDArray[np.float64]:
    size = np.abs(moves.sum(axis=1)) / spread
    noise = random.standard_normal(len(moves))
    volume: NDArray[np.float64] = np.round(median * np.exp(0.6 * noise + 0.3 * np.minimum(size, 5.0)), 6)
    return volume


def _bars(
    model: Around,
    moves: NDArray[np.float64],
    gaps: NDArray[np.float64],
    pull: NDArray[np.float64],
    volume: NDArray[np.float64],
    start_ms: int,
) -> Bars:
    n = len(moves)
    inside = np.cumsum(moves, axis=1)
    ends = inside[:, -1]
    opens = np.empty(n)
    level = 0.0  # log of price over the centre
    for i in range(n):
        level = min(max(level + gaps[i] - pull[i] * level, -REACH), REACH)
        opens[i] = level
        level += ends[i]
    path = opens[:, None] + np.concatenate((np.zeros((n, 1)), inside), axis=1)
    ticks = np.maximum(np.round(model.price * np.exp(path) / model.tick.value), 1.0)
    price = ticks * model.tick.numerator / model.tick.denominator
    open_ms = start_ms + np.arange(n, dtype=np.int64) * (model.minutes * MINUTE_MS)
    return Bars(
        open_ms=open_ms,
        open=np.ascontiguousarray(price[:, 0]),
        high=price.max(axis=1),
        low=price.min(axis=1),
        close=np.ascontiguousarray(price[:, -1]),
        volume=volume,
    )


def _start_ms(model: Around, seed: int) -> int:
    # 27 hours and 11 days move the start through the hours, the weekdays and the months
    start = model.start_ms + seed * (27 * HOUR_MS + 11 * 24 * HOUR_MS)
    return start - start % (model.minutes * MINUTE_MS)
