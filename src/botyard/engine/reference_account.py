"""The account of the plain loop: cash, position, sizing and limits as objects, independent of `rules/`."""

from dataclasses import dataclass
from math import ceil, floor, inf, isnan, nan
from typing import Any

from botyard.ops import state as header
from botyard.records.market import Step, TradingRules

Memory = list[float]
MAINTENANCE = 0.005
LARGEST = 4.0e15


@dataclass
class Trade:
    """A round trip in progress or closed. Lots are unsigned but for `side`."""

    side: float
    entry_bar: int
    transition: float
    cash_before: float
    entered_lots: float = 0.0
    entered_value: float = 0.0
    left_lots: float = 0.0
    left_value: float = 0.0
    fees: float = 0.0


@dataclass
class Wish:
    """A position that an order asks for: signed lots, the unit they were cut from, and whether it was refused."""

    lots: float
    unit: float
    is_refused: bool = False


@dataclass
class Day:
    """Counters of one UTC day."""

    number: float
    first_equity: float
    losses: int = 0
    entries: int = 0
    is_stopped: bool = False


class Account:
    """Cash, position and trades under the venue's rules."""

    def __init__(self, rules: TradingRules, module: Any) -> None:
        self.rules = rules
        self.module = module
        self.costs = rules.costs
        self.instrument = rules.instrument
        self.slippage = rules.costs.slippage_bps / 1e4
        self.taker, self.maker = rules.costs.taker_bps / 1e4, rules.costs.maker_bps / 1e4
        self.cash = self.equity = self.peak = rules.initial_cash
        self.lots = self.unit = 0.0
        self.lowest_drawdown = 0.0
        self.is_stopped = self.is_liquidated = False
        self.day = Day(-inf, rules.initial_cash)
        self.trade: Trade | None = None
        self.last_return = nan
        self.fees = self.funding = self.turnover = 0.0
        self.fills: list[tuple[float, ...]] = []
        self.trades: list[tuple[float, ...]] = []

    def quantity(self, lots: float) -> float:
        """Units of that many lots."""
        return lots * self.instrument.lot.numerator / self.instrument.lot.denominator

    def market(self, price: float, side: float) -> float:
        """Price of a taker fill: slipped, rounded against us."""
        tick = self.instrument.tick
        if side > 0.0:
            return max(1.0, up(price * (1.0 + self.slippage), tick)) * tick.numerator / tick.denominator
        return max(1.0, down(price * (1.0 - self.slippage), tick)) * tick.numerator / tick.denominator

    def change(
        self, bar: int, transition: float, wish: Wish, price: float, rate: float, reference: float, where: float
    ) -> None:
        """Fill an order; one that turns the position round closes a trade and opens another."""
        before = self.lots
        if wish.lots != before:
            fee = 0.0
            if (before > 0.0 > wish.lots) or (before < 0.0 < wish.lots):
                fee = self._leg(bar, transition, 0.0, price, rate)
            fee += self._leg(bar, transition, wish.lots, price, rate)
            self.fills.append((float(bar), transition, wish.lots - before, price, fee, reference, where))
        self.unit = wish.unit if wish.lots else 0.0

    def _leg(self, bar: int, transition: float, lots: float, price: float, rate: float) -> float:
        change = lots - self.lots
        value = self.quantity(change) * price
        fee = abs(value) * rate
        if self.trade is None:
            self.trade = Trade(change, bar, transition, self.cash)
            self.day.entries += 1
        is_entry = abs(lots) > abs(self.lots)
        self.cash = self.cash - value - fee
        self.lots = lots
        self.fees += fee
        self.turnover += abs(value)
        self.trade.fees += fee
        if is_entry:
            self.trade.entered_lots += abs(change)
            self.trade.entered_value += abs(value)
        else:
            self.trade.left_lots += abs(change)
            self.trade.left_value += abs(value)
        if lots == 0.0:
            self._close(bar, transition, self.trade)
        return fee

    def _close(self, bar: int, transition: float, trade: Trade) -> None:
        profit = self.cash - trade.cash_before
        self.last_return = profit / trade.entered_value if trade.entered_value > 0.0 else nan
        self.trades.append((
            float(trade.entry_bar), float(bar), trade.entered_lots if trade.side > 0.0 else -trade.entered_lots,
            trade.entered_value / self.quantity(trade.entered_lots), trade.left_value / self.quantity(trade.left_lots),
            profit, self.last_return, trade.fees, trade.transition, transition,
        ))  # fmt: skip
        if profit < 0.0:
            self.day.losses += 1
        self.trade = None

    def liquidate(self, bar: int, open: float, high: float, low: float) -> bool:
        """Close what the margin no longer carries."""
        quantity = self.quantity(self.lots)
        level = self.cash / (MAINTENANCE * abs(quantity) - quantity)
        if (quantity > 0.0 and low > level) or (quantity < 0.0 and high < level):
            return False
        reference = min(open, level) if quantity > 0.0 else max(open, level)
        self.change(bar, header.NONE, Wish(0.0, 0.0), self.market(reference, -quantity), self.taker, reference, 2.0)
        self.is_liquidated = True
        return True

    def pay_funding(self, close: float, minutes: int) -> None:
        """Perpetuals pay for every bar that ends in a position."""
        rate = self.costs.funding_bps / 1e4 if self.instrument.kind == "perpetual" else 0.0
        if rate != 0.0 and self.lots != 0.0:
            paid = abs(self.quantity(self.lots)) * close * rate * (minutes / 480.0)
            self.cash -= paid
            self.funding += paid

    def mark(self, close: float) -> float:
        """Value the account at a close; return the drawdown."""
        self.equity = self.cash + self.quantity(self.lots) * close if self.lots else self.cash
        self.peak = max(self.peak, self.equity)
        drawdown = self.equity / self.peak - 1.0
        _, daily_loss, most_drawdown, _ = self.module.LIMITS
        self.lowest_drawdown = min(self.lowest_drawdown, drawdown)
        if self.lowest_drawdown < 0.0 and self.lowest_drawdown <= -most_drawdown:
            self.is_stopped = True
        if self.equity <= self.day.first_equity * (1.0 - daily_loss):
            self.day.is_stopped = True
        return drawdown

    def wish(self, memory: Memory, transition: float, exposure: float, price: float, stop: float) -> Wish:
        """Position that an order leads to. Exits always run; a refused entry leaves what is held on its side."""
        if exposure == 0.0:
            return Wish(0.0, 0.0)
        turns = self.lots * exposure < 0.0
        kept = Wish(0.0, 0.0, is_refused=True) if turns else Wish(self.lots, self.unit, is_refused=True)
        if isnan(exposure) or abs(exposure) >= 1e3:
            return kept
        unit = self.unit
        if kept.lots == 0.0 or self.module.TRANSITIONS[int(transition)][3] == memory[header.STATE]:
            unit = self._sized(memory, exposure, price, stop)
            if unit == 0.0:
                return kept
        lots = float(floor(abs(exposure) * unit + 1e-9))
        if lots <= abs(kept.lots):
            return Wish(lots if exposure > 0.0 else -lots, unit, is_refused=kept.lots == 0.0)
        is_forbidden = (exposure < 0.0 and self.instrument.kind == "spot") or isnan(stop) or self._has_hit_limit()
        lots = min(lots, down(self._most(exposure, price) / self._unit_cost(price), self.instrument.lot))
        more = self.quantity(lots - abs(kept.lots)) * price
        if is_forbidden or lots <= abs(kept.lots) or more < self.instrument.min_notional:
            return kept
        return Wish(lots if exposure > 0.0 else -lots, unit)

    def _sized(self, memory: Memory, exposure: float, price: float, stop: float) -> float:
        size, most = memory[header.SIZE], self._most(exposure, price) if price > 0.0 else 0.0
        if not most > 0.0:
            return 0.0
        cost, equity = self._unit_cost(price), self._spendable(exposure, price)
        if self.module.SIZING == "fraction":
            quantity = size * equity / cost
        elif self.module.SIZING == "quote":
            quantity = size / price
        elif self.module.SIZING == "units":
            quantity = size
        else:
            distance = (price - stop) if exposure > 0.0 else (stop - price)
            if stop == header.NO_STOP:
                distance = memory[header.STOP_DISTANCE]
            quantity = size * equity / distance if distance > 0.0 else nan
        if not quantity > 0.0:
            return 0.0
        cap = most / cost / abs(exposure) if abs(exposure) > 1.0 else most / cost
        return float(down(min(quantity, cap), self.instrument.lot))

    def _unit_cost(self, price: float) -> float:
        return self.market(price, 1.0) * (1.0 + self.taker)

    def _spendable(self, exposure: float, price: float) -> float:
        if self.lots * exposure >= 0.0:
            return self.equity
        return self.equity - abs(self.quantity(self.lots)) * price * (self.taker + self.slippage)

    def _most(self, exposure: float, price: float) -> float:
        return float(min(self.module.MAX_LEVERAGE * self._spendable(exposure, price), self.module.MAX_QUOTE))

    def _has_hit_limit(self) -> bool:
        losses, _, _, entries = self.module.LIMITS
        return self.is_stopped or self.day.is_stopped or self.day.losses >= losses or self.day.entries >= entries


def near(value: float, step: Step) -> float:
    """Return the nearest count of steps."""
    return float(floor(max(0.0, min(value * step.denominator / step.numerator + 0.5, LARGEST))))


def down(value: float, step: Step) -> float:
    """Return the most steps that are not worth more."""
    steps = floor(near(value, step))
    return float(steps - 1 if steps > 0 and steps * step.numerator / step.denominator > value else steps)


def up(value: float, step: Step) -> float:
    """Return the fewest steps that are not worth less."""
    steps = ceil(near(value, step))
    return float(steps + 1 if steps < LARGEST and steps * step.numerator / step.denominator < value else steps)
