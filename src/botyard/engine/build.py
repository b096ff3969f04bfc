"""Compile a strategy's module into one object with the loop, the rules and the ops it uses."""

import hashlib
import platform
import sys
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any

import botyard.ops
import botyard.rules
from botyard.engine import kernel, native
from botyard.engine.cache import CodeCache
from botyard.ops.signature import is_procedure, kinds


def machine_code(module: Any, source: str, code: CodeCache) -> bytes:
    """Return the native object of a strategy, compiled unless the cache has it.

    The loop with its rules and each op are kept as bitcode of their own, so that a new strategy costs little.
    """
    return code.get(f"{_key('program', source)}.o", lambda: _compile(module, code))


def shared_code(code: CodeCache) -> bytes:
    """Return the bitcode of the loop and the rules: the same for all strategies, and most of the work."""
    return code.get(f"{_key('run')}.bc", partial(_lowered, kernel.run, kernel.RUN))


def _compile(module: Any, code: CodeCache) -> bytes:
    ops = {op: _op_external(op) for op in _used_ops(module)}
    parts = [shared_code(code)]
    parts += native.lower({module.on_bar: kernel.ON_BAR, module.on_fill: kernel.ON_FILL}, ops)
    for op, external in ops.items():
        parts.append(code.get(f"{_key('op', external.symbol)}.bc", partial(_lowered, op, external)))
    return native.link(parts, kernel.RUN.symbol)


def _lowered(function: Callable[..., Any], external: native.External) -> bytes:
    return native.lower({function: external}, {})[0]


def _used_ops(module: Any) -> list[FunctionType]:
    names = vars(module)
    own = [value for value in names.values() if isinstance(value, FunctionType) and value.__globals__ is names]
    used = {name: names.get(name) for function in own for name in function.__code__.co_names}
    return [op for op in used.values() if isinstance(op, FunctionType) and op.__module__.startswith("botyard.ops.")]


_C_KINDS = {"state": native.POINTER, "integer": native.INTEGER, "float": native.FLOAT}


def _op_external(op: FunctionType) -> native.External:
    result = native.VOID if is_procedure(op) else _result(op)
    return native.External(f"botyard_{op.__name__}", result, [_C_KINDS[kind] for kind in kinds(op)])


def _result(op: FunctionType) -> str:
    annotation = op.__annotations__.get("return", float)
    return {bool: native.BOOLEAN, int: native.INTEGER}.get(annotation, native.FLOAT)


def _key(kind: str, content: str = "") -> str:
    text = f"{kind}\0{content}\0{_ground()}"
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"


@cache
def _ground() -> str:
    """Everything but the strategy that machine code depends on."""
    digest = hashlib.sha256()
    for package in (botyard.ops, botyard.rules):
        for path in sorted(Path(package.__path__[0]).glob("*.py")):
            digest.update(path.read_bytes())
    for source in (kernel.__file__, native.__file__, __file__):
        digest.update(Path(source).read_bytes())
    return "\0".join([
        digest.hexdigest(), version("numba"), version("llvmlite"), sys.version, platform.platform(), native.machine_name(),
    ])  # fmt: skip
