"""Backtrader: a class with `next`, called at each close; orders fill at the next open."""

import backtrader as bt
import numpy as np
from worker import CASH, FAST, FEE, FIRST, SLOW, bars, serve

HELD = bars()
TIMES = HELD["open_ms"] / 86_400_000 + 719_163.0  # days, as its feeds count them


class Feed(bt.feed.DataBase):
    def start(self) -> None:
        super().start()
        self.rows = zip(TIMES, *(HELD[name] for name in ("open", "high", "low", "close", "volume")), strict=True)

    def _load(self) -> bool:
        row = next(self.rows, None)
        if row is None:
            return False
        lines = self.lines
        lines.datetime[0], lines.open[0], lines.high[0], lines.low[0], lines.close[0], lines.volume[0] = row
        return True


class Cross(bt.Strategy):
    def __init__(self) -> None:
        self.fast, self.slow = bt.ind.EMA(period=FAST), bt.ind.EMA(period=SLOW)
        self.equity = np.full(len(HELD["close"]), np.nan)

    def next(self) -> None:
        bar = len(self) - 1
        self.equity[bar] = self.broker.getvalue()
        if bar < FIRST - 1:
            return
        above, before = self.fast[0] > self.slow[0], self.fast[-1] > self.slow[-1]
        if above and not before:
            self.buy(size=1)
        elif before and not above and self.position:
            self.close()


def run() -> np.ndarray:
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(Feed())
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)
    cerebro.addstrategy(Cross)
    return cerebro.run()[0].equity


serve("backtrader", run, lambda equity: equity)
