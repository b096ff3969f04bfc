"""Eighteen strategies, decided by Backtrader's indicators and filled by its broker, equal ours to 1e-9 bar by bar.

Where its fill rules differ from ours, and how the twins below meet them:
- It never works an exit in the bar of its entry, since orders made on a fill wait for the next bar. With
  `cheat_on_open` an order made before the open fills at that open, and the exit made with it is worked in that bar.
- At `next_open` indicators still stand at the last close, but `data` has moved on to the bar that opens: `data[-1]`
  is the last closed bar.
- It fills a limit that is only touched; ours must be traded through. The levels here lie off the price grid, so that
  none is touched exactly.
- It fills whatever is touched. Orders of one bar cancel each other (`oco`), the stop submitted first.
- Its `StopTrail` follows the closes after the entry price: our ratchet on `highest_close_since_entry`.
- It knows no lots and ticks: quantities are whole lots here, and the tick is 1e-8.
"""

import json
import warnings
from datetime import UTC, datetime

import numpy as np
import pytest

from botyard.engine.backtest import backtest
from botyard.engine.program import load_program
from botyard.language import compile_spec
from botyard.records.market import Costs, Step
from botyard.records.schema import load_spec
from botyard.testing.bars import walked_bars
from botyard.testing.engine_specs import SPECS, trading_rules
from botyard.testing.markets.bars import real_bars

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its docstrings hold invalid escapes
    import backtrader as bt

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:backtrader")

FEE, CASH = 0.001, 1e6
RULES = trading_rules(costs=Costs(1e4 * FEE, 1e4 * FEE, 0.0), tick=Step(1, 10**8), initial_cash=CASH)


class Feed(bt.feed.DataBase):
    def __init__(self, bars):
        super().__init__()
        self.rows = zip(*(column.tolist() for column in bars.columns()), strict=True)

    def _load(self):
        row = next(self.rows, None)
        if row is None:
            return False
        self.lines.datetime[0] = bt.date2num(datetime.fromtimestamp(row[0] / 1000, UTC).replace(tzinfo=None))
        for line, value in zip(("open", "high", "low", "close", "volume"), row[1:], strict=True):
            getattr(self.lines, line)[0] = value
        return True


class Twin(bt.Strategy):
    """Decides before each open from what the last close knew; all orders live for one bar."""

    size = 2.0

    def __init__(self):
        self.quick, self.slow = bt.ind.EMA(period=5), bt.ind.EMA(period=20)
        self.vol = bt.ind.ATR(period=14)
        self.prepare()
        self.equity, self.done, self.orders = {}, [], []

    def prepare(self):
        pass

    def notify_order(self, order):
        if order.status == order.Completed:
            self.done.append((len(self), order.executed.size, order.executed.price))
            self.filled(order.executed)

    def filled(self, executed):
        pass

    def next_open(self):
        for order in self.orders:
            self.cancel(order)
        self.orders = []
        self.trade(self.data.open[0])

    def next(self):
        self.equity[len(self) - 1] = self.broker.getvalue()

    def stop(self):
        self.equity[len(self) - 1] = self.broker.getvalue()

    def to(self, size):
        if size != self.position.size:
            self.orders.append(self.order_target_size(target=size))

    def exits(self, size, stop, limit=None):
        first = self.sell(size=size, exectype=bt.Order.Stop, price=stop)
        self.orders.append(first)
        if limit is not None:
            self.orders.append(self.sell(size=self.target_size, exectype=bt.Order.Limit, price=limit, oco=first))

    @property
    def target_size(self):
        return self.size

    def up(self):
        return self.quick[-1] <= self.slow[-1] and self.quick[0] > self.slow[0]

    def down(self):
        return self.quick[-1] >= self.slow[-1] and self.quick[0] < self.slow[0]


class Cross(Twin):
    size = 3.5

    def trade(self, _):
        if self.up():
            self.to(self.size)
        elif self.down():
            self.to(-self.size)


class Rsi(Twin):
    def prepare(self):
        self.rsi = bt.ind.RSI(period=14, safediv=True)
        self.entry = None

    def trade(self, opens):
        if not self.position:
            if not self.rsi[0] < 30.0:
                return
            self.entry = opens
            self.to(self.size)
        self.exits(self.size, self.entry * 0.9847, self.entry * 1.0207)


