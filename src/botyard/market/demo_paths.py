"""The demo market's prices: a pure function of symbol and time, the same bits on every machine.

How a price is made, for one symbol:

1. A day has a variance: the symbol's own, times a slowly wandering factor (weeks and days), less at weekends.
2. Its half-hours share that variance by season and by a wandering factor of their own; its minutes share it evenly,
   but that one in nine moves more and one in 64 three times as much: fat tails, volatility clustering.
3. The day's whole move is drawn first, with that variance. Levels are sums of the days' moves since START_MS,
   so that any day is reached without walking through the minutes before it.
4. Inside the day the minutes are a random walk tied to the day's move (a Brownian bridge in the clock of the
   variance): given the variances its steps are uncorrelated, as if it had been walked freely.
5. One such walk is common to all symbols (times beta), one is the symbol's own. Half the variance is taken off
   each step: the price, not its logarithm, is the martingale, and holding earns nothing either.
6. High and low are the extremes of a Brownian bridge through the minute's open and close, so that resting orders
   are as fair as the rest. Prices are rounded to the tick; the next minute opens at the last one's close.
7. Two symbols drift besides: up or down for spells of whole days. That is the planted edge, made-up like everything.
"""

from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np

from botyard.engine.bars import Bars
from botyard.market import exact
from botyard.market.exact import Floats, Hashes, Integers
from botyard.records.market import MINUTE_MS

GENERATION = "1"  # part of every seed and hash: another generator makes another market
START_MS = 1_704_067_200_000  # 2024-01-01
DAY_MS = 86_400_000
MINUTES = 1440

_SLOTS = 48  # half-hours of a day
_BLOCK_DAYS = 16  # a block's arrays fit the processor's cache
_START_DAY = START_MS // DAY_MS
_SLOW_DAYS, _FAST_DAYS, _SLOT_WINDOW = 40, 5, 6
_SLOW, _FAST, _SLOT = 0.35, 0.25, 0.30  # deviations of log volatility
_WEEKEND = 0.6  # variance of Saturday and Sunday
_BIG, _WIDE = 9.0, 2.25  # variance of 1 and of 7 in 64 minutes
_CALM = (64 - _BIG - 7 * _WIDE) / 56  # of the other 56, so that the mean is 1
_BITS_21 = np.uint64((1 << 21) - 1)
_SEASON = (
    0.75, 0.70, 0.70, 0.65, 0.60, 0.60, 0.65, 0.80, 0.95, 1.00, 0.95, 0.90,
    1.00, 1.25, 1.55, 1.60, 1.45, 1.30, 1.15, 1.05, 1.00, 0.95, 0.85, 0.80,
)  # fmt: skip
"""Variance by UTC hour: quiet nights, a busy afternoon."""

FACTOR_VOLATILITY = 0.50  # annual, of the common walk


@dataclass(frozen=True, slots=True)
class DemoSymbol:
    """How one made-up symbol moves. `spell_drift` is in deviations of the own daily move; 0 means no edge."""

    name: str
    price: float  # at START_MS
    tick_decimals: int
    lot_decimals: int
    volatility: float  # annual, of the own walk
    beta: float
    quote_per_minute: float  # usual turnover
    spell_drift: float = 0.0
    spell_days: int = 1
    common: str = "common"  # the walk it shares with the others


@dataclass(frozen=True, slots=True)
class _Walk:
    # one random walk over a block, each day from 0
    levels: Floats  # (days, MINUTES) log, at each minute's close
    variances: Floats  # (days, MINUTES)
    day_variances: Floats  # (days,)


