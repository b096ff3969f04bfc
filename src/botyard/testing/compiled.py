"""Run emitted strategies and ops twice: as plain Python on a list, and compiled by numba on an array."""

import importlib
import math
import pkgutil
import random
from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import botyard.ops
from botyard.ops import state as slots
from botyard.ops.signature import is_procedure, kinds

Bar = tuple[float, float, float, float, float, float]
"""minutes, open, high, low, close, volume."""


def random_bars(count: int, seed: int, *, step: float = 5.0, unknown: float = 0.0) -> list[Bar]:
    """Make up bars of a random walk; `unknown` is the share of bars with a NaN in them."""
    rng = random.Random(seed)  # noqa: S311 -- made-up bars, seeded
    price = 100.0
    bars = []
    for index in range(count):
        opening = price
        close = opening * math.exp(rng.gauss(0.0, 0.01))
        high = max(opening, close) * (1.0 + abs(rng.gauss(0.0, 0.004)))
        low = min(opening, close) * (1.0 - abs(rng.gauss(0.0, 0.004)))
        values = [opening, high, low, close, rng.expovariate(0.01)]
        if rng.random() < unknown:
            values[rng.randrange(5)] = math.nan
        bars.append((28_000_800.0 + step * index, *values))
        price = close
    return bars  # type: ignore[return-value]


def plain(source: str) -> dict[str, Any]:
    """Run strategy.py as CPython does."""
    module: dict[str, Any] = {}
    exec(compile(source, "strategy.py", "exec"), module)  # noqa: S102 -- emitted by our own compiler
    return module


def compiled(source: str) -> dict[str, Any]:
    """Run strategy.py with its functions and ops compiled eagerly."""
    import numba

    module = plain(source)
    ops = compiled_ops()
    module.update({name: ops[name] for name in list(module) if name in ops and isinstance(module[name], FunctionType)})
    array, number = numba.float64[::1], numba.float64
    signatures = {
        "warm_up": number(array),
        "arm": numba.void(array, array),
        "on_bar": numba.void(array, array, *[number] * 6),
        "on_fill": numba.void(array, array, *[number] * 3),
    }
    for name, signature in signatures.items():
        if name in module:
            module[name] = numba.njit(signature)(module[name])
    return module


@cache
def compiled_ops() -> dict[str, Callable[..., Any]]:
    """All ops, compiled by the kinds of their arguments."""
    done: dict[str, Callable[..., Any]] = {}
    for info in pkgutil.iter_modules(botyard.ops.__path__):
        if info.name not in {"state", "catalog", "signature", "types"}:
            module = importlib.import_module(f"botyard.ops.{info.name}")
            for value in list(vars(module).values()):
                if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                    _compile(value, done)
    return done


def _compile(op: FunctionType, done: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    import numba

    if op.__name__ not in done:
        names = dict(op.__globals__)
        for name in op.__code__.co_names:
            inner = names.get(name)
            if isinstance(inner, FunctionType) and inner.__module__.startswith("botyard.ops."):
                names[name] = _compile(inner, done)
        kind = {"state": numba.float64[::1], "integer": numba.int64, "float": numba.float64}
        result = numba.void if is_procedure(op) else numba.float64
        signature = result(*[kind[argument] for argument in kinds(op)])
        done[op.__name__] = numba.njit(signature)(FunctionType(op.__code__, names, op.__name__))
    return done[op.__name__]


def drive(module: dict[str, Any], s: Any, p: Any, bars: Sequence[Bar], *, seed: int = 0) -> dict[str, int]:
    """Step a strategy through bars, filling what it asks for; how often each signal filled.

    A plain stand-in for the book: decisions fill at the next open, resting orders at their level when touched.
    """
    rng = random.Random(seed)  # noqa: S311 -- seeded
    filled: dict[str, int] = {}
    for bar in bars:
        _, opening, high, low, _, _ = bar
        s[slots.EQUITY] = 10_000.0 + 100.0 * rng.random()
        s[slots.DRAWDOWN] = -0.1 * rng.random()
        if s[slots.PENDING] >= 0.0:
            _fill(module, s, p, s[slots.PENDING], s[slots.PENDING_EXPOSURE], opening, filled)
        else:
            _touch(module, s, p, low, high, filled)
        module["on_bar"](s, p, *bar)
        s[slots.TRADES_TODAY] = float(rng.randrange(3))
    return filled


def _touch(module: dict[str, Any], s: Any, p: Any, low: float, high: float, filled: dict[str, int]) -> None:
    for place in range(module["ORDER_SLOTS"]):
        first = slots.ORDERS + place * slots.ORDER_WIDTH
        level = s[first + slots.LEVEL]
        if s[first + slots.KIND] != slots.NO_ORDER and low <= level <= high:
            _fill(module, s, p, s[first + slots.TRANSITION], s[first + slots.ORDER_EXPOSURE], level, filled)
            return


def _fill(
    module: dict[str, Any], s: Any, p: Any, transition: float, exposure: float, price: float, filled: dict[str, int]
) -> None:
    module["on_fill"](s, p, transition, exposure, price)
    index = int(transition)
    key = f"{index}:{module['TRANSITIONS'][index][0]}"
    filled[key] = filled.get(key, 0) + 1