class Bracket(Twin):
    def trade(self, opens):
        if not self.position:
            if not self.up():
                return
            self.entry, self.risk = opens, self.vol[0]
            self.to(self.size)
        self.exits(self.size, self.entry - 2 * self.risk, self.entry + 3 * self.risk)


class Breakout(Twin):
    def prepare(self):
        self.top, self.bottom = bt.ind.Highest(self.data.high, period=20), bt.ind.Lowest(self.data.low, period=10)

    def trade(self, _):
        if self.position:
            self.exits(self.size, self.bottom[0])
        else:
            self.orders.append(self.buy(size=self.size, exectype=bt.Order.Stop, price=self.top[0]))


class Trailing(Twin):
    def prepare(self):
        self.quick, self.slow = bt.ind.EMA(period=12), bt.ind.EMA(period=48)

    def trade(self, opens):
        if self.position:
            self.highest = max(self.highest, self.data.high[-1])
            if self.down():
                self.to(0.0)
                return
        else:
            if not self.up():
                return
            self.highest, self.level = opens, -np.inf
            self.to(self.size)
        self.level = max(self.level, self.highest - 3.0 * self.vol[0])
        self.exits(self.size, self.level)


class Partial(Twin):
    size = 4.0

    @property
    def target_size(self):
        return self.size / 2

    def trade(self, opens):
        if not self.position:
            if not self.up():
                return
            self.entry, self.risk = opens, self.vol[0]
            self.to(self.size)
            self.exits(self.size, self.entry - 2 * self.risk, self.entry + 2 * self.risk)
        elif self.position.size == self.size:
            self.exits(self.size, self.entry - 2 * self.risk, self.entry + 2 * self.risk)
        elif self.down():
            self.to(0.0)
        else:
            self.exits(self.target_size, self.entry - 2 * self.risk)


class Sided(Twin):
    """In at the open after a cross, long or short by its sign, and guarded from that bar on."""

    sign, percent = 1, None

    def trade(self, opens):
        if not self.position:
            if not (self.up() if self.sign > 0 else self.down()):
                return
            self.entry, self.risk, self.best = opens, self.vol[0], opens
            self.to(self.sign * self.size)
        else:
            self.best = max(self.best, self.data.high[-1]) if self.sign > 0 else min(self.best, self.data.low[-1])
        self.guard()

    def protect(self, stop, limit=None, size=None):
        make, size = self.sell if self.sign > 0 else self.buy, size or self.size
        self.orders.append(make(size=size, exectype=bt.Order.Stop, price=stop))
        if limit is not None:
            self.orders.append(make(size=size, exectype=bt.Order.Limit, price=limit, oco=self.orders[-1]))


class ShortTrailing(Sided):
    sign = -1

    def guard(self):
        if self.position and self.up():
            self.orders.clear()
            self.to(0.0)
            return
        self.level = self.best + 3 * self.vol[0] if not self.position else min(self.level, self.best + 3 * self.vol[0])
        self.protect(self.level)


class StopTrail(Sided):
    """Its own trailing order, made once and left alone."""

    def guard(self):
        if not self.position:
            how = {"trailpercent": self.percent} if self.percent else {"trailamount": 2 * self.risk}
            make = self.sell if self.sign > 0 else self.buy
            make(size=self.size, exectype=bt.Order.StopTrail, price=self.entry, **how)


class LimitEntry(Twin):
    """A resting entry; its exits are worked from the next bar on, in both engines."""

    def filled(self, executed):
        self.entry, self.since = executed.price, len(self)

    def trade(self, _):
        if not self.position:
            self.risk = self.vol[0]
            self.orders.append(self.buy(size=self.size, exectype=bt.Order.Limit, price=self.slow[0] - self.vol[0]))
        elif len(self) - self.since >= 11:  # before its open, the present bar is not counted yet
            self.to(0.0)
        else:
            self.exits(self.size, self.entry - 2 * self.risk)


class Breakdown(Twin):
    def prepare(self):
        self.top, self.bottom = bt.ind.Highest(self.data.high, period=10), bt.ind.Lowest(self.data.low, period=20)

    def trade(self, _):
        make, price = (self.buy, self.top[0]) if self.position else (self.sell, self.bottom[0])
        self.orders.append(make(size=self.size, exectype=bt.Order.Stop, price=price))


