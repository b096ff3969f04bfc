"""The same semantics once more, written to be read: objects, lists and plain `if`s, slow and independent of `rules/`.

It exists to disagree: a differential test runs both loops and wants equal bits. Only the strategy itself and the
layout of its state are shared. Every formula is spelled in the same order, since floats do not associate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from botyard.engine.backtest import FILL, TRADE, Backtest
from botyard.engine.bars import Bars, Floats
from botyard.engine.parameters import Value
from botyard.engine.program import Program
from botyard.engine.reference_account import Account, Day, Wish, near
from botyard.ops import state as header
from botyard.records.market import TradingRules, timeframe_minutes


@dataclass
class Resting:
    """One resting order as read from the strategy's state."""

    slot: int
    kind: float
    level: float  # on the tick grid
    transition: float
    exposure: float
    stop: float
    wish: Wish = field(default_factory=lambda: Wish(0.0, 0.0))

    @property
    def is_stop(self) -> bool:
        """Whether it is a stop, not a limit."""
        return self.kind in {header.BUY_STOP, header.SELL_STOP}

    @property
    def is_above(self) -> bool:
        """Whether the price must rise to the level."""
        return self.kind in {header.BUY_STOP, header.SELL_LIMIT}

    def away(self, price: float) -> float:
        """How far a price must move to reach the level."""
        return self.level - price if self.is_above else price - self.level

    def is_reached(self, high: float, low: float) -> bool:
        """Say whether a range reaches it: stops at their level, limits beyond it."""
        ahead = high - self.level if self.is_above else self.level - low
        return ahead >= 0.0 if self.is_stop else ahead > 0.0


