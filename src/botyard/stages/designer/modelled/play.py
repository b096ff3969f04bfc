"""What a spec decides, bar by bar, and what a reader would have seen at each of these closes.

The spec's own fills make the position; the witness is told the position and must want what the spec wants.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, TypeGuard

from botyard.ops import state as header
from botyard.records.strategy import CompiledStrategy
from botyard.stages.designer.modelled.bars import Row

EQUITY = 10_000.0
_SAME = 1e-6  # relative: two ways to compute a price differ in their last digits

Order = tuple[str, float, float]
"""stop or limit; exposure after it; price."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is wanted at a close: an exposure from the next open on, or the orders that rest in the next bar."""

    target: float | None = None
    orders: tuple[Order, ...] = ()

    def is_same(self, other: "Decision") -> bool:
        """Whether both want the same, prices to a millionth."""
        if (self.target is None) != (other.target is None) or len(self.orders) != len(other.orders):
            return False
        if self.target is not None and other.target is not None:
            return math.isclose(self.target, other.target, abs_tol=1e-9)
        return all(
            a[0] == b[0] and math.isclose(a[1], b[1], abs_tol=1e-9) and math.isclose(a[2], b[2], rel_tol=_SAME)
            for a, b in zip(self.orders, other.orders, strict=True)
        )

    def __str__(self) -> str:
        if self.target is not None:
            return f"target {self.target:g} from the next open on"
        if not self.orders:
            return "nothing to do"
        return " and ".join(f"a resting {kind} at {price:.8g} to exposure {to:g}" for kind, to, price in self.orders)


@dataclass(frozen=True, slots=True)
class Played:
    """Per bar: what could be seen at its close, and what was decided."""

    seen: tuple[dict[str, Any], ...]
    decisions: tuple[Decision, ...]


def module_of(compiled: CompiledStrategy) -> ModuleType:
    """Load a strategy that our own compiler wrote."""
    module = ModuleType("strategy")
    exec(compile(compiled.source, "strategy.py", "exec"), module.__dict__)  # noqa: S102 -- emitted by our own compiler
    return module


def play(module: ModuleType, rows: Sequence[Row]) -> Played:
    """Run a strategy with plain fills: at the next open, and at the level of the first resting order that is touched."""
    s = header.new_state(module.STATE_SIZE, module.ORDER_SLOTS, module.UNKNOWN, module.INITIAL)
    p = module.DEFAULTS
    seen, decisions = [], []
    for row in rows:
        minutes, opened, high, low, close, volume = row
        s[header.EQUITY] = EQUITY
        if s[header.PENDING] >= 0.0:
            if math.isnan(s[header.PENDING_STOP]):
                s[header.PENDING] = header.NONE
            else:
                module.on_fill(s, p, s[header.PENDING], s[header.PENDING_EXPOSURE], opened)
        touched = _touched(s, module.ORDER_SLOTS, opened, high, low)
        if touched is not None:
            module.on_fill(s, p, *touched)
        module.on_bar(s, p, minutes, opened, high, low, close, volume)
        seen.append(_seen(s, row))
        decisions.append(_decision(s, module.ORDER_SLOTS))
    return Played(tuple(seen), tuple(decisions))


def decision_of(said: Any, exposure: float) -> Decision | str:
    """Read what a witness returned, or say what is wrong with it."""
    if said is None:
        return Decision()
    if not isinstance(said, dict):
        return f"decide returned {str(said)[:60]!r}; return a dict with target and orders"
    target, orders = said.get("target"), said.get("orders") or []
    if target is not None and not _is_number(target):
        return f"target is {str(target)[:60]!r}; it is an exposure or None"
    if _is_number(target) and target != exposure:
        return Decision(float(target))
    if not isinstance(orders, list | tuple):
        return "orders is no list"
    read = []
    for order in orders:
        if not isinstance(order, dict) or order.get("kind") not in ("stop", "limit"):
            return f"{str(order)[:80]!r} is no order; write a dict with kind (stop or limit), price and target"
        price, to = order.get("price"), order.get("target")
        if not _is_number(to):
            return "an order has no target: the exposure after it"
        if price is not None and _is_number(price):
            read.append((str(order["kind"]), float(to), float(price)))
    return Decision(None, _nearest(read, exposure))


def _touched(s: list[float], slots: int, opened: float, high: float, low: float) -> tuple[float, float, float] | None:
    for kind, level, transition, exposure, stop in _resting(s, slots):
        if math.isnan(stop):
            continue
        if kind in (header.BUY_STOP, header.SELL_LIMIT) and high >= level:
            return transition, exposure, max(level, opened)
        if kind in (header.SELL_STOP, header.BUY_LIMIT) and low <= level:
            return transition, exposure, min(level, opened)
    return None


def _resting(s: list[float], slots: int) -> list[tuple[float, ...]]:
    first, width = header.ORDERS, header.ORDER_WIDTH
    found = [tuple(s[first + k * width : first + (k + 1) * width]) for k in range(slots)]
    return [o for o in found if o[0] != header.NO_ORDER and not math.isnan(o[1])]


def _decision(s: list[float], slots: int) -> Decision:
    held = s[header.EXPOSURE]
    wants = s[header.PENDING] >= 0.0 and not math.isnan(s[header.PENDING_STOP])
    if wants and s[header.PENDING_EXPOSURE] != held:
        return Decision(s[header.PENDING_EXPOSURE])
    if wants:
        return Decision()
    orders = [
        ("stop" if kind in (header.BUY_STOP, header.SELL_STOP) else "limit", exposure, level)
        for kind, level, _, exposure, stop in _resting(s, slots)
        if not math.isnan(stop) and exposure != held
    ]
    return Decision(None, _nearest(orders, held))


def _nearest(orders: list[Order], held: float) -> tuple[Order, ...]:
    """Of several orders that do the same, only the one that is touched first counts."""
    kept: dict[tuple[str, float], float] = {}
    for kind, to, price in orders:
        from_below = (to > held) == (kind == "stop")  # reached by a rising price
        before = kept.get((kind, to), price)
        kept[kind, to] = min(before, price) if from_below else max(before, price)
    return tuple(sorted((kind, to, price) for (kind, to), price in kept.items()))


def _seen(s: list[float], row: Row) -> dict[str, Any]:
    minutes, opened, high, low, close, volume = row
    at = datetime.fromtimestamp(minutes * 60, UTC)
    age, since = s[header.BARS_IN_POSITION], s[header.BARS_SINCE_EXIT]
    return {
        "open": opened,
        "high": high,
        "low": low,
        "close": close,
        "volume": volume,
        "minute_of_day": at.hour * 60 + at.minute,
        "weekday": at.weekday(),
        "day": at.day,
        "month": at.month,
        "exposure": s[header.EXPOSURE],
        "entry_price": _known(s[header.ENTRY_PRICE]),
        "bars_in_position": 0 if math.isnan(age) else int(age),
        "highest_since_entry": _known(s[header.HIGHEST_SINCE_ENTRY]),
        "lowest_since_entry": _known(s[header.LOWEST_SINCE_ENTRY]),
        "bars_since_exit": int(since) if math.isfinite(since) else None,
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
