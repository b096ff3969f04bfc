"""raptorbt: its own averages, signals over whole columns, filled at the next open.

Its sizes are shares of equity, so that the curve to compare is made from the bars and prices of its trades.
"""

import numpy as np
import raptorbt
from worker import CASH, FAST, FEE, FIRST, SLOW, bars, serve

HELD = bars()
TIMES = (HELD["open_ms"] * 1_000_000).astype(np.int64)
COLUMNS = [np.ascontiguousarray(HELD[name]) for name in ("open", "high", "low", "close", "volume")]
CONFIG = raptorbt.BacktestConfig(initial_capital=CASH, fees=FEE, fill_timing="next_bar_open")


def run() -> object:
    close = COLUMNS[3]
    above = np.asarray(raptorbt.ema(close, FAST)) > np.asarray(raptorbt.ema(close, SLOW))
    before = np.concatenate(([False], above[:-1]))
    up, down = above & ~before, before & ~above
    up[: FIRST - 1] = down[: FIRST - 1] = False
    result = raptorbt.run_single_backtest(
        TIMES, *COLUMNS, up, down, direction=1, weight=1.0, symbol="COIN", config=CONFIG
    )
    result.equity_curve()
    return result


def one_coin(result: object) -> np.ndarray:
    """Equity at each close, had each trade been in one coin."""
    cash, held = np.full(len(TIMES), CASH), np.zeros(len(TIMES))
    for trade in result.trades():
        is_closed = trade.exit_reason == "Signal"
        cash[trade.entry_idx :] -= trade.entry_price * (1.0 + FEE)
        cash[trade.exit_idx :] += trade.exit_price * (1.0 - FEE) * is_closed
        held[trade.entry_idx : trade.exit_idx if is_closed else None] = 1.0
    return cash + held * COLUMNS[3]


serve("raptorbt", run, one_coin)
