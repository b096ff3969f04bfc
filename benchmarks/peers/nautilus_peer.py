"""Nautilus: events for each bar; a market order made at a close fills at that close, since bars are all it sees."""

import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
from worker import CASH, FAST, FEE, FIRST, SLOW, bars, serve

warnings.simplefilter("ignore")
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig  # noqa: E402
from nautilus_trader.config import LoggingConfig, RiskEngineConfig  # noqa: E402
from nautilus_trader.indicators import ExponentialMovingAverage  # noqa: E402
from nautilus_trader.model.currencies import BTC, USDT  # noqa: E402
from nautilus_trader.model.data import Bar, BarType  # noqa: E402
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide  # noqa: E402
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue  # noqa: E402
from nautilus_trader.model.instruments import CurrencyPair  # noqa: E402
from nautilus_trader.model.objects import Money, Price, Quantity  # noqa: E402
from nautilus_trader.persistence.wranglers import BarDataWrangler  # noqa: E402
from nautilus_trader.trading.strategy import Strategy  # noqa: E402

HELD = bars()
VENUE = Venue("SIM")
COIN = CurrencyPair(
    instrument_id=InstrumentId(Symbol("BTCUSDT"), VENUE), raw_symbol=Symbol("BTCUSDT"), base_currency=BTC,
    quote_currency=USDT, price_precision=2, size_precision=6, price_increment=Price.from_str("0.01"),
    size_increment=Quantity.from_str("0.000001"), margin_init=Decimal(0), margin_maint=Decimal(0),
    maker_fee=Decimal(str(FEE)), taker_fee=Decimal(str(FEE)), ts_event=0, ts_init=0,
)  # fmt: skip
KIND = BarType.from_str("BTCUSDT.SIM-5-MINUTE-LAST-EXTERNAL")
FRAME = pd.DataFrame({name: HELD[name] for name in ("open", "high", "low", "close")})
FRAME["volume"] = 1e8  # a deep book, or fills would be cut to a quarter of the bar's volume
FRAME.index = pd.to_datetime(HELD["open_ms"], unit="ms", utc=True)
BARS = BarDataWrangler(KIND, COIN).process(FRAME)


class Cross(Strategy):
    def __init__(self) -> None:
        super().__init__()
        self.fast, self.slow = ExponentialMovingAverage(FAST), ExponentialMovingAverage(SLOW)
        self.bar, self.before, self.held = -1, None, False
        self.equity = np.full(len(BARS), np.nan)

    def on_start(self) -> None:
        self.register_indicator_for_bars(KIND, self.fast)
        self.register_indicator_for_bars(KIND, self.slow)
        self.subscribe_bars(KIND)

    def on_bar(self, _: Bar) -> None:
        self.bar += 1
        above, before = self.fast.value > self.slow.value, self.before
        self.before = above
        if self.bar < FIRST - 1 or before is None or above in {before, self.held}:
            return
        self.held = above
        side = OrderSide.BUY if above else OrderSide.SELL
        self.submit_order(self.order_factory.market(COIN.id, side, COIN.make_qty(1.0)))


def run() -> np.ndarray:
    config = BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), risk_engine=RiskEngineConfig(bypass=True))
    engine = BacktestEngine(config)
    engine.add_venue(VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(CASH, USDT)], default_leverage=Decimal(100))
    engine.add_instrument(COIN)
    engine.add_data(BARS)
    strategy = Cross()
    engine.add_strategy(strategy)
    engine.run()
    open_profit = engine.portfolio.unrealized_pnl(COIN.id)
    strategy.equity[-1] = engine.portfolio.account(VENUE).balance_total(USDT).as_double()
    strategy.equity[-1] += open_profit.as_double() if open_profit else 0.0
    engine.dispose()
    return strategy.equity


serve("nautilus_trader", run, lambda equity: equity)
