"""freqtrade's backtest: columns of signals, then a loop over candles that places and fills orders at the next open.

It asks the exchange for its markets when it starts; here it is told of one market, since nothing may be asked for.
"""

import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from worker import CASH, FAST, FEE, FIRST, SLOW, bars, serve

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
from freqtrade.configuration import TimeRange  # noqa: E402
from freqtrade.enums import CandleType, RunMode  # noqa: E402
from freqtrade.exchange.exchange import Exchange  # noqa: E402
from freqtrade.optimize.backtesting import Backtesting  # noqa: E402

PAIR = "BTC/USDT"
HELD = bars()
FRAME = pd.DataFrame({name: HELD[name] for name in ("open", "high", "low", "close", "volume")})
FRAME.insert(0, "date", pd.to_datetime(HELD["open_ms"], unit="ms", utc=True))
MARKET = {
    "id": "BTCUSDT", "symbol": PAIR, "base": "BTC", "quote": "USDT", "baseId": "BTC", "quoteId": "USDT", "active": True,
    "type": "spot", "spot": True, "margin": False, "swap": False, "future": False, "option": False, "contract": False,
    "settle": None, "linear": None, "inverse": None, "contractSize": None, "taker": FEE, "maker": FEE, "info": {},
    "precision": {"amount": 1e-8, "price": 0.01},
    "limits": {"amount": {"min": 1e-8, "max": 1e8}, "price": {"min": 0.01, "max": 1e8}, "cost": {"min": 1, "max": 1e9}},
}  # fmt: skip
STRATEGY = f"""
from freqtrade.strategy import IStrategy

class Cross(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "5m"
    minimal_roi = {{"0": 100}}
    stoploss = -0.99
    startup_candle_count = 0

    def populate_indicators(self, dataframe, metadata):
        close = dataframe["close"]
        dataframe["above"] = close.ewm(span={FAST}, adjust=False).mean() > close.ewm(span={SLOW}, adjust=False).mean()
        dataframe["before"] = dataframe["above"].shift(1, fill_value=False)
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe["enter_long"] = (dataframe["above"] & ~dataframe["before"]).astype(int)
        dataframe.loc[: {FIRST - 2}, "enter_long"] = 0
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe["exit_long"] = (dataframe["before"] & ~dataframe["above"]).astype(int)
        return dataframe

    def custom_stake_amount(self, pair, current_time, current_rate, *args, **kwargs):
        return current_rate  # one coin
"""


def tell_markets(self: Exchange, *_: object, **__: object) -> None:
    """Take the place of asking the exchange."""
    self._markets = {PAIR: MARKET}
    for api in (self._api, self._api_async):
        api.set_markets([MARKET])


Exchange.reload_markets = tell_markets
FOLDER = Path(tempfile.mkdtemp(prefix="botyard-freqtrade-"))
(FOLDER / "cross.py").write_text(STRATEGY)
CONFIG = {
    "runmode": RunMode.OTHER, "trading_mode": "spot", "margin_mode": "", "candle_type_def": CandleType.SPOT, "dry_run": True,
    "exchange": {"name": "binance", "key": "", "secret": "", "pair_whitelist": [PAIR], "pair_blacklist": []},
    "pairlists": [{"method": "StaticPairList"}], "stake_currency": "USDT", "stake_amount": 1e5, "max_open_trades": 1,
    "dry_run_wallet": CASH, "tradable_balance_ratio": 1.0, "fee": FEE, "timeframe": "5m", "dataformat_ohlcv": "feather",
    "strategy": "Cross", "strategy_path": str(FOLDER), "user_data_dir": FOLDER, "datadir": FOLDER, "export": "none",
    "entry_pricing": {"price_side": "other", "use_order_book": False}, "exit_pricing": {"price_side": "other", "use_order_book": False},
    "order_types": {"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False},
}  # fmt: skip
TEST = Backtesting(CONFIG)
TEST._set_strategy(TEST.strategylist[0])  # noqa: SLF001 -- what `start` does first
TEST.timerange = TimeRange()


def run() -> pd.DataFrame:
    """Signals and the loop, without reading files and printing tables."""
    signals = TEST.strategy.advise_all_indicators({PAIR: FRAME.copy()})
    first, last = FRAME["date"].iloc[0].to_pydatetime(), FRAME["date"].iloc[-1].to_pydatetime()
    return TEST.backtest(processed=signals, start_date=first, end_date=last)["results"]


def one_coin(trades: pd.DataFrame) -> np.ndarray:
    """Equity at each close, made of its trades; it says no other."""
    place = pd.Series(np.arange(len(FRAME)), index=FRAME["date"])
    cash, held = np.full(len(FRAME), CASH), np.zeros(len(FRAME))
    for trade in trades.itertuples():
        is_closed = trade.exit_reason == "exit_signal"
        entry, leave = place[trade.open_date], place[trade.close_date]
        cash[entry:] -= trade.amount * trade.open_rate * (1.0 + FEE)
        held[entry : leave if is_closed else None] = trade.amount
        if is_closed:
            cash[leave:] += trade.amount * trade.close_rate * (1.0 - FEE)
    return cash + held * HELD["close"]


serve("freqtrade", run, one_coin)
