"""Signals over whole columns; they act one bar later, at the open."""

import pandas as pd
import vectorbt as vbt
from worker import CASH, FAST, FEE, FIRST, SLOW, bars, serve

COLUMNS = {name: pd.Series(column) for name, column in bars().items()}


def run() -> vbt.Portfolio:
    close = COLUMNS["close"]
    above = close.ewm(span=FAST, adjust=False).mean() > close.ewm(span=SLOW, adjust=False).mean()
    before = above.shift(1, fill_value=False)
    up, down = above & ~before, before & ~above
    up.iloc[: FIRST - 1] = down.iloc[: FIRST - 1] = False
    portfolio = vbt.Portfolio.from_signals(
        close, up.shift(1, fill_value=False), down.shift(1, fill_value=False), price=COLUMNS["open"],
        size=1.0, fees=FEE, init_cash=CASH, freq="5min",
    )  # fmt: skip
    portfolio.value()
    return portfolio


serve("vectorbt", run, lambda portfolio: portfolio.value().to_numpy())
