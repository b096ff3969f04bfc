"""Screening: which instruments suit an idea, before anything is optimised.

One pass per horizon, before costs, tells whether the idea works at any speed; the pass at the defaults, after
costs, stands beside it. A mean over horizons is hard to fit by luck: on 199 planted universes it found the one
true symbol of 8 among its top three 98 times of 100, the net figures at textbook defaults 72 times.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botyard.engine import metrics as figures
from botyard.engine.backtest import backtest
from botyard.engine.bars import Bars
from botyard.records.market import Costs, TradingRules
from botyard.records.ranking import RankedInstrument
from botyard.search import space

if TYPE_CHECKING:
    from botyard.engine.backtest import Backtest
    from botyard.engine.program import Program

MIN_TRADES = 30
"""Round trips at the defaults, over the whole period; a part of the period needs its part of them."""

TOP = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """An instrument's bars and the rules it trades under."""

    symbol: str
    bars: Bars
    rules: TradingRules


@dataclass(frozen=True, slots=True)
class Screening:
    """What the passes over one candidate say, at the end and at each earlier cut. Scores are None where undefined."""

    symbol: str
    ranked: RankedInstrument  # without rank
    scores: tuple[float | None, ...]  # mean gross Sharpe of the bars before each cut
    trades: tuple[int, ...]  # closed before each cut, at the defaults
    passes: int


def screen(program: "Program", candidate: Candidate, cuts_ms: tuple[int, ...] = ()) -> Screening:
    """Run a candidate's passes once and read them off at every cut (UTC midnights).

    A pass decides on closed bars only, so that its equity up to a cut is that of a pass over the bars before it.
    """
    compiled = program.compiled
    bars, rules = candidate.bars, candidate.rules
    minutes = bars.local_minutes(compiled.spec.timezone)
    net = backtest(program, bars, rules, minutes=minutes)
    gross_rules = dataclasses.replace(rules, costs=Costs(0.0, 0.0, 0.0, 0.0))
    scores: list[list[float]] = [[] for _ in range(len(cuts_ms) + 1)]
    sets = _horizon_sets(program)
    for values in sets:
        gross = backtest(program, bars, gross_rules, values, minutes=minutes)
        for i, length in enumerate(_lengths(bars, cuts_ms)):
            scores[i].append(figures.sharpe(figures.daily_returns(bars.open_ms[:length], gross.equity[:length])))
    means = [_mean(row) for row in scores]
    return Screening(
        symbol=candidate.symbol,
        ranked=_ranked(candidate, net, means[-1]),
        scores=tuple(means[:-1]),
        trades=tuple(_trades_before(bars, net, cut) for cut in cuts_ms),
        passes=1 + len(sets),
    )


def rank(candidates: list[RankedInstrument]) -> tuple[RankedInstrument, ...]:
    """Order candidates: qualified ones by score, best first and numbered from 1; then the others, by score too."""
    judged = [c if c.reason else dataclasses.replace(c, reason=shortcoming(c.trades, c.score)) for c in candidates]
    ordered = sorted(judged, key=lambda c: (bool(c.reason), _descending(c.score), c.symbol))
    return tuple(
        dataclasses.replace(c, rank=None if c.reason else position) for position, c in enumerate(ordered, start=1)
    )


def chosen_at(screenings: list[Screening], cut: int, fraction: float) -> tuple[str, ...]:
    """Return the top three as they stood at a cut; `fraction` of the period had passed by then."""
    rows = [(s.scores[cut], s.symbol) for s in screenings if not shortcoming(s.trades[cut], s.scores[cut], fraction)]
    return tuple(symbol for score, symbol in sorted(rows, key=lambda row: (_descending(row[0]), row[1])))[:TOP]


def shortcoming(trades: int, score: float | None, fraction: float = 1.0) -> str:
    """Say why a candidate does not qualify; empty when it does."""
    needed = math.ceil(MIN_TRADES * fraction)
    if trades < needed:
        return f"too few trades: {trades} at the default parameters, {needed} are needed"
    if score is None:
        return "the gross Sharpe is undefined at every horizon: the equity never moves"
    if score <= 0:
        return f"no edge before costs: mean gross Sharpe over the horizons is {score:.2f}"
    return ""


def excluded(symbol: str, reason: str, *, synthetic: bool) -> RankedInstrument:
    """Make the entry of a candidate that no backtest could be run on."""
    return RankedInstrument(
        symbol=symbol,
        rank=None,
        score=None,
        net_return=None,
        net_sharpe=None,
        max_drawdown=None,
        trades=0,
        exposure=None,
        reason=reason,
        synthetic=synthetic,
    )


def _horizon_sets(program: "Program") -> list[space.Values]:
    # two horizons may round to the same windows: one pass is enough then
    compiled = program.compiled
    spec, windows = compiled.spec, compiled.window_parameters
    sets: list[space.Values] = []
    for horizon in space.horizons(spec, windows):
        values = space.horizon_values(spec, windows, horizon)
        if values not in sets and space.is_feasible(program, values):
            sets.append(values)
    return sets or [space.default_values(spec)]


def _ranked(candidate: Candidate, net: "Backtest", score: float | None) -> RankedInstrument:
    found = figures.metrics(candidate.bars, net, candidate.rules)
    return RankedInstrument(
        symbol=candidate.symbol,
        rank=None,
        score=score,
        net_return=found.net_return,
        net_sharpe=found.sharpe,
        max_drawdown=found.max_drawdown,
        trades=found.trades,
        exposure=found.exposure,
        synthetic=candidate.rules.instrument.synthetic,
    )


def _lengths(bars: Bars, cuts_ms: tuple[int, ...]) -> list[int]:
    return [int(bars.open_ms.searchsorted(cut)) for cut in cuts_ms] + [len(bars)]


def _mean(sharpes: list[float]) -> float | None:
    known = [s for s in sharpes if math.isfinite(s)]
    return math.fsum(known) / len(known) if known else None


def _descending(score: float | None) -> float:
    return math.inf if score is None else -score