def bars(symbol: DemoSymbol, minutes: int, from_ms: int, until_ms: int) -> Bars:
    """Make the bars of 1 or 5 minutes that open in [from_ms, until_ms)."""
    step = minutes * MINUTE_MS
    from_ms = max(-(-from_ms // step) * step, START_MS)
    until_ms = -(-until_ms // step) * step
    first, last = from_ms // DAY_MS, -(-until_ms // DAY_MS)
    levels = _day_levels(symbol, first, max(last - first, 0))
    blocks = [
        _block(symbol, minutes, day, levels[day - first : day - first + _BLOCK_DAYS + 1])
        for day in range(first, last, _BLOCK_DAYS)
    ]
    columns = [np.concatenate(parts) for parts in zip(*blocks, strict=True)] if blocks else [np.empty(0)] * 5
    times = first * DAY_MS + step * np.arange(len(columns[0]), dtype=np.int64)
    keep = slice((from_ms - first * DAY_MS) // step, max(until_ms - first * DAY_MS, 0) // step)
    return Bars(times[keep], *(column[keep] for column in columns))


def _block(symbol: DemoSymbol, minutes: int, day: int, start: Floats) -> tuple[Floats, ...]:
    # start: log level at the start of each day and at the end of the last
    days = len(start) - 1
    own = _walk(symbol.name, symbol.volatility, day, days)
    common = _common(symbol.common, day, days)
    # the bridge from the day's start to its end, spread in proportion to variance
    own_share = np.cumsum(own.variances, axis=1)
    own_share /= own_share[:, -1:]
    common_share = np.cumsum(common.variances, axis=1)
    common_share /= common_share[:, -1:]
    own_move, common_drift = _own_moves(symbol, day, days), _common_drift(symbol, day, days)
    knots = np.empty((days, MINUTES + 1))
    knots[:, 0] = 0.0
    path = own.levels + own_share * (own_move - own.levels[:, -1])[:, None]
    path += symbol.beta * common.levels
    path += common_share * common_drift[:, None]
    knots[:, 1:] = path
    knots[:, -1] = start[1:] - start[:-1]
    variance = own.variances + (symbol.beta * symbol.beta) * common.variances
    price = exact.exp(knots + start[:-1, None]) * symbol.price
    return _bars_of_minutes(symbol, minutes, day, knots, price, variance)


def _bars_of_minutes(
    symbol: DemoSymbol, minutes: int, day: int, knots: Floats, price: Floats, variance: Floats
) -> tuple[Floats, ...]:
    counters = np.arange(day * MINUTES, (day + len(knots)) * MINUTES, dtype=np.int64).reshape(-1, MINUTES)
    grid = float(10**symbol.tick_decimals)
    ticks = np.maximum(np.rint(price * grid), 1.0)
    move = knots[:, 1:] - knots[:, :-1]
    bits = exact.hashes(_seed(symbol.name, "shape"), counters)
    up = _excursion(bits >> np.uint64(43), move, variance)
    down = _excursion((bits >> np.uint64(22)) & _BITS_21, -move, variance)
    begin, end = ticks[:, :-1], ticks[:, 1:]
    high = np.maximum(np.rint(price[:, :-1] * (1.0 + up * (1.0 + 0.5 * up)) * grid), np.maximum(begin, end))
    low = np.rint(price[:, :-1] * (1.0 - down * (1.0 - 0.5 * down)) * grid)
    low = np.maximum(np.minimum(low, np.minimum(begin, end)), 1.0)
    lots = _lots(symbol, bits & _BITS_21, price[:, :-1], variance)
    shape = (-1, minutes)
    volume = lots / float(10**symbol.lot_decimals)
    return (
        begin.reshape(shape)[:, 0] / grid,
        reduce(np.maximum, high.reshape(shape).T) / grid,
        reduce(np.minimum, low.reshape(shape).T) / grid,
        end.reshape(shape)[:, -1] / grid,
        reduce(np.add, volume.reshape(shape).T),  # in order, as resampling adds them
    )


def _excursion(bits: Hashes, move: Floats, variance: Floats) -> Floats:
    # the highest point of a Brownian bridge from 0 to `move`: (m + sqrt(m² - 2 v ln U)) / 2
    root: Floats = np.sqrt(move * move - 2.0 * variance * exact.log(exact.uniform(bits, 21)))
    return 0.5 * (move + root)


def _lots(symbol: DemoSymbol, bits: Hashes, price: Floats, variance: Floats) -> Integers:
    # turnover grows with the root of variance
    common = symbol.beta * FACTOR_VOLATILITY
    total = symbol.volatility * symbol.volatility + common * common
    busy = np.sqrt(variance * (365.0 * MINUTES / total))
    noise = 0.4 + 1.2 * exact.uniform(bits, 21)
    quantity = symbol.quote_per_minute * busy * noise / price
    return np.maximum(np.rint(quantity * float(10**symbol.lot_decimals)), 1.0).astype(np.int64)


def _walk(name: str, volatility: float, day: int, days: int) -> _Walk:
    # a free walk through the block's minutes, each day from 0
    day_variances = _day_variances(name, volatility, day, days)
    slots = _slot_shares(name, day, days) * day_variances[:, None] / (MINUTES // _SLOTS)
    counters = np.arange(day * MINUTES, (day + days) * MINUTES, dtype=np.int64).reshape(days, MINUTES)
    kind = exact.hashes(_seed(name, "tails"), counters) & np.uint64(63)
    tails = np.where(kind == 0, _BIG, np.where(kind < 8, _WIDE, _CALM))
    variances = np.repeat(slots, MINUTES // _SLOTS, axis=1) * tails
    steps = exact.normal(exact.lanes(exact.hashes(_seed(name, "minutes"), counters))) * np.sqrt(variances)
    return _Walk(np.cumsum(steps, axis=1), variances, day_variances)


@lru_cache(maxsize=32)  # a year of blocks
def _common(name: str, day: int, days: int) -> _Walk:
    # the same for all symbols: already tied to the common day's move
    walk = _walk(name, FACTOR_VOLATILITY, day, days)
    share = np.cumsum(walk.variances, axis=1)
    share /= share[:, -1:]
    moves = np.sqrt(walk.day_variances) * _day_normals(name, day, days)
    return _Walk(walk.levels + share * (moves - walk.levels[:, -1])[:, None], walk.variances, walk.day_variances)


def _day_variances(name: str, volatility: float, day: int, days: int) -> Floats:
    slow = exact.moving_normal(_seed(name, "slow"), day, days, _SLOW_DAYS)
    fast = exact.moving_normal(_seed(name, "fast"), day, days, _FAST_DAYS)
    mean_correction = 2.0 * (_SLOW * _SLOW + _FAST * _FAST)  # E exp(2h) = exp(2 var h)
    wandering = exact.exp(2.0 * (_SLOW * slow + _FAST * fast) - mean_correction)
    weekday = (np.arange(day, day + days) + 3) % 7  # 1970-01-01 was a Thursday
    week = np.where(weekday >= 5, _WEEKEND, (7.0 - 2.0 * _WEEKEND) / 5.0)
    return wandering * week * (volatility * volatility / 365.0)


def _slot_shares(name: str, day: int, days: int) -> Floats:
    wandering = exact.moving_normal(_seed(name, "slots"), day * _SLOTS, days * _SLOTS, _SLOT_WINDOW)
    season = np.repeat(np.array(_SEASON), _SLOTS // 24)
    weights = exact.exp(2.0 * _SLOT * wandering).reshape(days, _SLOTS) * season
    shares: Floats = weights / np.cumsum(weights, axis=1)[:, -1:]
    return shares


def _day_normals(name: str, day: int, days: int) -> Floats:
    # sixteen lanes of four: near enough to normal that knowing half a day's move says nothing of the other half
    counters = np.arange(4 * day, 4 * (day + days), dtype=np.int64)
    draws = exact.lanes(exact.hashes(_seed(name, "days"), counters)).reshape(days, 4)
    return exact.normal(draws.sum(axis=1), 4)


def _own_moves(symbol: DemoSymbol, day: int, days: int) -> Floats:
    variances = _day_variances(symbol.name, symbol.volatility, day, days)
    moves = np.sqrt(variances) * _day_normals(symbol.name, day, days) - 0.5 * variances
    if symbol.spell_drift == 0.0:
        return moves
    spells = np.arange(day, day + days, dtype=np.int64) // symbol.spell_days
    signs = np.where(exact.hashes(_seed(symbol.name, "spells"), spells) >> np.uint64(63) == 0, 1.0, -1.0)
    return moves + signs * (symbol.spell_drift * symbol.volatility / float(np.sqrt(365.0)))


def _common_drift(symbol: DemoSymbol, day: int, days: int) -> Floats:
    return -0.5 * symbol.beta * symbol.beta * _day_variances(symbol.common, FACTOR_VOLATILITY, day, days)


def _day_levels(symbol: DemoSymbol, day: int, days: int) -> Floats:
    # log price over the first price at the start of each day and at the end of the last; sums begin at START_MS
    count = day + days - _START_DAY
    common = np.sqrt(_day_variances(symbol.common, FACTOR_VOLATILITY, _START_DAY, count))
    common *= symbol.beta * _day_normals(symbol.common, _START_DAY, count)
    moves = _own_moves(symbol, _START_DAY, count) + common + _common_drift(symbol, _START_DAY, count)
    return np.concatenate(([0.0], np.cumsum(moves)))[day - _START_DAY :]


@lru_cache(maxsize=256)
def _seed(name: str, stream: str) -> np.uint64:
    return exact.seed("botyard demo market", GENERATION, name, stream)
