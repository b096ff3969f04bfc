"""wickra-backtest: a strategy as data; it begins to trade on its own, so that its first trades are its own too."""

import wickra_backtest
from worker import CASH, FAST, FEE, SLOW, bars, serve

HELD = bars()
COLUMNS = [HELD[name].tolist() for name in ("open", "high", "low", "close")]
SPEC = {
    "symbol": "COIN",
    "timeframe": "5m",
    "indicators": {"fast": {"type": "Ema", "params": [FAST]}, "slow": {"type": "Ema", "params": [SLOW]}},
    "entry": {"cross_above": ["fast", "slow"]},
    "exit": {"cross_below": ["fast", "slow"]},
    "sizing": {"type": "fixed_qty", "qty": 1.0},
    "costs": {"taker_bps": 1e4 * FEE},
}


def run() -> dict:
    return wickra_backtest.run(*COLUMNS, spec=SPEC, capital=CASH)


serve("wickra-backtest", run, lambda report: [point["equity"] for point in report["equity"]])
