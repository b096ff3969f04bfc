"""Edges put into made-up moves, and what the strategy they are made for truly earns.

- momentum: the price drifts up or down for spells of 48 hours on average (exponential lengths), by a share of its
  own hourly deviation. The strategy is a cross of two exponential averages, long and short.
- reversion: the price strays from its martingale and comes back with a half-life of about 8 hours. The strategy
  buys a low RSI and sells a high one short.

Edges of several symbols share a part, as their returns do.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.signal import lfilter

from botyard.apps.calibration.universes import CORRELATION, Moves
from botyard.engine.bars import Floats

EdgeKind = Literal["momentum", "reversion"]

SPELL_HOURS = 48.0
REVERSION_HOURS = 12.0


@dataclass(frozen=True, slots=True)
class Edge:
    """What is planted; `size` is in usual hourly deviations of the symbol."""

    kind: EdgeKind
    size: float


def plant(found: Moves, edge: Edge, random: np.random.Generator, symbols: tuple[int, ...]) -> Moves:
    """Return the moves with an edge in some symbols."""
    n_symbols, n_hours = found.returns.shape
    draw = _spells if edge.kind == "momentum" else _strays
    common, own = draw(random, 1, n_hours), draw(random, n_symbols, n_hours)
    shape = math.sqrt(CORRELATION) * common + math.sqrt(1.0 - CORRELATION) * own
    chosen = np.isin(np.arange(n_symbols), symbols)[:, np.newaxis]
    returns = found.returns + np.where(chosen, edge.size * found.usual * shape, 0.0)
    return dataclasses.replace(found, returns=np.maximum(returns, -0.5))


def _spells(random: np.random.Generator, n_rows: int, n_hours: int) -> Floats:
    # +1 or -1, turning with probability 1/48 each hour
    turns = random.random((n_rows, n_hours)) < 1.0 / SPELL_HOURS
    first = random.integers(0, 2, (n_rows, 1))
    return np.asarray(1.0 - 2.0 * ((np.cumsum(turns, axis=1) + first) % 2))


def _strays(random: np.random.Generator, n_rows: int, n_hours: int) -> Floats:
    # hourly changes of a stationary first-order autoregression of deviation √12
    memory = math.exp(-1.0 / REVERSION_HOURS)
    shocks = random.standard_normal((n_rows, n_hours + 1)) * math.sqrt((1.0 - memory**2) * REVERSION_HOURS)
    before = random.standard_normal((n_rows, 1)) * math.sqrt(REVERSION_HOURS)
    strays, _ = lfilter([1.0], [1.0, -memory], shocks, axis=1, zi=memory * before)
    return np.asarray(np.diff(strays, axis=1))


SIZES: dict[EdgeKind, dict[float, float]] = {
    "momentum": {1.0: 0.0857, 1.5: 0.1004, 2.0: 0.1144, 3.0: 0.1422},
    "reversion": {1.0: 0.3507, 1.5: 0.421, 2.0: 0.4875, 3.0: 0.6215},
}


def edge_size(kind: EdgeKind, true_sharpe: float) -> float:
    """Return the size at which the planted strategy earns that annual Sharpe, net of costs; truth.py measures it."""
    return SIZES[kind][true_sharpe]
