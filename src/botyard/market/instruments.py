"""What is assumed of an instrument whose bars came without a venue's word: grid, least order, costs."""

from dataclasses import replace
from typing import Literal

import numpy as np

from botyard.engine.bars import Bars
from botyard.market.exact import Floats
from botyard.records.market import Costs, Instrument, Step, TradingRules

Kind = Literal["spot", "perpetual"]

MIN_NOTIONAL = 5.0  # quote; the least order of most venues

SPOT_COSTS = Costs(taker_bps=10.0, maker_bps=10.0, slippage_bps=2.0)
PERPETUAL_COSTS = Costs(taker_bps=5.0, maker_bps=2.0, slippage_bps=2.0, funding_bps=1.0)

_MOST_DECIMALS = 10
_SAMPLE = 20_000  # bars that are looked at
_ENOUGH = 100  # bars before a common divisor of all prices means something


def infer_instrument(symbol: str, venue: str, kind: Kind, bars: Bars) -> Instrument:
    """Read tick and lot off the decimals of clean bars; all of it is marked as assumed."""
    base, quote = symbol.partition(":")[0].split("/")
    prices = np.concatenate([column[-_SAMPLE:] for column in (bars.open, bars.high, bars.low, bars.close)])
    volumes = bars.volume[-_SAMPLE:]
    return Instrument(
        symbol=symbol,
        venue=venue,
        base=base,
        quote=quote,
        kind=kind,
        tick=_grid(prices, fallback=float(prices.min()) * 1e-6),
        lot=_grid(volumes[volumes > 0], fallback=0.01 / float(prices.max()), divide=False),
        min_notional=MIN_NOTIONAL,
        assumed=("tick", "lot", "min_notional"),
    )


def trading_rules(instrument: Instrument) -> TradingRules:
    """Return what the book needs: the instrument, and the usual costs of its kind."""
    return TradingRules(instrument=instrument, costs=PERPETUAL_COSTS if instrument.kind == "perpetual" else SPOT_COSTS)


def merge_instruments(known: Instrument, seen: Instrument) -> Instrument:
    """Keep the finer grid of two looks at one instrument."""
    return replace(
        seen,
        tick=min(known.tick, seen.tick, key=lambda step: step.value),
        lot=min(known.lot, seen.lot, key=lambda step: step.value),
    )


def _grid(values: Floats, *, fallback: float, divide: bool = True) -> Step:
    # the fewest decimals that write every value; values with endless decimals get a fine grid instead
    for decimals in range(_MOST_DECIMALS + 1 if len(values) else 0):
        scaled = values * 10.0**decimals
        steps = np.rint(scaled)
        if np.all((np.abs(scaled - steps) <= 1e-6 + 1e-15 * steps) & (steps >= 1)):
            common = int(np.gcd.reduce(steps.astype(np.int64))) if divide and len(values) >= 4 * _ENOUGH else 1
            return Step(max(common, 1), 10**decimals)
    decimals = 0
    while 10.0**-decimals > fallback and decimals < _MOST_DECIMALS:
        decimals += 1
    return Step(1, 10**decimals)
