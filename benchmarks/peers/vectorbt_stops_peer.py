"""vectorbt's own stops: each line of its input names what it is to trade; the curves are written when it ends."""

import json
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd
import vectorbt as vbt
from vectorbt.portfolio.enums import StopEntryPrice
from worker import CASH, FAST, FEE, FIRST, SLOW, bars

COLUMNS = {name: pd.Series(column) for name, column in bars().items()}


def run(direction: str, stops: dict) -> vbt.Portfolio:
    """Enter at the open after a cross of averages; only stops and targets leave."""
    close = COLUMNS["close"]
    fast, slow = close.ewm(span=FAST, adjust=False).mean(), close.ewm(span=SLOW, adjust=False).mean()
    above = fast > slow if direction == "longonly" else fast < slow
    enter = above & ~above.shift(1, fill_value=False)
    enter.iloc[: FIRST - 1] = False
    prices = {name: COLUMNS[name] for name in ("open", "high", "low")}
    return vbt.Portfolio.from_signals(
        close, enter.shift(1, fill_value=False), False, direction=direction, price=COLUMNS["open"], **prices, **stops,
        stop_entry_price=StopEntryPrice.FillPrice, size=1.0, fees=FEE, init_cash=CASH, freq="5min",
    )  # fmt: skip


print(json.dumps({"version": version("vectorbt")}), flush=True)
curves = []
for line in sys.stdin:
    asked = json.loads(line)
    portfolio = run(asked["direction"], asked["stops"])
    curves.append(portfolio.value().to_numpy())
    print(json.dumps({"orders": len(portfolio.orders.records)}), flush=True)
np.save(sys.argv[2], np.array(curves))
