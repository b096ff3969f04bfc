"""Every function of the catalogue as an expression, and bars of every kind to try it on."""

import ast
import math
import random
from collections.abc import Callable

from botyard.ops.catalog import Function
from botyard.testing.compiled import Bar

STEP = 60.0
START = 28_000_830.0  # minutes: half past an hour, inside a day, a week and a month


def call_of(function: Function, window: Callable[[str, str], str] = lambda _name, written: written) -> str:
    """Write a call as in the function's example, all its arguments there; `window` may change numbers of bars."""
    calls = [
        node
        for node in ast.walk(ast.parse(function.example, mode="eval"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function.name
    ]
    given = [ast.unparse(node) for node in calls[0].args]
    wanted = function.arguments
    given += [str(argument.default) for argument in wanted[len(given) :]]
    parts = [
        window(argument.name, text) if argument.kind == "window" else text
        for argument, text in zip(wanted, given, strict=False)
    ]
    return f"{function.name}({', '.join(parts)})"


def rough_bars(count: int, seed: int, *, tail: bool = False) -> list[Bar]:
    """Make up hourly bars whose opens lie apart from the closes before; `tail`: everything wild after the first third."""
    rng = random.Random(seed)  # noqa: S311 -- made-up bars, seeded
    bars, price = [], 100.0
    for index in range(count):
        wild = 5.0 if tail and index >= count // 3 else 1.0
        opening = price * math.exp(wild * rng.gauss(0.0, 0.004))
        close = opening * math.exp(wild * rng.gauss(0.0, 0.01))
        high = max(opening, close) * (1.0 + abs(rng.gauss(0.0, 0.004)))
        low = min(opening, close) * (1.0 - abs(rng.gauss(0.0, 0.004)))
        bars.append((START + STEP * index, opening, high, low, close, rng.expovariate(0.01)))
        price = close
    return bars


def scaled(bars: list[Bar], price: float, volume: float) -> list[Bar]:
    """Write the same bars in other units."""
    return [(m, o * price, h * price, low * price, c * price, v * volume) for m, o, h, low, c, v in bars]


def kinds_of_bars(count: int) -> dict[str, list[Bar]]:
    """Bars of every kind: calm and wild, still, tiny, huge, with unknown values, with bars missing, without volume."""
    rng = random.Random(9)  # noqa: S311 -- made-up bars, seeded
    plain = rough_bars(count, seed=31)
    torn = []
    for bar in plain:
        values = list(bar)
        if rng.random() < 0.05:
            values[rng.randrange(1, 6)] = math.nan
        torn.append(tuple(values))
    return {
        "plain": plain,
        "still": [(bar[0], 100.0, 100.0, 100.0, 100.0, 1.0) for bar in plain],
        "tiny": scaled(plain, 2.0**-40, 2.0**-30),
        "huge": scaled(plain, 2.0**40, 2.0**30),
        "unknown": torn,  # type: ignore[dict-item]
        "gaps": [bar for bar in plain if rng.random() > 0.1],
        "no volume": [(*bar[:5], 0.0) for bar in plain],
    }
