"""Screening: which instruments suit an idea, before anything is optimised.

One pass per horizon, before costs, tells whether the idea works at any speed; the pass at the defaults, after
costs, stands beside it. A mean over horizons is hard to fit by luck: on 199 planted universes it found the one
true symbol of 8 among its top three 98 times of 100, the net figures at textbook defaults 72 times.
"""

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass

from botyard.engine import metrics as figures
from botyard.engine.backtest import FREE, Backtest, Runner
from botyard.engine.bars import Bars, Floats
from botyard.engine.program import Program
from botyard.engine.trial_returns import pack
from botyard.records.market import TradingRules
from botyard.records.ranking import RankedInstrument
from botyard.records.trials import NO_TRIALS, TrialReturns
from botyard.search import space

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
    daily: TrialReturns = NO_TRIALS  # of all passes


def screen(
    program: Program, windows: tuple[str, ...], candidate: Candidate, cuts_ms: tuple[int, ...] = ()
) -> Screening:
    """Run a candidate's passes once and read them off at every cut (UTC midnights).

    windows: the parameters that a horizon scales.
    A pass decides on closed bars only, so that its equity up to a cut is that of a pass over the bars before it.
    """
    bars, rules = candidate.bars, candidate.rules
    lengths = [int(bars.open_ms.searchsorted(cut)) for cut in cuts_ms]
    net = Runner(program, bars, rules).backtest(program.vector())
    gross = Runner(program, bars, dataclasses.replace(rules, costs=FREE))
    daily = [figures.daily_returns(bars.open_ms, net.equity)]
    sharpes: list[list[float]] = []  # per horizon: at each cut, then at the end
    for values in _horizon_sets(program, windows):
        equity = gross.backtest(program.vector(values)).equity
        daily.append(figures.daily_returns(bars.open_ms, equity))
        sharpes.append([_sharpe(bars, equity, length) for length in (*lengths, len(bars))])
    means = [_mean(column) for column in zip(*sharpes, strict=True)]
    return Screening(
        symbol=candidate.symbol,
        ranked=_ranked(candidate, net, means[-1]),
        scores=tuple(means[:-1]),
        trades=tuple(int((net.trades["exit_bar"] < length).sum()) for length in lengths),
        passes=1 + len(sharpes),
        daily=pack(figures.return_days(bars.open_ms), daily),
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


def _horizon_sets(program: Program, windows: tuple[str, ...]) -> list[space.Values]:
    # two horizons may round to the same windows: one pass is enough then
    spec = program.compiled.spec
    sets: list[space.Values] = []
    for horizon in space.horizons(spec, windows):
        values = space.horizon_values(spec, windows, horizon)
        if values not in sets and space.is_feasible(program, values):
            sets.append(values)
    return sets or [space.default_values(spec)]


def _ranked(candidate: Candidate, net: Backtest, score: float | None) -> RankedInstrument:
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


def _sharpe(bars: Bars, equity: Floats, length: int) -> float:
    return figures.sharpe(figures.daily_returns(bars.open_ms[:length], equity[:length]))


def _mean(sharpes: Iterable[float]) -> float | None:
    known = [s for s in sharpes if math.isfinite(s)]
    return math.fsum(known) / len(known) if known else None


def _descending(score: float | None) -> float:
    return math.inf if score is None else -score
