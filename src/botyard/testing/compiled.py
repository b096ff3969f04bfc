"""Run emitted strategies twice: as plain Python on a list, and as machine code on an array."""

import ctypes
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from botyard.engine.bars import LARGEST
from botyard.engine.kernel import has_settled
from botyard.ops import state as slots
from botyard.rules.book import OnBar
from botyard.rules.layout import Floats

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
    """Run strategy.py with on_bar and on_fill as the engine's own machine code, on float64 arrays."""
    from botyard.engine.build import settling
    from botyard.engine.machine import native
    from botyard.engine.machine.translate import Program
    from botyard.engine.program import Module

    module = Module(source, "strategy")
    callables = dict(vars(module))
    given = {"on_first_bar": module.on_bar, "on_bar": module.on_bar}
    program = Program({"strategy": source}, given, settling=settling(module))
    on_bar = native.Loaded(native.compiled(program.text(pass_bar, "on_bar"), "on_bar"), "on_bar")
    on_fill = native.Loaded(
        native.compiled(Program({"strategy": source}, {}).text(module.on_fill, "on_fill"), "on_fill"), "on_fill"
    )
    callables["on_bar"] = _StagedBar(on_bar)
    callables["on_fill"] = _callable(on_fill)
    return callables


def pass_bar(
    on_first_bar: OnBar,
    on_bar: OnBar,
    s: Floats,
    p: Floats,
    settled: Floats,
    minutes: float,
    open: float,
    high: float,
    low: float,
    close: float,
    volume: float,
) -> None:
    """Let a bar pass as the engine's loop does; settled[0] is 1 once the ops are."""
    if settled[0] == 1.0:
        on_bar(s, p, minutes, open, high, low, close, volume)
    else:
        on_first_bar(s, p, minutes, open, high, low, close, volume)
        if has_settled(s):
            settled[0] = 1.0


class _StagedBar:
    """`on_bar` as the engine runs it: as long as all bars are known, the settled version takes over."""

    def __init__(self, loaded: Any) -> None:
        self.loaded = loaded  # the code lives as long as this does
        self._run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, *[ctypes.c_double] * 6)(loaded.address)
        self._settled = (ctypes.c_double * 1)()
        self._are_known = False

    def __call__(self, s: Any, p: Any, *numbers: float) -> None:
        """Let one bar pass; a state that has seen none begins anew."""
        if s[slots.BAR_COUNT] == 0.0:
            self._are_known, self._settled[0] = True, 0.0
        self._are_known = self._are_known and all(abs(number) <= LARGEST for number in numbers[1:])
        if not self._are_known:
            self._settled[0] = 0.0
        room = np.append(s, 0.0)
        self._run(room.ctypes.data, p.ctypes.data, ctypes.addressof(self._settled), *numbers)
        s[:] = room[:-1]


def _callable(loaded: Any) -> Callable[..., None]:
    run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_double] * 3)(loaded.address)

    def call(s: Any, p: Any, *numbers: float) -> None:
        run(s.ctypes.data, p.ctypes.data, *numbers)

    call.loaded = loaded  # type: ignore[attr-defined]  # the code lives as long as this does
    return call


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