class PartialShort(Sided):
    sign, size = -1, 4.0

    def guard(self):
        half = self.position.size == -self.size / 2
        if half and self.up():
            self.to(0.0)
        elif half:
            self.protect(self.entry + 2 * self.risk, size=self.size / 2)
        else:
            self.orders.append(self.buy(size=self.size, exectype=bt.Order.Stop, price=self.entry + 2 * self.risk))
            limit = self.entry - 2 * self.risk
            self.orders.append(self.buy(size=self.size / 2, exectype=bt.Order.Limit, price=limit, oco=self.orders[-1]))


class AlwaysIn(Twin):
    """Reversed by stops of twice the size, never in the bar of an entry at the open."""

    def prepare(self):
        self.top, self.bottom = bt.ind.Highest(self.data.high, period=30), bt.ind.Lowest(self.data.low, period=30)

    def trade(self, _):
        if not self.position:
            self.to(self.size if self.up() else -self.size if self.down() else 0.0)
            return
        make, price = (self.sell, self.bottom[0]) if self.position.size > 0 else (self.buy, self.top[0])
        self.orders.append(make(size=2 * self.size, exectype=bt.Order.Stop, price=price))


class ScaleIn(Twin):
    def filled(self, executed):
        self.last = executed.price

    def trade(self, _):
        if not self.position:
            if self.up():
                self.to(self.size / 2)
        elif self.down():
            self.to(0.0)
        elif self.position.size < self.size:
            price = self.last + self.vol[0]
            self.orders.append(self.buy(size=self.size / 2, exectype=bt.Order.Stop, price=price))


def _guarded(levels, kind=Sided, **fixed):
    class Guarded(kind):
        sign, percent = fixed.get("sign", 1), fixed.get("percent")

        def guard(self):
            super().guard() if levels is None else self.protect(*levels(self))

    return Guarded


def _made(name, states, *moves, quantity=2.0):
    transitions = [{"from": a, "to": b, "signal": signal, **how} for a, b, signal, how in moves]
    machine = {"initial": "flat", "states": {"flat": 0, **states}, "transitions": transitions}
    spec = {**SPECS["cross"], "name": name, "idea": name, "logic": name, "state_machine": machine, **_units(quantity)}
    return {**spec, "parameters": {}}


def _sided(name, sign, stop, limit=None, when=None, **how):
    word = "long" if sign > 0 else "short"
    moves = [("flat", word, f"enter_{word}", {"when": UP if sign > 0 else DOWN})]
    moves += [(word, "flat", f"exit_{word}", {"when": when})] if when else []
    moves += [(word, "flat", "stop", {"stop": stop, **how})]
    moves += [(word, "flat", "target", {"limit": limit})] if limit else []
    return _made(name, {word: sign}, *moves)


UP, DOWN = "crosses_above(quick, slow)", "crosses_below(quick, slow)"


def _spec(name, **changes):
    spec = {**SPECS[name], "limits": {}, **changes}
    machine = dict(spec["state_machine"])
    if name == "breakout":  # the long half of it
        machine["states"] = {"flat": 0, "long": 1}
        machine["transitions"] = [t for t in machine["transitions"] if "short" not in (t["from"], t["to"])]
    return {**spec, "state_machine": machine}


def _units(quantity):
    return {"sizing": {"type": "units", "quantity": quantity}}


