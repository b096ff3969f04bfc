"""Run a program over bars: everything recorded, or just the score of a trial."""

from collections.abc import Mapping
from ctypes import CFUNCTYPE, c_int64, c_void_p
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from botyard.engine.bars import Bars, Floats
from botyard.engine.kernel import COUNTS, CURVES, DAILY, FILL_ROW, N_DAYS, N_FILLS, N_TRADES, ORDERS_TOO
from botyard.engine.metrics import sharpe
from botyard.engine.parameters import Value
from botyard.engine.program import Program
from botyard.errors import DataError
from botyard.ops.state import new_state
from botyard.records.market import Costs, TradingRules
from botyard.rules.book import constants, new_book
from botyard.rules.layout import (
    AMBIGUOUS,
    BARS_IN_MARKET,
    EQUITY,
    FEES,
    FUNDING_PAID,
    LIQUIDATED,
    LOWEST_DRAWDOWN,
    MOST_FILLS,
    TOUCHED_AFTER_ENTRY,
    TRADE_WIDTH,
    TRADES_CLOSED,
    TURNOVER,
    X_INITIAL_CASH,
)

FILL = np.dtype([
    ("bar", "f8"), ("transition", "f8"), ("lots", "f8"), ("price", "f8"), ("fee", "f8"), ("reference", "f8"), ("where", "f8"),
])  # fmt: skip
"""One fill. lots: signed. fee: quote. reference: price before slippage. where: 0 at the open, 1 resting, 2 liquidation."""

TRADE = np.dtype([
    ("entry_bar", "f8"), ("exit_bar", "f8"), ("lots", "f8"), ("entry_price", "f8"), ("exit_price", "f8"),
    ("profit", "f8"), ("return", "f8"), ("fees", "f8"), ("entry_transition", "f8"), ("exit_transition", "f8"),
])  # fmt: skip
"""One closed round trip. lots: signed, all that was entered. Prices are averages. profit: quote, after fees and funding."""


@dataclass(frozen=True, eq=False)
class Backtest:
    """What came of a run over n bars."""

    equity: Floats  # (n,) quote, at each close
    lots: Floats  # (n,) signed position at each close
    fills: npt.NDArray[Any]  # structured, see FILL
    trades: npt.NDArray[Any]  # structured, see TRADE
    ambiguous: int  # bars that touched more than one resting order
    touched_after_entry: int  # bars with a resting entry whose range had touched the new position's stop
    bars_in_market: int  # bars with a position at their close
    liquidated: bool
    fees: float  # quote
    funding: float  # quote
    turnover: float  # quote traded
    orders: Floats | None  # (n, 2 + 4 slots): pending transition, its lots; per slot kind, level, transition, lots


class Score(NamedTuple):
    """The figures of a trial. Undefined ones are NaN."""

    sharpe: float  # of daily net returns, annualised by 365 days
    gross_sharpe: float  # the same run without any costs; NaN unless asked for
    trades: int
    net_return: float  # fraction
    max_drawdown: float  # fraction, at most 0
    exposure: float  # share of bars in the market


FREE = Costs(taker_bps=0.0, maker_bps=0.0, slippage_bps=0.0, funding_bps=0.0)

_RUN = CFUNCTYPE(None, *[c_int64] * 4, *[c_void_p] * 19)

NOTHING = [0] * 5  # addresses of what is not recorded


