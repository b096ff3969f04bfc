"""Hourly bars of correlated symbols, as pure functions of a seed.

Every price is a martingale, but for what is planted: simple returns are drawn around zero and compounded, so that
neither timing nor holding earns anything before costs.

1. gbm: normal returns, one common factor.
2. garch: the same with GARCH(1,1) volatility (Bollerslev 1986), Student-t shocks of 4 degrees of freedom.
3. real: stretches of imported bars, 5 days long on average, drawn at random, the same for all symbols; then every
   hour is turned upside down or not by a fair coin, all symbols together. Volatility, its clusters, tails and the
   symbols' correlation are the market's; by the coin the next hour's direction is unknowable, whatever the past.
4. drift: garch, and every symbol rises with a buy-and-hold Sharpe of 1: a rising market is not an edge.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from botyard.engine.bars import HOUR_MS, Bars, Floats

Kind = Literal["gbm", "garch", "real", "drift"]

START_MS = 1_672_531_200_000  # 2023-01-01
HOURS_PER_YEAR = 8760
START_PRICE = 100.0
TICK_DECIMALS = 4

VOLATILITIES = (0.5, 0.65, 0.8, 0.95, 1.1)
"""Annual, of a symbol; drawn for each."""

CORRELATION = 0.6
DRIFT_SHARPE = 1.0

GARCH_SHOCK, GARCH_MEMORY = 0.03, 0.96
"""Of last hour's squared return and variance: a shock's half-life is about three days."""

DEGREES_OF_FREEDOM = 4
MOST_MOVE = 0.25  # of one hour: tails are cut off on both sides alike

BLOCK_HOURS = 120.0

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RealHours:
    """Imported bars as moves from the close before, each (n_symbols, n_hours); volume in units."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


@dataclass(frozen=True, slots=True)
class Moves:
    """What symbols do each hour, without any edge, each (n_symbols, n_hours)."""

    returns: Floats  # simple
    deviations: Floats  # of the normal that a return was drawn from
    usual: Floats  # (n_symbols, 1): the deviation of an average hour


def moves(kind: Kind, random: np.random.Generator, *, n_symbols: int, n_hours: int) -> Moves:
    """Draw the moves of made-up symbols; kind `real` needs `real_bars`."""
    annual = random.choice(VOLATILITIES, (n_symbols, 1))
    hourly = annual / math.sqrt(HOURS_PER_YEAR)
    # one row for the common factor, one for each symbol's own part
    draw = _even if kind == "gbm" else _garch
    shocks, deviations = draw(random, n_symbols + 1, n_hours)
    common, own = math.sqrt(CORRELATION), math.sqrt(1.0 - CORRELATION)
    returns = np.clip(hourly * (common * shocks[0] + own * shocks[1:]), -MOST_MOVE, MOST_MOVE)
    if kind == "drift":
        returns += DRIFT_SHARPE * annual / HOURS_PER_YEAR
    spread = hourly * np.sqrt((common * deviations[0]) ** 2 + (own * deviations[1:]) ** 2)
    return Moves(returns, spread, hourly)


def bars(found: Moves, random: np.random.Generator) -> list[Bars]:
    """Compound returns to bars; high and low are the extremes of a Brownian bridge from open to close."""
    log = np.log1p(found.returns)
    variance = found.deviations**2
    up, down = (0.5 * (m + np.sqrt(m**2 - 2.0 * variance * np.log(_uniform(random, m)))) for m in (log, -log))
    close = START_PRICE * np.exp(np.cumsum(log, axis=1))
    before = np.concatenate([np.full((len(close), 1), START_PRICE), close[:, :-1]], axis=1)
    volume = 1000.0 * found.deviations / found.usual * random.uniform(0.5, 1.5, log.shape)
    return [
        _bars(*columns)
        for columns in zip(before, before * np.exp(up), before * np.exp(-down), close, volume, strict=True)
    ]


