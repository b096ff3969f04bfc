"""Walk-forward: what the whole procedure would have earned on bars that it had not seen.

The period is cut into sixths. At 2/6, 3/6, 4/6 and 5/6 the procedure ranks and searches on the past alone and is
tested on the next sixth; the four tests, chained, are the walk-forward equity. How it ranks and searches is not
known here: a fold comes back as the backtest of what it chose.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from botyard.engine.backtest import FILL, TRADE, Backtest
from botyard.engine.bars import DAY_MS, Bars

N_PARTS = 6
FIRST_TESTED = 2


@dataclass(frozen=True, slots=True)
class Cut:
    """One fold's times, UTC ms: trained on bars that open before `train_until_ms`, tested on the next ones."""

    index: int  # 1 is the first
    train_until_ms: int
    test_until_ms: int
    fraction: float  # of the period that is past


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of bars and what was made on it, in money that begins at the initial cash."""

    bars: Bars
    run: Backtest


def cuts(from_ms: int, until_ms: int) -> tuple[Cut, ...]:
    """Return the folds of the bars that open in from_ms..until_ms; they meet at UTC midnights.

    Shorter than six days, there are none.
    """
    first_day = from_ms // DAY_MS
    days_per_part = ((until_ms - 1) // DAY_MS + 1 - first_day) // N_PARTS
    if days_per_part < 1:
        return ()
    edges = [(first_day + days_per_part * part) * DAY_MS for part in range(FIRST_TESTED, N_PARTS)] + [until_ms]
    return tuple(
        Cut(
            index=i + 1,
            train_until_ms=edges[i],
            test_until_ms=edges[i + 1],
            fraction=(FIRST_TESTED + i) / N_PARTS,
        )
        for i in range(N_PARTS - FIRST_TESTED)
    )


def segment(bars: Bars, past: Backtest, whole: Backtest, initial_cash: float) -> Segment:
    """Return what `whole`, a run over `bars`, made after `past`, the same run over the first of those bars.

    A run decides on closed bars only, so that the two agree where both ran. A trade belongs to where it was closed.
    """
    n_past = len(past.equity)
    tested = bars.slice(n_past, len(bars))
    before = float(past.equity[-1]) if n_past else initial_cash
    if before <= 0.0:  # liquidated before the test: nothing is left to trade with
        return idle(tested, initial_cash)
    after = dataclasses.replace(
        whole,
        equity=whole.equity[n_past:],
        lots=whole.lots[n_past:],
        fills=whole.fills[len(past.fills) :],
        trades=whole.trades[len(past.trades) :],
        ambiguous=whole.ambiguous - past.ambiguous,
        touched_after_entry=whole.touched_after_entry - past.touched_after_entry,
        bars_in_market=whole.bars_in_market - past.bars_in_market,
        fees=whole.fees - past.fees,
        funding=whole.funding - past.funding,
        turnover=whole.turnover - past.turnover,
        orders=None,
    )
    return Segment(tested, _moved(after, factor=initial_cash / before, by=-n_past))


def idle(bars: Bars, initial_cash: float) -> Segment:
    """Return a stretch that was spent in cash."""
    n = len(bars)
    run = Backtest(
        equity=np.full(n, initial_cash),
        lots=np.zeros(n),
        fills=np.empty(0, FILL),
        trades=np.empty(0, TRADE),
        ambiguous=0,
        touched_after_entry=0,
        bars_in_market=0,
        liquidated=False,
        fees=0.0,
        funding=0.0,
        turnover=0.0,
        orders=None,
    )
    return Segment(bars, run)


def chain(segments: Sequence[Segment], initial_cash: float) -> Segment:
    """Return the segments as one, each going on with the money that the one before it ended with."""
    runs: list[Backtest] = []
    money, n_before = initial_cash, 0
    for part in segments:
        runs.append(_moved(part.run, factor=money / initial_cash, by=n_before))
        n_before += len(part.bars)
        money = float(runs[-1].equity[-1]) if len(part.bars) else money
    columns = zip(*(part.bars.columns() for part in segments), strict=True)
    return Segment(
        bars=Bars(*(np.concatenate(column) for column in columns)),
        run=Backtest(
            equity=np.concatenate([r.equity for r in runs]),
            lots=np.concatenate([r.lots for r in runs]),
            fills=np.concatenate([r.fills for r in runs]),
            trades=np.concatenate([r.trades for r in runs]),
            ambiguous=sum(r.ambiguous for r in runs),
            touched_after_entry=sum(r.touched_after_entry for r in runs),
            bars_in_market=sum(r.bars_in_market for r in runs),
            liquidated=any(r.liquidated for r in runs),
            fees=sum(r.fees for r in runs),
            funding=sum(r.funding for r in runs),
            turnover=sum(r.turnover for r in runs),
            orders=None,
        ),
    )


def _moved(run: Backtest, *, factor: float, by: int) -> Backtest:
    # the same run with all money and quantities times a factor, its bars numbered from elsewhere
    return dataclasses.replace(
        run,
        equity=run.equity * factor,
        lots=run.lots * factor,
        fills=_rows(run.fills, factor, by, bars=("bar",), amounts=("lots", "fee")),
        trades=_rows(run.trades, factor, by, bars=("entry_bar", "exit_bar"), amounts=("lots", "profit", "fees")),
        fees=run.fees * factor,
        funding=run.funding * factor,
        turnover=run.turnover * factor,
    )


def _rows(
    rows: npt.NDArray[Any], factor: float, by: int, *, bars: tuple[str, ...], amounts: tuple[str, ...]
) -> npt.NDArray[Any]:
    moved = rows.copy()
    for name in bars:
        moved[name] += by
    for name in amounts:
        moved[name] *= factor
    return moved
