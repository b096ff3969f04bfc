"""Compile a strategy's module into one object with the loop, the rules and the ops it uses."""

import hashlib
import platform
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import botyard.ops
import botyard.rules
from botyard.engine import kernel
from botyard.engine import machine as translator
from botyard.engine.cache import CodeCache
from botyard.engine.machine import native, translate
from botyard.engine.machine.stages import Settling, Stage
from botyard.ops.average import ema, rma
from botyard.ops.momentum import rsi
from botyard.ops.state import BAR_COUNT, ORDERS
from botyard.ops.volatility import atr, true_range
from botyard.ops.window import highest, lowest, sma, window_sum, wma
from botyard.rules.layout import (
    ORDER_LOTS,
    X_MAX_LEVERAGE,
    X_MAX_LOSSES,
    X_MAX_QUOTE,
    X_ORDER_SLOTS,
    X_SIZING,
    X_TARGETS,
)
from botyard.rules.sizing import KINDS

KEEP_FINITE = (ema, rma, rsi, true_range, atr, sma, wma, window_sum, highest, lowest)
"""Once they are settled, these give finite numbers for prices and volumes (see `Bars.is_known`), and for each other's."""


def machine_code(module: Any, source: str, code: CodeCache) -> bytes:
    """Return the native object of a strategy, compiled unless the cache has it."""
    return code.get(f"program-{_key(source)}.o", lambda: _compiled(module, source))


def _compiled(module: Any, source: str) -> bytes:
    return native.compiled(_program(module, source), kernel.SYMBOL)


def _program(module: Any, source: str) -> str:
    given = {"on_first_bar": module.on_bar, "on_bar": module.on_bar, "on_fill": module.on_fill}
    sources = {module.on_bar.__module__: source}
    program = translate.Program(sources, given, _known(module), kernel.RARE, ORDERS, settling(module))
    sizes = {
        "s": module.STATE_SIZE + 1,
        "p": max(1, len(module.PARAMETERS)),
        "x": X_TARGETS + len(module.TRANSITIONS),
        "b": ORDER_LOTS,
    }
    return program.text(kernel.run, kernel.SYMBOL, sizes)


def settling(module: Any) -> Settling:
    """Say how a strategy's `on_first_bar` hands over to its `on_bar`; the state needs one more place for it."""
    return Settling(
        stages={"on_first_bar": Stage.FILLING, "on_bar": Stage.KNOWN},
        asks=kernel.has_settled,
        counts_at=module.STATE_SIZE,
        counted=(BAR_COUNT,),
        keeps=KEEP_FINITE,
    )


def _known(module: Any) -> dict[tuple[str, int], float]:
    """Entries of `x` that the strategy alone decides on."""
    found = {
        X_SIZING: KINDS[module.SIZING],
        X_MAX_LEVERAGE: module.MAX_LEVERAGE,
        X_MAX_QUOTE: module.MAX_QUOTE,
        X_ORDER_SLOTS: module.ORDER_SLOTS,
    }
    found |= {X_MAX_LOSSES + place: limit for place, limit in enumerate(module.LIMITS)}
    return {("x", place): float(value) for place, value in found.items()}


def _key(source: str) -> str:
    return hashlib.sha256(f"{source}\0{_ground()}".encode()).hexdigest()[:40]


@cache
def _ground() -> str:
    """Everything but the strategy that machine code depends on."""
    digest = hashlib.sha256()
    for package in (botyard.ops, botyard.rules, translator):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(path.read_bytes())
    for file in (str(kernel.__file__), __file__):
        digest.update(Path(file).read_bytes())
    return "\0".join([
        digest.hexdigest(), version("llvmlite"), sys.version, platform.platform(), native.machine_name(),
    ])  # fmt: skip