class Runner:
    """A program, bars and rules made ready, so that a trial costs little more than its loop."""

    def __init__(
        self,
        program: Program,
        bars: Bars,
        rules: TradingRules,
        minutes: Floats | None = None,
        *,
        trade_from: int = 0,
    ) -> None:
        module = program.module
        if minutes is None:
            minutes = bars.local_minutes(module.TIMEZONE)
        if minutes.shape != bars.close.shape:
            raise DataError(f"{minutes.size} local minutes were given for {len(bars)} bars")
        self._program = program  # keeps the machine code in memory
        self._run = _RUN(program.address)
        self._slots = int(module.ORDER_SLOTS)
        self._columns = [
            np.ascontiguousarray(minutes),
            bars.days,
            bars.day_starts,
            bars.open,
            bars.high,
            bars.low,
            bars.close,
            bars.volume,
        ]
        self._column_addresses = [column.ctypes.data for column in self._columns]
        self._n = len(bars)
        state = new_state(module.STATE_SIZE, module.ORDER_SLOTS, module.UNKNOWN, module.INITIAL)
        self._new_state = np.array([*state, 0.0])  # the last one is the loop's
        self._known = int(bars.is_known and bool(np.isfinite(minutes).all()))
        x = constants(rules, module, trade_from)
        self._x = np.array(x)
        self._free_x = np.array(constants(replace(rules, costs=FREE), module, trade_from))
        self._new_book = np.array(new_book(x))
        self._state, self._book = self._new_state.copy(), self._new_book.copy()
        self._marks = np.full(bars.day_starts.size + 1, self._x[X_INITIAL_CASH])  # then equity at the end of each day
        self._counts = np.zeros(COUNTS)
        self._own_addresses = [self._state.ctypes.data, self._book.ctypes.data]
        self._last_addresses = [self._marks[1:].ctypes.data, self._counts.ctypes.data]

    def score(self, vector: Floats, *, gross: bool = False) -> Score:
        """Run with these parameter values, as `Program.vector` gives them, and keep the figures only.

        gross: run once more without costs, for `gross_sharpe`.
        """
        gross_sharpe = float("nan")
        if gross:
            self._call(vector, self._free_x)
            gross_sharpe = self._sharpe()
        b = self._call(vector, self._x)
        n = self._n
        return Score(
            sharpe=self._sharpe(),
            gross_sharpe=gross_sharpe,
            trades=int(b[TRADES_CLOSED]),
            net_return=float(b[EQUITY] / self._x[X_INITIAL_CASH] - 1.0),
            max_drawdown=float(b[LOWEST_DRAWDOWN]),
            exposure=float(b[BARS_IN_MARKET] / n) if n else float("nan"),
        )

    def backtest(self, vector: Floats, *, record_orders: bool = False) -> Backtest:
        """Run with these parameter values and keep everything."""
        n = self._n
        equity, lots = np.empty((2, n))
        fills, trades = self._rows
        orders = np.zeros((n, 2 + 4 * self._slots)) if record_orders else np.empty(0)
        recorded = ORDERS_TOO if record_orders else CURVES
        b = self._call(vector, self._x, recorded, equity, lots, fills, trades, orders)
        return Backtest(
            equity=equity,
            lots=lots,
            fills=fills[: int(self._counts[N_FILLS])].copy().view(FILL)[:, 0],
            trades=trades[: int(self._counts[N_TRADES])].copy().view(TRADE)[:, 0],
            ambiguous=int(b[AMBIGUOUS]),
            touched_after_entry=int(b[TOUCHED_AFTER_ENTRY]),
            bars_in_market=int(b[BARS_IN_MARKET]),
            liquidated=bool(b[LIQUIDATED]),
            fees=float(b[FEES]),
            funding=float(b[FUNDING_PAID]),
            turnover=float(b[TURNOVER]),
            orders=orders if record_orders else None,
        )

    @cached_property
    def _rows(self) -> tuple[Floats, Floats]:
        """Room for all fills and trades that could be, kept from run to run; untouched pages cost nothing."""
        return np.empty((self._n * MOST_FILLS, FILL_ROW)), np.empty((self._n * MOST_FILLS, TRADE_WIDTH))

    def loop(self, vector: Floats, written: tuple[Floats, ...] = ()) -> None:
        """Run the compiled loop alone, with these parameter values: what benchmarks time.

        written: arrays for equity, lots, fills, trades and orders, filled as by `backtest`; none: nothing is recorded.
        """
        self._call(vector, self._x, CURVES if written else DAILY, *written)

    def _call(self, vector: Floats, x: Floats, recorded: int = DAILY, *outputs: Floats) -> Floats:
        self._state[:] = self._new_state
        self._book[:] = self._new_book
        state, book = self._own_addresses
        marks, counts = self._last_addresses
        written = [array.ctypes.data for array in outputs] or NOTHING
        self._run(
            self._n, recorded, self._slots, self._known, *self._column_addresses,
            state, vector.ctypes.data, book, x.ctypes.data, marks, *written, counts,
        )  # fmt: skip
        return self._book

    def daily_returns(self) -> Floats:
        """Return the daily returns of the run that was made last; `metrics.return_days` says of which days."""
        marks = self._marks[: int(self._counts[N_DAYS]) + 1]
        returns: Floats = marks[1:] / marks[:-1]
        returns -= 1.0
        return returns

    def _sharpe(self) -> float:
        return sharpe(self.daily_returns())


def backtest(
    program: Program,
    bars: Bars,
    rules: TradingRules,
    parameters: Mapping[str, Value] | Floats | None = None,
    *,
    minutes: Floats | None = None,
    record_orders: bool = False,
    trade_from: int = 0,
) -> Backtest:
    """Run a program over bars and keep everything.

    parameters: values by name (the others take their defaults), or what `Program.vector` returned.
    minutes: (n_bars,) local minutes in the strategy's time zone, when they are at hand already.
    trade_from: index of the first bar at whose close a position may be decided on; the bars before it only warm up.
    Raises: UserError for parameters outside their range.
    """
    vector = parameters if isinstance(parameters, np.ndarray) else program.vector(parameters)
    return Runner(program, bars, rules, minutes, trade_from=trade_from).backtest(vector, record_orders=record_orders)


def evaluate(program: Program, bars: Bars, rules: TradingRules, vector: Floats, *, gross: bool = False) -> Score:
    """Run one trial. A study keeps a `Runner` instead, which makes the arrays ready once."""
    return Runner(program, bars, rules).score(vector, gross=gross)