TWINS = {
    "cross": (Cross, _spec("cross")),
    "rsi": (Rsi, _spec("rsi")),
    "bracket": (Bracket, _spec("bracket", **_units(2.0))),
    "breakout": (Breakout, _spec("breakout", **_units(2.0))),
    "trailing": (Trailing, _spec("trailing", **_units(2.0))),
    "partial": (Partial, _spec("partial")),
    "short_bracket": (
        _guarded(lambda t: (t.entry + 2 * t.risk, t.entry - 3 * t.risk), sign=-1),
        _sided("short-bracket", -1, "entry_price + 2 * at_entry(vol)", "entry_price - 3 * at_entry(vol)"),
    ),
    "short_percent": (
        _guarded(lambda t: (t.entry * 1.0113, t.entry * 0.9871), sign=-1),
        _sided("short-percent", -1, "entry_price * 1.0113", "entry_price * 0.9871"),
    ),
    "short_trailing": (
        ShortTrailing, _sided("short-trailing", -1, "lowest_since_entry + 3 * vol", when=UP, ratchet=True),
    ),
    "break_even": (
        _guarded(lambda t: (t.entry if t.best > t.entry + t.risk else t.entry - 2 * t.risk,)),
        _sided("break-even", 1, "entry_price if highest_since_entry > entry_price + at_entry(vol) else entry_price - 2 * at_entry(vol)"),
    ),
    "stop_trail": (
        StopTrail, _sided("stop-trail", 1, "highest_close_since_entry - 2 * at_entry(vol)", ratchet=True),
    ),
    "stop_trail_short": (
        _guarded(None, StopTrail, sign=-1),
        _sided("stop-trail-short", -1, "lowest_close_since_entry + 2 * at_entry(vol)", ratchet=True),
    ),
    "stop_trail_percent": (
        _guarded(None, StopTrail, percent=0.0137),
        _sided("stop-trail-percent", 1, "highest_close_since_entry * (1 - 0.0137)", ratchet=True),
    ),
    "limit_entry": (LimitEntry, _made(
        "limit-entry", {"long": 1},
        ("flat", "long", "enter_long", {"limit": "slow - vol"}),
        ("long", "flat", "time_exit", {"when": "bars_in_position >= 12"}),
        ("long", "flat", "stop", {"stop": "entry_price - 2 * at_entry(vol)"}),
    )),
    "breakdown": (Breakdown, _made(
        "breakdown", {"short": -1},
        ("flat", "short", "enter_short", {"stop": "lowest(low, 20)"}),
        ("short", "flat", "stop", {"stop": "highest(high, 10)"}),
    )),
    "partial_short": (PartialShort, _made(
        "partial-short", {"full": -1, "half": -0.5},
        ("flat", "full", "enter_short", {"when": DOWN}),
        ("full", "half", "target", {"limit": "entry_price - 2 * at_entry(vol)"}),
        (["full", "half"], "flat", "stop", {"stop": "entry_price + 2 * at_entry(vol)"}),
        ("half", "flat", "exit_short", {"when": UP}), quantity=4.0,
    )),
    "always_in": (AlwaysIn, _made(
        "always-in", {"long": 1, "short": -1},
        ("flat", "long", "enter_long", {"when": UP}), ("flat", "short", "enter_short", {"when": DOWN}),
        ("long", "short", "reverse", {"stop": "lowest(low, 30)"}),
        ("short", "long", "reverse", {"stop": "highest(high, 30)"}),
    )),
    "scale_in": (ScaleIn, _made(
        "scale-in", {"one": 0.5, "two": 1},
        ("flat", "one", "enter_long", {"when": UP}), ("one", "two", "scale_in", {"stop": "last_fill_price + vol"}),
        (["one", "two"], "flat", "exit_long", {"when": DOWN}),
    )),
}  # fmt: skip
FIRST_SIX = (
    "cross",
    "rsi",
    "bracket",
    "breakout",
    "trailing",
    "partial",
)  # the others see fewer bars: each run takes seconds
PARAMETERS = {"rsi": {"loss": 0.0153, "gain": 0.0207}}


def _backtrader(twin, bars):
    cerebro = bt.Cerebro(stdstats=False, cheat_on_open=True, runonce=False)
    cerebro.adddata(Feed(bars))
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)
    cerebro.broker.set_coo(True)
    cerebro.broker.set_checksubmit(False)
    cerebro.addstrategy(twin)
    return cerebro.run()[0]


def _assert_equal(name, bars, code_cache):
    twin, spec = TWINS[name]
    ours = backtest(
        load_program(compile_spec(load_spec(json.dumps(spec))), code_cache), bars, RULES, PARAMETERS.get(name)
    )
    theirs = _backtrader(twin, bars)
    fills = [(int(f["bar"]) + 1, f["lots"] / 1000, f["price"]) for f in ours.fills]
    assert len(fills) > 10
    assert len(fills) == len(theirs.done)
    np.testing.assert_allclose(fills, theirs.done, rtol=1e-9)
    at = list(theirs.equity)
    np.testing.assert_allclose(ours.equity[at], list(theirs.equity.values()), rtol=1e-9)
    assert len(at) > len(bars) - 60


@pytest.mark.parametrize("name", TWINS)
def test_fills_and_equity_equal_backtrader_on_walked_bars(name, code_cache):
    _assert_equal(name, walked_bars(1500 if name in FIRST_SIX else 900, seed=21), code_cache)


@pytest.mark.parametrize("name", TWINS)
def test_fills_and_equity_equal_backtrader_on_real_bars(name, code_cache, real_market):
    _assert_equal(name, real_bars(real_market, "SOL_USDT").slice(0, 1800 if name in FIRST_SIX else 900), code_cache)
