"""Lines and marks for charts, thinned: a report needs some hundred points, a backtest has a hundred thousand."""

from typing import Any

import numpy as np
import numpy.typing as npt

from botyard.engine.backtest import Backtest
from botyard.engine.bars import Bars
from botyard.engine.program import Program
from botyard.records.research import Curve, TradeMark

MOST_POINTS = 600
MOST_MARKS = 400

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def thinned(open_ms: Integers, values: Floats) -> Curve:
    """Return at most MOST_POINTS points, evenly spread, first and last included."""
    kept = _ends(len(values))
    return Curve(tuple(open_ms[kept].tolist()), tuple(values[kept].tolist()))


def drawdown(open_ms: Integers, equity: Floats) -> Curve:
    """Return the drawdown, a fraction at most 0; each point is the worst since the point before it."""
    if not len(equity):
        return Curve((), ())
    fractions = equity / np.maximum.accumulate(equity) - 1.0
    kept = _ends(len(equity))
    starts = np.concatenate(([0], kept[:-1] + 1))
    return Curve(tuple(open_ms[kept].tolist()), tuple(np.minimum.reduceat(fractions, starts).tolist()))


def buy_and_hold(bars: Bars, initial_cash: float) -> Curve:
    """Return what the cash would be worth, had it bought at the first open; before costs."""
    return thinned(bars.open_ms, initial_cash * bars.close / bars.open[0])


def trade_marks(program: Program, bars: Bars, run: Backtest) -> tuple[TradeMark, ...]:
    """Return the last MOST_MARKS closed trades, oldest first."""
    return tuple(_mark(program, bars, trade) for trade in run.trades[-MOST_MARKS:])


def _mark(program: Program, bars: Bars, trade: Any) -> TradeMark:
    signals = [t.signal for t in program.compiled.spec.state_machine.transitions]
    transition = int(trade["exit_transition"])
    return TradeMark(
        entry_ms=int(bars.open_ms[int(trade["entry_bar"])]),
        exit_ms=int(bars.open_ms[int(trade["exit_bar"])]),
        entry_price=float(trade["entry_price"]),
        exit_price=float(trade["exit_price"]),
        side="long" if trade["lots"] > 0 else "short",
        profit=float(trade["profit"]),
        exit_signal=signals[transition] if transition >= 0 else "liquidation",
    )


def _ends(n: int) -> Integers:
    # indices of the last bar of each of at most MOST_POINTS stretches; the very first bar is kept too
    if n <= MOST_POINTS:
        return np.arange(n)
    return np.unique(np.linspace(0, n - 1, MOST_POINTS).round().astype(np.int64))
