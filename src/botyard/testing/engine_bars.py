"""Made-up bars that are hard on a loop."""

import numpy as np

from botyard.engine.bars import Bars
from botyard.testing.bars import FIRST_MS, walked_bars


def gapped(n_bars: int, *, seed: int) -> Bars:
    """Walk at random and leave out one bar in five, and days at a time, so that opens jump."""
    random = np.random.default_rng(seed)
    bars = walked_bars(2 * n_bars, seed=seed)
    kept = random.random(len(bars)) > 0.2
    kept[n_bars // 2 : n_bars // 2 + 700] = False
    return Bars(*(column[kept][:n_bars] for column in bars.columns()))


def wild(n_bars: int, *, seed: int) -> Bars:
    """Make bars with fat tails: most hardly move, some double or halve, some do not move at all."""
    random = np.random.default_rng(seed)
    move = random.standard_t(1.5, n_bars) * 0.004
    move = np.clip(np.where(random.random(n_bars) < 0.1, 0.0, move), -0.7, 0.7)
    close = 100.0 * np.exp(np.cumsum(move - 0.02 * np.tanh(np.cumsum(move))))
    begin = np.append(100.0, close[:-1]) * np.exp(np.where(random.random(n_bars) < 0.05, move[::-1], 0.0))
    reach = np.abs(random.standard_t(1.5, (2, n_bars))) * 0.002
    high = np.maximum(begin, close) * np.exp(np.minimum(reach[0], 1.0))
    low = np.minimum(begin, close) * np.exp(-np.minimum(reach[1], 1.0))
    times = FIRST_MS + 300_000 * np.arange(n_bars, dtype=np.int64)
    return Bars(times, begin, high, low, close, random.random(n_bars) * 10)