class Simulation:
    """One strategy on one account, bar after bar."""

    def __init__(self, program: Program, rules: TradingRules, vector: Floats, trade_from: int) -> None:
        self.module = program.module
        self.parameters = vector.tolist()
        self.account = Account(rules, self.module)
        self.memory = header.new_state(
            self.module.STATE_SIZE, self.module.ORDER_SLOTS, self.module.UNKNOWN, self.module.INITIAL
        )
        self.trade_from = trade_from
        self.is_live = False
        self.decision: Wish | None = None
        self.resting: list[Resting] = []
        self.ambiguous = self.touched_after_entry = 0

    def bar(
        self, index: int, minutes: float, day: float, open: float, high: float, low: float, close: float, volume: float
    ) -> None:
        """Let one bar pass."""
        account, memory = self.account, self.memory
        self.is_live = index >= self.trade_from
        if account.is_liquidated:
            return
        if day != account.day.number:
            account.day = Day(day, account.equity)
        if self.decision is not None:
            self._fill_decision(index, self.decision, open)
        self._fill_resting(index, open, high, low)
        if account.lots and account.liquidate(index, open, high, low):
            self.decision, self.resting = None, []
            account.mark(close)
            return
        account.pay_funding(close, timeframe_minutes(self.module.TIMEFRAME))
        memory[header.DRAWDOWN] = account.mark(close)
        memory[header.EQUITY] = account.equity
        memory[header.TRADES_TODAY] = float(account.day.entries)
        memory[header.LAST_TRADE_RETURN] = account.last_return
        self.module.on_bar(memory, self.parameters, minutes, open, high, low, close, volume)
        self._decide(close)

    def _fill_decision(self, index: int, decision: Wish, open: float) -> None:
        side = decision.lots - self.account.lots
        transition, exposure = self.memory[header.PENDING], self.memory[header.PENDING_EXPOSURE]
        price = self.account.market(open, side) if side else open
        self.account.change(index, transition, decision, price, self.account.taker, open, 0.0)
        self.memory[header.PENDING] = header.NONE
        self.decision = None
        self.module.on_fill(self.memory, self.parameters, transition, exposure, price)
        # entries of the new state wait for the close; its exits are worked at once
        self.resting = [o for o in self._orders() if not self._is_entry(o) and self._rests(o)]
        self._size_orders()

    def _fill_resting(self, index: int, open: float, high: float, low: float) -> None:
        reached = [order for order in self.resting if order.is_reached(high, low)]
        if len(reached) > 1:
            self.ambiguous += 1
        if not reached:
            return
        order = self._first(reached, open)
        reference = max(order.level, open) if order.is_above else min(order.level, open)
        side = order.wish.lots - self.account.lots
        price, rate = reference, self.account.maker
        if order.is_stop:
            price = self.account.market(reference, side) if side else reference
            rate = self.account.taker
        elif reference != order.level:
            rate = self.account.taker
        is_entry = self._is_entry(order)
        self.account.change(index, order.transition, order.wish, price, rate, reference, 1.0)
        self.module.on_fill(self.memory, self.parameters, order.transition, order.exposure, price)
        if is_entry and any(o.is_stop and o.is_reached(high, low) for o in self._orders()):
            self.touched_after_entry += 1

    def _first(self, orders: list[Resting], price: float) -> Resting:
        in_position = self.account.lots != 0.0
        return min(orders, key=lambda o: (in_position and not o.is_stop, o.away(price), o.slot))

    def _decide(self, close: float) -> None:
        memory = self.memory
        if memory[header.PENDING] >= 0.0:
            self._size_decision(close)
        orders = list(self._orders())
        if self.decision is None:
            seen = [o for o in orders if not self._rests(o) and o.is_reached(close, close)]
            if seen:
                order = min(seen, key=lambda o: (not o.is_stop, o.away(close), o.slot))
                memory[header.PENDING], memory[header.PENDING_EXPOSURE] = order.transition, order.exposure
                memory[header.PENDING_STOP] = order.stop
                self._size_decision(close)
        self.resting = [o for o in orders if self._rests(o)] if self.decision is None else []
        self._size_orders()

    def _size_decision(self, close: float) -> None:
        m = self.memory
        wish = self._wish(m[header.PENDING], m[header.PENDING_EXPOSURE], close, m[header.PENDING_STOP])
        if wish.is_refused and wish.lots == self.account.lots:
            m[header.PENDING] = header.NONE
        else:
            self.decision = wish

    def _size_orders(self) -> None:
        for order in self.resting:
            order.wish = self._wish(order.transition, order.exposure, order.level, order.stop)
        self.resting = [o for o in self.resting if not (o.wish.is_refused and o.wish.lots == self.account.lots)]

    def _wish(self, transition: float, exposure: float, price: float, stop: float) -> Wish:
        if exposure != 0.0 and not self.is_live:  # the past warms up and buys nothing
            return Wish(0.0, 0.0, is_refused=True)
        return self.account.wish(self.memory, transition, exposure, price, stop)

    def _orders(self) -> Iterator[Resting]:
        tick = self.account.instrument.tick
        for slot in range(self.module.ORDER_SLOTS):
            first = header.ORDERS + slot * header.ORDER_WIDTH
            kind, level, transition, exposure, stop = self.memory[first : first + header.ORDER_WIDTH]
            if kind != header.NO_ORDER:
                on_grid = near(level, tick) * tick.numerator / tick.denominator
                yield Resting(slot, kind, on_grid, transition, exposure, stop)

    def _is_entry(self, order: Resting) -> bool:
        held = self.memory[header.EXPOSURE]
        return held * order.exposure < 0.0 or abs(order.exposure) > abs(held)

    def _rests(self, order: Resting) -> bool:
        profile = self.account.rules.profile
        worked: Literal["rest", "tick"]
        if self._is_entry(order):
            worked = profile.entry_stop if order.is_stop else profile.entry_limit
        else:
            worked = profile.exit_stop if order.is_stop else profile.exit_limit
        return worked == "rest"


def reference_backtest(
    program: Program,
    bars: Bars,
    rules: TradingRules,
    parameters: Mapping[str, Value] | Floats | None = None,
    *,
    trade_from: int = 0,
) -> Backtest:
    """Run a program over bars like `backtest`, slowly; orders are not recorded."""
    vector = parameters if isinstance(parameters, np.ndarray) else program.vector(parameters)
    simulation = Simulation(program, rules, vector, trade_from)
    account = simulation.account
    columns = [bars.local_minutes(program.module.TIMEZONE), bars.days, *bars.columns()[1:]]
    equity, lots = [], []
    for index, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        simulation.bar(index, *row)
        equity.append(account.equity)
        lots.append(account.lots)
    return Backtest(
        equity=np.array(equity),
        lots=np.array(lots),
        fills=np.array(account.fills, dtype=FILL),
        trades=np.array(account.trades, dtype=TRADE),
        ambiguous=simulation.ambiguous,
        touched_after_entry=simulation.touched_after_entry,
        bars_in_market=sum(held != 0.0 for held in lots),
        liquidated=account.is_liquidated,
        fees=account.fees,
        funding=account.funding,
        turnover=account.turnover,
        orders=None,
    )
