"""raptorbt: its own averages, signals over whole columns, filled at the next open."""

import numpy as np
import raptorbt
from worker import CASH, FAST, FEE, FIRST, SLOW, bars, serve

HELD = bars()
TIMES = (HELD["open_ms"] * 1_000_000).astype(np.int64)
COLUMNS = [np.ascontiguousarray(HELD[name]) for name in ("open", "high", "low", "close", "volume")]
CONFIG = raptorbt.BacktestConfig(initial_capital=CASH, fees=FEE, fill_timing="next_bar_open")
SIZES = np.ones(len(TIMES))


def run() -> object:
    close = COLUMNS[3]
    above = np.asarray(raptorbt.ema(close, FAST)) > np.asarray(raptorbt.ema(close, SLOW))
    before = np.concatenate(([False], above[:-1]))
    up, down = above & ~before, before & ~above
    up[: FIRST - 1] = down[: FIRST - 1] = False
    result = raptorbt.run_single_backtest(
        TIMES, *COLUMNS, up, down, direction=1, weight=1.0, symbol="COIN", config=CONFIG, position_sizes=SIZES
    )
    result.equity_curve()
    return result


serve("raptorbt", run, lambda result: result.equity_curve())
