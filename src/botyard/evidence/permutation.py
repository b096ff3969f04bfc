"""The whole search on bars in another order: how often luck alone finds as much.

Bars are taken apart into shapes (the gap from the last close, then high, low and close against the open, and the
volume), the shapes are shuffled, and put together again. All instruments are shuffled alike, so that what they have to
do with each other stays; first and last price stay too, and with them the drift. What goes is when things happened:
trends, reversals, volatility that comes in clusters, hours of the day. Sources: Masters, Permutation and Randomization
Tests for Trading System Development, 2018, chapter 3 (bars); Besag and Clifford, Sequential Monte Carlo p-values,
Biometrika 78, 1991 (early stop).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from botyard.engine.bars import Bars, Floats, Integers
from botyard.records.market import Step
from botyard.records.verdict import PermutationTest

ENOUGH = 10
"""So many permutations as good as the bars themselves settle that there is nothing to be seen."""


def permuted(panel: Mapping[str, Bars], ticks: Mapping[str, Step], seed: int) -> dict[str, Bars]:
    """Return bars at the same times whose shapes come from other times, the same ones for all instruments.

    A shape goes only to a time at which the same instruments have bars; each instrument's first bar stays.
    """
    source = _sources(panel, np.random.default_rng(seed))
    return {symbol: _rebuilt(bars, source[symbol], ticks[symbol]) for symbol, bars in panel.items()}


def sequential_p(actual: float, found: Sequence[float | None]) -> PermutationTest:
    """Return the exact p-value of a value among those found on permuted bars, None where nothing could be chosen.

    found: in the order of the permutations; those after the ENOUGH-th that reaches the actual value do not count.
    With fewer of them p = (1 + reached) / (1 + n); stopped at the n-th, p = reached / n.
    """
    reached, used = 0, 0
    for value in found:
        used += 1
        reached += value is not None and value >= actual
        if reached == ENOUGH:
            break
    is_stopped = reached == ENOUGH
    p = reached / used if is_stopped else (1 + reached) / (1 + used)
    return PermutationTest(
        p=p, reached=reached, used=used, is_stopped=is_stopped, actual=actual, found=tuple(found[:used])
    )


def _sources(panel: Mapping[str, Bars], random: np.random.Generator) -> dict[str, Integers]:
    # for each instrument: which of its bars gives the shape of each of its bars
    times = np.unique(np.concatenate([bars.open_ms for bars in panel.values()]))
    has_bar = np.array([np.isin(times, bars.open_ms) for bars in panel.values()])
    is_first = np.isin(times, [bars.open_ms[0] for bars in panel.values()])
    _, pattern = np.unique(
        np.vstack([has_bar, np.where(is_first, np.arange(times.size), -1)]), axis=1, return_inverse=True
    )
    taken = np.arange(times.size)
    for places in _groups(pattern.ravel()):
        taken[places] = random.permutation(places)
    return {
        symbol: np.searchsorted(bars.open_ms, times[taken[has]])
        for (symbol, bars), has in zip(panel.items(), has_bar, strict=True)
    }


def _groups(pattern: npt.NDArray[np.int64]) -> list[Integers]:
    order = np.argsort(pattern, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(pattern[order])) + 1)


def _rebuilt(bars: Bars, source: Integers, tick: Step) -> Bars:
    opened = np.log(bars.open)
    gap = np.concatenate(([0.0], opened[1:] - np.log(bars.close[:-1])))[source]
    high, low, body = (np.log(column)[source] - opened[source] for column in (bars.high, bars.low, bars.close))
    closes = opened[0] + np.cumsum(gap + body)
    opens = closes - body
    prices = [_on_grid(np.exp(column), tick) for column in (opens, opens + high, opens + low, closes)]
    first, highest, lowest, last = prices
    return Bars(
        bars.open_ms,
        first,
        np.maximum(highest, np.maximum(first, last)),
        np.minimum(lowest, np.minimum(first, last)),
        last,
        bars.volume[source],
    )


def _on_grid(prices: Floats, tick: Step) -> Floats:
    steps = np.maximum(1.0, np.round(prices * tick.denominator / tick.numerator))
    return np.asarray(steps * tick.numerator / tick.denominator)