def real_hours(source: Mapping[str, Bars]) -> RealHours:
    """Turn imported hourly bars into moves, over the hours that all symbols have."""
    shared = sorted(set.intersection(*(set(held.open_ms.tolist()) for held in source.values())))
    columns = []
    for held in source.values():
        kept = np.searchsorted(held.open_ms, np.array(shared, np.int64))
        o, h, low, c, v = (column[kept] for column in (held.open, held.high, held.low, held.close, held.volume))
        columns.append([x[1:] / c[:-1] - 1.0 for x in (o, h, low, c)] + [v[1:]])
    return RealHours(*(np.array(rows) for rows in zip(*columns, strict=True)))


def real_bars(real: RealHours, random: np.random.Generator, *, n_symbols: int, n_hours: int) -> list[Bars]:
    """Draw stretches of real hours, turn hours upside down by a coin, and compound them to bars."""
    symbols = np.sort(random.permutation(len(real.close))[:n_symbols])
    hours = _stretches(random, real.close.shape[1], n_hours)
    turned = random.random(n_hours) < 0.5
    o, h, low, c = (x[np.ix_(symbols, hours)] for x in (real.open, real.high, real.low, real.close))
    o, c = (np.where(turned, -x, x) for x in (o, c))
    h, low = np.where(turned, -low, h), np.where(turned, -h, low)
    close = START_PRICE * np.cumprod(1.0 + c, axis=1)
    before = np.concatenate([np.full((n_symbols, 1), START_PRICE), close[:, :-1]], axis=1)
    volume = real.volume[np.ix_(symbols, hours)]
    return [
        _bars(*columns)
        for columns in zip(before * (1.0 + o), before * (1.0 + h), before * (1.0 + low), close, volume, strict=True)
    ]


def _even(random: np.random.Generator, n_rows: int, n_hours: int) -> tuple[Floats, Floats]:
    return random.standard_normal((n_rows, n_hours)), np.ones((n_rows, n_hours))


def _garch(random: np.random.Generator, n_rows: int, n_hours: int) -> tuple[Floats, Floats]:
    # Variance 1 on average; the first week is thrown away. A Student-t shock is a normal one of random width, and
    # a bar's high and low must be drawn at that width, or limit orders would fill at too good a price.
    warm = 168
    normal = random.standard_normal((n_hours + warm, n_rows))
    widths = np.sqrt((DEGREES_OF_FREEDOM - 2) / random.chisquare(DEGREES_OF_FREEDOM, normal.shape))
    rest = 1.0 - GARCH_SHOCK - GARCH_MEMORY
    factors = GARCH_SHOCK * (normal * widths) ** 2 + GARCH_MEMORY
    variances = np.empty_like(normal)
    variance = np.ones(n_rows)
    for i, factor in enumerate(factors):
        variances[i] = variance
        variance = rest + factor * variance
    deviations = (np.sqrt(variances) * widths)[warm:].T
    return normal[warm:].T * deviations, deviations


def _stretches(random: np.random.Generator, n_source: int, n_hours: int) -> npt.NDArray[np.int64]:
    # as the stationary bootstrap draws them: geometric lengths, wrapped around
    is_new = random.random(n_hours) < 1.0 / BLOCK_HOURS
    is_new[0] = True
    began = np.maximum.accumulate(np.where(is_new, np.arange(n_hours), 0))
    starts = random.integers(0, n_source, n_hours)
    return np.asarray((starts[began] + np.arange(n_hours) - began) % n_source)


def _uniform(random: np.random.Generator, like: Floats) -> Floats:
    return 1.0 - random.random(like.shape)  # never 0


def _bars(open_: Floats, high: Floats, low: Floats, close: Floats, volume: Floats) -> Bars:
    o, h, lo, c = (np.round(column, TICK_DECIMALS) for column in (open_, high, low, close))
    open_ms = START_MS + HOUR_MS * np.arange(len(c), dtype=np.int64)
    return Bars(open_ms, o, np.maximum(h, np.maximum(o, c)), np.minimum(lo, np.minimum(o, c)), c, volume)
