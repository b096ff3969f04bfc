"""backtesting.py: a class with `next`, called at each close; orders fill at the next open."""

import warnings

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy, backtesting
from worker import CASH, FAST, FEE, FIRST, SLOW, bars, serve

warnings.simplefilter("ignore")
backtesting._tqdm = lambda rounds, **_: rounds  # noqa: SLF001 -- its progress bar
HELD = bars()
FRAME = pd.DataFrame({name.title(): HELD[name] for name in ("open", "high", "low", "close", "volume")})
FRAME.index = pd.to_datetime(HELD["open_ms"], unit="ms")


def ema(column: np.ndarray, span: int) -> np.ndarray:
    return pd.Series(column).ewm(span=span, adjust=False).mean().to_numpy()


class Cross(Strategy):
    def init(self) -> None:
        self.fast = self.I(ema, self.data.Close, FAST)
        self.slow = self.I(ema, self.data.Close, SLOW)

    def next(self) -> None:
        if len(self.data) < FIRST:
            return
        above, before = self.fast[-1] > self.slow[-1], self.fast[-2] > self.slow[-2]
        if above and not before:
            self.buy(size=1)
        elif before and not above:
            self.position.close()


TEST = Backtest(FRAME, Cross, cash=CASH, commission=FEE, finalize_trades=False)
serve("backtesting", TEST.run, lambda stats: stats["_equity_curve"]["Equity"].to_numpy())
